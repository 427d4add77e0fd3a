"""The tasks, in a worker that no clock calls: each message is put into the broker by the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from scrapers.urls import host_of
from tests.security.test_messages import message
from tests.site.press import Press
from tests.test_service import DATELINE, environment, press, running
from tests.waiting import until
from worker import sources
from worker.db import Connection
from worker.local import Access
from worker.sourcefile import FeedSpec, SourceSpec

__all__ = ["environment", "press"]  # fixtures: what tells processes where everything is, and the newspapers
Send = Callable[..., None]


@pytest.fixture
def working(
    environment: dict[str, str], embedded: Access, conn: Connection, tmp_path: Path
) -> Callable[[int], Iterator[Send]]:
    """A worker that makes so many visits at once, for as long as a block runs: what sends it a task."""
    broker = redis.Redis.from_url(embedded.redis_url)

    def send(task: str, *args: object) -> None:
        broker.lpush("dateline", json.dumps(message(task, args)))

    @contextmanager
    def working(slots: int) -> Iterator[Send]:
        settings = {**environment, "DATELINE_PROCESSES": "1", "DATELINE_CONCURRENCY": str(slots)}
        with running([DATELINE, "worker"], settings, tmp_path / "worker.log"):
            until("the worker is there", lambda: conn.execute("select from worker").rowcount == 1)
            yield send

    return working


def follow(conn: Connection, *feeds: str) -> None:
    """Let these feeds be due."""
    with conn.transaction():
        for feed in feeds:
            sources.add(conn, SourceSpec(host_of(feed), feed, None, (FeedSpec(feed),)), "added")


def stored(conn: Connection) -> set[str]:
    return {row["url"] for row in conn.execute("select url from article")}


def test_one_call_brings_all_hosts_that_are_due(press: Press, conn: Connection, working) -> None:
    stories = {paper.publish().url for paper in (press.gazette, press.valley)}
    follow(conn, press.gazette.url("/feed.xml"), press.valley.url("/atom.xml"))
    with working(4) as send:
        send("dateline.visit")
        until("all are stored", lambda: stored(conn) == stories)


def test_a_tick_calls_for_what_is_due(press: Press, conn: Connection, working) -> None:
    story = press.gazette.publish()
    follow(conn, press.gazette.url("/feed.xml"))
    with working(4) as send:
        send("dateline.tick")
        until("it is stored", lambda: stored(conn) == {story.url})


def test_a_worker_with_all_hands_full_makes_no_more_visits_and_has_one_left_for_others(
    press: Press, conn: Connection, working
) -> None:
    press.gazette.publish()
    follow(conn, press.gazette.url("/feed.xml"))
    with working(1) as send, press.gazette.hold("/feed.xml") as hold:
        send("dateline.visit")
        until("a visit is under way", hold.arrived.is_set)
        follow(conn, press.valley.url("/atom.xml"))
        send("dateline.visit")
        send("dateline.crawl", "http://somewhere.example/")
        until("the crawl is asked for", lambda: conn.execute("select from crawl").rowcount == 1)
        assert press.requests(press.valley.host) == []
