"""Newspapers on loopback in a process of their own (`ground.web`), of the labelled pages or of invented ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests
from ground import corpora


@dataclass(frozen=True, slots=True)
class Plan:
    """What is published: on `hosts` hosts `backlog` stories each at once, then `rate` a second in all for `seconds`."""

    hosts: int = 200  # 0: as many as there are saved stories of
    backlog: int = 40
    rate: float = 0.0
    seconds: float = 0.0
    latency_ms: float = 100.0
    names: Sequence[str] = corpora.NEWS


@dataclass(frozen=True, slots=True)
class Log:
    """What was asked for since the restart: answers by kind, and when each host was asked, in seconds."""

    answers: dict[str, int]
    published: int  # stories that are out
    asked: dict[str, list[float]]

    @property
    def shortest_gap_s(self) -> float:
        """Between two requests to one host, as they arrived."""
        gaps = (after - before for times in self.asked.values() for before, after in pairwise(times))
        return min(gaps, default=float("inf"))


@dataclass(frozen=True, slots=True)
class Newspapers:
    """What is published, and where: `proxy_url` is the proxy to ask."""

    proxy_url: str
    feeds: tuple[str, ...]  # one a host
    process: psutil.Process
    note: str  # what they are

    def restart(self) -> None:
        """Everything but the backlog is yet to come, and nobody has asked for anything."""
        self._ask("restart")

    def log(self) -> Log:
        """What was asked for."""
        return Log(**self._ask("log"))

    def _ask(self, what: str) -> Any:
        return _ask(self.proxy_url, what)


@contextmanager
def published(plan: Plan) -> Iterator[Newspapers]:
    """Run the newspapers until the end of the block. The stories are written first, which takes a while."""
    words = [plan.hosts, plan.backlog, plan.rate, plan.seconds, plan.latency_ms, *plan.names]
    process = subprocess.Popen(
        [sys.executable, "-m", "ground.web", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=corpora.surroundings(),
    )
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port:
            raise SystemExit("The newspapers did not start.")
        proxy_url = f"http://127.0.0.1:{port}"
        feeds = tuple(f"http://{host}/feed.xml" for host in _ask(proxy_url, "hosts"))
        yield Newspapers(proxy_url, feeds, psutil.Process(process.pid), _note(plan, len(feeds)))
    finally:
        process.terminate()
        process.communicate()


def _ask(proxy_url: str, what: str) -> Any:
    return requests.get(f"http://web.test/{what}", proxies={"http": proxy_url}, timeout=60).json()


def _note(plan: Plan, hosts: int) -> str:
    pages = "real pages with other words" if corpora.are_here() else "no ../shared beside this checkout: invented pages"
    new = f", then {plan.rate:g} a second in all" if plan.rate else ""
    return (
        f"{hosts} newspapers, {pages}; {plan.backlog} stories each at the start{new};"
        f" {plan.latency_ms:g} ms before each answer"
    )


def host_of(feed: str) -> str:
    """The host of a feed's address."""
    return urlsplit(feed).netloc
