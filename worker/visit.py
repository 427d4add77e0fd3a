"""One host's visit, the main flow: everything the service does with a site can be read off here, from top to bottom."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Self
from urllib.parse import urljoin

import psycopg

from scrapers.article import Kind
from scrapers.page import Page
from scrapers.registry import scrape
from scrapers.selectors import Selectors
from scrapers.urls import is_home
from worker import archive, discover, faultpoints, feeds, frontier, record, schedule
from worker.archive import Keeper
from worker.db import Pool
from worker.fetch import Fetched, Fetcher
from worker.fetch_errors import FetchError, PrivateAddress, Redirected, RobotsUnreachable, Stopped
from worker.outcome import Outcome
from worker.pacer import Pacer
from worker.robots import Robots
from worker.settings import Settings
from worker.targets import FeedTarget, Lease, Manner, PageTarget, Target

log = logging.getLogger(__name__)

SERVER_ERROR = 500
SLOWED_BY = (429, 503)  # statuses that ask for fewer requests
MISSING_WEIGHT = 1.0  # a page that says it is not there counts like a 404
BLOCKED_WEIGHT = 0.5  # a wall that only the scraper recognised counts like one that the fetch did
AT_WORK = threading.BoundedSemaphore(3)  # visits of this process that read or record: more only get in each other's way


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a visit may be, and how it treats the host."""

    requests: int
    seconds: float
    delay_s: float  # between two requests, as the operator wishes; the host may ask for more
    agent: str
    keeper: Keeper | None = None  # of the bytes of pages; None: they are not kept

    @classmethod
    def configured(cls, config: Settings) -> Self:
        """The limits as the settings want them."""
        keeper = archive.keeper(config.archive) if config.keep_archive_days else None
        return cls(config.visit_requests, config.visit_seconds, config.delay, config.agent, keeper)


@dataclass(slots=True)
class Report:
    """What a visit did."""

    host: str
    reasons: Counter[str] = field(default_factory=Counter)
    trouble: Outcome | None = None
    answers: int = 0
    listings: int = 0
    requests: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one attempt."""
        self.reasons[outcome.reason] += 1
        self.listings += outcome.listing is not None
        self.answers += outcome.status is not None and not outcome.is_host_trouble
        if outcome.is_host_trouble:
            self.trouble = outcome


def visit(
    pool: Pool,
    fetcher: Fetcher,
    lease: Lease,
    limits: Limits,
    stopping: threading.Event,
    crawl_id: int | None = None,
) -> Report:
    """Poll the host's due feeds, then fetch its due pages, newest first, until nothing is due or a limit is reached.

    Every attempt ends in one outcome and is recorded by one call. With `crawl_id` only that crawl's pages are fetched.
    """
    report = Report(lease.host)
    pacer = Pacer(_delay(lease, limits), lease.idle_s, sleep=stopping.wait, latency_ms=lease.latency_ms)
    door = Door(pool, fetcher, lease, limits, pacer)
    targets = frontier.targets(pool, lease, crawl_id, was_news=lambda: report.listings > 0)
    for target in _within(limits, pacer, stopping, targets):
        outcome = attempt(door, target)
        if outcome.reason == "stopped":
            record.give_back(pool, target)
            break
        try:
            with AT_WORK:
                outcome = record.record(pool, lease, target, outcome, limits.keeper)
        except psycopg.OperationalError:
            record.give_back(pool, target)  # the database failed, not the page: it must not become a dead letter
            raise
        report.add(outcome)
        if outcome.is_host_trouble:
            break
    report.requests = pacer.requests
    faultpoints.reach("release", lease.host)
    frontier.release(pool, lease, _manner(lease, report, pacer))
    faultpoints.reach("released", lease.host)
    log.info("visit %s: %s", lease.host, dict(report.reasons), extra={"host": lease.host, "requests": report.requests})
    return report


def attempt(door: Door, target: Target) -> Outcome:
    """Make one attempt: ask for the target and read the answer. Whatever happens is an outcome."""
    faultpoints.reach("target-claimed", target.url)
    try:
        if not door.robots(target.url).allowed(target.url):
            return Outcome("robots_disallowed", detail="robots.txt does not allow this address")
        fetched = door.ask(target)
        faultpoints.reach("fetch-answered", target.url)
        with AT_WORK:
            return read(target, fetched)
    except FetchError as error:
        return Outcome.failed(error)
    except Exception as error:  # our bug, not the page's: its traceback is kept, the visit goes on
        log.exception("bug at %s", target.url)
        return Outcome.bug(error)


def read(target: Target, fetched: Fetched) -> Outcome:
    """What an answer says: of a feed its links, of a page its article. No network, no database."""
    known = Outcome("not_modified", status=fetched.status, elapsed_ms=fetched.elapsed_ms, fetched=fetched)
    if fetched.is_not_modified:
        return known
    faultpoints.reach("parse", target.url)
    known = replace(known, body_hash=hashlib.sha256(fetched.body).digest())
    if isinstance(target, FeedTarget):
        return _read_feed(target, fetched, known)
    return _read_page(target, fetched, known)


def _read_feed(feed: FeedTarget, fetched: Fetched, known: Outcome) -> Outcome:
    if known.body_hash == feed.body_hash:
        return replace(known, reason="same")
    try:
        listing = discover.read(fetched.body, fetched.url, fetched.headers, feed.link_pattern, feed.kind)
    except discover.NotAListing as error:
        return replace(known, reason="not_listing", weight=0.5, detail=str(error))
    asked = [wait for wait in (listing.ttl, discover.cache_ttl(fetched.headers)) if wait]
    named: tuple[str, ...] = ()
    if listing.kind == "section" and feed.link_pattern is None:  # a home page, polled for want of a feed
        named = tuple(found.url for found in discover.find_feeds(Page(fetched.body, fetched.url, fetched.headers)))
    return replace(known, reason="listing", listing=replace(listing, ttl=max(asked, default=None)), feeds=named)


def _read_page(target: PageTarget, fetched: Fetched, known: Outcome) -> Outcome:
    if target.is_target:
        try:
            return replace(known, reason="listing", listing=discover.read(fetched.body, fetched.url, fetched.headers))
        except discover.NotAListing:
            log.debug("%s is no list", fetched.url)
    elif known.body_hash == target.body_hash and target.article_id is not None:
        return replace(known, reason="same")
    if fetched.hops and is_home(fetched.url) and not (target.is_target or is_home(target.url)):
        return replace(known, reason="redirected_home", weight=MISSING_WEIGHT, detail="it redirects to the home page")
    page = Page(fetched.body, fetched.url, fetched.headers)
    article = scrape(page, target.hint, Selectors(**target.selectors) if target.selectors else None)
    is_front = target.is_target and (article.kind in (Kind.HOME, Kind.LISTING) or is_home(target.url))
    if article.is_article and not is_front:
        return replace(known, reason="article", article=article)
    if article.kind is Kind.BLOCK:
        return replace(known, reason="blocked", weight=BLOCKED_WEIGHT, detail="a challenge page", is_host_trouble=True)
    if article.kind is Kind.SOFT_404:
        return replace(
            known, reason="soft_404", weight=MISSING_WEIGHT, detail="the page says that there is nothing here"
        )
    if is_front:
        links = discover.section_links(page, None)
        named = tuple(found.url for found in discover.find_feeds(page))
        if links or named:
            return replace(known, reason="listing", listing=discover.Listing("section", links), feeds=named)
    return replace(known, reason=article.kind.value, detail=f"the page is no article: {article.kind.value}")


@dataclass(slots=True)
class Door:
    """The way into one host: its robots.txt, asked for when it is older than a day, and paced requests."""

    pool: Pool
    fetcher: Fetcher
    lease: Lease
    limits: Limits
    pacer: Pacer
    _robots: Robots | None = None

    def ask(self, target: Target) -> Fetched:
        """Fetch the target, with validators where an unchanged answer tells us all. Raises FetchError."""
        validators: dict[str, str | None] = {}
        if isinstance(target, FeedTarget):
            validators = feeds.validators(target)
        elif target.article_id is not None and not target.is_target:
            validators = {"etag": target.etag, "last_modified": target.last_modified}
        return self.fetcher.get(target.url, self.pacer, **validators)

    def robots(self, url: str) -> Robots:
        """The rules of the host of `url`. Raises FetchError where they cannot be had: then nothing may be asked for."""
        if self._robots is None:
            lease = self.lease
            if lease.robots_age_s is not None and lease.robots_age_s < schedule.ROBOTS_FOR.total_seconds():
                self._robots = Robots.for_answer(lease.robots_status, lease.robots_body, self.limits.agent)
            else:
                self._robots = self._ask_robots(urljoin(url, "/robots.txt"))
            self.pacer.delay_s = _delay(replace(lease, crawl_delay_s=self._robots.crawl_delay), self.limits)
        return self._robots

    def _ask_robots(self, url: str) -> Robots:
        """Ask for robots.txt and keep the answer; an older one stays in force while it fails (RFC 9309, 2.4)."""
        try:
            fetched = self.fetcher.get(url, self.pacer)
            outcome = Outcome("robots", status=fetched.status, elapsed_ms=fetched.elapsed_ms, fetched=fetched)
        except Redirected as error:  # at another host, whose own rules hold there: none for this one
            outcome = replace(Outcome.failed(error), status=error.status, moved_to=None)
        except (Stopped, PrivateAddress):  # the second is final, and no trouble that goes away by itself
            raise
        except FetchError as error:
            outcome = Outcome.failed(error)
            if error.host_trouble or error.status is None or error.status >= SERVER_ERROR:
                record.log_robots(self.pool, self.lease, url, outcome)
                if error.host_trouble:
                    raise
                if self.lease.robots_status is None:
                    raise RobotsUnreachable(
                        f"robots.txt: {error}", status=error.status, retry_after=error.retry_after
                    ) from error
                return Robots.for_answer(self.lease.robots_status, self.lease.robots_body, self.limits.agent)
        text = Page(outcome.fetched.body, url, outcome.fetched.headers).text if outcome.fetched else None
        robots = Robots.for_answer(outcome.status, text, self.limits.agent)
        record.keep_robots(self.pool, self.lease, url, outcome, text, robots.crawl_delay)
        return robots


def _within(limits: Limits, pacer: Pacer, stopping: threading.Event, targets: Iterable[Target]) -> Iterator[Target]:
    """The targets until the limits are reached or the service stops."""
    until = time.monotonic() + limits.seconds
    for target in targets:
        yield target
        if stopping.is_set() or pacer.requests >= limits.requests or time.monotonic() >= until:
            return


def _delay(lease: Lease, limits: Limits) -> float:
    return schedule.delay(limits.delay_s, lease.crawl_delay_s, lease.latency_ms, lease.is_slow)


def _manner(lease: Lease, report: Report, pacer: Pacer) -> Manner:
    """What to remember of the host's behaviour."""
    trouble = report.trouble
    if trouble is None:
        failures = 0.0 if report.answers else lease.failures
        return Manner(pacer.latency_ms, pacer.idle_s, failures)
    failures = (0.0 if report.answers else lease.failures) + trouble.weight
    return Manner(
        pacer.latency_ms,
        pacer.idle_s,
        failures,
        trouble.reason,
        cooldown=schedule.backoff(failures, Random(), trouble.retry_after),  # noqa: S311  # jitter
        slow_for=schedule.SLOW_FOR if trouble.status in SLOWED_BY else timedelta(0),
    )
