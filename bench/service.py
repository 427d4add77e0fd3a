"""End to end: `dateline up` in a folder of its own reads newspapers on loopback; articles a second, CPU and memory.

The rate is counted in Postgres, from the first article to the last; `middle` leaves out the first and the last tenth,
when not all workers have something to do. The newspapers and the readings take their share of the same processors.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from ground.newspapers import Newspapers, host_of, published

from worker import db, sources, workers
from worker.settings import Settings, SettingsError
from worker.sourcefile import FeedSpec, SourceSpec

START_S = 90.0  # for the servers, the schema and the workers
STOP_S = 90.0  # `up` itself allows 75
REST_S = 3.0  # idle, before memory is read
LOOK_S = 1.0
WEIGH_S = 8.0  # between two readings of memory
ROLES = {
    "valkey-server": "Valkey",
    "worker --pool threads": "workers",
    "-m worker beat": "beat",
    "postgres": "Postgres",
}
QUIET_LOOKS = 3  # nothing was stored and nothing is due for so many looks: the end


@dataclass(slots=True)
class Service:
    """The processes of the service, by role: CPU seconds and memory."""

    root: psutil.Process
    cpu: dict[int, tuple[str, float]] = field(default_factory=dict)
    peak: dict[str, int] = field(default_factory=dict)

    def look(self) -> None:
        """Read CPU times now."""
        for process in [self.root, *self.root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                self.cpu[process.pid] = role_of(process), cpu_of(process)

    def memory(self) -> dict[str, int]:
        """Bytes in use now, by role (PSS), and in all as `PSS` and `RSS`. Slow: the system adds up every page."""
        now: defaultdict[str, int] = defaultdict(int)
        for process in [self.root, *self.root.children(recursive=True)]:
            try:
                role, rss, pss = role_of(process), process.memory_info().rss, pss_of(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            now["RSS"] += rss
            now["PSS"] += pss
            now[role] += pss
        self.peak = {name: max(now[name], self.peak.get(name, 0)) for name in {*now, *self.peak}}
        return now

    def cpu_by_role(self) -> dict[str, float]:
        """CPU seconds as of the last look, of processes that have ended as well."""
        total: defaultdict[str, float] = defaultdict(float)
        for role, seconds in self.cpu.values():
            total[role] += seconds
        return total


def main() -> None:
    """Start, wait, print, stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="of crawling, at most (default: %(default)s)")
    parser.add_argument("--clones", type=int, default=8, help="variants of each labelled page (default: %(default)s)")
    parser.add_argument(
        "--latency", type=float, default=100, metavar="MS", help="of each answer (default: %(default)s)"
    )
    parser.add_argument("--processes", type=int, help="worker processes (default: one a core)")
    parser.add_argument("--concurrency", type=int, help="visits of one process at once (default: the service's)")
    options = parser.parse_args()
    chosen = {"PROCESSES": options.processes, "CONCURRENCY": options.concurrency}
    with published(options.clones, options.latency) as newspapers:
        print(newspapers.note)
        extra = {f"DATELINE_{name}": str(value) for name, value in chosen.items() if value}
        with running(newspapers.proxy_url, extra) as (service, config):
            measure(service, config, newspapers, options.seconds)


@contextmanager
def running(proxy_url: str, extra: dict[str, str]) -> Iterator[tuple[Service, Settings]]:
    """`dateline up` without sources, ready; ended at the end of the block, with everything it started and wrote."""
    home = Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    home.chmod(0o755)  # Postgres may have to run under another account
    (home / "sources.toml").touch()
    for name in [name for name in os.environ if name.upper().startswith("DATELINE_")]:
        del os.environ[name]  # another archive's
    os.chdir(home)  # away from a .env
    env = {
        "DATELINE_DATA_DIR": str(home),
        "DATELINE_SOURCES": str(home / "sources.toml"),
        "DATELINE_HTTP_PROXY": proxy_url,
        "DATELINE_DELAY": "0",
        **extra,
    }
    with (home / "up.log").open("wb") as log:
        program = Path(sys.executable).with_name("dateline")
        up = subprocess.Popen([program, "up"], env={**os.environ, **env}, stdout=log, stderr=subprocess.STDOUT)
        try:
            config = Settings(data_dir=home, processes=env.get("DATELINE_PROCESSES", os.cpu_count() or 1))
            await_workers(up, config, home / "up.log")
            yield Service(psutil.Process(up.pid)), config
        finally:
            stop(up)
            os.chdir("/")
            shutil.rmtree(home, ignore_errors=True)


def await_workers(up: subprocess.Popen[bytes], config: Settings, log: Path) -> None:
    """Wait until all workers are alive and the clock has ticked."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and up.poll() is None:
        with suppress(SettingsError, psycopg.Error), db.open_pool(config.database(), 1) as pool:
            health = workers.health(pool)
            if health.is_up and health.workers == config.processes:
                return
        time.sleep(LOOK_S / 4)
    raise SystemExit(f"The service did not start:\n{log.read_text()}")


def stop(up: subprocess.Popen[bytes]) -> None:
    """End the service; what does not end by itself is killed."""
    family = [psutil.Process(up.pid), *psutil.Process(up.pid).children(recursive=True)] if up.poll() is None else []
    if family:
        up.send_signal(signal.SIGTERM)
    try:
        up.wait(STOP_S)
    except subprocess.TimeoutExpired:
        up.kill()
    for process in psutil.wait_procs(family, timeout=5)[1]:
        process.kill()


def measure(service: Service, config: Settings, newspapers: Newspapers, seconds: float) -> None:
    """Read the idle memory, add the sources, wait until all is stored or the time is up, print."""
    time.sleep(REST_S)
    idle = service.memory()
    service.look()
    before, paper_cpu = service.cpu_by_role(), cpu_of(newspapers.process)
    with db.open_pool(config.database(), 1) as pool:
        with pool.connection() as conn:
            for feed in newspapers.feeds:
                sources.add(conn, SourceSpec(host_of(feed), host_of(feed), None, (FeedSpec(feed),)), "added")
        started, busy, own_cpu = time.monotonic(), busy_s(), time.process_time()
        is_done = wait(service, pool, started + seconds)
        took = time.monotonic() - started
        service.look()
        busy, own_cpu = busy_s() - busy, time.process_time() - own_cpu
        with pool.connection() as conn:
            figures = db.one(conn.execute(FIGURES))
            reasons = {row["reason"]: row["n"] for row in conn.execute(REASONS).fetchall()}
    articles = figures["articles"]
    if articles < 10:  # no rate can be told from so few
        raise SystemExit(f"Only {articles} articles were stored: {reasons}")
    end = "" if is_done else ", not all: the time was up"
    print(f"{articles} articles ({figures['copies']} copies){end}; attempts: {reasons}")
    print(
        f"articles a second: {figures['rate']:.1f} from the first to the last, {figures['middle']:.1f} in the middle;"
        f" the first after {took - figures['first_ago']:.1f} s"
    )
    spent = {role: seconds - before.get(role, 0) for role, seconds in service.cpu_by_role().items()}
    spent["newspapers"] = cpu_of(newspapers.process) - paper_cpu
    print(
        "CPU ms an article: "
        + ", ".join(f"{role} {s / articles * 1000:.2f}" for role, s in sorted(spent.items(), key=lambda item: -item[1]))
    )
    others = busy - sum(spent.values()) - own_cpu
    print(
        f"processors in use, of {os.cpu_count()}:"
        f" {sum(spent.values()) / took:.2f} by these, {own_cpu / took:.2f} by this"
        f" program, {others / took:.2f} by all else: a disturbed run if that is much more than 0.1"
    )
    for name, memory in (("idle", idle), ("at work, peak of each", service.peak)):
        roles = ", ".join(f"{role} {size / 1e6:.0f}" for role, size in memory.items() if role not in ("PSS", "RSS"))
        print(f"memory {name}: PSS {memory['PSS'] / 1e6:.0f} MB, RSS {memory['RSS'] / 1e6:.0f} MB (PSS: {roles})")


def wait(service: Service, pool: db.Pool, until: float) -> bool:
    """Look on until nothing is due any more; False if the time is up before."""
    quiet, weigh_at = 0, time.monotonic() + WEIGH_S
    while time.monotonic() < until:
        time.sleep(LOOK_S)
        service.look()
        if time.monotonic() > weigh_at:
            service.memory()
            weigh_at = time.monotonic() + WEIGH_S
        with pool.connection() as conn:
            left = db.one(conn.execute(LEFT))
        quiet = quiet + 1 if left["articles"] and not left["due"] else 0
        if quiet == QUIET_LOOKS:
            return True
    return False


LEFT = """
    select exists (select from article) as articles,
           exists (select from page where due_at <= now()) or exists (select from feed where body_hash is null)
               or exists (select from host where token is not null) as due
"""
REASONS = "select reason, count(*) as n from fetch_log where kind <> 'robots' group by 1 order by 2 desc"
FIGURES = """
    with stored as (
        select first_seen, copy_of, row_number() over (order by first_seen) as n, count(*) over () as total
          from article)
    select count(*) as articles, count(copy_of) as copies,
           (count(*) - 1) / greatest(extract(epoch from max(first_seen) - min(first_seen)), 0.001)::float8 as rate,
           count(*) filter (where n > total * 0.1 and n <= total * 0.9)
               / greatest(extract(epoch from max(first_seen) filter (where n <= total * 0.9)
                                  - min(first_seen) filter (where n > total * 0.1)), 0.001)::float8 as middle,
           extract(epoch from now() - min(first_seen))::float8 as first_ago
      from stored
"""


def role_of(process: psutil.Process) -> str:
    """What a process of the service does."""
    line = " ".join(process.cmdline())
    return next((role for mark, role in ROLES.items() if mark in line), "up")


def pss_of(process: psutil.Process) -> int:
    """Proportional set size in bytes; where the system does not tell it, the resident size."""
    full: Any = process.memory_full_info()
    return int(getattr(full, "pss", full.rss))


def busy_s() -> float:
    """Seconds that all processors together were busy since the machine started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0) - getattr(times, "guest", 0))


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
