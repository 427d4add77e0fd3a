"""The clock of beat: it sends what is due to a real broker, and goes on whatever becomes of that."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery import Celery
from celery.apps.beat import Beat

from tests.faults.proxy import Proxy
from worker import local
from worker.beat import BACKLOG, Clock

QUEUE = "clock-test"


@pytest.fixture
def broker(embedded: local.Access) -> Iterator[redis.Redis]:
    """A client of the broker, whose queue is empty."""
    with redis.Redis.from_url(embedded.redis_url) as client:
        client.delete(QUEUE)
        yield client
        client.delete(QUEUE)


def clock(url: str, **every_s: float) -> Clock:
    """A clock for tasks of these names."""
    app = Celery(broker=url, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        broker_transport_options={"socket_timeout": 1, "socket_connect_timeout": 1},
        beat_schedule={name: {"task": name, "schedule": seconds} for name, seconds in every_s.items()},
    )
    return Clock(app)


def test_everything_is_sent_at_once_and_then_when_it_is_due(broker: redis.Redis, embedded: local.Access) -> None:
    beat = clock(embedded.redis_url, often=0.001, seldom=3600.0)
    assert beat.tick() <= 0.001
    assert broker.llen(QUEUE) == 2
    beat.tick()
    assert broker.llen(QUEUE) == 3
    beat.close()


def test_a_clock_sleeps_until_the_next_is_due(broker: redis.Redis, embedded: local.Access) -> None:
    beat = clock(embedded.redis_url, seldom=3600.0)
    beat.max_interval = 5.0
    assert beat.tick() == 5.0
    beat.close()


def test_nothing_is_sent_into_a_queue_that_nobody_reads(
    broker: redis.Redis, embedded: local.Access, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker.lpush(QUEUE, *["unread"] * BACKLOG)
    beat = clock(embedded.redis_url, often=0.001)
    with caplog.at_level(logging.WARNING):
        beat.tick()
    assert broker.llen(QUEUE) == BACKLOG
    assert caplog.text == ""  # the workers may be at it
    monkeypatch.setattr("worker.beat.STALLED_S", 0.0)
    with caplog.at_level(logging.WARNING):
        beat.tick()
    assert "are there workers?" in caplog.text
    broker.rpop(QUEUE)
    beat.tick()
    assert broker.llen(QUEUE) == BACKLOG
    beat.close()


def test_a_broker_that_is_away_is_asked_again(
    broker: redis.Redis, embedded: local.Access, caplog: pytest.LogCaptureFixture
) -> None:
    with Proxy(embedded.redis_port) as proxy:
        beat = clock(embedded.redis_url.replace(str(embedded.redis_port), str(proxy.port)), often=0.001)
        beat.tick()
        proxy.refuse()
        with caplog.at_level(logging.WARNING):
            beat.tick()
        assert "could not be sent" in caplog.text
        assert broker.llen(QUEUE) == 1
        proxy.accept()
        beat.tick()
        assert broker.llen(QUEUE) == 2
        beat.close()


class Ended:
    """What the interpreter throws away: an error that is raised meanwhile is lost."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


class Interrupted(Clock):
    """A clock that is asked to end in the midst of something that lets no error out."""

    ticks = 0

    def tick(self, *_: Any, **__: Any) -> float:
        """Be asked, and sleep for a moment."""
        self.ticks += 1
        assert self.ticks < 100, "it does not end"
        Ended()
        return 0.001


@pytest.fixture
def handlers() -> Iterator[None]:
    """What signals do is as before after the test."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_a_clock_that_is_asked_to_end_at_an_awkward_moment_ends(embedded: local.Access) -> None:
    app = Celery(broker=embedded.redis_url, set_as_current=False)
    app.conf.beat_schedule = {}
    command = Beat(app=app, scheduler=Interrupted)
    service = command.Service(app=app, scheduler_cls=Interrupted)
    command.install_sync_handler(service)

    service.start()

    assert service.scheduler.ticks == 1
