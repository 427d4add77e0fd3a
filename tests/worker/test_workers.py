"""Workers and the clock: who is alive, how much room there is, whether the service does its work."""

from __future__ import annotations

import threading

import kombu.exceptions
import psycopg
import pytest

from tests.waiting import until
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


class Signs:
    """A worker as its pulse sees it: what was sent, how old the last sign is, whether it has all hands full."""

    def __init__(self, age_s=1.0, *, is_full=False, error=None):
        self.age_s, self.is_full, self.error = age_s, is_full, error
        self.sent = self.signed = 0
        self.given_up = threading.Event()
        self.pulse = workers.Pulse(self.send, lambda: self.age_s, lambda: self.is_full, self.sign, self.given_up.set)

    def send(self):
        if self.error:
            raise self.error
        self.sent += 1

    def sign(self):
        self.signed += 1

    def deaf_at(self, *seconds):
        return [self.pulse.is_deaf(now) for now in seconds]


def test_a_worker_whose_signs_come_is_not_deaf():
    signs = Signs(age_s=workers.SIGN_WITHIN_S - 1)
    assert signs.deaf_at(0, 100, 200) == [False, False, False]
    assert signs.sent == 3


@pytest.mark.parametrize("age_s", [None, workers.SIGN_WITHIN_S + 1])
def test_a_worker_is_deaf_when_signs_are_overdue_for_long_enough(age_s):
    signs = Signs(age_s)
    assert signs.deaf_at(0, workers.PATIENCE_S - 1, workers.PATIENCE_S) == [False, False, True]


def test_a_sign_in_between_begins_the_wait_anew():
    signs = Signs(None)
    assert signs.deaf_at(0) == [False]
    signs.age_s = 1.0
    assert signs.deaf_at(5) == [False]
    signs.age_s = None
    assert signs.deaf_at(100, 100 + workers.PATIENCE_S) == [False, True]


@pytest.mark.parametrize(
    "error",
    [psycopg.OperationalError("away"), kombu.exceptions.OperationalError("away"), ConnectionRefusedError("away")],
)
def test_a_worker_whose_servers_are_away_is_not_deaf(error):
    signs = Signs(None, error=error)
    assert signs.deaf_at(0, 100, 200) == [False, False, False]
    signs.error = None
    assert signs.deaf_at(300) == [False]  # they are back: the wait begins here


def test_a_worker_with_all_hands_full_signs_at_once_and_is_not_deaf():
    signs = Signs(None, is_full=True)
    assert signs.deaf_at(0, 100) == [False, False]
    assert (signs.sent, signs.signed) == (0, 2)


def test_a_pulse_gives_a_deaf_worker_up_and_ends(monkeypatch):
    monkeypatch.setattr(workers, "PULSE_S", 0.01)
    monkeypatch.setattr(workers, "PATIENCE_S", 0.0)
    signs = Signs(None)
    signs.pulse.start()
    until("the worker is given up", signs.given_up.is_set)
    signs.pulse.stop()
    assert "pulse" not in {thread.name for thread in threading.enumerate()}


def test_the_age_of_a_sign_is_told(pool, conn):
    assert workers.age_s(conn, "w1") is None
    workers.sign(pool, "w1", 4)
    assert 0 <= workers.age_s(conn, "w1") < 60
    conn.execute("update worker set seen_at = now() - interval '1 hour'")
    assert workers.age_s(conn, "w1") >= 3600


def test_no_worker_is_no_room(pool):
    assert workers.room(pool) == 0


def test_room_is_the_slots_of_the_living_less_the_visits_under_way(pool, conn):
    workers.sign(pool, "w1", 4)
    workers.sign(pool, "w2", 4)
    workers.sign(pool, "dead", 100)
    conn.execute("update worker set seen_at = %s where name = 'dead'", [PAST])
    add_host(conn, "a.example", leased_until=FUTURE, leased_by="w1")
    add_host(conn, "c.example", leased_until=PAST, leased_by="w1")  # the lease ran out
    add_host(conn, "d.example", leased_until=FUTURE, leased_by="crawl@somewhere-1")  # a command's, not a worker's
    add_host(conn, "e.example")
    assert workers.room(pool) == 7


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


def test_the_time_is_that_of_the_database(pool, conn):
    before = conn.execute("select clock_timestamp() as now").fetchone()["now"]
    assert before < workers.now(pool)


def test_what_is_due_goes_back_with_a_clock_that_was_set_back(pool, conn):
    add_host(conn, "a.example", due_at=FUTURE, leased_until=FUTURE, leased_by="w1", cooldown_until=PAST)
    workers.sign(pool, "w1", 4)
    workers.stamp(pool)
    before = conn.execute("select due_at - now() as wait from host").fetchone()["wait"]
    conn.execute("update clock set ticked_at = now() + interval '1 hour'")
    conn.execute("update worker set seen_at = (select ticked_at from clock)")

    assert workers.follow_clock(pool)
    row = conn.execute(
        "select host.due_at - now() as wait, leased_until < %s as is_sooner, seen_at <= now() as is_past"
        " from host, worker",
        [FUTURE],
    ).fetchone()
    assert abs((before - row["wait"]).total_seconds() - 3600) < 60
    assert (row["is_sooner"], row["is_past"]) == (True, True)
    assert not workers.follow_clock(pool)  # once is enough


def test_a_clock_that_is_corrected_by_seconds_changes_nothing(pool, conn):
    workers.stamp(pool)
    conn.execute("update clock set ticked_at = now() + interval '30 s'")
    assert not workers.follow_clock(pool)
