"""Feeds: claimed one by one, polled when due, their intervals moved by what the polls bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from psycopg import sql
from psycopg.rows import class_row

from scrapers.urls import host_of
from worker import schedule
from worker.db import Connection
from worker.outcome import Outcome
from worker.settings import settings
from worker.sourcefile import FeedSpec
from worker.targets import FeedTarget, Lease

ASK_PLAINLY_EVERY = 10  # polls; one without validators finds the feeds whose validators lie
MAX_FOUND = 50  # lists that another names and that are polled


def claim(conn: Connection, lease: Lease, feed_id: int) -> FeedTarget | None:
    """Claim a feed that is due; None if it no longer is, or the lease is lost."""
    with conn.cursor(row_factory=class_row(FeedTarget)) as cursor:
        cursor.execute(
            """
            update feed set attempts = attempts + 1, polls = polls + 1,
                   due_at = now() + interval_s * attempts * interval '1 s'
             where id = %(id)s and due_at <= now()
               and exists (select from host where name = %(host)s and token = %(token)s and leased_until > now())
            returning id, location as url, source_id, kind, link_pattern, interval_s, floor_s, failures,
                      polls, etag, last_modified, trusted, body_hash""",
            {"id": feed_id, "host": lease.host, "token": lease.token},
        )
        return cursor.fetchone()


def validators(feed: FeedTarget) -> dict[str, str | None]:
    """What to ask the feed with: the ETag, or else Last-Modified, while they are trusted, and not at every poll."""
    if not feed.trusted or feed.polls % ASK_PLAINLY_EVERY == 0:
        return {}
    return {"etag": feed.etag} if feed.etag else {"last_modified": feed.last_modified}


SETTLE = sql.SQL(
    """
    update feed set attempts = 0, failures = %(failures)s, outcome = %(reason)s, due_at = now() + %(wait)s,
           interval_s = %(interval)s, floor_s = %(floor)s, overlap = coalesce(%(overlap)s, overlap),
           polled_at = now(),
           kind = coalesce(%(kind)s, kind), title = coalesce(%(title)s, title),
           answered_at = case when %(answered)s then now() else answered_at end,
           new_at = case when %(new)s > 0 then now() else new_at end,
           trusted = trusted and not %(lied)s,
           etag = case when %(changed)s then %(etag)s else etag end,
           last_modified = case when %(changed)s then %(last_modified)s else last_modified end,
           body_hash = case when %(changed)s then %(hash)s else body_hash end
     where id = %(id)s and enabled"""
)


def settle(conn: Connection, feed: FeedTarget, outcome: Outcome, new: int) -> None:
    """Write what came of a poll, and when the next one is due. `new`: links that were not known before."""
    conn.execute(SETTLE, settlement(feed, outcome, new))


def settlement(feed: FeedTarget, outcome: Outcome, new: int) -> dict[str, object]:
    """The values of `SETTLE`."""
    fetched = outcome.fetched
    # of a body that is no list nothing is kept, or the same one again would pass for a good poll
    changed = fetched is not None and fetched.status != 304 and not outcome.is_failure
    failures = feed.failures + outcome.weight if outcome.is_failure else 0.0
    overlap = _overlap(outcome, new)
    floor = outcome.listing.ttl.total_seconds() if outcome.listing and outcome.listing.ttl else feed.floor_s
    interval = _interval(feed, overlap, floor)
    return {
        "id": feed.id,
        "failures": failures,
        "reason": outcome.reason,
        "wait": schedule.backoff(failures, Random(), outcome.retry_after) if outcome.is_failure else interval,  # noqa: S311
        "interval": interval.total_seconds(),
        "floor": floor,
        "overlap": overlap,
        "kind": outcome.listing and outcome.listing.kind,
        "title": outcome.listing and outcome.listing.title,
        "answered": fetched is not None,
        "new": new,
        "lied": changed and _kept_validators(feed, outcome) and outcome.body_hash != feed.body_hash,
        "changed": changed,
        "etag": fetched and fetched.headers.get("etag"),
        "last_modified": fetched and fetched.headers.get("last-modified"),
        "hash": outcome.body_hash,
    }


def _overlap(outcome: Outcome, new: int) -> float | None:
    """The share of links that were known before; None if the feed was not read, 1 if it has not changed."""
    if outcome.is_failure or outcome.fetched is None:
        return None
    links = len(outcome.listing.links) if outcome.listing else 0
    return 1 - new / links if links else 1.0


def _interval(feed: FeedTarget, overlap: float | None, floor_s: float) -> timedelta:
    config = settings()
    ceiling = timedelta(seconds=config.poll_ceiling)
    floor = min(timedelta(seconds=max(config.poll_floor, floor_s)), ceiling)
    interval = timedelta(seconds=feed.interval_s)
    if overlap is None:
        return max(floor, min(interval, ceiling))
    return schedule.next_interval(interval, overlap, floor, ceiling)


def _kept_validators(feed: FeedTarget, outcome: Outcome) -> bool:
    """Whether the answer carries the very validators of the one before."""
    if outcome.fetched is None or feed.body_hash is None:
        return False
    now = (outcome.fetched.headers.get("etag"), outcome.fetched.headers.get("last-modified"))
    return any(now) and now == (feed.etag, feed.last_modified)


def move(conn: Connection, feed: FeedTarget, target: str) -> str:
    """Ask at another address from now on, where a redirect led; returns the host to wake."""
    host = host_of(target)
    conn.execute("insert into host (name) values (%s) on conflict do nothing", (host,))
    conn.execute(
        "update feed set location = %s, host = %s, due_at = now(), attempts = 0 where id = %s and enabled",
        (target, host, feed.id),
    )
    return host


def add(conn: Connection, source_id: str, specs: Sequence[FeedSpec], parent_id: int | None = None) -> list[str]:
    """Add feeds to a source, due at once; addresses that are known already stay as they are. Returns the new ones."""
    hosts = [host_of(spec.url) for spec in specs]
    conn.execute(
        "insert into host (name) select unnest(%s::text[]) order by 1 on conflict do nothing", (sorted(set(hosts)),)
    )
    rows = conn.execute(
        """
        insert into feed (source_id, url, location, host, kind, link_pattern, parent_id, due_at, interval_s)
        select %(source)s, url, url, host, kind, pattern, %(parent)s, now(), %(interval)s
          from unnest(%(urls)s::text[], %(hosts)s::text[], %(kinds)s::text[], %(patterns)s::text[])
                 as l (url, host, kind, pattern)
         order by url
            on conflict (url) do nothing returning url""",
        {
            "source": source_id,
            "urls": [spec.url for spec in specs],
            "hosts": hosts,
            "kinds": [spec.kind for spec in specs],
            "patterns": [spec.link_pattern for spec in specs],
            "parent": parent_id,
            "interval": settings().poll_floor,
        },
    ).fetchall()
    return [row["url"] for row in rows]


def add_found(conn: Connection, feed: FeedTarget, urls: Sequence[str]) -> set[str]:
    """Poll what a list names besides pages: the newest sitemaps of an index, the feeds of a home page.

    Returns the hosts to wake.
    """
    added = add(conn, feed.source_id, [FeedSpec(url) for url in urls[:MAX_FOUND]], feed.id)
    return {host_of(url) for url in added}
