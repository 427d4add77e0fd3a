"""The frontier's statements with small and with very large tables: ticks, claims, visits, one-off crawls, repair.

    python bench/scale.py [--pages 10000 1000000 10000000] [--rounds 150] [--folder DIR] [--json FILE]

Fills an embedded Postgres with hosts, feeds and pages (a hundred pages a host, a feed for every ten), then two threads
do what workers do around their requests, again and again, through the service's own functions. Prints milliseconds by
the clock and of CPU in Postgres; with --plans also the plan of each statement that took longer than the bar.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from ground import crowd

from worker import crawls, db, due, frontier, local, oneoff, record, workers
from worker.discover import Link, Listing
from worker.fetch import Fetched
from worker.outcome import Outcome
from worker.settings import Settings
from worker.targets import FeedTarget, Lease, Manner, Target

BAR_MS = 10.0  # 99 in 100 of everything a tick or a claim does
NO_BAR = ("repair",)  # maintenance: it must end, not hurry
THREADS = 2
LEASE = timedelta(seconds=300)
VISITS = 8  # hosts that are visited after a tick here
SLOTS = 96  # visits that two worker processes make at once
TARGETS = 3  # of one visit
MANNER = Manner(latency_ms=90.0, idle_s=0.1)
ANSWER = Fetched("https://x.example/", 304, {}, b"", b"", "identity", (), 90.0, True)
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Series:
    """Milliseconds of an operation: by the clock, and of CPU in Postgres."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, float | int]:
        """Count, medians and 99th percentiles."""
        named = {"count": len(self.clock), "max": max(self.clock)}
        for name, values in (("", self.clock), ("cpu_", self.cpu)):
            if values:
                named |= {f"{name}p50": quantile(values, 0.5), f"{name}p99": quantile(values, 0.99)}
        return named


class Hand:
    """One thread's connection, and how long what it does there takes."""

    def __init__(self, url: str, pages: int) -> None:
        self.pool, self.pages = db.open_pool(url, 1), pages
        self.series: defaultdict[str, Series] = defaultdict(Series)
        with self.pool.connection() as conn:
            self._stat = Path(f"/proc/{conn.info.backend_pid}/schedstat")

    def time(self, name: str, call: Callable[..., Answer], *values: Any) -> Answer:
        """Call it with our pool, and note what it took."""
        cpu, started = self._cpu_ms(), time.perf_counter()
        answer = call(self.pool, *values)
        self.series[name].clock.append((time.perf_counter() - started) * 1000)
        if cpu is not None and (after := self._cpu_ms()) is not None:
            self.series[name].cpu.append(after - cpu)
        return answer

    def _cpu_ms(self) -> float | None:
        """Milliseconds that our process of Postgres has computed; None where the system does not tell."""
        try:
            return int(self._stat.read_text().split()[0]) / 1e6
        except OSError:
            return None


def main() -> None:
    """Fill, measure and print each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", nargs="+", type=int, default=[10_000, 1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=150, help="ticks of each thread (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="keep the tables there, and take those that are there already")
    parser.add_argument("--plans", action="store_true", help="print the plans of slow statements")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    for pages in options.pages:
        with database(options.folder and options.folder / str(pages)) as (config, log):
            figures[str(pages)] = measure(config, log, pages, options)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


@contextmanager
def database(kept: Path | None) -> Iterator[tuple[Settings, Path]]:
    """An embedded Postgres with the schema, that writes slow statements with their plans into its log."""
    home = kept or Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)  # Postgres may have to run under another account
    config = Settings(data_dir=home, processes=1)
    try:
        with local.servers(config, wants_broker=False):
            with db.connect(config.owner()) as conn:
                db.install_schema(conn)
                conn.execute("alter system set session_preload_libraries = 'auto_explain'")
                conn.execute("alter system set max_wal_size = '8GB'")  # while filling
                conn.execute("select pg_reload_conf()")
            yield config, home / "logs" / "postgres.log"
    finally:
        if not kept:
            shutil.rmtree(home)


def measure(config: Settings, log: Path, pages: int, options: argparse.Namespace) -> dict[str, Any]:
    """Fill the tables and print what everything takes."""
    started = time.monotonic()
    with db.connect(config.owner()) as conn:
        if conn.execute("select from page limit 1").rowcount == 0:
            crowd.fill(conn, pages)
        crowd.make_due(conn, pages)
        found = crowd.sizes(conn)
        conn.execute(f"alter database dateline set auto_explain.log_min_duration = '{BAR_MS:g}ms'")
    print(
        f"\n{found['hosts']:,} hosts, {found['feeds']:,} feeds, {found['pages']:,} pages,"
        f" {found['hosts_due']:,} hosts and {found['pages_due']:,} pages due;"
        f" {found['bytes'] / 1e9:.1f} GB, filled in {time.monotonic() - started:.0f} s"
    )
    hands = [Hand(config.database(), pages) for _ in range(THREADS)]
    stopping = threading.Event()
    for hand in hands:
        work(hand, 3, stopping)  # plans and caches
        hand.series.clear()
    with db.connect(config.owner()) as conn:
        conn.execute("select pg_stat_reset()")  # the filling changed rows as well
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda hand: work(hand, options.rounds, stopping), hands))
    for _ in range(3):
        hands[0].time("repair", frontier.repair)
    with db.connect(config.owner()) as conn:
        hot = {row["relname"]: row["hot"] for row in conn.execute(HOT).fetchall()}
    for hand in hands:
        hand.pool.close()
    series = {name: merged([hand.series[name] for hand in hands]).as_dict() for name in sorted(hands[0].series)}
    show(series, slow_plans(log) if options.plans else [])
    print("updates that touched no index: " + ", ".join(f"{name} {share:.0%}" for name, share in hot.items()))
    return {**found, "operations": series, "hot": hot}


def work(hand: Hand, rounds: int, stopping: threading.Event) -> None:
    """Tick, and visit the hosts that it brings; every tenth round a one-off crawl."""
    for number in range(rounds):
        workers.sign(hand.pool, threading.current_thread().name, 10_000)  # there is always room
        tick(hand)
        for _ in range(VISITS):
            if lease := hand.time("take", frontier.take, LEASE, "bench"):
                visit(hand, lease, None)
        hand.time("due: a host with a long backlog", look, due.at_host, crowd.BACKLOG_HOST, set())
        hand.time("due: a host that is being crawled", look, due.at_host, crowd.CRAWLED_HOST, set())
        if number % 10 == 0:
            crawl(hand)


def tick(hand: Hand) -> None:
    """What the task `dateline.tick` does."""
    started = time.perf_counter()
    hand.time("tick: follow the clock", workers.follow_clock)
    hand.time("tick: open crawls", crawls.open_requested)
    hand.time("tick: finish crawls", crawls.finish)
    room = hand.time("tick: room", workers.room)
    hand.time("tick: hosts that are due", frontier.overdue, min(room, SLOTS))
    hand.time("tick: stamp", workers.stamp)
    hand.series["tick, whole"].clock.append((time.perf_counter() - started) * 1000)


def visit(hand: Hand, lease: Lease, crawl_id: int | None) -> None:
    """What a visit does around its requests, all of which say that nothing has changed."""
    if crawl_id is None:
        hand.time("due", look, due.at_host, lease.host, set())
    else:
        hand.time("crawl: due", look, due.for_crawl, lease.host, crawl_id, set())
    for number, target in enumerate(timed(hand, frontier.targets(hand.pool, lease, crawl_id))):
        name = "record a poll" if isinstance(target, FeedTarget) else "record a page"
        outcome = Outcome("not_modified", status=304, elapsed_ms=90.0, fetched=ANSWER)
        if number == 1 and isinstance(target, FeedTarget):
            name, outcome = "record a poll with known links", known_links(hand, target)
        hand.time(name, write, lease, target, outcome)
        if number == TARGETS - 1:
            break
    hand.time("release", frontier.release, lease, MANNER)


def look(pool: db.Pool, ask: Callable[..., Answer], *values: Any) -> Answer:
    """What `ask` finds to be due."""
    with db.statement(pool) as conn:
        return ask(conn, *values)


def timed(hand: Hand, targets: Iterator[Target]) -> Iterator[Target]:
    """The targets, and how long each took to be claimed; what is due is looked up on the way."""
    while (target := hand.time("claim a feed or page", lambda _: next(targets, None))) is not None:
        yield target


def write(pool: db.Pool, lease: Lease, target: Target, outcome: Outcome) -> None:
    """Record an attempt."""
    record.record(pool, lease, target, outcome, None)


def known_links(hand: Hand, feed: FeedTarget) -> Outcome:
    """The outcome of a poll that lists pages which are all known."""
    with hand.pool.connection() as conn:
        rows = conn.execute(
            "select url from page where id = any(%s)", (crowd.pages_of(feed.id, hand.pages),)
        ).fetchall()
    links = tuple(Link(row["url"]) for row in rows)
    return Outcome("listing", status=200, elapsed_ms=90.0, fetched=ANSWER, listing=Listing("feed", links))


def crawl(hand: Hand) -> None:
    """A one-off crawl of one story, from the request to the visit."""
    target = f"https://paper-0000002.example/stories/{threading.get_ident()}-{time.monotonic_ns()}"
    number = hand.time("crawl: request", crawls.request, crawls.Request([target]))
    hand.time("crawl: open", crawls.open_requested)
    if lease := hand.time("crawl: take its host", frontier.take_for_crawl, number, LEASE, "bench"):
        visit(hand, lease, number)
    hand.time("crawl: finish", crawls.finish)
    hand.time("crawl: summary", oneoff.summarise, number)


def merged(series: Sequence[Series]) -> Series:
    """All of them as one."""
    return Series([ms for one in series for ms in one.clock], [ms for one in series for ms in one.cpu])


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def show(series: dict[str, dict[str, Any]], plans: Sequence[tuple[float, str]]) -> None:
    """A line for each operation, then the plans."""
    print(f"{'milliseconds':36} {'count':>6} {'p50':>8} {'p99':>8} {'max':>8}   CPU in Postgres: p50      p99")
    for name, line in series.items():
        misses = "  <-- over the bar" if line["p99"] > BAR_MS and name not in NO_BAR else ""
        cpu = f"{line['cpu_p50']:24.2f} {line['cpu_p99']:8.2f}" if "cpu_p50" in line else ""
        print(f"{name:36} {line['count']:6} {line['p50']:8.2f} {line['p99']:8.2f} {line['max']:8.2f}{cpu}{misses}")
    for milliseconds, plan in plans:
        print(f"\n{milliseconds:.1f} ms\n{plan}")


def slow_plans(log: Path) -> list[tuple[float, str]]:
    """The slowest run of each statement that took longer than the bar, and its plan."""
    slowest: dict[str, tuple[float, str]] = {}
    for entry in re.split(r"(?m)^(?=\d{4}-\d\d-\d\d )", log.read_text("utf-8", "replace")):
        if found := re.search(r"duration: ([\d.]+) ms  plan:\n(.*)", entry, re.DOTALL):
            milliseconds, plan = float(found[1]), found[2]
            text = " ".join(plan.split())[:200]
            slowest[text] = max(slowest.get(text, (0.0, "")), (milliseconds, plan))
    return sorted(slowest.values(), reverse=True)


HOT = """
    select relname, n_tup_hot_upd::float8 / n_tup_upd as hot from pg_stat_user_tables
     where n_tup_upd > 0 and relname in ('host', 'feed', 'page') order by 1"""


if __name__ == "__main__":
    main()
