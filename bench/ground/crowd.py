"""Fills the frontier in bulk, as it looks after weeks of work: a hundred pages a host, a feed for every ten pages.

Most pages were read and are not due again, three in ten wait for their next look, some thousand are due now. One host
has a long backlog, one in fifty is left alone for a day, one is in the middle of a large one-off crawl. Neighbours in
the tables are not neighbours on a host, as in life.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from worker.db import Connection, one

PAGES_A_HOST, PAGES_A_FEED = 100, 10
BACKLOG_HOST, CRAWLED_HOST = "paper-0000000.example", "paper-0000001.example"
BACKLOG = 100_000  # unread pages of one host, or a tenth of all pages if that is less
CRAWLED = 20_000  # pages of a one-off crawl that is half done, or a tenth of all pages
DUE = 5_000  # pages due now on other hosts, or a tenth of all pages


def planned(pages: int) -> dict[str, int]:
    """How much of everything there is with so many pages."""
    return {
        "pages": pages,
        "hosts": pages // PAGES_A_HOST,
        "feeds": pages // PAGES_A_FEED,
        "backlog": min(BACKLOG, pages // 10),
        "crawled": min(CRAWLED, pages // 10),
        "due": min(DUE, pages // 10),
    }


def fill(conn: Connection, pages: int) -> None:
    """Fill empty tables. `conn`: in autocommit mode, of a superuser."""
    sizes = planned(pages)
    conn.execute("set session_replication_role = replica")  # foreign keys are not looked at
    conn.execute("set maintenance_work_mem = '1GB'")
    with without_indexes(conn, ("host", "feed", "page")):
        for statement in (HOSTS, SOURCES, FEEDS, PAGES, BACKLOG_PAGES, CRAWLED_PAGES):
            conn.execute(statement, sizes)
    for statement in (CRAWLS, CRAWL_PAGES, WAKE):
        conn.execute(statement, sizes)
    conn.execute("set session_replication_role = origin")
    conn.execute("vacuum analyze")
    conn.execute("checkpoint")


def make_due(conn: Connection, pages: int) -> None:
    """Let some thousand pages and feeds be due now; the others are so much later that a run finds none of them due."""
    for statement in (DUE_PAGES, DUE_FEEDS, DUE_HOSTS):
        conn.execute(statement, planned(pages))


@contextmanager
def without_indexes(conn: Connection, tables: tuple[str, ...]) -> Iterator[None]:
    """Drop the indexes of the tables for the time of the block, primary keys aside: built at the end they cost less."""
    constraints = conn.execute(
        """
        select conrelid::regclass::text as on_table, conname as name, pg_get_constraintdef(oid) as definition
          from pg_constraint where contype = 'u' and conrelid = any(%s::text[]::regclass[])""",
        (list(tables),),
    ).fetchall()
    for found in constraints:
        conn.execute(f"alter table {found['on_table']} drop constraint {found['name']}")
    indexes = conn.execute(
        "select indexname, indexdef from pg_indexes where tablename = any(%s) and indexname <> tablename || '_pkey'",
        (list(tables),),
    ).fetchall()
    for found in indexes:
        conn.execute(f"drop index {found['indexname']}")
    yield
    for found in indexes:
        conn.execute(found["indexdef"])
    for found in constraints:
        conn.execute(f"alter table {found['on_table']} add constraint {found['name']} {found['definition']}")


def pages_of(feed_id: int, pages: int) -> list[int]:
    """The ids of the pages that a feed lists."""
    return list(range(feed_id, pages + 1, pages // PAGES_A_FEED))


def sizes(conn: Connection) -> dict[str, int]:
    """Rows of the tables, and bytes of them and their indexes."""
    return one(
        conn.execute(
            """
        select (select count(*) from host) as hosts, (select count(*) from feed) as feeds,
               (select count(*) from page) as pages, (select count(*) from page where due_at <= now()) as pages_due,
               (select count(*) from host where due_at <= now()) as hosts_due,
               pg_database_size(current_database()) as bytes"""
        )
    )


HOSTS = """
    insert into host (name, last_request_at, latency_ms, cooldown_until, failures, trouble, robots_status, robots_body,
                      robots_checked_at)
    select 'paper-' || lpad(n::text, 7, '0') || '.example', now() - random() * interval '15 min', 80 + 300 * random(),
           case when n %% 50 = 49 then now() + interval '1 day' else now() - random() * interval '15 min' end,
           case when n %% 50 = 49 then 4 else 0 end, case when n %% 50 = 49 then 'connect_timed_out' end,
           200, repeat('Disallow: /search' || chr(10), 15), now() - random() * interval '12 hours'
      from generate_series(0, %(hosts)s - 1) as n"""
SOURCES = """
    insert into source (id, name, homepage, site, origin)
    select 'paper-' || lpad(n::text, 7, '0'), 'Paper ' || n, 'https://paper-' || lpad(n::text, 7, '0') || '.example/',
           'paper-' || lpad(n::text, 7, '0') || '.example', 'added'
      from generate_series(0, %(hosts)s - 1) as n"""
FEEDS = """
    insert into feed (source_id, url, location, host, kind, title, due_at, interval_s, overlap, outcome, polled_at,
                      answered_at, polls, etag, last_modified, body_hash)
    select name, url, url, name || '.example', 'feed', 'Latest',
           now() + interval '1 hour' + random() * interval '90 days', 900, 1,
           'not_modified', now() - interval '5 min', now() - interval '5 min', 100, '"' || md5(n::text) || '"',
           'Fri, 10 Apr 2026 12:05:00 GMT', sha256(n::text::bytea)
      from (select n, 'paper-' || lpad((n %% %(hosts)s)::text, 7, '0') as name,
                   'https://paper-' || lpad((n %% %(hosts)s)::text, 7, '0') || '.example/feeds/' || n || '.xml' as url
              from generate_series(0, %(feeds)s - 1) as n) as named"""
PAGES = """
    insert into page (url, listed_url, host, source_id, feed_id, found_at, newest_at, due_at, outcome, fetched_at, etag,
                      body_hash)
    select 'https://' || name || '.example/2026/04/10/a-story-with-a-headline-' || n, null, name || '.example', name,
           n %% %(feeds)s + 1, found, found,
           case when chance < 0.3 then now() + interval '1 hour' + chance * interval '300 days' end,
           'unchanged', found + interval '1 min', '"' || md5(n::text) || '"', sha256(n::text::bytea)
      from (select n, 'paper-' || lpad((n %% %(hosts)s)::text, 7, '0') as name,
                   now() - random() * interval '60 days' as found, random() as chance
              from generate_series(0, %(pages)s - %(backlog)s - %(crawled)s - 1) as n) as named"""
BACKLOG_PAGES = """
    insert into page (url, host, source_id, feed_id, newest_at, backfill, due_at)
    select 'https://paper-0000000.example/archive/' || n, 'paper-0000000.example', 'paper-0000000', 1,
           now() - random() * interval '900 days', true, now()
      from generate_series(1, %(backlog)s) as n"""
CRAWLED_PAGES = """
    insert into page (url, host, source_id, newest_at, wanted, due_at)
    select 'https://paper-0000001.example/archive/' || n, 'paper-0000001.example', 'paper-0000001',
           now() - random() * interval '900 days', n %% 2 = 0, case when n %% 2 = 0 then now() end
      from generate_series(1, %(crawled)s) as n"""
CRAWLS = """
    insert into crawl (requested_by, targets, opened_at, finished_at)
    select 'task', array['https://paper-0000001.example/'], now(), case when n < %(hosts)s then now() end
      from generate_series(1, %(hosts)s) as n"""
CRAWL_PAGES = """
    insert into crawl_page (crawl_id, page_id, outcome, done_at)
    select %(hosts)s, id, case when not wanted then 'new' end, case when not wanted then now() end
      from page where host = 'paper-0000001.example' and url ~ '/archive/'
    union all
    select n, 1 + n, 'new', now() from generate_series(1, %(hosts)s - 1) as n"""
WAKE = """
    update host set due_at = next.due_at
      from (select host, min(due_at) as due_at
              from (select host, due_at from page where due_at is not null
                    union all select host, due_at from feed) as due group by host) as next
     where next.host = host.name"""
DUE_PAGES = """
    update page set due_at = now() - random() * interval '5 s'
     where id in (select (random() * %(pages)s * 0.8)::bigint from generate_series(1, %(due)s))"""
DUE_FEEDS = """
    update feed set due_at = now() - random() * interval '5 s'
     where id in (select (random() * %(feeds)s)::bigint from generate_series(1, %(due)s / 2))"""
DUE_HOSTS = """
    update host
       set due_at = now() - random() * interval '5 s', token = null, leased_by = null, leased_until = '-infinity'
     where cooldown_until <= now()
       and name in (select host from page where due_at <= now() union select host from feed where due_at <= now())"""
