"""The archive: pages as they came, their rows in Postgres and their bytes there or, as the operator wishes, in a store.

A store is a folder or bucket of worker/objects.py. The bytes are written first and outside of any transaction, then the
row in that of the attempt: a crash leaves an object that nothing points at, never a row without its bytes. An object
has the day on which its visit began, its row the same day or the next: so the day's folder goes once both are over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from worker import objects
from worker.db import Connection, Pool, one
from worker.objects import Objects, StoreError
from worker.outcome import Outcome
from worker.targets import Lease, PageTarget

log = logging.getLogger(__name__)

AWAY_S = 60.0  # a store that failed is left alone for so long: no visit may wait for it page by page
BATCH = 20  # rows that are read at a time; a body may have 10 MB
DAY = timedelta(days=1)

WANTED = """
      from archive a join page p on p.id = a.page_id left join archive_store s on s.id = a.store_id
     where (%(source)s::text is null or p.source_id = %(source)s)
       and (%(since)s::timestamptz is null or a.fetched_at >= %(since)s)
       and (%(until)s::timestamptz is null or a.fetched_at < %(until)s)"""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the bytes of an answer are: here, to be written into its row, or in a store already."""

    body: bytes | None
    store_id: UUID | None = None
    location: str | None = None


@dataclass(slots=True)
class Keeper:
    """Puts the bytes of pages where the operator wants them. One a process, used by all its visits."""

    url: str | None  # a folder or bucket; None: Postgres
    _store_id: UUID | None = None
    _away_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, pool: Pool, lease: Lease, target: PageTarget, outcome: Outcome) -> Kept | None:
        """Write the bytes of an answer to the store; None if there is nothing new in them.

        While the store cannot be written to they stay with us, for Postgres: nothing is lost, and `archive move` brings
        them along later. To be called outside of a transaction, for it may take seconds.
        """
        fetched = outcome.fetched
        if fetched is None or fetched.is_not_modified or outcome.body_hash in (None, target.body_hash):
            return None
        if self.url is None or time.monotonic() < self._away_until:
            return Kept(fetched.wire)
        store_id = self.store_id(pool)
        location = objects.name_of(fetched.wire, fetched.encoding, lease.held_at.astimezone(UTC).date())
        try:
            opened(self.url, store_id).put(location, fetched.wire)
        except StoreError as error:
            self._away_until = time.monotonic() + AWAY_S
            log.error("bytes of pages stay in Postgres for %.0f s, until `dateline archive move`: %s", AWAY_S, error)
            return Kept(fetched.wire)
        return Kept(None, store_id, location)

    def store_id(self, pool: Pool) -> UUID:
        """The number of the store of this address, which gets one when it is first used. Only where `url` is set."""
        with self._lock:
            if self._store_id is None:
                with pool.connection() as conn:
                    self._store_id = store_of(conn, str(self.url))
            return self._store_id


@cache
def keeper(url: str | None) -> Keeper:
    """The keeper of this process for that address."""
    return Keeper(url)


def store_of(conn: Connection, url: str) -> UUID:
    """The number of the store of an address. Two who are first at once make two stores of it, which does no harm."""
    query = "select id from archive_store where url = %s order by id limit 1"
    row = conn.execute(query, (url,)).fetchone()
    if row is None:
        row = one(conn.execute("insert into archive_store (url) values (%s) returning id", (url,)))
    return UUID(str(row["id"]))


def opened(url: str, store_id: UUID) -> Objects:
    """The part of a folder or bucket that is this database's own. Raises StoreError."""
    return objects.opened(f"{url}/{store_id}")


def add(conn: Connection, page: PageTarget, outcome: Outcome, kept: Kept) -> None:
    """Write the row of an answer whose bytes are kept."""
    fetched = outcome.fetched
    if fetched is None:  # it could not be recorded, and became our bug
        return
    conn.execute(
        """
        insert into archive (page_id, url, status, headers, encoding, sha256, body, store_id, location)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            *(page.id, fetched.url, fetched.status, Jsonb(dict(fetched.headers)), fetched.encoding),
            *(outcome.body_hash, kept.body, kept.store_id, kept.location),
        ),
    )


def body_of(row: Mapping[str, Any]) -> bytes:
    """The bytes of a row, wherever they are. Raises BytesLost, or StoreError if the store cannot be read."""
    if row["location"] is None:
        return bytes(row["body"])
    return opened(row["store_url"], row["store_id"]).get(row["location"])


def count(pool: Pool, wanted: Mapping[str, Any]) -> tuple[int, int]:
    """How many answers of a `source`, `since` and `until` a time there are, each None for all; and the last id."""
    with pool.connection() as conn:
        row = one(conn.execute("select count(*) as number, coalesce(max(a.id), 0) as last" + WANTED, wanted))
    return row["number"], row["last"]


def batches(pool: Pool, wanted: Mapping[str, Any], last: int) -> Iterator[list[Row]]:
    """The same answers up to the one with id `last`, in the order in which they were stored, some at a time.

    No transaction is open between the batches: their bytes may have to be fetched from a store.
    """
    after = 0
    while after < last:
        with pool.connection() as conn:
            rows = conn.execute(
                "select a.*, s.url as store_url" + WANTED + " and a.id > %(after)s and a.id <= %(last)s"
                " order by a.id limit %(limit)s",
                {**wanted, "after": after, "last": last, "limit": BATCH},
            ).fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1]["id"]


def sweep(pool: Pool, before: datetime) -> int:
    """Delete the objects of days that were over at `before` and of which no row is left; how many days.

    A store that cannot be reached is left for the next run, with a warning.
    """
    with pool.connection() as conn:
        stores = conn.execute("select id, url from archive_store order by added_at").fetchall()
    return sum(_sweep(pool, store["id"], store["url"], before) for store in stores)


def _sweep(pool: Pool, store_id: UUID, url: str, before: datetime) -> int:
    dropped = 0
    try:
        store = opened(url, store_id)
        for day in store.days():
            if _start(day) + 2 * DAY <= before and not _is_used(pool, store_id, day):
                store.drop(day)
                dropped += 1
    except StoreError as error:
        log.warning("old bytes of pages could not be deleted, the next run tries again: %s", error)
    return dropped


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _is_used(pool: Pool, store_id: UUID, day: date) -> bool:
    with pool.connection() as conn:
        row = one(
            conn.execute(
                """
                select exists (select from archive
                                where store_id = %s and fetched_at >= %s and fetched_at < %s) as is_used""",
                (store_id, _start(day) - DAY, _start(day) + 2 * DAY),
            )
        )
    return bool(row["is_used"])
