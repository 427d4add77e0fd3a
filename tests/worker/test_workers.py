"""Workers and the clock: who is alive, how much room there is, whether the service does its work."""

from __future__ import annotations

import threading

import pytest

from tests.worker.builders import FUTURE, PAST, add_host
from worker import workers
from worker.settings import VERSION


def names(conn):
    return [row["name"] for row in conn.execute("select name from worker order by name")]


def test_a_worker_signs_on_stays_and_leaves(pool, conn):
    workers.sign(pool, "w1", 4)
    workers.sign(pool, "w1", 8)
    row = conn.execute("select * from worker").fetchone()
    assert (row["name"], row["version"], row["slots"]) == ("w1", VERSION, 8)
    assert row["seen_at"] > row["started_at"]
    workers.leave(pool, "w1")
    workers.leave(pool, "w1")
    assert names(conn) == []


def test_a_heartbeat_signs_on_at_once_and_off_at_the_end(pool, conn):
    heartbeat = workers.Heartbeat(pool, "w1", 4)
    heartbeat.start()
    assert names(conn) == ["w1"]
    heartbeat.stop()
    assert names(conn) == []
    assert "heartbeat" not in {thread.name for thread in threading.enumerate()}


def test_no_worker_is_no_room(pool):
    assert workers.room(pool) == 0


def test_room_is_the_slots_of_the_living_less_the_visits_under_way(pool, conn):
    workers.sign(pool, "w1", 4)
    workers.sign(pool, "w2", 4)
    workers.sign(pool, "dead", 100)
    conn.execute("update worker set seen_at = %s where name = 'dead'", [PAST])
    add_host(conn, "a.example", leased_until=FUTURE, leased_by="w1")
    add_host(conn, "b.example", leased_until=FUTURE, leased_by=workers.CLAIMED_BY)
    add_host(conn, "c.example", leased_until=PAST, leased_by="w1")  # the lease ran out
    add_host(conn, "d.example", leased_until=FUTURE, leased_by="crawl@somewhere-1")  # a command's, not a worker's
    add_host(conn, "e.example")
    assert workers.room(pool) == 6


def test_room_is_never_less_than_none(pool, conn):
    workers.sign(pool, "w1", 1)
    for name in "abc":
        add_host(conn, f"{name}.example", leased_until=FUTURE, leased_by="w1")
    assert workers.room(pool) == 0


@pytest.mark.parametrize(
    ("signs", "ticks", "is_up"),
    [(True, "now", True), (True, PAST, False), (True, None, False), (False, "now", False), (False, None, False)],
)
def test_a_service_is_up_with_a_living_worker_and_a_recent_tick(pool, conn, signs, ticks, is_up):
    if signs:
        workers.sign(pool, "w1", 4)
    if ticks:
        workers.stamp(pool)
        workers.stamp(pool)
        conn.execute("update clock set ticked_at = %s", [ticks])
    health = workers.health(pool)
    assert health.is_up is is_up
    assert (health.workers, health.slots) == ((1, 4) if signs else (0, 0))
    assert (health.tick_age_s is None) == (ticks is None)


def test_workers_silent_for_an_hour_are_forgotten(pool, conn):
    workers.sign(pool, "alive", 4)
    workers.sign(pool, "silent", 4)
    conn.execute("update worker set seen_at = %s where name = 'silent'", [PAST])
    workers.forget_dead(pool)
    assert names(conn) == ["alive"]


def test_a_process_is_named_after_its_role_host_and_number():
    assert workers.process_name("crawl").startswith("crawl@")
    assert workers.process_name() != workers.process_name("crawl")
