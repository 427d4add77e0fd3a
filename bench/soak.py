"""Soak: the service for many minutes on newspapers and connections that fail, and what it holds on to meanwhile.

Every process is weighed as time goes on: resident memory, open handles, connections. What grows is told as a slope, of
the time after the first quarter. Every half minute the connections to one of the servers are cut, the broker is
emptied, or the backends of Postgres are ended; half of the pages fail twice before they can be had. At the end all that
the newspapers listed must have been read, the reader of the change feed must have what the database has, and all that
`dateline db check` looks at must be true. Run it as `make soak`.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import numpy as np
import psutil
import requests
from ground import corpora
from ground.clones import write

from tests.faults.service import Service, free_port
from tests.faults.test_postgres import TERMINATE_OTHERS
from tests.waiting import until
from worker import invariants, sources
from worker.sourcefile import FeedSpec, SourceSpec

STAND = corpora.SHARED / "newsstand" / "newsstand.py"
NEWS = ("aed", "fundus")  # corpora of news alone
FAULTS = ["--faults", "0.5", "--fault-tries", "2", "--stall", "3"]
START_S = 1500.0  # to load the pages, on a machine that is busy with other things
LISTED = re.compile("<item>.*?<link>([^<]+)</link>", re.DOTALL)
LOOK_S = 10.0
FAULT_S = 30.0
WARM = 0.25  # share of the time before the slopes begin
SETTLES_WITHIN_S = 600
SETTINGS = {
    "CONCURRENCY": "16",
    "LEASE": "30",
    "VISIT_SECONDS": "15",
    "POLL_FLOOR": "10",
    "POLL_CEILING": "20",
    "TICK": "1",
    "DELAY": "0.05",
    "LOG_LEVEL": "WARNING",
}


@dataclass(slots=True)
class Scales:
    """What was seen of each process, by its role: seconds since the start, then bytes, handles, connections."""

    service: Service
    started_at: float
    seen: defaultdict[str, list[tuple[float, float, float, float]]] = field(default_factory=lambda: defaultdict(list))

    def look(self) -> None:
        """Weigh all processes now."""
        now = time.monotonic() - self.started_at
        for kept in self.service.children:
            if kept.process is not None:
                self._weigh(f"{kept.name} (start {kept.starts})", [psutil.Process(kept.process.pid)], now)
        self._weigh("Valkey", [self.service.valkey.process], now)
        first = self.service.postgres.process
        self._weigh("Postgres, all processes", [first, *first.children()], now)

    def _weigh(self, role: str, family: Sequence[psutil.Process], now: float) -> None:
        size = handles = connections = 0.0
        with suppress(psutil.NoSuchProcess):
            for process in family:
                full = process.memory_full_info()
                size += full.rss if len(family) == 1 else full.pss  # what backends share counts once
                handles += process.num_fds()
                connections += len(process.net_connections("inet"))
            self.seen[role].append((now, size, handles, connections))

    def table(self, minutes: float) -> Iterator[str]:
        """A line for each process that lived through: the first and the last reading, and the slopes by the hour."""
        yield "| process | MB at a quarter | at the end | an hour | handles | an hour | connections | an hour |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        for role, readings in sorted(self.seen.items()):
            late = np.array([reading for reading in readings if reading[0] >= WARM * minutes * 60])
            if len(late) < 10:
                continue
            slopes = [float(np.polyfit(late[:, 0] / 3600, late[:, column], 1)[0]) for column in (1, 2, 3)]
            size, handles, connections = late[:5, 1].mean() / 1e6, late[:, 2].mean(), late[:, 3].mean()
            yield (
                f"| {role} | {size:.0f} | {late[-5:, 1].mean() / 1e6:.0f} | {slopes[0] / 1e6:+.1f} | {handles:.0f} |"
                f" {slopes[1]:+.1f} | {connections:.0f} | {slopes[2]:+.1f} |"
            )


@contextmanager
def newsstand(folder: Path, clones: int, every_s: float) -> Iterator[tuple[str, list[str]]]:
    """The newspapers, which publish as time goes on: the address of their proxy, and the hosts."""
    port = free_port()
    listing = write(folder, NEWS, clones)
    command = [sys.executable, STAND, "--corpus", listing, "--clones", "1", "--port", str(port), *FAULTS]
    stand = subprocess.Popen([*command, "--publish-every", str(every_s)], stdout=subprocess.DEVNULL)
    proxy = f"http://127.0.0.1:{port}"
    try:
        until("the newsstand is open", lambda: _ask(proxy, "http://newsstand.test/hosts") is not None, START_S)
        yield proxy, (_ask(proxy, "http://newsstand.test/hosts") or "").split()
    finally:
        stand.terminate()
        stand.wait()


def _ask(proxy: str, url: str) -> str | None:
    with suppress(requests.RequestException):
        return requests.get(url, proxies={"http": proxy}, timeout=30).text
    return None


def main() -> None:
    """Run, print, and fail if anything is lost, doubled or broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="of publishing (default: %(default)s)")
    parser.add_argument("--papers", type=int, default=60, help="newspapers that are followed (default: %(default)s)")
    parser.add_argument("--every", type=float, default=20, help="seconds from story to story of a newspaper")
    options = parser.parse_args()
    if not STAND.exists():
        raise SystemExit(f"The newsstand is not at {STAND}: nothing to run on.")
    home = Path(tempfile.mkdtemp(prefix="dateline-soak-"))
    home.chmod(0o755)
    clones = int(options.minutes * 60 / options.every) + 1
    pages = home / "pages"
    pages.mkdir()
    try:
        with (
            newsstand(pages, clones, options.every) as (proxy, hosts),
            Service(home, HTTP_PROXY=proxy, **SETTINGS) as service,
        ):
            soak(service, proxy, sorted(hosts)[: options.papers], options.minutes)
    finally:
        shutil.rmtree(home)


def soak(service: Service, proxy: str, hosts: Sequence[str], minutes: float) -> None:
    """Follow the newspapers for so long, injecting faults, then let everything settle and compare."""
    with service.conn() as conn:
        for host in hosts:
            sources.add(conn, SourceSpec(host, host, None, (FeedSpec(f"http://{host}/feed.xml"),)), "added")
    scales, chance, injected = Scales(service, time.monotonic()), random.Random("soak"), defaultdict(int)
    faults: dict[str, Callable[[], object]] = {
        "connections to Valkey reset": service.broker_proxy.reset,
        "connections to Postgres reset": service.database_proxy.reset,
        "FLUSHALL": lambda: service.broker.flushall(),
        "backends terminated": lambda: service.rows(TERMINATE_OTHERS),
    }
    next_fault = FAULT_S
    while (now := time.monotonic() - scales.started_at) < minutes * 60:
        time.sleep(LOOK_S)
        scales.look()
        if now >= next_fault:
            name = chance.choice(sorted(faults))
            faults[name]()
            injected[name] += 1
            next_fault = now + FAULT_S
    listed = {unescape(url) for host in hosts for url in LISTED.findall(_ask(proxy, f"http://{host}/feed.xml") or "")}
    [end] = service.rows("select now() as at")
    unread = "select count(*) from feed where answered_at is null or answered_at < %s"
    until("every feed was read once more", lambda: service.count(unread, end["at"]) == 0, SETTLES_WITHIN_S)
    with service.conn() as conn:
        conn.execute("update feed set enabled = false, due_at = null")  # what comes later is not expected
    report(service, scales, minutes, listed, dict(injected))


def report(service: Service, scales: Scales, minutes: float, listed: set[str], injected: dict[str, int]) -> None:
    """Wait until nothing is due that was never had, and say what there is."""
    open_pages = "select count(*) from page where fetched_at is null and due_at is not null"
    until("everything is settled", lambda: _hurried(service) or service.count(open_pages) == 0, SETTLES_WITHIN_S)
    newest = service.count("select coalesce(max(id), 0) from dateline.events")
    until("the reader has read all", lambda: service.reader.cursor >= newest)
    known = {row["url"] for row in service.rows("select coalesce(listed_url, url) as url from page")}
    outcomes = service.rows("select outcome, count(*) as n from page group by 1 order by 2 desc")
    ids = [row["id"] for row in service.rows("select id from dateline.events order by id")]
    with service.conn() as conn:
        broken = invariants.broken(conn)
    missed = sorted(url for url in listed if url not in known)
    articles = service.count("select count(*) from article")
    dead = service.count("select count(*) from dead_letter")
    print(f"{minutes:.0f} minutes; injected: {injected}; fetches that failed: {failures(service)}")
    print(f"stories listed {len(listed)}, of these never met {len(missed)}; pages by outcome:")
    print({row["outcome"]: row["n"] for row in outcomes})
    print(f"articles {articles}; events {len(ids)}, as read: {service.reader.ids == ids}; dead letters {dead}")
    print({f"starts of {kept.name}": kept.starts for kept in service.children})
    print(*scales.table(minutes), sep="\n")
    print(f"invariants broken: {broken or 'none'}")
    if missed or broken or service.reader.ids != ids:
        raise SystemExit(f"Not all is well: {missed[:5]}")


def failures(service: Service) -> int:
    """How many attempts at pages came to nothing."""
    return service.count("select count(*) from fetch_log where weight > 0")


def _hurried(service: Service) -> bool:
    """Let the waits before the next attempts pass; always False."""
    with service.conn() as conn:
        conn.execute("update page set due_at = now() where fetched_at is null and due_at > now() + interval '5 s'")
        conn.execute(
            "update host set due_at = now(), cooldown_until = '-infinity' where exists (select from page p"
            " where p.host = host.name and p.fetched_at is null and p.due_at <= now())"
        )
    return False


if __name__ == "__main__":
    main()
