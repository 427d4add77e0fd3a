"""What a visit works on: the lease of a host, and the feeds and pages that are due there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from scrapers.article import Hint


@dataclass(frozen=True, slots=True)
class Lease:
    """The exclusive right to send requests to one host, and what is known of the host."""

    host: str
    token: UUID
    worker: str
    idle_s: float  # seconds since the last request to it; infinity if there was none
    latency_ms: float | None
    crawl_delay_s: float | None
    is_slow: bool
    failures: float
    robots_status: int | None
    robots_body: str | None
    robots_age_s: float | None
    held_at: datetime  # when the visit began, by the clock of Postgres


@dataclass(frozen=True, slots=True)
class Manner:
    """How a host behaved in a visit, kept for the next one."""

    latency_ms: float | None
    idle_s: float  # seconds since the last request
    failures: float = 0.0
    trouble: str | None = None
    cooldown: timedelta = timedelta(0)
    slow_for: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class FeedTarget:
    """A feed that is due, claimed."""

    id: int
    url: str  # the address to ask
    source_id: str
    kind: str | None
    link_pattern: str | None
    interval_s: float
    floor_s: float
    failures: float
    polls: int
    etag: str | None
    last_modified: str | None
    trusted: bool
    body_hash: bytes | None


@dataclass(frozen=True, slots=True)
class PageTarget:
    """A page that is due, claimed; `attempts` counts this claim too."""

    id: int
    url: str  # the address to ask
    known_url: str  # the address it is known by
    source_id: str | None
    attempts: int
    failures: float
    etag: str | None
    last_modified: str | None
    body_hash: bytes | None
    article_id: int | None
    is_target: bool  # named by a one-off crawl: it may be a list as well
    hint: Hint | None
    selectors: Mapping[str, str] | None = None  # of its source, as an operator gave them


Target = FeedTarget | PageTarget
