"""What is due: hosts are taken under a lease, their feeds and pages are handed out one by one, pages are settled."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import LiteralString

from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from scrapers.article import Hint
from scrapers.urls import bare_host, host_of
from worker import due, feeds, schedule
from worker.db import Connection, Pool, one, statement
from worker.discover import Link
from worker.outcome import Outcome
from worker.settings import settings
from worker.targets import FeedTarget, Lease, Manner, PageTarget, Target

log = logging.getLogger(__name__)

MAX_HOST_HOPS = 5  # redirects from host to host, each a page of its own
RECHECK_POLLS = 10  # a feed's word that a page changed is followed at most once in so many of the shortest intervals


def _leasing(free: LiteralString) -> bytes:
    """The statement that leases the host which `free` finds and locks, and tells what is known of it."""
    return (
        sql.SQL(
            """
            with free as ({})
            update host set token = gen_random_uuid(), leased_until = now() + %(lease_for)s, leased_by = %(worker)s
              from free where host.name = free.name
            returning host.name as host, token, leased_by as worker, latency_ms, crawl_delay_s,
                      slow_until > now() as is_slow, failures,
                      extract(epoch from now() - coalesce(last_request_at, '-infinity'))::float8 as idle_s,
                      robots_status, robots_body, extract(epoch from now() - robots_checked_at)::float8 as robots_age_s,
                      now() as held_at"""
        )
        .format(sql.SQL(free))
        .as_bytes()
    )


_OVERDUE = _leasing(
    """
    select name from host where due_at <= now() and leased_until <= now() and cooldown_until <= now()
     order by due_at limit 1 for update skip locked"""
)
_OF_CRAWL = _leasing(
    """
    select name from host where due_at <= now() and leased_until <= now() and cooldown_until <= now()
       and exists (select from crawl_page c join page p on p.id = c.page_id
                    where c.crawl_id = %(crawl)s and c.outcome is null and p.host = host.name and p.due_at <= now())
     order by due_at limit 1 for update skip locked"""
)
_NAMED = _leasing("select name from host where name = %(host)s and leased_until <= now() for update")


def take(pool: Pool, lease_for: timedelta, worker: str) -> Lease | None:
    """Lease the longest overdue host that nobody has; None if there is none."""
    return _take(pool, _OVERDUE, {"lease_for": lease_for, "worker": worker})


def take_for_crawl(pool: Pool, crawl_id: int, lease_for: timedelta, worker: str) -> Lease | None:
    """Lease the longest overdue host that has a page due which the crawl waits for; None if there is none."""
    return _take(pool, _OF_CRAWL, {"crawl": crawl_id, "lease_for": lease_for, "worker": worker})


def take_named(pool: Pool, host: str, lease_for: timedelta, worker: str) -> Lease | None:
    """Lease this host, due or not; None if somebody has it, or it is unknown."""
    return _take(pool, _NAMED, {"host": host, "lease_for": lease_for, "worker": worker})


def _take(pool: Pool, query: bytes, values: dict[str, object]) -> Lease | None:
    with statement(pool) as conn, conn.cursor(row_factory=class_row(Lease)) as cursor:
        return cursor.execute(query, values).fetchone()


def overdue(pool: Pool, limit: int) -> int:
    """How many hosts could be taken now, counted no further than `limit`."""
    with statement(pool) as conn:
        row = one(
            conn.execute(
                """
                select count(*)::int as hosts from (
                    select from host where due_at <= now() and leased_until <= now() and cooldown_until <= now()
                     limit %s) as free""",
                (limit,),
            )
        )
    return int(row["hosts"])


def targets(
    pool: Pool, lease: Lease, crawl_id: int | None = None, *, was_news: Callable[[], bool] = lambda: True
) -> Iterator[Target]:
    """Hand out what is due at the host, each claimed and counted as it is handed out, each once.

    Pages that a one-off crawl waits for come first, then feeds, then fresh news before backfill, the newest first; at
    the end those whose last attempt did not end: they may be what killed their worker, and the others need not wait.
    With `crawl_id` only the pages that this crawl waits for. Ends when nothing is due or the lease is lost; if
    `was_news` says that what was handed out brought no links, what was known to be due is all that there is.
    """
    seen: set[tuple[str, int]] = set()
    batch: list[tuple[str, int]] = []
    is_all = False
    while batch or not is_all or was_news():
        with statement(pool) as conn:
            if not batch:
                if crawl_id is None:
                    batch, is_all = due.at_host(conn, lease.host, seen)
                else:
                    batch, is_all = due.for_crawl(conn, lease.host, crawl_id, seen)
                if not batch:
                    return
            kind, number = batch.pop(0)
            seen.add((kind, number))
            target: Target | None
            target = feeds.claim(conn, lease, number) if kind == "feed" else _claim_page(conn, lease, number)
        if target is not None:
            yield target


def _claim_page(conn: Connection, lease: Lease, page_id: int) -> PageTarget | None:
    row = conn.execute(
        """
        update page set attempts = attempts + 1
         where id = %(id)s and due_at <= now()
           and exists (select from host where name = %(host)s and token = %(token)s and leased_until > now())
        returning id, coalesce(listed_url, url) as url, url as known_url, source_id, attempts, failures, etag,
                  last_modified, body_hash, hint, article_id,
                  (select jsonb_build_object('timezone', timezone, 'selectors', selectors) from source s
                    where s.id = page.source_id or s.site = %(site)s
                    order by s.site = %(site)s desc, s.id = page.source_id desc, selectors is null
                    limit 1) as rules,
                  wanted and exists (select from crawl_page c where c.page_id = page.id and c.is_target
                                        and c.outcome is null) as is_target""",
        {"id": page_id, "host": lease.host, "token": lease.token, "site": bare_host(lease.host)},
    ).fetchone()
    if row is None:
        return None
    if row["attempts"] > schedule.MAX_CRASHES:
        with conn.transaction():
            bury(conn, page_id, "crashed", "None of its attempts came to an end.", row["attempts"] - 1)
        return None
    hint, rules = Hint.from_dict(row.pop("hint") or {}), row.pop("rules") or {}
    hint = replace(hint, timezone=rules.get("timezone") or hint.timezone)
    return PageTarget(**row, hint=hint, selectors=rules.get("selectors"))


def settle(
    conn: Connection, page: PageTarget, outcome: Outcome, article_id: int | None, since: datetime | None
) -> None:
    """Write what came of one attempt at a page, and when to look at it next; after the last failure a dead letter.

    `since`: when the article came out, where there is one.
    """
    failures = page.failures + outcome.weight if outcome.is_failure else 0.0
    fetched = outcome.fetched
    conn.execute(
        """
        with recovered as (
            update dead_letter set settled_at = now(), settled_as = 'recovered'
             where page_id = %(id)s and settled_at is null and not %(failed)s)
        update page set attempts = 0, failures = %(failures)s, outcome = %(reason)s, detail = %(detail)s,
               due_at = now() + %(wait)s, article_id = coalesce(%(article)s, article_id),
               wanted = wanted and %(failed)s,
               fetched_at = case when %(answered)s then now() else fetched_at end,
               etag = case when %(changed)s then %(etag)s else etag end,
               last_modified = case when %(changed)s then %(last_modified)s else last_modified end,
               body_hash = case when %(changed)s then %(hash)s else body_hash end
         where id = %(id)s""",
        {
            "id": page.id,
            "failures": failures,
            "reason": outcome.reason,
            "detail": outcome.detail,
            "wait": _wait(page, outcome, failures, since),
            "article": article_id,
            "failed": outcome.is_failure,
            "answered": fetched is not None,
            "changed": fetched is not None and fetched.status != 304,
            "etag": fetched and fetched.headers.get("etag"),
            "last_modified": fetched and fetched.headers.get("last-modified"),
            "hash": outcome.body_hash,
        },
    )
    if outcome.is_failure and schedule.is_final(failures) and not _is_known_to_be_gone(page, outcome):
        bury(conn, page.id, outcome.reason, outcome.detail, page.attempts)


def _wait(page: PageTarget, outcome: Outcome, failures: float, since: datetime | None) -> timedelta | None:
    if _is_known_to_be_gone(page, outcome):
        return schedule.missing_wait(max(1, round(failures)))
    if outcome.is_failure:
        return schedule.backoff(failures, Random(), outcome.retry_after)  # noqa: S311  # jitter
    now = datetime.now(UTC)
    look = schedule.revisit_at(min(since, now), now) if since else None
    return look - now if look else None


def _is_known_to_be_gone(page: PageTarget, outcome: Outcome) -> bool:
    """Whether it is the page of an article that was taken down: news about the article, not work that failed."""
    return outcome.is_missing and page.article_id is not None


def bury(conn: Connection, page_id: int, reason: str, detail: str | None, attempts: int) -> None:
    """Give a page up: a dead letter is written and nothing is due any more."""
    conn.execute(
        """
        insert into dead_letter (page_id, reason, detail, attempts) values (%s, %s, %s, greatest(%s, 1))
            on conflict (page_id) where settled_at is null
            do update set reason = excluded.reason, detail = excluded.detail, died_at = now(),
                          attempts = dead_letter.attempts + excluded.attempts""",
        (page_id, reason, detail, attempts),
    )
    conn.execute(
        "update page set due_at = null, wanted = false, attempts = 0, outcome = %s, detail = %s where id = %s",
        (reason, detail, page_id),
    )
    conn.execute(
        "update crawl_page set outcome = %s, detail = %s, done_at = now() where page_id = %s and outcome is null",
        (reason, detail, page_id),
    )


def add_links(conn: Connection, feed: FeedTarget, links: Sequence[Link], *, backfill: bool) -> tuple[int, set[str]]:
    """Add the pages that a feed listed; known ones cost an index look-up, unless the feed says that they changed.

    Returns how many were new, and the hosts that now have something due.
    """
    rows = conn.execute(
        """
        with link as (
            select * from unnest(%(urls)s::text[], %(listed)s::text[], %(hosts)s::text[], %(hints)s::jsonb[],
                                 %(published)s::timestamptz[], %(modified)s::timestamptz[])
                       as l (url, listed, host, hint, published, modified)),
        named as (insert into host (name) select distinct host from link order by 1 on conflict do nothing),
        added as (
            insert into page (url, listed_url, host, source_id, feed_id, newest_at, backfill, due_at, hint)
            select url, listed, host, %(source)s, %(feed)s, least(coalesce(published, now()), now()), %(backfill)s,
                   now(), hint
              from link order by url
                on conflict (url) do nothing
            returning host),
        touched as (
            update page set due_at = now(), hint = link.hint from link
             where page.url = link.url and link.modified > page.fetched_at and page.article_id is not null
               and page.fetched_at < now() - %(recheck)s and (page.due_at is null or page.due_at > now())
            returning page.host)
        select host, true as is_new from added union all select host, false from touched""",
        {
            "urls": [link.url for link in links],
            "listed": [link.listed for link in links],
            "hosts": [host_of(link.url) for link in links],
            "hints": [Jsonb(link.hint.as_dict()) if link.hint else None for link in links],
            "published": [link.hint.published if link.hint else None for link in links],
            "modified": [link.hint.modified if link.hint else None for link in links],
            "source": feed.source_id,
            "feed": feed.id,
            "backfill": backfill,
            "recheck": timedelta(seconds=RECHECK_POLLS * settings().poll_floor),
        },
    ).fetchall()
    return sum(row["is_new"] for row in rows), {row["host"] for row in rows}


def add_redirected(conn: Connection, page: PageTarget, target: str) -> str | None:
    """Make the address at another host that a page redirects to a page of its own; returns the host to wake.

    One-off crawls that wait for the old page wait for the new one from now on. None if the redirects that led here are
    too many already. A page that redirects itself is not asked again: such circles would never end.
    """
    hops = conn.execute(
        """
        with recursive chain (id, hops) as (
            select %s::bigint, 1
            union all
            select p.id, hops + 1 from page p join chain on p.redirected_to = chain.id where hops < %s)
        select max(hops) as hops from chain""",
        (page.id, MAX_HOST_HOPS),
    ).fetchone()
    if hops is None or hops["hops"] >= MAX_HOST_HOPS:
        return None
    link = Link.to(target)
    if link is None:
        return None
    host = host_of(link.url)
    conn.execute("insert into host (name) values (%s) on conflict do nothing", (host,))
    conn.execute(
        """
        with moved as (
            insert into page (url, listed_url, host, source_id, newest_at, backfill, wanted, due_at, hint)
            select %(url)s, %(listed)s, %(host)s, source_id, newest_at, backfill, wanted, now(), hint
              from page where id = %(old)s
                on conflict (url) do update set
                   wanted = (page.wanted or excluded.wanted) and page.redirected_to is null,
                   due_at = case when page.redirected_to is null and (page.fetched_at is null or excluded.wanted)
                                 then now() else page.due_at end
            returning id, redirected_to),
        carried as (
            insert into crawl_page (crawl_id, page_id, is_target)
            select crawl_id, moved.id, is_target from crawl_page, moved
             where page_id = %(old)s and outcome is null and moved.redirected_to is null
                on conflict do nothing)
        update page set redirected_to = moved.id from moved where page.id = %(old)s and moved.id <> page.id""",
        {"url": link.url, "listed": link.listed, "host": host, "old": page.id},
    )
    return host


def wake(conn: Connection, hosts: set[str]) -> None:
    """Let the next tick see that these hosts have something due.

    All rows are locked, in the order of their names, even those that are due already: a release that runs at the same
    moment must wait for this transaction, or it would not see the new pages and put the host to sleep.
    """
    conn.execute(
        """
        with named as (select name, due_at from host where name = any(%s) order by name for no key update)
        update host set due_at = greatest(now(), cooldown_until) from named
         where host.name = named.name and (named.due_at > greatest(now(), cooldown_until)) is not false""",
        (sorted(hosts),),
    )


def note_robots(
    conn: Connection, lease: Lease, status: int | None, body: str | None, crawl_delay: float | None
) -> None:
    """Keep the robots.txt that a visit just asked for."""
    conn.execute(
        """
        update host set robots_status = %s, robots_body = %s, crawl_delay_s = %s, robots_checked_at = now()
         where name = %s and token = %s""",
        (status, body, crawl_delay, lease.host, lease.token),
    )


def release(pool: Pool, lease: Lease, manner: Manner) -> bool:
    """Give the host back with what the visit learnt of its manners; its next due time follows from what is due.

    A host with a backlog queues anew behind those that are due already, one that is left alone sleeps until then.
    False, and nothing is changed, if the lease is no longer ours.
    """
    with pool.connection() as conn:
        conn.execute(
            "select from host where name = %s and token = %s for update", (lease.host, lease.token)
        )  # see wake
        released = conn.execute(
            """
            update host set token = null, leased_by = null, leased_until = '-infinity',
                   last_request_at = now() - least(%(idle_s)s, 1e9) * interval '1 s',
                   latency_ms = %(latency_ms)s, failures = %(failures)s, trouble = %(trouble)s,
                   cooldown_until = now() + %(cooldown)s, slow_until = greatest(slow_until, now() + %(slow_for)s),
                   due_at = (select greatest(next.due_at, now() + %(cooldown)s)
                               from (select min(due_at) as due_at from (
                                        (select min(due_at) as due_at from feed where host = %(host)s)
                                        union all
                                        (select due_at from page where host = %(host)s and not backfill
                                            and due_at is not null order by due_at limit 1)
                                        union all
                                        (select due_at from page where host = %(host)s and backfill
                                            and due_at is not null order by due_at limit 1)) as each) as next
                              where next.due_at is not null)
             where name = %(host)s and token = %(token)s
            returning name""",
            {"host": lease.host, "token": lease.token, **asdict(manner)},
        ).fetchone()
    return released is not None


def repair(pool: Pool) -> int:
    """Wake hosts that sleep although something is due there; returns how many: none, unless there is a mistake."""
    with pool.connection() as conn:
        rows = conn.execute(
            """
            update host set due_at = now() from (
                select host from page where due_at <= now()
                union select host from feed where due_at <= now()) as overdue
             where host.name = overdue.host and leased_until <= now() and cooldown_until <= now()
               and (host.due_at > now()) is not false
            returning name"""
        ).fetchall()
    if rows:
        log.warning("woke %s hosts that had been forgotten", len(rows))
    return len(rows)
