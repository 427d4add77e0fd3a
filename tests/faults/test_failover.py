"""Postgres lost for good, with a standby that is promoted in its place."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.case import Case
from tests.faults.newsroom import Newsroom
from tests.faults.service import Service, free_port
from tests.faults.standby import Standby
from tests.waiting import until
from worker import db

RECOVERS_WITHIN_S = 45  # asked for ever more seldom, it would be found a minute later


@pytest.mark.long
@pytest.mark.parametrize(
    ("number", "later_s"),
    [pytest.param(signal.SIGKILL, 0, id="killed"), pytest.param(signal.SIGQUIT, 70, id="shut-down-and-promoted-later")],
)
def test_a_standby_that_is_promoted_takes_over(
    folder: Path,
    newsroom: Newsroom,
    make_case: Callable[[Service, Newsroom], Case],
    number: signal.Signals,
    later_s: float,
) -> None:
    port = free_port()
    service = Service(folder, standby_port=port, LEASE="60", VISIT_SECONDS="20")
    with Standby(service, port) as standby, service:
        standby.follow()
        case = make_case(service, newsroom)
        newsroom.publish(20)
        case.follow()
        until("some are stored", lambda: len(case.stored()) > 4)
        service.postgres.process.send_signal(number)
        case.struck()
        until("the primary is gone", lambda: not service.postgres.is_running)
        newsroom.publish(3)
        standby.promote(later_s)
        case.over()
        case.settle("Postgres lost, its standby promoted", RECOVERS_WITHIN_S)
        with db.connect(standby.access.database_url) as conn:
            assert db.one(conn.execute("select count(*) as n from article"))["n"] == len(newsroom.stories)
