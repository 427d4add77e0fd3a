"""Which articles a text is compared with: those that share a part of its sketch and came out within some days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from psycopg.rows import DictRow

from worker.db import Connection, Pool, bigints
from worker.dedup.sketch import SHARED, WINDOW
from worker.dedup.text import Text

NEWEST = 50  # articles looked at for each hash: boilerplate of a big site would bring thousands
MOST = 40  # candidates that are read, those that share most
KEEP = timedelta(days=7)  # a sketch after it was stored: late pages of the window still find it
EXPIRE_BATCH = 10_000


def lock(conn: Connection, texts: Iterable[Text]) -> None:
    """Make this transaction the only one that compares texts which share a hash with these, until it ends.

    Taken after the locks of identities, and by a statement before the look-up: then of two copies stored at once the
    second sees the first. A new article's statement takes the locks of its text itself.
    """
    conn.execute("select pg_advisory_xact_lock(key) from unnest(%s::bigint[]) as key", (keys(texts),))


def keys(texts: Iterable[Text]) -> str:
    """What to lock for these texts, in the order in which everybody does; an array as `bigints` writes it."""
    return bigints(sorted({value for text in texts for value in (*text.sketch, text.hash) if value is not None}))


def keep(conn: Connection, article_id: int, sketch: Sequence[int]) -> None:
    """Let the article be found by these hashes."""
    conn.execute(
        "insert into sketch (hash, article_id) select h, %s from unnest(%s::bigint[]) as h on conflict do nothing",
        (article_id, bigints(sketch)),
    )


def drop(conn: Connection, article_ids: Sequence[int]) -> None:
    """Let these articles be found no more: they have other texts, or none of their own."""
    conn.execute("delete from sketch where article_id = any(%s)", (list(article_ids),))


def find(
    conn: Connection, sketch: Sequence[int], since: datetime, but: int, text_hash: int | None = None
) -> list[DictRow]:
    """The articles to compare with, those that share most first; `but` is the article itself.

    Each with its text, and the original of its group if it is in one: `id`, `title`, `body`, `text_hash`, `original`.
    And first one that has the very text of this hash, however old: without its text, for nobody need compare it.
    """
    return conn.execute(
        """
        with near as materialized (
            select s.article_id, count(*) as shared
              from unnest(%(hashes)s::bigint[]) as h
             cross join lateral (select article_id from sketch where hash = h order by article_id desc
                                  limit %(newest)s) as s
             where s.article_id <> %(but)s
             group by s.article_id having count(*) >= %(shared)s)
        (select id, '' as title, '' as body, text_hash, null as original from article
          where text_hash = %(text_hash)s and id <> %(but)s limit 1)
        union all
        (select a.id, a.title, a.body, a.text_hash,
                coalesce(a.copy_of, (select a.id where exists (select from article c where c.copy_of = a.id)))
           from near n join article a on a.id = n.article_id
          where coalesce(a.published, a.first_seen) between %(since)s - %(window)s and %(since)s + %(window)s
            and a.text_hash is not null and a.text_hash is distinct from %(text_hash)s
          order by n.shared desc, n.article_id desc limit %(most)s)""",
        {
            "hashes": bigints(sketch),
            "since": since,
            "but": but,
            "text_hash": text_hash,
            "newest": NEWEST,
            "shared": SHARED,
            "most": MOST,
            "window": WINDOW,
        },
    ).fetchall()


def expire(pool: Pool) -> None:
    """Drop the sketches of articles stored longer ago than `KEEP`, some at a time: they find nothing any more."""
    deleted = EXPIRE_BATCH
    while deleted >= EXPIRE_BATCH:
        with pool.connection() as conn:
            deleted = conn.execute(
                """
                delete from sketch where (hash, article_id) in (
                    select s.hash, s.article_id from sketch s
                     where s.article_id <= (select coalesce(max(id), 0) from article where first_seen < now() - %s)
                     limit %s)""",
                (KEEP, EXPIRE_BATCH),
            ).rowcount
