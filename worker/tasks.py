"""The tasks: each a thin shell around a function that can be called without Celery."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

import psycopg
from celery.exceptions import Reject
from celery.worker import state
from pydantic import ConfigDict, Field, TypeAdapter

from scrapers.urls import MAX_LENGTH
from worker import archive, crawls, db, faultpoints, frontier, retention, stream, visit, workers
from worker.app import app, stopping
from worker.dedup import candidates
from worker.fetch import Fetcher
from worker.settings import settings

TURN_S = 30.0  # of visits for one message, which costs as much as a poll
AT_ONCE, EACH = 8, 4  # so many hosts are due: each has a worker called for it; of more, every fourth
MAX_TARGETS = 10_000  # of one request, which becomes pages in one transaction
_STRICT = ConfigDict(strict=True, hide_input_in_errors=True)
_TEXT = TypeAdapter(Annotated[str, Field(max_length=MAX_LENGTH)], config=_STRICT)
_TARGETS = TypeAdapter(
    Annotated[list[Annotated[str, Field(max_length=MAX_LENGTH)]], Field(min_length=1, max_length=MAX_TARGETS)],
    config=_STRICT,
)
_NUMBER = TypeAdapter(Annotated[int, Field(ge=1, lt=2**31)] | None, config=_STRICT)
DATABASE_WAIT_S = 5.0  # before a crawl request that could not be written goes back to the queue


@app.task(name="dateline.tick")
def tick() -> None:
    """Open the one-off crawls that were asked for, and call workers for the hosts that are due."""
    pool = db.pool()
    workers.follow_clock(pool)
    crawls.open_requested(pool)
    crawls.finish(pool)
    due = frontier.overdue(pool, workers.room(pool))
    with app.producer_or_acquire() as producer:
        for _ in range(min(due, AT_ONCE + due // EACH)):
            visit_hosts.apply_async(producer=producer)
    workers.stamp(pool)


@app.task(name="dateline.visit")
def visit_hosts() -> None:
    """Visit the host that is longest overdue, then the next, for half a minute or until nothing is due.

    Safe to run twice, or in vain: a host that is taken is nobody else's. Should more be called than there is room for,
    the last thread of a worker is left to the clock.
    """
    pool, config, name = db.pool(), settings(), workers.process_name()
    if len(state.active_requests) > config.concurrency:
        return
    until = time.monotonic() + TURN_S
    while not stopping.is_set() and time.monotonic() < until:
        lease = frontier.take(pool, config.lease_for, name)
        if lease is None:
            return
        faultpoints.reach("host-taken", lease.host)
        with Fetcher.configured(config) as client:
            visit.visit(pool, client, lease, visit.Limits.configured(config), stopping)


@app.task(name="dateline.sign")
def sign() -> None:
    """Sign for this process: sent to it by itself, so that its way through the broker is proved."""
    workers.sign(db.pool(), workers.process_name(), settings().concurrency)


@app.task(name="dateline.crawl", bind=True, acks_late=True, reject_on_worker_lost=True)
def crawl(
    self: Any,
    targets: str | Sequence[str],
    max_pages: int | None = None,
    since: str | None = None,
    request_id: str | None = None,
) -> None:
    """Ask for a one-off crawl of addresses or sources: the public trigger, to be sent by name from any program.

    `since`: ISO 8601; older pages are left out. `request_id`: the same one twice is one crawl; unset, the task's id.
    The message is acknowledged once the request is a row, so it is never lost. Raises ValueError for arguments that are
    no request; such a message is logged and dropped.
    """
    wanted = crawls.Request(
        _TARGETS.validate_python([targets] if isinstance(targets, str) else targets),
        _NUMBER.validate_python(max_pages),
        crawls.parse_since(_TEXT.validate_python(since)) if since else None,
        "task",
        uuid5(NAMESPACE_URL, str(request_id or self.request.id)),
    )
    try:
        crawls.request(db.pool(), wanted)
    except psycopg.OperationalError as error:
        stopping.wait(DATABASE_WAIT_S)  # a failed task would be acknowledged, and the request with it
        raise Reject(error, requeue=True) from error
    tick.delay()  # somebody waits for it


@app.task(name="dateline.relay")
def relay() -> None:
    """Copy new events to the Redis Stream `dateline:events`, unless its length is set to 0. Safe to run twice."""
    if length := settings().stream_length:
        stream.relay(db.pool(), settings().broker(), length)


@app.task(name="dateline.maintain")
def maintain() -> None:
    """Keep the house: drop what is too old, with its bytes, forget dead workers, wake forgotten hosts."""
    pool, config = db.pool(), settings()
    now = workers.now(pool)
    retention.maintain(pool, config.keep, now)
    archive.sweep(pool, now - config.keep["archive"])
    candidates.expire(pool)
    workers.forget_dead(pool)
    frontier.repair(pool)
