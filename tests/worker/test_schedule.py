"""The rules of when to do what again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from worker import schedule
from worker.schedule import backoff, delay, next_interval, revisit_at, smoothed

FLOOR, CEILING = timedelta(minutes=2), timedelta(hours=6)
HOUR = timedelta(hours=1)
NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)


class Chance(Random):
    """Always the same end of the range."""

    def __init__(self, share: float) -> None:
        super().__init__(0)
        self.share = share

    def uniform(self, a: float, b: float) -> float:
        return a + (b - a) * self.share


@pytest.mark.parametrize(
    ("overlap", "interval"),
    [
        pytest.param(1.0, 1.25 * HOUR, id="nothing-new-is-slower"),
        pytest.param(0.98, HOUR / 1.5, id="one-new-is-faster"),
        pytest.param(0.5, HOUR / 1.5, id="half-new-is-faster"),
        pytest.param(0.3, HOUR / 2, id="most-new-halves"),
        pytest.param(0.0, HOUR / 2, id="all-new-halves"),
    ],
)
def test_what_a_poll_brought_moves_the_interval(overlap, interval):
    assert next_interval(HOUR, overlap, FLOOR, CEILING) == interval


@pytest.mark.parametrize(
    ("interval", "overlap", "expected"),
    [
        pytest.param(FLOOR, 0.0, FLOOR, id="not-below-the-floor"),
        pytest.param(CEILING, 1.0, CEILING, id="not-above-the-ceiling"),
        pytest.param(timedelta(seconds=1), 0.5, FLOOR, id="a-raised-floor-holds-at-once"),
    ],
)
def test_an_interval_stays_between_floor_and_ceiling(interval, overlap, expected):
    assert next_interval(interval, overlap, FLOOR, CEILING) == expected


@pytest.mark.parametrize("overlap", [1.1, -0.1])
def test_an_overlap_is_a_share(overlap):
    with pytest.raises(ValueError, match="from 0 to 1"):
        next_interval(HOUR, overlap, FLOOR, CEILING)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        pytest.param(0.25, 5, id="first-temporary"),
        pytest.param(0.5, 10, id="first-soft"),
        pytest.param(0.75, 20, id="third-temporary"),
        pytest.param(1.0, 40, id="first-hard"),
        pytest.param(2.0, 640, id="second-hard"),
        pytest.param(100.0, 86400, id="never-above-a-day"),
        pytest.param(0.0, 5, id="none"),
    ],
)
def test_failures_back_off_exponentially(failures, seconds):
    assert backoff(failures, Chance(0.5)).total_seconds() == pytest.approx(seconds)


def test_jitter_is_a_quarter_to_each_side():
    assert backoff(0.25, Chance(0)).total_seconds() == pytest.approx(3.75)
    assert backoff(0.25, Chance(1)).total_seconds() == pytest.approx(6.25)


@pytest.mark.parametrize(
    ("failures", "retry_after", "expected"),
    [
        pytest.param(0.25, HOUR, HOUR, id="longer-than-ours"),
        pytest.param(2.0, timedelta(seconds=1), timedelta(seconds=480), id="shorter-than-ours"),
    ],
)
def test_a_wait_that_the_server_asked_for_is_a_least(failures, retry_after, expected):
    assert backoff(failures, Chance(0), retry_after) == expected


@pytest.mark.parametrize(("weight", "failures"), [(1.0, 3), (0.5, 6), (0.25, 12)])
def test_so_many_failures_make_a_dead_letter(weight, failures):
    assert not schedule.is_final(weight * (failures - 1))
    assert schedule.is_final(weight * failures)


@pytest.mark.parametrize(
    ("age", "look"),
    [
        pytest.param(timedelta(0), timedelta(hours=1), id="new"),
        pytest.param(timedelta(minutes=51), timedelta(hours=6), id="close-to-a-planned-look"),
        pytest.param(timedelta(hours=2), timedelta(hours=6), id="hours-old"),
        pytest.param(timedelta(hours=7), timedelta(days=1), id="same-day"),
        pytest.param(timedelta(days=3), timedelta(days=7), id="days-old"),
        pytest.param(timedelta(days=7), None, id="old"),
    ],
)
def test_articles_are_looked_at_again_at_planned_ages(age, look):
    assert revisit_at(NOON - age, NOON) == (NOON - age + look if look else None)


@pytest.mark.parametrize(
    ("configured", "crawl_delay", "latency_ms", "is_slow", "seconds"),
    [
        pytest.param(1.0, None, None, False, 1.0, id="configured"),
        pytest.param(1.0, 10.0, None, False, 10.0, id="crawl-delay"),
        pytest.param(1.0, 3600.0, None, False, 30.0, id="crawl-delay-capped"),
        pytest.param(1.0, 0.5, 8000.0, False, 2.0, id="quarter-of-the-latency"),
        pytest.param(1.0, None, 200.0, True, 2.0, id="doubled-while-slow"),
    ],
)
def test_the_delay_is_the_longest_that_anything_asks_for(configured, crawl_delay, latency_ms, is_slow, seconds):
    assert delay(configured, crawl_delay, latency_ms, is_slow) == seconds


def test_a_moving_average_starts_at_its_first_value():
    assert smoothed(None, 80.0) == 80.0
    assert smoothed(80.0, 160.0) == 100.0
