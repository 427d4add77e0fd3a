"""Which article it is: every address that led to an article leads to it again, and two that turn out one are joined."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from psycopg.types.json import Jsonb

from scrapers.article import Article
from scrapers.canonical import canonical, same_place, story_marks
from scrapers.urls import bare_host, host_of
from worker import parameters
from worker.db import Connection, bigints, one
from worker.dedup.groups import MOVED
from worker.dedup.tokens import AKIN, are_akin
from worker.events import Event

REPUBLISHED_WITHIN = timedelta(days=1)  # a story at another address with another time than this is another story
MOVED_ABOVE = 0.8  # of the words of the shorter text; a redirect from one story's own address is evidence, too

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The article as it is believed, the id of its row if there is one, and rows that are the same, too."""

    article: Article
    id: int | None
    moved: tuple[int, ...] = ()
    row: Row | None = None  # as it was when it was found, if it was found by an address or its text
    kept: frozenset[str] = frozenset()  # addresses that lead to it already


def names(article: Article) -> list[str]:
    """What makes a new article this article within its source: the publisher's id, else its canonical key.

    A key that another story has (a site whose variants are stories of their own) gives way to the next of these, the
    address itself.
    """
    if article.source_article_id:
        return [f"id:{article.source_article_id}"]
    stated = article.canonical_url or article.url
    return [f"url:{canonical(stated) or stated}", f"url:{article.url}", f"url:{article.url}#2"]


def lock(conn: Connection, article: Article, listed_by: str | None, read_at: Sequence[str]) -> str:
    """Serialise all who write about the same identity or address; in sorted order, so that nobody waits in a circle.

    Returns the source that published it: the scraper's, that of the feed, that of the host, else a new one.
    """
    names = {f"id:{article.source_article_id}"} if article.source_article_id else set()
    for url in (*read_at, article.canonical_url or article.url):
        names.add((canonical(url) or url).partition("?")[0])  # any parameter may turn out to be none
    keys = sorted(
        int.from_bytes(blake2b(name.encode(errors="replace"), digest_size=8).digest(), signed=True) for name in names
    )
    site = bare_host(host_of(article.url))
    row = one(
        conn.execute(
            """
            with locked as (select pg_advisory_xact_lock(key) from unnest(%(keys)s::bigint[]) as key)
            select count(*) as locks, (
                   select id from source where id = %(named)s or id = %(listed)s or site = %(site)s
                    order by id = %(named)s desc, id = %(listed)s desc nulls last, created_at limit 1) as source
              from locked""",
            {"keys": bigints(keys), "named": article.source, "listed": listed_by, "site": site},
        )
    )
    if row["source"] is None:
        conn.execute(
            "insert into source (id, name, site, origin) values (%s, %s, %s, 'crawl') on conflict do nothing",
            (article.source, site, site),
        )
    return str(row["source"] or article.source)


def hold(conn: Connection, ids: Sequence[int]) -> list[Row]:
    """The rows of articles, ours alone to change: another writer may know them by other addresses than those locked."""
    conn.execute(
        "select pg_advisory_xact_lock(hashtextextended('dateline.article', id)) from unnest(%s::bigint[]) as id",
        (sorted(ids),),
    )
    rows = conn.execute("select * from article where id = any(%s)", (list(ids),)).fetchall()
    return sorted(rows, key=lambda row: ids.index(row["id"]))


def find(
    conn: Connection,
    article: Article,
    source_id: str,
    read_at: Sequence[str],
    value: int | None,
) -> Found:
    """The row of this article: by the publisher's id, an address it was read at, a redirect, or its canonical key.

    `read_at`: all addresses that led to it. `value`: the hash of its text.
    Only the publisher's id and the very address are believed without the text: redirects, canonical addresses and the
    rules for variants are wrong at times, and two stories made one are lost. Publisher's ids that differ keep two
    articles apart.
    """
    led, equal, has_variants = _led_by(conn, article, source_id, read_at, value)
    if has_variants:
        ignored = parameters.observe(conn, article.url, value)
        led += [{**row, "is_told": True} for row in parameters.equal_but_for(conn, article.url, ignored, value)]
    suits = [row for row in led if _may_be(article, row)]
    own = next((row["id"] for row in suits if row["was_read"] and same_place(row["met_at"], article.url)), None)
    known = (_numbered(conn, article, source_id) if article.source_article_id else None) or own
    older = [row for row in led if row["id"] != known and _is_redirected(row, article, read_at)]
    older = [row for row in older if row["source_id"] == source_id and _contains(article, row, MOVED_ABOVE)]
    if known is not None and older:
        ids = sorted({known, *(row["id"] for row in older)})
        return Found(article, ids[0], tuple(ids[1:]))
    if known is None and older:
        known = older[0]["id"]
    if known is None:
        known = next((row["id"] for row in suits if row["is_told"] and not _is_alias(row, article, read_at)), None)
    if known is None:
        known = _moved(article, equal)
    key = canonical(article.canonical_url or article.url)
    if any(row["id"] != known and row["key"] == key for row in led):  # it is another's: not believed
        origins = {**article.provenance, "canonical_url": "url"}
        article = replace(article, canonical_url=article.url, provenance=origins)
    row = next((row for row in (*led, *equal) if row["id"] == known), None)
    kept = {row["met_at"] for row in led if row["id"] == known and row["is_keyed"]}
    kept -= {row["met_at"] for row in led if row["met_at"] in read_at and not row["was_read"]}
    return Found(article, known, (), row, frozenset(kept))


def _led_by(
    conn: Connection, article: Article, source_id: str, read_at: Sequence[str], value: int | None
) -> tuple[list[Row], list[Row], bool]:
    """What the addresses led to before, the oldest first; `is_told`: whether it tells the same story, or one alike.

    And the articles of the same source with the very text, wherever they were read; and whether an address is known
    that differs from the article's by its parameters.
    """
    urls = sorted({*read_at, article.canonical_url or article.url})
    key = canonical(article.url) or article.url
    rows = conn.execute(
        """
        with asked as (
            select url, key from unnest(%(urls)s::text[], %(keys)s::text[]) with ordinality as n (url, key, rank)
             where rank > 0),  -- as all are; but Postgres reckons with few, and plans once, not each time
        known as (
            select distinct u.* from asked cross join lateral (
                select url, key, was_read, article_id, false as is_equal from article_url
                 where url = asked.url or key = asked.key offset 0) as u  -- 0: by indexes, one address after another
            union all
            (select url, null, false, id, true from article where text_hash = %(value)s and source_id = %(source)s
              order by id limit 20))
        select a.*, k.url as met_at, coalesce(k.key, k.url) as key, k.key is not null as is_keyed, k.was_read,
               k.is_equal, variants.has_variants
          from (select exists (select from article_url where key = %(base)s and key <> %(key)s)
                    or exists (select from article_url
                                where key >= %(base)s || '?' and key < %(base)s || '@'  -- which follows ?
                                  and key <> %(key)s) as has_variants) as variants
          left join (known k join article a on a.id = k.article_id) on true
         order by a.id, k.url""",
        {
            "urls": urls,
            "keys": [canonical(url) or url for url in urls],
            "value": value,
            "source": source_id,
            "key": key,
            "base": key.partition("?")[0],
        },
    ).fetchall()
    led, equal = ([row for row in rows if row["is_equal"] is wanted] for wanted in (False, True))
    told = {row["id"]: row["text_hash"] == value is not None or _contains(article, row, AKIN) for row in led}
    return [{**row, "is_told": told[row["id"]]} for row in led], equal, rows[0]["has_variants"]


def _may_be(article: Article, row: Row) -> bool:
    numbers = {article.source_article_id, row["source_article_id"]} - {None}
    return len(numbers) < 2


def _is_redirected(row: Row, article: Article, read_at: Sequence[str]) -> bool:
    """Whether the article's own address, not merely an alias such as /latest, led on to where this one was read."""
    return (
        row["was_read"]
        and row["met_at"] in read_at
        and same_place(row["met_at"], row["url"])
        and not same_place(row["met_at"], article.url)
    )


def _is_alias(row: Row, article: Article, read_at: Sequence[str]) -> bool:
    """Whether it was found by a redirecting address alone, which may lead to another story each day."""
    keys = {canonical(article.url), canonical(article.canonical_url or article.url)}
    return row["met_at"] in read_at and row["key"] not in keys


def _contains(article: Article, row: Row, share: float) -> bool:
    return are_akin(f"{article.title} {article.body}", f"{row['title']} {row['body']}", share)


def _numbered(conn: Connection, article: Article, source_id: str) -> int | None:
    row = conn.execute(
        "select id from article where source_id = %s and identity = 'id:' || %s",
        (source_id, article.source_article_id),
    ).fetchone()
    return row["id"] if row else None


def _moved(article: Article, equal: Sequence[Row]) -> int | None:
    """The same text of the same source under an address that shares its number or its slug: it got another section."""
    marks = story_marks(article.url)
    for row in equal:
        times = (row["published"], article.published)
        is_other = None not in times and abs(times[0] - times[1]) > REPUBLISHED_WITHIN
        if _may_be(article, row) and marks & story_marks(row["url"]) and not is_other:
            return int(row["id"])
    return None


def join(conn: Connection, kept: int, rows: Sequence[Row]) -> list[Event]:
    """Let the addresses and pages of articles that turned out to be `kept` lead there, and make their rows its copies.

    Ids never change: the rows stay, as copies by the method `moved`, out of the reach of later comparisons.
    """
    ids = [row["id"] for row in rows]
    conn.execute("update article_url set article_id = %s where article_id = any(%s)", (kept, ids))
    conn.execute("update page set article_id = %s where article_id = any(%s)", (kept, ids))
    conn.execute(
        """
        update article set copy_of = %s, similarity = 1, method = %s, text_hash = null, identity = 'moved:' || id
         where id = any(%s)""",
        (kept, MOVED, ids),
    )
    return [Event("copied", row["id"]) for row in rows if row["copy_of"] != kept]


def keep_addresses(
    conn: Connection, article_id: int, read_at: Sequence[str], stated: str, kept: Collection[str]
) -> None:
    """Let the addresses lead to the article: those it was read at in any case, its canonical one if it is free.

    `kept`: those that do already.
    """
    urls = sorted({*read_at, stated}.difference(kept))
    if not urls:
        return
    conn.execute(
        """
        insert into article_url (url, key, article_id, was_read)
        select url, key, %(id)s, was_read
          from jsonb_to_recordset(%(addresses)s) as known (url text, key text, was_read boolean)
            on conflict (url) do update set key = excluded.key, was_read = article_url.was_read or excluded.was_read,
               article_id = case when excluded.was_read then excluded.article_id else article_url.article_id end
         where article_url.key is null
            or excluded.was_read and (article_url.article_id <> excluded.article_id or not article_url.was_read)""",
        {
            "id": article_id,
            "addresses": Jsonb([{"url": url, "key": canonical(url), "was_read": url in read_at} for url in urls]),
        },
    )


def newest_address(article: Article, known: Mapping[str, Any]) -> str:
    """The address to show: the newest it was read at, unless that only shows another presentation of the same page."""
    key = canonical(article.url)
    is_variant = key == canonical(known["url"]) and not same_place(article.url, key or "")
    return str(known["url"]) if is_variant else article.url
