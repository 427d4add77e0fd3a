"""Brings archived bytes from where they are to where they are wanted, and looks whether all are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from worker import archive, faultpoints, objects
from worker.archive import BATCH, Row
from worker.db import Connection, one
from worker.objects import BytesLost, Objects

THREADS = 8  # objects on their way at once: a bucket answers each after some 30 ms


class AnotherMove(Exception):
    """Another move of archived bytes is running."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be moved where: the rows up to `last` that have their bytes elsewhere, none that come later."""

    url: str | None  # of the store
    to: UUID | None  # the store; None: Postgres
    since: datetime  # older rows are about to be dropped, and left alone
    rows: int
    last: int


@dataclass(frozen=True, slots=True)
class Carried:
    """One row's bytes, arrived: in a store under `location`, or here in `body`; or why they are lost."""

    row: Row
    body: bytes | None = None
    location: str | None = None
    lost: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows that were dealt with: of how many the bytes are where they are wanted, and which are lost."""

    well: int
    lost: list[str]


def plan(conn: Connection, url: str | None, since: datetime) -> Plan:
    """What there is to move to a store, or for None to Postgres. `conn` in autocommit mode.

    Raises AnotherMove; others get it until `conn` is closed.
    """
    lock = conn.execute("select pg_try_advisory_lock(hashtextextended('dateline.archive', 0)) as is_mine")
    if not one(lock)["is_mine"]:
        raise AnotherMove
    to = archive.store_of(conn, url) if url else None
    row = one(
        conn.execute(
            """
            select count(*) as number, coalesce(max(id), 0) as last from archive
             where store_id is distinct from %s and fetched_at >= %s""",
            (to, since),
        )
    )
    return Plan(url, to, since, row["number"], row["last"])


def move(conn: Connection, plan: Plan, limit: int) -> Iterator[Batch]:
    """Move up to so many rows, the oldest first, beside running workers. Rows whose bytes are lost stay as they are.

    A batch is written, read again and compared with its hashes before its rows say so; the old copies stay until no row
    of their day needs them. So a move may be killed anywhere, and the next one goes on. Raises StoreError if a store
    cannot be used: what was moved so far is moved.
    """
    store = archive.opened(plan.url, plan.to) if plan.url and plan.to else None
    after, left = 0, limit
    with ThreadPoolExecutor(THREADS) as threads:
        while rows := _to_move(conn, plan, after, min(left, BATCH)):
            carried = list(threads.map(lambda row: _carry(row, store), rows))
            faultpoints.reach("bytes-kept", rows[0]["url"])
            arrived = [item for item in carried if item.lost is None]
            _settle(conn, plan, arrived)
            yield Batch(len(arrived), [item.lost for item in carried if item.lost])
            after, left = rows[-1]["id"], left - len(rows)


def _to_move(conn: Connection, plan: Plan, after: int, limit: int) -> list[Row]:
    return conn.execute(
        """
        select a.id, a.fetched_at, a.url, a.encoding, a.body, a.store_id, a.location, s.url as store_url
          from archive a left join archive_store s on s.id = a.store_id
         where a.store_id is distinct from %(to)s and a.fetched_at >= %(since)s
           and a.id > %(after)s and a.id <= %(last)s order by a.id limit %(limit)s""",
        {"to": plan.to, "since": plan.since, "after": after, "last": plan.last, "limit": limit},
    ).fetchall()


def _carry(row: Row, to: Objects | None) -> Carried:
    """Take a row's bytes to a store and read them there, or fetch them. Raises StoreError."""
    try:
        body = archive.body_of(row)
    except BytesLost as error:
        return Carried(row, lost=_of(row, error))
    if to is None:
        return Carried(row, body)
    location = objects.name_of(body, row["encoding"], row["fetched_at"].astimezone(UTC).date())
    to.put(location, body)
    to.get(location)  # which compares them with their hash
    return Carried(row, location=location)


def _settle(conn: Connection, plan: Plan, carried: Sequence[Carried]) -> None:
    """Let the rows say where their bytes are now."""
    conn.execute(
        """
        update archive a set body = new.body, location = new.location, store_id = %(to)s
          from unnest(%(ids)s::bigint[], %(times)s::timestamptz[], %(bodies)s::bytea[], %(locations)s::text[])
               as new(id, fetched_at, body, location)
         where a.id = new.id and a.fetched_at = new.fetched_at""",
        {
            "to": plan.to,
            "ids": [item.row["id"] for item in carried],
            "times": [item.row["fetched_at"] for item in carried],
            "bodies": [item.body for item in carried],
            "locations": [item.location for item in carried],
        },
    )


def check(conn: Connection) -> Iterator[Batch]:
    """Read every object that a row points at. Raises StoreError. `conn` in autocommit mode."""
    after = 0
    with ThreadPoolExecutor(THREADS) as threads:
        while rows := _in_stores(conn, after):
            lost = [fault for fault in threads.map(_fault_of, rows) if fault]
            yield Batch(len(rows) - len(lost), lost)
            after = rows[-1]["id"]


def count_in_stores(conn: Connection) -> int:
    """How many rows have their bytes in a store."""
    return int(one(conn.execute("select count(*) as number from archive where location is not null"))["number"])


def _in_stores(conn: Connection, after: int) -> list[Row]:
    return conn.execute(
        """
        select a.id, a.fetched_at, a.url, a.store_id, a.location, s.url as store_url
          from archive a left join archive_store s on s.id = a.store_id
         where a.location is not null and a.id > %s order by a.id limit %s""",
        (after, BATCH),
    ).fetchall()


def _fault_of(row: Row) -> str | None:
    try:
        archive.body_of(row)
    except BytesLost as error:
        return _of(row, error)
    return None


def _of(row: Row, error: BytesLost) -> str:
    return f"{row['url']} of {row['fetched_at']:%Y-%m-%d %H:%M}: {error}"


def repoint(conn: Connection, before: str, now: str) -> int:
    """Say where the stores of an address have been moved by other means; how many stores that are."""
    return conn.execute("update archive_store set url = %s where url = %s", (now, before)).rowcount
