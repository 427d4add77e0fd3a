"""Processes that do one job together: their CPU time and memory by role, while they run and after they have ended."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

ROLES = {
    "valkey-server": "Valkey",
    "-m worker --quiet worker": "workers",
    "-m worker beat": "beat",
    "ground.web": "newspapers",
    "ground.spider": "spiders",
    "postgres": "Postgres",
}


@dataclass(slots=True)
class Family:
    """These processes and all below them."""

    roots: list[psutil.Process]
    peak: dict[str, int] = field(default_factory=dict)  # of the memory of each role, and of all at once
    _cpu: dict[tuple[int, float], tuple[str, float]] = field(default_factory=dict)

    def look(self) -> None:
        """Read CPU times now: what a process used after the last look before its end is lost."""
        for process in self._all():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                key = process.pid, process.create_time()
                role = self._cpu[key][0] if key in self._cpu else role_of(process)  # one that has just ended has none
                self._cpu[key] = role, cpu_of(process)

    def cpu_by_role(self) -> dict[str, float]:
        """CPU seconds as of the last look, of processes that have ended as well."""
        total: defaultdict[str, float] = defaultdict(float)
        for role, seconds in self._cpu.values():
            total[role] += seconds
        return total

    def memory(self) -> dict[str, int]:
        """Bytes in use now, by role (PSS), and in all as `PSS` and `RSS`. Slow: the system adds up every page."""
        now: defaultdict[str, int] = defaultdict(int)
        for process in self._all():
            try:
                role, rss, pss = role_of(process), process.memory_info().rss, pss_of(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            now["RSS"] += rss
            now["PSS"] += pss
            now[role] += pss
        self.peak = {name: max(now[name], self.peak.get(name, 0)) for name in {*now, *self.peak}}
        return now

    def of_role(self, role: str) -> list[int]:
        """The ids of its processes."""
        return [process.pid for process in self._all() if role_of(process) == role]

    def _all(self) -> Iterator[psutil.Process]:
        for root in self.roots:
            with suppress(psutil.NoSuchProcess):
                yield from [root, *root.children(recursive=True)]


def role_of(process: psutil.Process) -> str:
    """What a process does."""
    try:
        line = " ".join(process.cmdline())
    except psutil.ZombieProcess:  # it has just ended
        return ""
    return next((role for mark, role in ROLES.items() if mark in line), "up")


def pss_of(process: psutil.Process) -> int:
    """Proportional set size in bytes; where the system does not tell it, the resident size."""
    full: Any = process.memory_full_info()
    return int(getattr(full, "pss", full.rss))


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def busy_s() -> float:
    """Seconds that all processors together were busy since the machine started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0) - getattr(times, "guest", 0))


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
