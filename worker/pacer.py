"""Leaves a host in peace between two requests."""

from __future__ import annotations

import time
from collections.abc import Callable

from worker import schedule
from worker.fetch_errors import Stopped


class Pacer:
    """The rhythm of one visit: `wait` before each request, `answered` or `failed` after it.

    The delay is counted from the arrival of the previous answer's head (or its failure), so that a slow host gets a
    longer rest than a fast one. `delay_s` may be changed at any time. `sleep` gets seconds; a true result, as
    `threading.Event.wait` gives once the event is set, means that the service is stopping. `latency_ms` is the
    moving average of the times from a request to the head of its answer, None before the first.
    """

    def __init__(
        self,
        delay_s: float,
        idle_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        latency_ms: float | None = None,
    ) -> None:
        """`idle_s`: seconds since the last request to the host ended, infinity if there was none."""
        self.delay_s = delay_s
        self.latency_ms = latency_ms
        self.requests = 0
        self._clock = clock
        self._sleep = sleep
        self._ended_at = clock() - idle_s
        self._asked_at = clock()

    def wait(self) -> None:
        """Return when the next request may be sent. Raises Stopped if the sleep was cut short by a stop."""
        while (left := self._ended_at + self.delay_s - self._clock()) > 0:  # a sleep may end a little early
            if self._sleep(left):
                raise Stopped("the service is stopping")
        self._asked_at = self._clock()
        self.requests += 1

    def answered(self) -> float:
        """The head of an answer has arrived: returns the milliseconds it took, and counts them into the average."""
        elapsed_ms = self.failed()
        self.latency_ms = schedule.smoothed(self.latency_ms, elapsed_ms)
        return elapsed_ms

    def failed(self) -> float:
        """The request ended without an answer: returns the milliseconds it took."""
        self._ended_at = self._clock()
        return (self._ended_at - self._asked_at) * 1000

    @property
    def idle_s(self) -> float:
        """Seconds since the last request to the host ended; infinity if there was none."""
        return self._clock() - self._ended_at
