"""What is due at a host: the feeds and pages that a visit is to read next, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence, Set

from psycopg.rows import DictRow

from worker.db import Connection

BATCH = 50  # pages listed at a time; between batches the links that feeds just brought are seen
LOOK = 300  # pages of a sort that are looked at for a batch: a host may have a backlog of a million


def at_host(conn: Connection, host: str, seen: Set[tuple[str, int]]) -> tuple[list[tuple[str, int]], bool]:
    """The next unseen things due at a host, of one sort only: after each batch there may be something better.

    Of a backlog only a part is looked at, the earliest due; the newest of these come first. Also, whether that is all.
    """
    rows = conn.execute(
        """
        with page_due as (
            (select id, attempts, newest_at, true as wanted, false as backfill from page
              where host = %(host)s and wanted and due_at <= now()
              order by newest_at desc limit %(limit)s)
            union all
            (select id, attempts, newest_at, false, false from page
              where host = %(host)s and not wanted and not backfill and due_at <= now()
              order by due_at desc limit %(look)s)
            union all
            (select id, attempts, newest_at, false, true from page
              where host = %(host)s and not wanted and backfill and due_at <= now()
              order by due_at limit %(look)s))
        select case when attempts > 0 then 4 when wanted then 1 else 3 end as rank, 'page' as kind, id,
               attempts, backfill, extract(epoch from newest_at) as newness from page_due
        union all
        select 2, 'feed', id, 0, false, extract(epoch from now() - due_at) from feed
         where host = %(host)s and due_at <= now()
         order by rank, attempts, backfill, newness desc limit %(limit)s""",
        {"host": host, "look": LOOK, "limit": BATCH + len(seen)},
    ).fetchall()
    return _first_sort(rows, seen)


def for_crawl(
    conn: Connection, host: str, crawl_id: int, seen: Set[tuple[str, int]]
) -> tuple[list[tuple[str, int]], bool]:
    """The same of the pages that one crawl waits for."""
    rows = conn.execute(
        """
        select case when attempts > 0 then 4 else 1 end as rank, 'page' as kind, id from page
         where host = %(host)s and wanted and due_at <= now()
           and exists (select from crawl_page c
                        where c.page_id = page.id and c.crawl_id = %(crawl)s and c.outcome is null)
         order by attempts, newest_at desc limit %(limit)s""",
        {"host": host, "crawl": crawl_id, "limit": BATCH + len(seen)},
    ).fetchall()
    return _first_sort(rows, seen)


def _first_sort(rows: Sequence[DictRow], seen: Set[tuple[str, int]]) -> tuple[list[tuple[str, int]], bool]:
    unseen = [row for row in rows if (row["kind"], row["id"]) not in seen]  # what failed may be due again already
    batch = [(row["kind"], row["id"]) for row in unseen if row["rank"] == unseen[0]["rank"]]
    return batch, len(batch) == len(unseen) and len(rows) < BATCH + len(seen)
