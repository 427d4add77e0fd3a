"""kill -9 of a worker at every step of a visit."""

from __future__ import annotations

import os
import signal

import pytest

from tests.faults.case import Case
from tests.waiting import until
from worker.faultpoints import STEPS, Step

EVENTS_LOCK = "hashtextextended('dateline.events', 0)"
IN_COMMIT = """
    select pid, client_port from pg_stat_activity
     where wait_event_type = 'Lock' and wait_event = 'advisory' and query ilike 'commit%%'"""

OF_HOSTS = ("host-taken", "release", "released")
SHORT = ("host-taken", "parse", "record-written", "record-committed")  # run with every change, the others with --long


@pytest.mark.parametrize(
    "step", [pytest.param(step, marks=[] if step in SHORT else pytest.mark.long) for step in STEPS]
)
def test_a_worker_that_dies_at_any_step_costs_a_lease(case: Case, step: Step) -> None:
    story, *_ = case.newsroom.publish(3)
    with case.service.armed(step, case.newsroom.host if step in OF_HOSTS else story.url) as trigger:
        case.follow()
        until("the worker dies", lambda: not trigger.exists())
    case.struck()
    case.over()
    case.settle(f"kill -9 of a worker: {step}")


def test_a_worker_that_dies_while_postgres_commits_stores_nothing_twice(case: Case) -> None:
    story, *_ = case.newsroom.publish(3)
    with case.service.conn() as conn:
        conn.execute(f"select pg_advisory_lock({EVENTS_LOCK})")  # every commit that has events to tell waits for it
        case.follow()
        until("a commit is under way", lambda: case.service.rows(IN_COMMIT))
        holder = case.service.rows("select leased_by from host where name = %s", case.newsroom.host)[0]["leased_by"]
        os.kill(int(holder.rpartition("-")[2]), signal.SIGKILL)
    case.struck()
    case.over()
    case.settle("kill -9 of a worker: within the commit")
    assert story.url in case.expected
