"""Builders of rows and records for the tests of the database side: each gives what it makes sensible values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from random import Random
from typing import Any
from uuid import uuid4

from psycopg import sql

from scrapers.article import Article, Kind
from worker import events, frontier, store
from worker.archive import Keeper
from worker.db import Connection, Pool
from worker.fetch import Fetched
from worker.outcome import Outcome
from worker.targets import FeedTarget, Lease, Manner, PageTarget

PAST = datetime(2020, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
LEASE = timedelta(minutes=5)
NO_TIME = timedelta(0)
HOST = "paper.example"
STORY = f"https://{HOST}/story/1"
AMP = f"https://{HOST}/amp/story/1"
SHORT = f"https://{HOST}/s/1"
POSTGRES = Keeper(None)
CALM = Manner(latency_ms=80.0, idle_s=0.0)
WORDS = [
    "rain",
    "mill",
    "harbour",
    "cotton",
    "budget",
    "river",
    "school",
    "court",
    "bridge",
    "market",
    "teacher",
    "wheat",
    "engine",
    "coast",
    "valley",
]


def address(name: str) -> str:
    """The address of something at paper.example."""
    return f"https://{HOST}/{name}"


def row_of(conn: Connection, table: str, column: str, value: object) -> dict[str, Any]:
    """The one row whose column has that value."""
    query = sql.SQL("select * from {} where {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    [row] = conn.execute(query, [value]).fetchall()
    return row


def articles(conn: Connection) -> list[dict[str, Any]]:
    """All article rows, the first stored first."""
    return conn.execute("select * from article order by id").fetchall()


def told(conn: Connection) -> list[tuple[str, str]]:
    """The change feed: kind and headline."""
    return [(row["kind"], row["title"]) for row in conn.execute("select kind, title from event order by id")]


def prose(seed: int, words: int = 80) -> str:
    """One paragraph of invented text, the same for the same seed."""
    chance = Random(seed)
    return " ".join(f"{chance.choice(WORDS)}{chance.randrange(100)}" for _ in range(words))


def article(number: int = 1, **fields: Any) -> Article:
    """An article of paper.example; another number is another address and another text."""
    url = fields.pop("url", f"https://paper.example/story/{number}")
    values: dict[str, Any] = {
        "canonical_url": url,
        "source": "paper",
        "title": f"Headline {number}",
        "paragraphs": (prose(number), prose(number + 1000)),
        "kind": Kind.ARTICLE,
        "language": "en",
        "provenance": {"title": "html"},
    }
    if fields.get("published"):
        values["published_precision"] = "second"
    return Article(url=url, **{**values, **fields})


def save(pool: Pool, item: Article, *more_urls: str, listed_by: str | None = None) -> store.Saved:
    """Store an article and publish its events, in a transaction of its own, as the service does."""
    with pool.connection() as conn:
        saved = store.save(conn, item, [*more_urls, item.url], listed_by)
        events.publish(conn, saved.events)
    return saved


def insert(conn: Connection, table: str, **columns: Any) -> Any:
    """Insert a row; returns its key, of a page of a crawl the page."""
    statement = sql.SQL("insert into {} ({}) values ({}) returning {} as key").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
        sql.Identifier({"host": "name", "crawl_page": "page_id"}.get(table, "id")),
    )
    row = conn.execute(statement, list(columns.values())).fetchone()
    assert row is not None
    return row["key"]


def add_host(conn: Connection, name: str, **columns: Any) -> str:
    """A host that is due; a token goes with a lease."""
    token = uuid4() if "leased_by" in columns else None
    values = {"name": name, "due_at": PAST, "slow_until": PAST, "cooldown_until": PAST, "token": token}
    insert(conn, "host", **{**values, **columns})
    return name


def add_source(conn: Connection, source_id: str = "paper", **columns: Any) -> str:
    """A source that a person added."""
    insert(
        conn,
        "source",
        **{"id": source_id, "name": source_id.title(), "site": f"{source_id}.example", "origin": "added", **columns},
    )
    return source_id


def add_page(conn: Connection, url: str, **columns: Any) -> int:
    """A page that is due, at a host that is there already."""
    host = url.split("/")[2]
    return insert(conn, "page", **{"url": url, "host": host, "due_at": PAST, **columns})


def add_feed(conn: Connection, url: str, source_id: str = "paper", **columns: Any) -> int:
    """A feed that is due, at a host and of a source that are there already."""
    values = {
        "source_id": source_id,
        "url": url,
        "location": url,
        "host": url.split("/")[2],
        "due_at": PAST,
        "interval_s": 600,
    }
    return insert(conn, "feed", **{**values, **columns})


def take(pool: Pool, host: str, lease_for: timedelta = LEASE) -> Lease:
    """Take a host, which must be the one that is longest overdue."""
    lease = frontier.take(pool, lease_for, "worker@test")
    assert lease is not None
    assert lease.host == host
    return lease


def take_all(pool: Pool, limit: int = 100) -> list[Lease]:
    """Take all hosts that are due, or so many of them."""
    return list(islice(iter(lambda: frontier.take(pool, LEASE, "worker@test"), None), limit))


def page_target(page_id: int, url: str, **fields: Any) -> PageTarget:
    """A claimed page that was never read before."""
    values = dict.fromkeys(["source_id", "etag", "last_modified", "body_hash", "article_id", "hint"])
    return PageTarget(
        **{
            **values,
            "id": page_id,
            "url": url,
            "known_url": url,
            "attempts": 1,
            "failures": 0.0,
            "is_target": False,
            **fields,
        }
    )


def feed_target(feed_id: int, url: str, **fields: Any) -> FeedTarget:
    """A claimed feed that was polled once before."""
    values = dict.fromkeys(["kind", "link_pattern", "etag", "last_modified", "body_hash"])
    numbers = {"interval_s": 600.0, "floor_s": 0.0, "failures": 0.0, "polls": 2, "trusted": True}
    return FeedTarget(**{**values, **numbers, "id": feed_id, "url": url, "source_id": "paper", **fields})


def fetched(url: str, body: bytes = b"<p>text</p>", status: int = 200, **headers: str) -> Fetched:
    """An answer; names of headers with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(url, status, named, body, body, "identity", (), 5.0, permanent=True)


def answered(reason: str, answer: Fetched, **fields: Any) -> Outcome:
    """The outcome of an answer, with the hash of its body unless it is a 304."""
    body_hash = None if answer.is_not_modified else sha256(answer.body).digest()
    known = {"status": answer.status, "elapsed_ms": answer.elapsed_ms, "fetched": answer, "body_hash": body_hash}
    return Outcome(reason, **{**known, **fields})


def together(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run jobs in as many threads; their results, or the first error."""
    with ThreadPoolExecutor(len(jobs)) as threads:
        return [future.result() for future in [threads.submit(job) for job in jobs]]
