"""The archive: an article becomes rows in one transaction, safe under any number of concurrent writers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb

from scrapers.article import Article
from worker import db, identity, revisions, schedule, substance
from worker.db import Connection, scrub
from worker.dedup import candidates, groups
from worker.dedup.text import Text
from worker.events import Event
from worker.outcome import MISSING

Verdict = Literal["new", "revised", "copied", "unchanged"]

COMPARED = {"title", "published", "body"}  # a change of these may make it another article's copy, or no longer
UPDATED = (  # what the current revision holds besides
    *("url", "canonical_url", "source_article_id", "agency", "published_precision", "published_raw", "modified"),
    *(
        "language",
        "section",
        "edition",
        "edition_date",
        "dateline",
        "image",
        "tags",
        "access",
        "provenance",
        "correction",
    ),
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an article: its row, its fate, what to tell the change feed, and since when it is out."""

    id: int
    verdict: Verdict
    events: tuple[Event, ...]
    since: datetime
    is_flipping: bool = False  # it was read with a text that it had before, see revisions.note_flip


def save(conn: Connection, article: Article, urls: Sequence[str], listed_by: str | None) -> Saved:
    """Write an article that was read at `urls` (all addresses that led to it, the final one last).

    The same identity or address again is unchanged or a revision; the same text under another identity is a copy.
    `listed_by`: id of the source whose feed listed it. The caller publishes the events at the end of its transaction.
    """
    read_at = sorted({*urls, article.url})
    source_id = identity.lock(conn, article, listed_by, read_at)
    text = Text(article.title or "", article.body)
    found = identity.find(conn, article, source_id, read_at, text.hash)
    if found.id is None:
        saved = _insert(conn, found.article, source_id, text)
    elif found.row and _is_stored(found.article, found.row):
        saved = Saved(found.id, "unchanged", (), found.row["published"] or found.row["first_seen"])
    else:
        known, *moved = identity.hold(conn, [found.id, *found.moved])
        saved = _update(conn, found.article, known, moved)
    identity.keep_addresses(conn, saved.id, read_at, found.article.canonical_url or article.url, found.kept)
    return saved


def _insert(conn: Connection, article: Article, source_id: str, text: Text) -> Saved:
    row = db.one(
        conn.execute(
            """
            with locked as (select pg_advisory_xact_lock(key) from unnest(%(keys)s::bigint[]) as key),
            stored as (
                insert into article (source_id, identity, title, subtitle, authors, published, kind, body, url,
                       canonical_url, source_article_id, agency, published_precision, published_raw, modified, language,
                       section, edition, edition_date, dateline, image, tags, access, provenance, correction, text_hash)
                select %(source)s, name, %(title)s, %(subtitle)s, %(authors)s, %(published)s, %(kind)s, %(body)s,
                       %(url)s, %(canonical_url)s, %(source_article_id)s, %(agency)s, %(published_precision)s,
                       %(published_raw)s, %(modified)s, %(language)s, %(section)s, %(edition)s, %(edition_date)s,
                       %(dateline)s, %(image)s, %(tags)s, %(access)s, %(provenance)s, %(correction)s, %(text_hash)s
                  from (select * from unnest(%(names)s::text[]) with ordinality as n (name, rank) limit 3) as n
                 where (select count(*) from locked) >= 0  -- the look for copies comes by a later statement
                 order by exists (select from article where source_id = %(source)s and identity = name), rank limit 1
                returning id, first_seen),
            kept as (
                insert into sketch (hash, article_id) select h, id from stored, unnest(%(sketch)s::bigint[]) as h)
            select id, first_seen from stored
            """,
            {
                **_values(article),
                "source": source_id,
                "names": identity.names(article),
                "text_hash": text.hash,
                "sketch": db.bigints(text.sketch),
                "keys": candidates.keys([text]),
            },
        )
    )
    since = article.published or row["first_seen"]
    regrouped = groups.settle(conn, row["id"], text, since)
    is_copy = Event("copied", row["id"]) in regrouped
    events = (Event("created", row["id"]), *regrouped)
    return Saved(row["id"], "copied" if is_copy else "new", events, since)


def _update(conn: Connection, article: Article, known: dict[str, Any], moved: Sequence[dict[str, Any]]) -> Saved:
    """Bring a row up to date; `moved` are rows that turned out to be the same article at other addresses."""
    article, changed = _settled(article, known)
    values = _values(article)
    restored = (Event("restored", known["id"]),) if known["gone_at"] else ()
    since = article.published or known["first_seen"]
    if changed and not moved and revisions.note_flip(conn, known, values):
        return Saved(known["id"], "unchanged", restored, since, is_flipping=True)
    if not changed and not moved:
        if not _is_stored(article, known):
            _write(conn, known["id"], values, known["text_hash"])
        return Saved(known["id"], "unchanged", restored, since)
    revised = _revise(conn, article, known, changed, moved)
    return Saved(known["id"], "revised" if changed else "unchanged", (*restored, *revised), since)


def _settled(article: Article, known: Mapping[str, Any]) -> tuple[Article, tuple[str, ...]]:
    """The article with what is stored of it where that did not change in substance; and the fields that did."""
    article = replace(article, url=identity.newest_address(article, known))
    changed = substance.changed(known, _values(article))
    return substance.settled(article, known, changed), changed


def _is_stored(article: Article, known: Mapping[str, Any]) -> bool:
    """Whether a row says all that the article does, and that it is there: nothing is to be written."""
    article, changed = _settled(article, known)
    is_away = known["gone_at"] or known["missing_looks"] > 0 or known["flipped_to"] is not None
    if changed or is_away:
        return False
    values = _values(article)
    return all(_plain(values[name]) == known[name] for name in UPDATED)


def _revise(
    conn: Connection,
    article: Article,
    known: dict[str, Any],
    changed: tuple[str, ...],
    moved: Sequence[dict[str, Any]],
) -> list[Event]:
    """Keep the earlier text of a row, write the new one, and settle whose copies they are now."""
    text, since = Text(article.title or "", article.body), article.published or known["first_seen"]
    is_compared = bool(moved) or not COMPARED.isdisjoint(changed)
    if is_compared:
        earlier = [Text(row["title"], row["body"]) for row in (known, *moved)]
        candidates.lock(conn, [text, *earlier])
        groups.lock(conn)
    events = identity.join(conn, known["id"], moved) if moved else []
    values = _values(article)
    if changed:
        revisions.keep(conn, known, values, changed)
        events.append(Event("updated", known["id"], changed))
    _write(conn, known["id"], values, text.hash)
    if is_compared:
        left = groups.leave(conn, [row["id"] for row in moved]) if moved else []
        candidates.drop(conn, [known["id"]])
        candidates.keep(conn, known["id"], text.sketch)
        events += groups.resettle(conn, known["id"], text, since, known["text_hash"], left)
    return events


def _write(conn: Connection, article_id: int, values: dict[str, Any], value: int | None) -> None:
    conn.execute(
        """
        update article set title = %(title)s, subtitle = %(subtitle)s, authors = %(authors)s, published = %(published)s,
               kind = %(kind)s, body = %(body)s, url = %(url)s, canonical_url = %(canonical_url)s,
               source_article_id = %(source_article_id)s, agency = %(agency)s, modified = %(modified)s,
               published_precision = %(published_precision)s, published_raw = %(published_raw)s,
               language = %(language)s, section = %(section)s, edition = %(edition)s, edition_date = %(edition_date)s,
               dateline = %(dateline)s, image = %(image)s, tags = %(tags)s, access = %(access)s,
               provenance = %(provenance)s, gone_at = null, missing_looks = 0, missing_since = null,
               missing_at = null, flipped_to = null, flipped_at = null, correction = %(correction)s,
               text_hash = %(text_hash)s, identity = coalesce('id:' || %(source_article_id)s, identity)
         where id = %(id)s""",
        {**values, "id": article_id, "text_hash": value},
    )


def note_missing(conn: Connection, article_id: int, page_url: str) -> list[Event]:
    """Count a look at which the publisher had no such page; after several, days apart, the article is gone.

    One look in so many hours counts, and none at an address that is not the article's own while that one answers. Its
    text stays.
    """
    row = conn.execute(
        """
        update article a set missing_looks = missing_looks + 1, missing_at = now(),
               missing_since = coalesce(missing_since, now()),
               gone_at = case when missing_looks + 1 >= %(looks)s and missing_since <= now() - %(days)s then now() end
         where id = %(id)s and gone_at is null and (missing_at is null or missing_at <= now() - %(apart)s)
           and (url = %(page)s or not exists (
                select from page where article_id = a.id and url = a.url and outcome <> all(%(missing)s)))
        returning gone_at is not null as is_gone""",
        {
            "id": article_id,
            "page": page_url,
            "looks": schedule.GONE_LOOKS,
            "days": schedule.GONE_DAYS,
            "apart": schedule.GONE_APART,
            "missing": sorted(MISSING),
        },
    ).fetchone()
    return [Event("gone", article_id)] if row and row["is_gone"] else []


def mark_back(conn: Connection, article_id: int) -> list[Event]:
    """Note that an article is there, as it was: if it had been taken down, it is restored."""
    row = conn.execute(
        """
        with before as (
            select id, gone_at from article where id = %s and (missing_looks > 0 or gone_at is not null) for update)
        update article a set gone_at = null, missing_looks = 0, missing_since = null, missing_at = null
          from before where a.id = before.id
        returning before.gone_at is not null as was_gone""",
        (article_id,),
    ).fetchone()
    return [Event("restored", article_id)] if row and row["was_gone"] else []


def standing(conn: Connection, article_id: int) -> tuple[datetime | None, bool]:
    """When an article came out, its publication or else when it was first seen; and whether looks have missed it."""
    row = conn.execute(
        """
        select coalesce(published, first_seen) as since, missing_looks > 0 or gone_at is not null as is_missing
          from article where id = %s""",
        (article_id,),
    ).fetchone()
    return (row["since"], row["is_missing"]) if row else (None, False)


def _values(article: Article) -> dict[str, Any]:
    """The fields as the table takes them."""
    fields = {name: getattr(article, name) for name in (*substance.REVISED_BY, *UPDATED)}
    plain = scrub({**fields, "title": article.title or "", "kind": article.kind.value})  # as it will be read back
    return {**plain, "provenance": Jsonb(plain["provenance"])}


def _plain(value: Any) -> Any:
    return value.obj if isinstance(value, Jsonb) else value
