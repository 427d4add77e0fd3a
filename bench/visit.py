"""Where an article's milliseconds go: real visits in this process, with every part of the way timed.

Newspapers on loopback (a process of their own), the embedded Postgres in a folder of its own, one thread, no delay
between requests. CPU is that of this thread; the servers' is theirs. Parts inside other parts are not counted twice.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import psycopg_pool
from ground.floors import STORIES, floors
from ground.newspapers import Newspapers, Plan, host_of, published
from ground.stopwatch import Spent, Stopwatch, watched

import scrapers.body
import scrapers.page
import worker.visit as visiting
from worker import archive, crawls, db, discover, due, events, feeds, frontier, local, record, sources, store
from worker.archive import Keeper
from worker.db import Pool
from worker.fetch import Fetcher
from worker.fetch import Limits as FetchLimits
from worker.pacer import Pacer
from worker.settings import Settings
from worker.sourcefile import FeedSpec, SourceSpec

LEASE = timedelta(minutes=5)
LIMITS = visiting.Limits(requests=100, seconds=60, delay_s=0, agent="Dateline/bench", keeper=Keeper(None))
NOTHING_S = 0.001
STORED = ("new", "copied", "revised", "unchanged")
CLAIM, FETCH, EXTRACT, RECORD = "claim", "robots and fetch", "parse and extract", "record"
POSTGRES = "Postgres's backends"
MOST = {CLAIM: 9.0, FETCH: 3.0, EXTRACT: 45.0, RECORD: 15.0, POSTGRES: 9.0}  # some three times what was measured
POINTS: dict[tuple[str | None, str], list[tuple[Any, str]]] = {
    (CLAIM, "host: take, release"): [(frontier, "take"), (frontier, "release")],
    (CLAIM, "what is due"): [(due, "at_host")],
    (CLAIM, "one page or feed"): [(frontier, "_claim_page"), (feeds, "claim")],
    (FETCH, "robots.txt"): [(visiting.Door, "robots")],
    (FETCH, "request and answer"): [(Fetcher, "get")],
    (FETCH, "pause"): [(Pacer, "wait")],
    (EXTRACT, "hash of the bytes"): [(visiting, "read")],
    (EXTRACT, "a feed's links"): [(discover, "read")],
    (EXTRACT, "decode"): [(scrapers.page, "decode"), (scrapers.page, "tame")],
    (EXTRACT, "parse (lexbor)"): [(scrapers.page, "LexborHTMLParser")],
    (EXTRACT, "BeautifulSoup"): [(scrapers.page, "BeautifulSoup")],
    (EXTRACT, "body: blocks"): [(scrapers.page, "walk")],
    (EXTRACT, "body: features and judgement"): [(scrapers.body, "judge")],
    (EXTRACT, "body: the rest"): [(scrapers.body, "find")],
    (EXTRACT, "other fields"): [(visiting, "scrape")],
    (RECORD, "around the statements"): [(record, "record"), (record, "keep_robots")],
    (RECORD, "article (store.save)"): [(store, "save")],
    (RECORD, "article: which one"): [(store.identity, "lock"), (store.identity, "find")],
    (RECORD, "article: copies"): [(store.groups, "settle"), (store.groups, "resettle")],
    (RECORD, "frontier"): [(frontier, "settle"), (frontier, "wake"), (frontier, "note_robots")],
    (RECORD, "new links"): [(frontier, "add_links"), (feeds, "settle")],
    (RECORD, "one-off crawls"): [(crawls, "settle")],
    (RECORD, "events"): [(events, "publish")],
    (RECORD, "fetch log"): [(record, "_log")],
    (RECORD, "archive: row"): [(archive, "add")],
    (RECORD, "archive: bytes outside Postgres"): [(Keeper, "keep")],
    (None, "connection: take, check, return"): [
        (psycopg_pool.ConnectionPool, "getconn"),
        (psycopg_pool.ConnectionPool, "putconn"),
    ],
    (None, "commit"): [(psycopg.Connection, "commit")],
}


def main() -> None:
    """Visit, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="of visits, at most (default: %(default)s)")
    parser.add_argument("--stories", type=int, default=10, help="of each newspaper (default: %(default)s)")
    parser.add_argument("--warm-up", type=int, default=10, help="hosts visited before (default: %(default)s)")
    parser.add_argument("--profile", action="store_true", help="list functions by their own time instead of parts")
    parser.add_argument(
        "--archive",
        default="postgres",
        metavar="DIR",
        help="where the bytes of pages go: postgres, none, or a folder for them (default: %(default)s)",
    )
    parser.add_argument("--check", action="store_true", help="fail if a step is far dearer than its bare calls")
    options = parser.parse_args()
    limits = replace(LIMITS, keeper=keeper(options.archive))
    with published(Plan(backlog=options.stories, latency_ms=0)) as newspapers, database() as (pool, postgres):
        print(newspapers.note)
        follow(pool, newspapers)
        watch = Stopwatch()
        for _ in range(options.warm_up):
            visit_next(pool, newspapers.proxy_url, limits)
        if options.profile:
            profile(pool, newspapers, limits, options.seconds)
        else:
            spent = measure(pool, newspapers, limits, postgres, watch, options.seconds)
            dearer = compare(spent, bare_calls(pool, newspapers, postgres))
            if options.check and dearer:
                sys.exit(f"Dearer than it may be beside the bare calls: {', '.join(dearer)}")


def keeper(place: str) -> Keeper | None:
    """What keeps the bytes of pages in `postgres`, nowhere (`none`) or in a folder."""
    return None if place == "none" else Keeper(None if place == "postgres" else f"file://{Path(place).resolve()}")


@contextmanager
def database() -> Iterator[tuple[Pool, psutil.Process]]:
    """An embedded Postgres with the schema: a pool of one connection, and the server's process."""
    for name in [name for name in os.environ if name.upper().startswith("DATELINE_")]:
        del os.environ[name]  # another archive's
    home = Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    home.chmod(0o755)  # Postgres may have to run under another account
    os.chdir(home)  # away from a .env
    try:
        with local.servers(Settings(data_dir=home), wants_broker=False):
            url = Settings(data_dir=home).owner()
            with db.connect(url) as conn:
                db.install_schema(conn)
            with db.open_pool(url, 1) as pool:
                yield pool, psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().split()[0]))
    finally:
        os.chdir("/")
        shutil.rmtree(home)


def follow(pool: Pool, newspapers: Newspapers) -> None:
    """Add every newspaper as a source."""
    with pool.connection() as conn:
        for feed in newspapers.feeds:
            sources.add(conn, SourceSpec(host_of(feed), host_of(feed), None, (FeedSpec(feed),)), "added")


def visit_next(pool: Pool, proxy_url: str, limits: visiting.Limits) -> Counter[str]:
    """Visit the host that is longest overdue; how its attempts ended, nothing where no host is due."""
    if lease := frontier.take(pool, LEASE, "bench"):
        with Fetcher(FetchLimits(), limits.agent, proxy_url) as fetcher:
            return visiting.visit(pool, fetcher, lease, limits, threading.Event()).reasons
    return Counter()


def visit_all(pool: Pool, proxy_url: str, limits: visiting.Limits, seconds: float) -> Counter[str]:
    """Visit what is due, for so long at most; how the attempts ended."""
    reasons: Counter[str] = Counter()
    until = time.monotonic() + seconds
    while time.monotonic() < until and (brought := visit_next(pool, proxy_url, limits)):
        reasons += brought
    return reasons


def profile(pool: Pool, newspapers: Newspapers, limits: visiting.Limits, seconds: float) -> None:
    """Print which functions take the time; a profiler makes small functions look dearer than they are."""
    profiler = cProfile.Profile(time.thread_time)
    reasons = profiler.runcall(visit_all, pool, newspapers.proxy_url, limits, seconds)
    print(f"{sum(reasons[name] for name in STORED)} articles", dict(reasons))
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def measure(
    pool: Pool,
    newspapers: Newspapers,
    limits: visiting.Limits,
    postgres: psutil.Process,
    watch: Stopwatch,
    seconds: float,
) -> dict[str, float]:
    """Visit with the watch running, and print the table; CPU milliseconds an article by step, and Postgres's."""
    with watched(watch, POINTS), counted_statements(watch):
        before, wall, cpu = servers(pool, postgres), time.perf_counter(), time.thread_time()
        paper_cpu = cpu_of(newspapers.process)
        watch.reset()
        reasons = visit_all(pool, newspapers.proxy_url, limits, seconds)
        watch.settle()
        wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
        after = servers(pool, postgres)
    articles = sum(reasons[name] for name in STORED)
    if not articles:
        raise SystemExit(f"No article was stored: {dict(reasons)}")
    spent = {name: (after[name] - before[name]) / articles for name in before}
    print(f"{articles} articles in {wall:.1f} s: {articles / wall:.1f} a second by one thread; {dict(reasons)}")
    print(
        f"CPU ms an article: {cpu / articles * 1000:.2f} here, {spent['cpu_s'] * 1000:.2f} Postgres"
        f" ({spent['backend_s'] * 1000:.2f} its backends),"
        f" {(cpu_of(newspapers.process) - paper_cpu) / articles * 1000:.2f} the newspapers (not ours to save)"
    )
    statements = sum(part.statements for part in watch.parts.values())
    print(
        f"An article: {statements / articles:.1f} statements in {spent['transactions']:.1f} transactions,"
        f" {spent['wal'] / 1000:.1f} kB of write-ahead log"
    )
    table(watch, articles, cpu)
    steps = dict.fromkeys((group for group, _ in watch.parts), 0.0)
    for (group, _), part in watch.parts.items():
        steps[group] += part.cpu_s / articles * 1000
    return {**steps, POSTGRES: spent["backend_s"] * 1000}


def bare_calls(pool: Pool, newspapers: Newspapers, postgres: psutil.Process) -> dict[str, float]:
    """CPU milliseconds that the same steps take by bare library calls, and Postgres for these."""
    before = servers(pool, postgres)
    bare = floors(pool, newspapers.proxy_url)
    return {**bare, POSTGRES: (servers(pool, postgres)["backend_s"] - before["backend_s"]) / STORIES * 1000}


def compare(spent: Mapping[str, float], bare: Mapping[str, float]) -> list[str]:
    """Print what each step takes beside the bare calls; the steps that take more times as much than `MOST` says."""
    print("\nBeside bare library calls (ground/floors.py), CPU ms:")
    for step, ms in bare.items():
        print(f"    {step:24}{spent[step]:8.2f}{ms:8.2f}{spent[step] / ms:8.1f} times")
    return [step for step, most in MOST.items() if spent[step] > most * bare[step]]


def table(watch: Stopwatch, articles: int, cpu_s: float) -> None:
    """Print what each part took, an article, the dearest first within its group."""
    groups: dict[str, list[tuple[str, Spent]]] = {}
    for (group, name), part in watch.parts.items():
        if part.cpu_s < NOTHING_S:
            continue
        groups.setdefault(group, []).append((name, part))
    print(f"\n{'':46}{'CPU ms':>8}{'share':>8}{'clock ms':>10}{'calls':>7}{'statements':>12}   an article")
    for group, parts in sorted(groups.items(), key=lambda item: -sum(part.cpu_s for _, part in item[1])):
        line(group, [part for _, part in parts], articles, cpu_s, has_calls=False)
        for name, part in sorted(parts, key=lambda item: -item[1].cpu_s):
            line(f"    {name}", [part], articles, cpu_s, has_calls=True)


def line(name: str, parts: list[Spent], articles: int, cpu_s: float, *, has_calls: bool) -> None:
    """Print one line of the table: the sum of some parts."""
    own = sum(part.cpu_s for part in parts)
    wall_ms = sum(part.wall_s for part in parts) / articles * 1000
    calls = f"{sum(part.calls for part in parts) / articles:7.2f}" if has_calls else " " * 7
    statements = sum(part.statements for part in parts) / articles
    print(f"{name:46}{own / articles * 1000:8.2f}{own / cpu_s:8.1%}{wall_ms:10.2f}{calls}{statements:12.2f}")


@contextmanager
def counted_statements(watch: Stopwatch) -> Iterator[None]:
    """Count every statement of this process to the part that sends it; BEGIN and COMMIT are not among them."""
    execute = psycopg.Cursor.execute

    def counted(self: Any, *args: Any, **named: Any) -> Any:
        watch.count_statement()
        return execute(self, *args, **named)

    psycopg.Cursor.execute = counted  # type: ignore[method-assign]
    try:
        yield
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


USED = """
    select pg_stat_force_next_flush(), pg_current_wal_lsn() - '0/0'::pg_lsn as wal,
           (select xact_commit from pg_stat_database where datname = current_database()) as transactions
"""
BACKENDS = "select pid from pg_stat_activity where backend_type = 'client backend'"


def servers(pool: Pool, postgres: psutil.Process) -> dict[str, float]:
    """What Postgres has used so far: CPU seconds of all its processes and of its backends, transactions, log bytes."""
    with pool.connection() as conn:
        row = db.one(conn.execute(USED))
        backends = {line["pid"] for line in conn.execute(BACKENDS).fetchall()}
    everything = [postgres, *postgres.children(recursive=True)]
    return {
        "cpu_s": sum(map(cpu_of, everything)),
        "backend_s": sum(cpu_of(process) for process in everything if process.pid in backends),
        "transactions": float(row["transactions"]),
        "wal": float(row["wal"]),
    }


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
