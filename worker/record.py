"""The one exit of every attempt: whatever came of it goes into the database here, in one transaction."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import psycopg
from psycopg import sql

from scrapers.urls import is_home, normalise
from worker import archive, crawls, events, faultpoints, feeds, frontier, revisions, store
from worker.archive import Keeper, Kept
from worker.db import Connection, Pool, statement
from worker.events import Event
from worker.fetch import Fetched
from worker.outcome import Outcome
from worker.targets import FeedTarget, Lease, PageTarget, Target

log = logging.getLogger(__name__)

EXPIRE_BATCH = 5_000  # rows a transaction
AS_BEFORE = ("same", "not_modified")  # the page is there, with the text that was stored
TOO_LONG = psycopg.errors.ProgramLimitExceeded  # for an index: no failure of the database, it would be the same again
LOG = sql.SQL(
    """
    insert into fetch_log (kind, host, url, page_id, feed_id, status, reason, weight, detail, elapsed_ms, bytes, worker)
    values (%(asked)s, %(host)s, %(url)s, %(page)s, %(feed)s, %(status)s, %(reason)s, %(weight)s, %(detail)s,
            %(elapsed)s, %(bytes)s, %(worker)s)"""
)
QUIET_POLL = sql.SQL("with settled as ({}) {}").format(feeds.SETTLE, LOG).as_bytes()  # most polls bring nothing
TRIES = 3  # of a transaction that the database itself refused: a deadlock, a connection that was cut


def record(pool: Pool, lease: Lease, target: Target, outcome: Outcome, keeper: Keeper | None) -> Outcome:
    """Write the attempt, what it brought, and when the target is due next.

    An article's outcome comes back with what became of it: new, revised, copied or unchanged. An outcome that cannot be
    written is our bug, and recorded as one. The bytes of a page go to `keeper` before the transaction; None: nowhere.
    """
    kept = keeper.keep(pool, lease, target, outcome) if keeper and isinstance(target, PageTarget) else None
    faultpoints.reach("bytes-kept", target.url)
    for attempt in range(1, TRIES + 1):
        try:
            return _write(pool, lease, target, outcome, kept)
        except psycopg.Error as error:
            if isinstance(error, psycopg.OperationalError) and not isinstance(error, TOO_LONG):
                if attempt == TRIES:
                    raise
                log.warning("recording %s failed, trying again", target.url, exc_info=True)
                continue
            if outcome.reason == "bug":
                raise
            log.exception("cannot record %s", target.url)
            outcome = replace(Outcome.bug(error), status=outcome.status, elapsed_ms=outcome.elapsed_ms)
    raise AssertionError("unreachable")


def _write(pool: Pool, lease: Lease, target: Target, outcome: Outcome, kept: Kept | None) -> Outcome:
    if isinstance(target, FeedTarget) and not (outcome.listing or outcome.moved_to or outcome.is_host_trouble):
        # nothing changes but the feed itself: no transaction of several statements is needed
        with statement(pool) as conn:
            conn.execute(QUIET_POLL, {**feeds.settlement(target, outcome, 0), **_line("feed", lease, target, outcome)})
        faultpoints.reach("record-committed", target.url)
        return outcome
    happened: tuple[Event, ...] = ()
    with pool.connection() as conn:
        if isinstance(target, FeedTarget):
            hosts = _write_feed(conn, target, outcome)
        else:
            outcome, hosts, happened = _write_page(conn, target, outcome)
            if kept:
                archive.add(conn, target, outcome, kept)
        _log(conn, "feed" if isinstance(target, FeedTarget) else "page", lease, target, outcome)
        if outcome.is_host_trouble and lease.failures + outcome.weight >= crawls.PATIENCE:
            crawls.give_up_host(conn, lease.host, outcome)
        if others := hosts - {lease.host}:  # its own host is looked at again when it is released
            frontier.wake(conn, others)
        events.publish(conn, happened)
        faultpoints.reach("record-written", target.url)
    faultpoints.reach("record-committed", target.url)
    return outcome


def _write_feed(conn: Connection, feed: FeedTarget, outcome: Outcome) -> set[str]:
    """A poll: its links, its child sitemaps, its new address. Returns the hosts to wake."""
    if outcome.moved_to:
        return {feeds.move(conn, feed, outcome.moved_to)}
    new = 0
    hosts: set[str] = set()
    if outcome.listing:
        new, hosts = frontier.add_links(conn, feed, outcome.listing.links, backfill=feed.body_hash is None)
        hosts |= feeds.add_found(conn, feed, (*outcome.listing.children, *outcome.feeds))
    feeds.settle(conn, feed, outcome, new)
    return hosts


def _write_page(conn: Connection, page: PageTarget, outcome: Outcome) -> tuple[Outcome, set[str], tuple[Event, ...]]:
    """A page: its article, its next look, the one-off crawls that wait for it."""
    happened: tuple[Event, ...] = ()
    hosts: set[str] = set()
    article_id, since, is_flipping = page.article_id, None, False
    if outcome.article and outcome.fetched:
        saved = store.save(conn, outcome.article, _addresses(page, outcome.fetched), page.source_id)
        article_id, since, happened = saved.id, saved.since, saved.events
        outcome = replace(outcome, reason=saved.verdict)
        is_flipping = saved.is_flipping
        if page.article_id not in (None, saved.id):  # the old address leads to another story now
            happened += tuple(store.note_missing(conn, page.article_id, page.known_url))
    elif article_id is not None:
        since, was_missing = store.standing(conn, article_id)
        if outcome.moved_to and is_home(outcome.moved_to):  # of another host
            outcome = replace(outcome, reason="redirected_home", weight=1.0, moved_to=None)
        if outcome.is_missing:
            happened = tuple(store.note_missing(conn, article_id, page.known_url))
        elif was_missing and outcome.reason in AS_BEFORE:
            happened = tuple(store.mark_back(conn, article_id))
    if outcome.moved_to:
        host = frontier.add_redirected(conn, page, outcome.moved_to)
        if host is None:
            outcome = replace(outcome, reason="too_many_redirects", weight=1.0, moved_to=None)
        else:
            hosts.add(host)
    frontier.settle(conn, page, outcome, article_id, since)
    if is_flipping and article_id is not None:
        revisions.look_again(conn, page.id, article_id)
    hosts |= crawls.settle(conn, page, outcome, article_id)
    return outcome, hosts, happened


def _addresses(page: PageTarget, fetched: Fetched) -> list[str]:
    """All addresses that led to the page, as they are known."""
    return [page.known_url, *(url for hop in (*fetched.hops, fetched.url) if (url := normalise(hop)))]


def _log(conn: Connection, kind: str, lease: Lease, target: Target | str, outcome: Outcome) -> None:
    conn.execute(LOG, _line(kind, lease, target, outcome))


def _line(kind: str, lease: Lease, target: Target | str, outcome: Outcome) -> dict[str, object]:
    """The values of `LOG`; `target`: a feed, a page, or the address of something else."""
    return {
        "asked": kind,
        "host": lease.host,
        "url": target if isinstance(target, str) else target.url,
        "page": target.id if isinstance(target, PageTarget) else None,
        "feed": target.id if isinstance(target, FeedTarget) else None,
        "status": outcome.status,
        "reason": outcome.reason,
        "weight": outcome.weight,
        "detail": outcome.detail,
        "elapsed": outcome.elapsed_ms,
        "bytes": len(outcome.fetched.wire) if outcome.fetched else None,
        "worker": lease.worker,
    }


def log_robots(pool: Pool, lease: Lease, url: str, outcome: Outcome) -> None:
    """Write an attempt at robots.txt that brought nothing to keep."""
    with pool.connection() as conn:
        _log(conn, "robots", lease, url, outcome)


def keep_robots(
    pool: Pool, lease: Lease, url: str, outcome: Outcome, text: str | None, crawl_delay: float | None
) -> None:
    """Write an attempt at robots.txt, and keep what it said for the next visits."""
    with pool.connection() as conn:
        _log(conn, "robots", lease, url, outcome)
        frontier.note_robots(conn, lease, outcome.status, text, crawl_delay)


def give_back(pool: Pool, target: Target) -> None:
    """Take back the count of an attempt that was not made, because the service stops."""
    with pool.connection() as conn:
        if isinstance(target, FeedTarget):
            conn.execute(
                "update feed set attempts = greatest(attempts - 1, 0), due_at = now() where id = %s and enabled",
                (target.id,),
            )
        else:
            conn.execute("update page set attempts = greatest(attempts - 1, 0) where id = %s", (target.id,))


def expire(pool: Pool, fetches: timedelta, archived: timedelta) -> None:
    """Delete what is older and in no partition of its own, some at a time; `retention` drops whole partitions."""
    for deletion, age in (
        (
            "delete from fetch_log_default"
            " where id in (select id from fetch_log_default where at < now() - %s limit %s)",
            fetches,
        ),
        (
            "delete from archive_default"
            " where id in (select id from archive_default where fetched_at < now() - %s limit %s)",
            archived,
        ),
    ):
        deleted = EXPIRE_BATCH
        while deleted == EXPIRE_BATCH:
            with pool.connection() as conn:
                deleted = conn.execute(deletion, (age, EXPIRE_BATCH)).rowcount
