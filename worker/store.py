"""The archive: an article becomes rows in one transaction, safe under any number of concurrent writers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal

from psycopg.types.json import Jsonb

from scrapers.article import Article
from scrapers.urls import bare_host, host_of
from worker import db
from worker.db import Connection, scrub
from worker.dedup import candidates, groups
from worker.dedup.text import Text
from worker.dedup.tokens import are_akin
from worker.events import Event

Verdict = Literal["new", "revised", "copied", "unchanged"]

REVISED_BY = ("title", "subtitle", "authors", "published", "kind", "body")  # a change of these is a revision
COMPARED = {"title", "published", "body"}  # a change of these may make it another article's copy, or no longer
UPDATED = (  # what the current revision holds besides
    *("url", "canonical_url", "source_article_id", "agency", "published_precision", "published_raw", "modified"),
    *("language", "section", "edition", "edition_date", "dateline", "image", "tags", "access", "provenance"),
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an article: its row, its fate, what to tell the change feed, and since when it is out."""

    id: int
    verdict: Verdict
    events: tuple[Event, ...]
    since: datetime


def save(conn: Connection, article: Article, urls: Sequence[str], listed_by: str | None) -> Saved:
    """Write an article that was read at `urls` (all addresses that led to it, the final one last).

    The same identity or address again is unchanged or a revision; the same text under another identity is a copy.
    `listed_by`: id of the source whose feed listed it. The caller publishes the events at the end of its transaction.
    """
    read_at = sorted({*urls, article.url})
    source_id = _source_of(conn, article, listed_by)
    _lock(conn, [f"{source_id} {identity_of(article)}", article.canonical_url or article.url, *read_at])
    article, found = _find(conn, article, source_id, read_at)
    known = None if found is None else _hold(conn, found)
    text = Text(article.title or "", article.body, article.published)
    if known is None:
        saved = _insert(conn, article, source_id, identity_of(article), text)
    else:
        saved = _update(conn, article, known, text)
    _keep_addresses(conn, saved.id, read_at, article.canonical_url or article.url)
    return saved


def identity_of(article: Article) -> str:
    """What makes it this article within its source: the publisher's id, else the canonical address."""
    if article.source_article_id:
        return f"id:{article.source_article_id}"
    return f"url:{article.canonical_url or article.url}"


def _source_of(conn: Connection, article: Article, listed_by: str | None) -> str:
    """The source that published it: the scraper's, that of the feed, that of the host, else a new one."""
    site = bare_host(host_of(article.url))
    row = conn.execute(
        """
        select id from source
         where id = %(named)s or id = %(listed)s or site = %(site)s
         order by id = %(named)s desc, id = %(listed)s desc nulls last, created_at limit 1""",
        {"named": article.source, "listed": listed_by, "site": site},
    ).fetchone()
    if row:
        return str(row["id"])
    conn.execute(
        "insert into source (id, name, site, origin) values (%s, %s, %s, 'crawl') on conflict do nothing",
        (article.source, site, site),
    )
    return article.source


def _lock(conn: Connection, names: Sequence[str]) -> None:
    """Serialise all who write about the same identity or address; in sorted order, so that nobody waits in a circle."""
    keys = sorted(
        {int.from_bytes(blake2b(name.encode(errors="replace"), digest_size=8).digest(), signed=True) for name in names}
    )
    conn.execute("select pg_advisory_xact_lock(key) from unnest(%s::bigint[]) as key", (keys,))


def _find(conn: Connection, article: Article, source_id: str, read_at: Sequence[str]) -> tuple[Article, int | None]:
    """The id of this article's row, by the publisher's id, else an address it was read at, else its canonical address.

    Canonical addresses lie: one that leads to a story with other words, or to another than the address that was read,
    is not believed, and the article comes back without it. Publisher's ids that differ keep two articles apart.
    """
    rows = conn.execute(
        """
        with led as (
            select u.url, u.was_read, a.id from article_url u join article a on a.id = u.article_id
             where u.url = any(%(read_at)s::text[] || %(canonical)s::text)
               and (a.source_article_id is null or %(number)s::text is null or a.source_article_id = %(number)s))
        select 1 as rank, id from article where source_id = %(source)s and identity = 'id:' || %(number)s::text
        union all select 2, id from led where was_read and url = any(%(read_at)s::text[])
        union all select 3, id from led
        union all select 3, id from article
                   where source_id = %(source)s and identity = 'url:' || %(canonical)s::text
                     and %(number)s::text is null
        order by rank, id""",
        {
            "read_at": list(read_at),
            "canonical": article.canonical_url or article.url,
            "number": article.source_article_id,
            "source": source_id,
        },
    ).fetchall()
    read = next((row["id"] for row in rows if row["rank"] < 3), None)
    owner = next((row["id"] for row in rows if row["rank"] == 3), None)
    if owner is None or owner == read or (read is None and _is_told_by(conn, article, owner)):
        return article, read if read is not None else owner
    conn.execute(  # what the other claimed to be, this one is
        "update article set identity = 'url:' || url, canonical_url = url"
        " where id = %s and identity = 'url:' || %s::text",
        (owner, article.url),
    )
    own = {**article.provenance, "canonical_url": "url"}
    return replace(article, canonical_url=article.url, provenance=own), read


def _is_told_by(conn: Connection, article: Article, article_id: int) -> bool:
    """Whether another article tells the same story, in words that are at least alike."""
    row = db.one(conn.execute("select title, body from article where id = %s", (article_id,)))
    return are_akin(f"{article.title} {article.body}", f"{row['title']} {row['body']}")


def _keep_addresses(conn: Connection, article_id: int, read_at: Sequence[str], canonical: str) -> None:
    """Let the addresses lead to the article: those it was read at in any case, its canonical one if it is free."""
    conn.execute(
        """
        insert into article_url (url, article_id, was_read)
        select url, %(id)s, true from unnest(%(read_at)s::text[]) as url order by url
            on conflict (url) do update set article_id = excluded.article_id, was_read = true
         where article_url.article_id <> excluded.article_id or not article_url.was_read""",
        {"id": article_id, "read_at": list(read_at)},
    )
    if canonical not in read_at:
        conn.execute(
            "insert into article_url (url, article_id, was_read) values (%s, %s, false) on conflict do nothing",
            (canonical, article_id),
        )


def _hold(conn: Connection, article_id: int) -> dict[str, Any]:
    """The row of an article, ours alone to change: another writer may know it by other addresses than those locked."""
    conn.execute("select pg_advisory_xact_lock(hashtextextended('dateline.article', %s))", (article_id,))
    return db.one(conn.execute("select * from article where id = %s", (article_id,)))


def _insert(conn: Connection, article: Article, source_id: str, identity: str, text: Text) -> Saved:
    candidates.lock(conn, [*text.sketch, text.hash])
    row = db.one(
        conn.execute(
            """
            insert into article (source_id, identity, title, subtitle, authors, published, kind, body, url,
                   canonical_url, source_article_id, agency, published_precision, published_raw, modified, language,
                   section, edition, edition_date, dateline, image, tags, access, provenance, text_hash)
            values (%(source)s, %(identity)s, %(title)s, %(subtitle)s, %(authors)s, %(published)s, %(kind)s, %(body)s,
                   %(url)s, %(canonical_url)s, %(source_article_id)s, %(agency)s, %(published_precision)s,
                   %(published_raw)s, %(modified)s, %(language)s, %(section)s, %(edition)s,
                   %(edition_date)s, %(dateline)s, %(image)s, %(tags)s,
                   %(access)s, %(provenance)s, %(text_hash)s)
            returning id, first_seen""",
            {**_values(article), "source": source_id, "identity": identity, "text_hash": text.hash},
        )
    )
    since = article.published or row["first_seen"]
    candidates.keep(conn, row["id"], text.sketch)
    regrouped = groups.settle(conn, row["id"], replace(text, since=since))
    is_copy = Event("copied", row["id"]) in regrouped
    events = (Event("created", row["id"]), *regrouped)
    return Saved(row["id"], "copied" if is_copy else "new", events, since)


def _update(conn: Connection, article: Article, known: dict[str, Any], text: Text) -> Saved:
    values = _values(article)
    restored = (Event("restored", known["id"]),) if known["gone_at"] else ()
    changed = tuple(name for name in REVISED_BY if _squeezed(values[name]) != _squeezed(known[name]))
    since = article.published or known["published"] or known["first_seen"]
    if not changed:
        if restored or any(_plain(values[name]) != known[name] for name in UPDATED):
            _write(conn, known["id"], values, known["text_hash"])
        return Saved(known["id"], "unchanged", restored, since)
    if is_compared := not COMPARED.isdisjoint(changed):
        earlier = Text(known["title"], known["body"])
        candidates.lock(conn, [*text.sketch, text.hash, *earlier.sketch, known["text_hash"]])
        groups.lock(conn)
    _keep_revision(conn, known["id"], changed)
    _write(conn, known["id"], values, text.hash)
    regrouped: list[Event] = []
    if is_compared:
        candidates.drop(conn, known["id"])
        candidates.keep(conn, known["id"], text.sketch)
        regrouped = groups.resettle(conn, known["id"], replace(text, since=since), known["text_hash"])
    events = (*restored, Event("updated", known["id"], changed), *regrouped)
    return Saved(known["id"], "revised", events, since)


def _keep_revision(conn: Connection, article_id: int, changed: Sequence[str]) -> None:
    """Copy the current text to the revisions and count it."""
    conn.execute(
        """
        insert into revision (article_id, number, seen_from, seen_until, title, subtitle, authors, published, modified,
               kind, body, changed)
        select id, revision, revised_at, now(), title, subtitle, authors, published, modified, kind, body, %s
          from article where id = %s""",
        (list(changed), article_id),
    )
    conn.execute("update article set revision = revision + 1, revised_at = now() where id = %s", (article_id,))


def _write(conn: Connection, article_id: int, values: dict[str, Any], value: int | None) -> None:
    conn.execute(
        """
        update article set title = %(title)s, subtitle = %(subtitle)s, authors = %(authors)s, published = %(published)s,
               kind = %(kind)s, body = %(body)s, url = %(url)s, canonical_url = %(canonical_url)s,
               source_article_id = %(source_article_id)s, agency = %(agency)s, modified = %(modified)s,
               published_precision = %(published_precision)s, published_raw = %(published_raw)s,
               language = %(language)s, section = %(section)s, edition = %(edition)s, edition_date = %(edition_date)s,
               dateline = %(dateline)s, image = %(image)s, tags = %(tags)s, access = %(access)s,
               provenance = %(provenance)s, gone_at = null,
               text_hash = %(text_hash)s, identity = coalesce('id:' || %(source_article_id)s, identity)
         where id = %(id)s""",
        {**values, "id": article_id, "text_hash": value},
    )


def mark_gone(conn: Connection, article_id: int) -> list[Event]:
    """Note that the publisher took an article down; its text stays."""
    row = conn.execute(
        "update article set gone_at = now() where id = %s and gone_at is null returning id", (article_id,)
    ).fetchone()
    return [Event("gone", row["id"])] if row else []


def mark_back(conn: Connection, article_id: int) -> list[Event]:
    """Note that an article which had been taken down is there again, as it was."""
    row = conn.execute(
        "update article set gone_at = null where id = %s and gone_at is not null returning id", (article_id,)
    ).fetchone()
    return [Event("restored", row["id"])] if row else []


def since(conn: Connection, article_id: int) -> datetime | None:
    """When an article came out: its publication, else when it was first seen."""
    row = conn.execute(
        "select coalesce(published, first_seen) as since from article where id = %s", (article_id,)
    ).fetchone()
    return row["since"] if row else None


def _values(article: Article) -> dict[str, Any]:
    """The fields as the table takes them."""
    fields = {name: getattr(article, name) for name in (*REVISED_BY, *UPDATED)}
    plain = scrub({**fields, "title": article.title or "", "kind": article.kind.value})  # as it will be read back
    return {**plain, "provenance": Jsonb(plain["provenance"])}


def _plain(value: Any) -> Any:
    return value.obj if isinstance(value, Jsonb) else value


def _squeezed(value: Any) -> Any:
    """Text without its spacing: a page that is merely laid out anew is no revision."""
    return " ".join(value.split()) if isinstance(value, str) else value
