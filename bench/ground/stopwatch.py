"""Tells which parts of a program a thread's time goes to: functions are wrapped, an inner one's time is its own."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Spent:
    """What one part took: seconds of CPU and by the clock, calls, and statements sent to the database."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    calls: int = 0
    statements: int = 0


@dataclass(slots=True)
class Stopwatch:
    """For one thread. A part is a group and a name; a group of None is that of the part around it."""

    parts: defaultdict[tuple[str, str], Spent] = field(default_factory=lambda: defaultdict(Spent))
    _open: list[tuple[str, str]] = field(default_factory=lambda: [("rest", "between the parts")])
    _cpu: float = field(default_factory=time.thread_time)
    _wall: float = field(default_factory=time.perf_counter)

    def reset(self) -> None:
        """Forget everything up to now."""
        self._turn()
        self.parts.clear()

    def settle(self) -> None:
        """Count what happened up to now, also to parts that are still open."""
        self._turn()

    @contextmanager
    def part(self, group: str | None, name: str) -> Iterator[None]:
        """Count what happens in the block to this part."""
        self._turn()
        self._open.append((group or self._open[-1][0], name))
        self.parts[self._open[-1]].calls += 1
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def count_statement(self) -> None:
        """A statement goes to the database now."""
        self.parts[self._open[-1]].statements += 1

    def _turn(self) -> None:
        cpu, wall, here = time.thread_time(), time.perf_counter(), self.parts[self._open[-1]]
        here.cpu_s += cpu - self._cpu
        here.wall_s += wall - self._wall
        self._cpu, self._wall = cpu, wall


@contextmanager
def watched(watch: Stopwatch, points: dict[tuple[str | None, str], list[tuple[Any, str]]]) -> Iterator[None]:
    """Within the block, every call of these functions (an owner and its attribute) counts to its part."""
    with ExitStack() as restored:
        for (group, name), places in points.items():
            for owner, attribute in places:
                function = getattr(owner, attribute)
                restored.callback(setattr, owner, attribute, function)
                setattr(owner, attribute, _timed(watch, function, group, name))
        yield


def _timed(watch: Stopwatch, function: Callable[..., Any], group: str | None, name: str) -> Callable[..., Any]:
    def timed(*args: Any, **named: Any) -> Any:
        with watch.part(group, name):
            return function(*args, **named)

    return timed
