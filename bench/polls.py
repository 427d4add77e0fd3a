"""What polls cost and how soon news is stored: real worker processes poll many feeds, each on a host of its own.

    python bench/polls.py                  # CPU of polls that bring nothing: a visit, a connection and a poll each
    python bench/polls.py --fresh 300      # from publication to the row in Postgres, for so many seconds

The feeds are served on loopback, by a lean program of its own. A poll is counted when it is in the log of fetches; CPU
is that of the worker processes, ticks included.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from ground import wire
from ground.family import Family
from ground.service import folder, running

from worker import db, sources
from worker.settings import Settings
from worker.sourcefile import FeedSpec, SourceSpec

ALWAYS_DUE = {"DATELINE_POLL_FLOOR": "1", "DATELINE_POLL_CEILING": "1"}
EVERY_MINUTE = {"DATELINE_POLL_FLOOR": "60", "DATELINE_POLL_CEILING": "60"}


def main() -> None:
    """Serve, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1_000, help="each on a host of its own (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="of polls (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="worker processes (default: %(default)s)")
    parser.add_argument("--fresh", type=float, metavar="SECONDS", help="publish a story a second for so long instead")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    options = parser.parse_args()
    target = options.json and options.json.absolute()
    limits = EVERY_MINUTE if options.fresh else ALWAYS_DUE
    extra = {
        "DATELINE_ALLOW_PRIVATE_HOSTS": "1",
        "DATELINE_DELAY": "0",
        "DATELINE_HTTP_PROXY": "",
        "DATELINE_PROCESSES": str(options.processes),
    }
    every_s = 1.0 if options.fresh else 0.0
    with folder() as home, served(options.feeds, every_s) as port, running(home, {**extra, **limits}) as (up, config):
        follow(config, port, options.feeds)
        figures = freshness(config, options.fresh) if options.fresh else polls(up, config, options.seconds)
    print(json.dumps(figures))
    if target:
        target.write_text(json.dumps(figures))


@contextmanager
def served(hosts: int, every_s: float) -> Iterator[int]:
    """The web server, until the end of the block; its port."""
    command = [sys.executable, str(Path(wire.__file__)), str(hosts), str(every_s)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int(server.stdout.readline())
    finally:
        server.communicate()


def follow(config: Settings, port: int, feeds: int) -> None:
    """Add the feeds, and wait until nothing but polls is left to do."""
    with db.connect(config.owner()) as conn:
        with conn.transaction():
            for number in range(feeds):
                name = wire.address(number)
                url = f"http://{name}:{port}/feed.xml"
                sources.add(conn, SourceSpec(name, name, None, (FeedSpec(url),)), "added")
        while conn.execute(UNREAD).rowcount:
            time.sleep(1)


def polls(up: psutil.Process, config: Settings, seconds: float) -> dict[str, float]:
    """Polls and the CPU they take: in the workers, in Postgres, in Valkey."""
    with db.connect(config.owner()) as conn:
        family = Family([up])
        before, started, spent = counted(conn), time.monotonic(), cpu(family)
        time.sleep(seconds)
        after, took, spent_after = counted(conn), time.monotonic() - started, cpu(family)
    brought_nothing = after["nothing"] - before["nothing"]
    each = {f"{role}_ms": (spent_after[role] - spent[role]) / brought_nothing * 1000 for role in spent_after}
    figures = {
        "polls": brought_nothing,
        "others": after["others"] - before["others"],
        "a_second": brought_nothing / took,
    }
    wal = (after["wal"] - before["wal"]) / brought_nothing
    return {**figures, "a_worker_cpu_second": 1000 / each["workers_ms"], **each, "wal_bytes": float(wal)}


def cpu(family: Family) -> dict[str, float]:
    """CPU seconds so far, by role."""
    family.look()
    return family.cpu_by_role()


def counted(conn: db.Connection) -> dict[str, Any]:
    """Fetches that brought nothing, and all others."""
    return db.one(conn.execute(COUNTED))


def freshness(config: Settings, seconds: float) -> dict[str, float]:
    """Seconds from the publication of a story to its row."""
    with db.connect(config.owner()) as conn:
        conn.execute("update feed set due_at = now() + random() * interval '60 s'")
        conn.execute("update host set due_at = feed.due_at from feed where feed.host = host.name")
        time.sleep(70)
        started = time.time()
        time.sleep(seconds + 70)
        return db.one(conn.execute(LATENCY, {"since": started * 1000, "until": (started + seconds) * 1000}))


UNREAD = "select from feed where polls < 2 limit 1"
COUNTED = """
    select count(*) filter (where kind = 'feed' and reason in ('not_modified', 'same')) as nothing,
           count(*) filter (where kind <> 'feed' or reason not in ('not_modified', 'same')) as others,
           pg_current_wal_lsn() - '0/0'::pg_lsn as wal
      from fetch_log"""
LATENCY = """
    with story as (
        select extract(epoch from first_seen) - split_part(url, '/story/', 2)::bigint / 1000.0 as seconds
          from article where split_part(url, '/story/', 2)::bigint between %(since)s and %(until)s)
    select count(*) as stories, percentile_cont(0.5) within group (order by seconds)::float8 as median_s,
           percentile_cont(0.95) within group (order by seconds)::float8 as p95_s, max(seconds)::float8 as max_s
      from story"""


if __name__ == "__main__":
    main()
