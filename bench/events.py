"""The change feed: three ways to number events in the order in which they become visible, side by side.

Every writer stores an article of 5 kB and an event of it in one transaction, as the service does; some dawdle between
publishing and commit, as a worker does that the system gives no time. The ways:

- early: the lock is taken when the event is written and held until the client sends its commit;
- commit: the event waits in a table and is numbered by a deferred trigger, under the lock, within the commit itself;
- sequencer: the event is committed without a number, and one process moves what is committed in batches.

`hidden` is the time from the return of the commit until a reader that listens has seen the event.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from queue import Empty
from random import Random
from typing import Any

import psycopg

from worker import local
from worker.settings import Settings

LOCK = "select pg_advisory_xact_lock(4711)"
TABLES = """
    drop table if exists story, feed_event, waiting;
    create table story (id bigint generated always as identity primary key, body text);
    create table feed_event (id bigint generated always as identity primary key,
                             at timestamptz not null default clock_timestamp(), story_id bigint, title text);
    create table waiting (tx xid8 default pg_current_xact_id(), n bigint generated always as identity, story_id bigint,
                          title text, primary key (tx, n))"""
TRIGGER = """
    create or replace function number_waiting() returns trigger language plpgsql as $$
    declare newest bigint;
    begin
        perform pg_advisory_xact_lock(4711);
        with mine as (delete from waiting where tx = pg_current_xact_id() returning n, story_id, title),
             told as (insert into feed_event (story_id, title) select story_id, title from mine order by n returning id)
        select max(id) into newest from told;
        if newest is not null then perform pg_notify('feed', newest::text); end if;
        return null;
    end $$;
    create constraint trigger number after insert on waiting deferrable initially deferred
        for each row execute function number_waiting()"""
WRITE = {
    "early": [
        LOCK,
        """with told as (insert into feed_event (story_id, title) values (%s, 'A headline of usual length')
                        returning id)
           select pg_notify('feed', max(id)::text) from told""",
    ],
    "commit": ["insert into waiting (story_id, title) values (%s, 'A headline of usual length')"],
    "sequencer": [
        "insert into waiting (story_id, title) values (%s, 'A headline of usual length')",
        "select pg_notify('waiting', '')",
    ],
}
MOVE = """
    with taken as (delete from waiting returning tx, n, story_id, title),
         told as (insert into feed_event (story_id, title)
                  select story_id, title from taken order by tx, n returning id)
    select pg_notify('feed', max(id)::text) from told having max(id) is not null"""


def write(url: str, way: str, number: int, until: float, late: float, out: Any) -> None:
    """Store articles until the time is up; puts (article, clock at the return of the commit)."""
    chance, body, done = Random(number), "x" * 5000, []
    with psycopg.connect(url) as conn:
        while time.monotonic() < until:
            row = conn.execute("insert into story (body) values (%s) returning id", (body,)).fetchone()
            with conn.pipeline():
                for statement in WRITE[way]:
                    conn.execute(statement, (row[0],) if "%s" in statement else None)
            if chance.random() < late:
                time.sleep(0.1)
            conn.commit()
            done.append((row[0], time.monotonic()))
    out.put(("writer", done))


def sequence(url: str, ending: Any) -> None:
    """Move what is committed, as soon as somebody says that there is something."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("select pg_advisory_lock(4711)")
        conn.execute("listen waiting")
        while not ending.is_set():
            conn.execute(MOVE)
            list(conn.notifies(timeout=0.2, stop_after=1))


def read(url: str, ending: Any, out: Any) -> None:
    """Follow the feed; puts (article, clock) of every event."""
    seen, cursor = [], 0
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("listen feed")
        while True:
            last_look = ending.is_set()
            rows = conn.execute("select id, story_id from feed_event where id > %s order by id", (cursor,)).fetchall()
            now = time.monotonic()
            seen += [(story, now) for _, story in rows]
            cursor = rows[-1][0] if rows else cursor
            if last_look:
                break
            list(conn.notifies(timeout=0.2, stop_after=1))
    out.put(("reader", seen))


def run(url: str, way: str, writers: int, seconds: float, late: float) -> str:
    """One way for some seconds; its line of the table. Raises SystemExit if the reader missed or repeated an event."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(TABLES)
        if way == "commit":
            conn.execute(TRIGGER)
    out: Any = multiprocessing.Queue()
    ending = multiprocessing.Event()
    others = [multiprocessing.Process(target=read, args=(url, ending, out))]
    if way == "sequencer":
        others.append(multiprocessing.Process(target=sequence, args=(url, ending)))
    until = time.monotonic() + seconds
    crowd = [multiprocessing.Process(target=write, args=(url, way, n, until, late, out)) for n in range(writers)]
    for process in others + crowd:
        process.start()
    stored = [item for _ in crowd for item in take(out, seconds)[1]]
    for process in crowd:
        process.join()
    await_empty(url)
    ending.set()
    seen = take(out, seconds)[1]
    for process in others:
        process.join()
    when = dict(seen)
    if len(seen) != len(when) or when.keys() != {story for story, _ in stored}:
        raise SystemExit(f"{way}: the reader has {len(seen)} events of {len(stored)}")
    hidden = sorted((when[story] - at) * 1000 for story, at in stored)
    p99 = hidden[int(len(hidden) * 0.99)]
    return f"{len(stored) / seconds:8.0f} {statistics.median(hidden):10.1f} {p99:10.1f}"


def take(out: Any, seconds: float) -> Any:
    """What a process has to say; it has half a minute longer than it works."""
    try:
        return out.get(timeout=seconds + 30)
    except Empty:
        raise SystemExit("a writer or reader ended without a word") from None


def await_empty(url: str) -> None:
    """Return when nothing waits for a number any more."""
    with psycopg.connect(url, autocommit=True) as conn:
        while conn.execute("select from waiting").fetchone():
            time.sleep(0.05)


def main() -> None:
    """Run all ways with the same settings, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3, help="of each run (default: %(default)s)")
    parser.add_argument("--writers", type=int, default=8, help="processes that write (default: %(default)s)")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    home.chmod(0o755)  # Postgres may have to run under another account
    try:
        config = Settings(data_dir=home, processes=4)
        with local.servers(config, wants_broker=False):
            print(f"{options.writers} writers{'':17} events/s  hidden ms, median  p99")
            for late in (0.0, 0.05):
                for way in WRITE:
                    line = run(config.owner(), way, options.writers, options.seconds, late)
                    print(f"{way:10} {late:4.0%} of them late {line}")
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
