"""When to do what again: pure rules on durations, so that every one of them can be read and tested alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

SLOWER, FASTER = 1.25, 1.5  # a poll that brought nothing lengthens the wait so much, one with news shortens it so much
LOSS_BELOW = 1 / 3  # overlap under which links may soon get lost unseen (the threshold of Media Cloud's rss-fetcher)

RETRY_FIRST = timedelta(seconds=5)  # most failures are gone at the next try
RETRY_FACTOR = 4.0
RETRY_CAP = timedelta(days=1)
FINAL_FAILURES = 3.0  # weight at which a page becomes a dead letter: 3 hard, 6 soft or 12 temporary failures
MAX_CRASHES = 3  # claims without an end after which a page is taken to kill its worker

REVISITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))  # after publication
REVISIT_SLACK = timedelta(minutes=10)  # a look this close to a planned one takes its place

GONE_LOOKS, GONE_DAYS = 3, timedelta(days=2)  # looks that find nothing, over so long, before an article counts as gone
GONE_APART = timedelta(hours=20)  # between two looks that count: publishers break a day's pages and mend them
GONE_WAITS = (timedelta(days=1),) * 3 + (timedelta(days=7),) * 3  # after each such look; it may come back

CRAWL_DELAY_CAP = 30.0  # seconds; a longer Crawl-delay would shut a host out for good
SLOW_FOR = timedelta(minutes=10)  # how long the delay stays doubled after a 429 or 503
ROBOTS_FOR = timedelta(days=1)  # RFC 9309, 2.4: do not use a cached robots.txt for longer


def next_interval(interval: timedelta, overlap: float, floor: timedelta, ceiling: timedelta) -> timedelta:
    """How long to wait before a feed's next poll, between `floor` and `ceiling`.

    `overlap`: the share of the last poll's links that were known before, 0 to 1. A poll that brought nothing makes the
    wait longer, one that brought something makes it shorter, one that brought most of the feed halves it. So about
    every third poll brings news, and an article waits for a fraction of the time until the next one comes; a rule that
    waits until a third of a long feed is new would let many gather first.
    Raises ValueError if `overlap` leaves 0..1.
    """
    if not 0 <= overlap <= 1:
        raise ValueError(f"an overlap is a share from 0 to 1, not {overlap}")
    if overlap < LOSS_BELOW:
        interval /= 2
    elif overlap < 1:
        interval /= FASTER
    else:
        interval *= SLOWER
    return max(floor, min(interval, ceiling))


def backoff(failures: float, chance: Random, retry_after: timedelta | None = None) -> timedelta:
    """How long to wait after failures of this weight in a row: exponential with jitter, up to a day.

    A wait that the server asked for is obeyed, with a little on top so that not all its clients return at once.
    """
    steps = min(max(failures * 2 - 0.5, 0), 16)  # 0.25 -> the first wait, each soft failure one step on
    wait: timedelta = min(RETRY_FIRST * RETRY_FACTOR**steps, RETRY_CAP) * chance.uniform(0.75, 1.25)
    return max(wait, retry_after * chance.uniform(1, 1.1)) if retry_after else wait


def is_final(failures: float) -> bool:
    """Whether failures of this weight make a dead letter."""
    return failures >= FINAL_FAILURES


def revisit_at(since: datetime, now: datetime) -> datetime | None:
    """When to look at an article again that came out at `since`; None once it is older than the last look."""
    return next((since + age for age in REVISITS if since + age > now + REVISIT_SLACK), None)


def missing_wait(looks: int) -> timedelta | None:
    """How long to wait after so many looks in a row at an article's page that found nothing; None: no more looks."""
    return GONE_WAITS[looks - 1] if 0 < looks <= len(GONE_WAITS) else None


def delay(configured: float, crawl_delay: float | None, latency_ms: float | None, is_slow: bool) -> float:
    """Seconds to leave between two requests to a host.

    The largest of the configured delay, Crawl-delay (capped at 30 s) and a quarter of the host's latency, doubled
    while the host is slowed down after a 429 or 503.
    """
    longest = max(configured, min(crawl_delay or 0.0, CRAWL_DELAY_CAP), (latency_ms or 0.0) / 4000)
    return longest * 2 if is_slow else longest


def smoothed(average: float | None, value: float, alpha: float = 0.25) -> float:
    """The moving average after one more value; alpha is Media Cloud's."""
    return value if average is None else average + alpha * (value - average)
