"""The tasks: each a thin shell around a function that can be called without Celery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg
from celery.exceptions import Reject
from pydantic import ConfigDict, Field, TypeAdapter

from scrapers.urls import MAX_LENGTH
from worker import archive, crawls, db, faultpoints, frontier, retention, stream, visit, workers
from worker.app import app, stopping
from worker.dedup import candidates
from worker.fetch import Fetcher
from worker.settings import settings
from worker.targets import Claim

CLAIM_FOR = timedelta(seconds=30)  # a message that no worker took by then is lost: its host is claimed again
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
    """Open the one-off crawls that were asked for, claim the hosts that are due, and send a visit for each."""
    pool = db.pool()
    workers.follow_clock(pool)
    crawls.open_requested(pool)
    crawls.finish(pool)
    lease_for = min(settings().lease_for, CLAIM_FOR)
    claims = frontier.claim(pool, workers.room(pool), lease_for, workers.CLAIMED_BY)
    with app.producer_or_acquire() as producer:
        for claimed in claims:
            faultpoints.reach("tick-claimed", claimed.host)
            visit_host.apply_async((claimed.host, str(claimed.token)), producer=producer)
    workers.stamp(pool)


@app.task(name="dateline.visit")
def visit_host(host: str, token: str) -> None:
    """Make the visit that a tick leased. Safe to run twice: a stale token ends it at once."""
    pool, config = db.pool(), settings()
    if lease := frontier.hold(pool, Claim(host, UUID(token)), config.lease_for, workers.process_name()):
        faultpoints.reach("visit-held", host)
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
