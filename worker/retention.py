"""What is kept how long: partitions are made ahead of time and dropped when they are too old."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import psycopg

from worker.db import Connection, Pool, one
from worker.record import expire

log = logging.getLogger(__name__)

STEP = {"event": timedelta(days=7), "archive": timedelta(days=1), "fetch_log": timedelta(days=1)}  # as in schema.sql
FIRST = datetime(2001, 1, 1, tzinfo=UTC)  # a Monday: partitions begin at whole steps from here
AHEAD = 2  # partitions after the current one; maintenance may fail for a day before rows go to the default one
PATIENCE = 2  # events that a consumer has not read are kept for so many times as long as others
LOCK_TIMEOUT = "5s"  # of a change of partitions: writers must not queue behind it; the next run tries again


def maintain(pool: Pool, keep: Mapping[str, timedelta], now: datetime) -> None:
    """Make the partitions of the next days, and drop what is older than `keep` says for event, archive and fetch_log.

    Articles and revisions are kept for ever. What cannot be had in time is left for the next run, with a warning.
    """
    for table, step in STEP.items():
        start = now - (now - FIRST) % step
        for number in range(AHEAD + 1):
            _add(pool, table, start + number * step, start + (number + 1) * step)
        for name in outdated(pool, table, now - keep[table]):
            if table == "event":
                _drop_events(pool, name, now - PATIENCE * keep[table])
            else:
                _drop(pool, name)
    expire(pool, keep["fetch_log"], keep["archive"])


def outdated(pool: Pool, table: str, before: datetime) -> list[str]:
    """Names of the partitions of `table` in which everything is older than `before`, the oldest first."""
    with pool.connection() as conn:
        rows = conn.execute(
            "select name from partitions where parent = %s and ends <= %s order by ends", (table, before)
        ).fetchall()
    return [row["name"] for row in rows]


def _add(pool: Pool, table: str, starts: datetime, ends: datetime) -> None:
    try:
        with pool.connection() as conn:
            _be_brief(conn)
            conn.execute("select add_partition(%s, %s, %s)", (table, starts, ends))
    except psycopg.OperationalError as error:
        log.warning("a partition could not be made, the next run tries again: %s", error)


def _drop(pool: Pool, name: str) -> None:
    try:
        with pool.connection() as conn:
            _be_brief(conn)
            conn.execute("select drop_partition(%s)", (name,))
    except psycopg.OperationalError as error:
        log.warning("%s could not be dropped, the next run tries again: %s", name, error)


def _be_brief(conn: Connection) -> None:
    conn.execute("select set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))


def _drop_events(pool: Pool, name: str, at_last: datetime) -> None:
    """Drop a partition of events that all consumers have read, or whose newest event is older than `at_last`.

    Either way the alarm is raised for those who have not read it: an error in the log, and `dateline events consumers`
    shows them as late.
    """
    try:
        with pool.connection() as conn:
            _be_brief(conn)
            newest = one(
                conn.execute(
                    """
                    select max(id) as id, max(at) as at from event
                     where at >= (select starts from partitions where name = %(name)s)
                       and at < (select ends from partitions where name = %(name)s)""",
                    {"name": name},
                )
            )
            late = conn.execute(
                "select name, last_id from consumer where last_id < %s order by name", (newest["id"],)
            ).fetchall()
            names = ", ".join(f"{row['name']} (at {row['last_id']})" for row in late)
            if late and newest["at"] > at_last:
                log.error("events up to %s are due to be dropped, but not read by %s", newest["id"], names)
                return
            if late:
                log.error("events up to %s are dropped without having been read by %s", newest["id"], names)
            if newest["id"] is not None:
                conn.execute(
                    """
                    insert into event_floor (id, at) values (%s, %s)
                        on conflict (only_row) do update set id = excluded.id, at = excluded.at
                     where event_floor.id < excluded.id""",
                    (newest["id"], newest["at"]),
                )
            conn.execute("select drop_partition(%s)", (name,))
    except psycopg.OperationalError as error:
        log.warning("%s could not be dropped, the next run tries again: %s", name, error)
