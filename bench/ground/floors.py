"""The floor under each step of a visit: the same work by the bare library calls, one article after another.

Fetching by requests, decoding and parsing by lexbor, and the rows of an article by plain statements into tables with
the same columns and indexes, in one transaction. No limits, no politeness, no look for the article or for copies, no
change feed: what any program has to pay that uses these libraries.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import requests
from psycopg.rows import DictRow
from selectolax.lexbor import LexborHTMLParser

from worker.db import Pool

STORIES = 200
TABLES = ("article", "sketch", "article_url", "event", "fetch_log", "archive", "page")
TAKEN = """
    select p.id, p.url as page_url, coalesce(p.listed_url, p.url) as listed_url, p.host, a.id as article_id,
           a.source_id, a.identity, a.url, a.canonical_url, a.title, a.authors, a.published, a.published_precision,
           a.language, a.body, a.image, a.tags, a.access, a.kind, a.provenance::text as provenance, a.text_hash,
           array(select hash from sketch where article_id = a.id) as hashes
      from page p join article a on a.id = p.article_id and a.url = p.url
     order by p.id limit %s"""


def floors(pool: Pool, proxy_url: str) -> dict[str, float]:
    """CPU milliseconds of this thread for an article: fetched, parsed, recorded; by stories that were just stored."""
    with pool.connection() as conn:
        stories = conn.execute(TAKEN, (STORIES,)).fetchall()
        for table in TABLES:
            conn.execute(f"create table floor_{table} (like {table} including all)".encode())  # names from above
    bodies: list[bytes] = []
    with requests.Session() as session:
        session.proxies = {"http": proxy_url}
        spent = {"robots and fetch": _each(stories, lambda story: bodies.append(_fetched(session, story)))}
    spent["parse and extract"] = _each(bodies, lambda body: LexborHTMLParser(body.decode("utf-8", "replace")))
    wire = b"x" * (sum(map(len, bodies)) // (4 * len(bodies)))  # about what is sent of a page
    spent["record"] = _each(stories, lambda story: _record(pool, {**story, "wire": wire, "sha": wire[:32]}))
    spent["claim"] = _each(stories, lambda story: _claim(pool, story))
    return spent


def _each(things: Sequence[Any], call: Callable[[Any], object]) -> float:
    started = time.thread_time()
    for thing in things:
        call(thing)
    return (time.thread_time() - started) / len(things) * 1000


def _fetched(session: requests.Session, story: DictRow) -> bytes:
    return session.get(story["listed_url"], timeout=30).content


def _record(pool: Pool, story: DictRow) -> None:
    with pool.connection() as conn:
        for statement in RECORD:
            conn.execute(statement.encode(), story)


def _claim(pool: Pool, story: DictRow) -> None:
    with pool.connection() as conn:
        conn.execute(
            "update floor_page set attempts = attempts + 1 where id = %s returning *", (story["id"],)
        ).fetchone()


RECORD = (
    """
    insert into floor_article (source_id, identity, url, canonical_url, title, authors, published, published_precision,
                               language, body, image, tags, access, kind, provenance, text_hash)
    values (%(source_id)s, %(identity)s, %(url)s, %(canonical_url)s, %(title)s, %(authors)s, %(published)s,
            %(published_precision)s, %(language)s, %(body)s, %(image)s, %(tags)s, %(access)s, %(kind)s, %(provenance)s,
            %(text_hash)s)""",
    "insert into floor_sketch (hash, article_id) select unnest(%(hashes)s::bigint[]), %(article_id)s",
    "insert into floor_article_url (url, key, article_id, was_read) values (%(url)s, %(url)s, %(article_id)s, true)",
    """
    insert into floor_event (kind, article_id, source_id, url, title)
    values ('created', %(article_id)s, %(source_id)s, %(url)s, %(title)s)""",
    """
    insert into floor_fetch_log (kind, host, url, page_id, status, reason, worker)
    values ('page', %(host)s, %(page_url)s, %(id)s, 200, 'new', 'floor')""",
    """
    insert into floor_archive (page_id, url, status, headers, encoding, sha256, body)
    values (%(id)s, %(page_url)s, 200, '{}', 'gzip', %(sha)s, %(wire)s)""",
    """
    insert into floor_page (url, host, due_at) values (%(page_url)s, %(host)s, now() + interval '1 h')""",
)
