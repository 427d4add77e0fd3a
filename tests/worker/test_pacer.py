"""The rhythm of requests to one host."""

from __future__ import annotations

from math import inf
from threading import Event

import pytest

from worker.fetch_errors import Stopped
from worker.pacer import Pacer


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def pacer(self, delay_s: float, idle_s: float = inf, latency_ms: float | None = None) -> Pacer:
        return Pacer(delay_s, idle_s, self.clock, self.sleep, latency_ms)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.mark.parametrize(
    ("idle_s", "slept"),
    [
        pytest.param(inf, [], id="never-asked"),
        pytest.param(5.0, [], id="asked-long-ago"),
        pytest.param(1.5, [0.5], id="asked-just-now"),
        pytest.param(0.0, [2.0], id="asked-this-moment"),
    ],
)
def test_the_first_request_waits_for_the_visit_before(time: Time, idle_s: float, slept: list[float]) -> None:
    time.pacer(2.0, idle_s).wait()

    assert time.slept == slept


def test_the_delay_counts_from_the_head_of_the_answer(time: Time) -> None:
    pacer = time.pacer(2.0)
    pacer.wait()
    time.now += 10  # the server thinks
    pacer.answered()
    time.now += 0.5  # its body arrives
    pacer.wait()

    assert time.slept == [1.5]


def test_the_delay_counts_from_a_failure_too(time: Time) -> None:
    pacer = time.pacer(2.0)
    pacer.wait()
    time.now += 10
    pacer.failed()
    pacer.wait()

    assert time.slept == [2.0]


def test_a_changed_delay_counts_at_once(time: Time) -> None:
    pacer = time.pacer(1.0)
    pacer.wait()
    pacer.answered()
    pacer.delay_s = 4.0
    pacer.wait()

    assert time.slept == [4.0]


def test_a_sleep_that_ends_early_is_continued(time: Time) -> None:
    def nap(seconds: float) -> None:
        time.sleep(seconds / 2 if len(time.slept) < 3 else seconds)

    Pacer(1.0, 0.0, time.clock, nap).wait()

    assert time.now == pytest.approx(1001)
    assert len(time.slept) == 4


def test_a_stop_ends_the_wait() -> None:
    stop = Event()
    stop.set()

    with pytest.raises(Stopped):
        Pacer(60.0, 0.0, sleep=stop.wait).wait()


def test_latency_is_a_moving_average_of_answers_alone(time: Time) -> None:
    pacer = time.pacer(0.0)
    for seconds, report in ((0.1, pacer.answered), (60, pacer.failed), (0.5, pacer.answered)):
        pacer.wait()
        time.now += seconds
        assert report() == pytest.approx(seconds * 1000)

    assert pacer.latency_ms == pytest.approx(100 + 0.25 * 400)
    assert pacer.requests == 3


def test_latency_goes_on_from_the_visit_before(time: Time) -> None:
    pacer = time.pacer(0.0, latency_ms=200.0)
    pacer.wait()
    time.now += 0.4
    pacer.answered()

    assert pacer.latency_ms == pytest.approx(250)
