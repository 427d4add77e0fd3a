"""A page that kills whatever process reads it."""

from __future__ import annotations

from tests.faults.case import Case
from tests.waiting import until
from worker.schedule import MAX_CRASHES

DEAD = "select d.reason, d.attempts from dead_letter d join page p on p.id = page_id where p.url = %s"


def test_a_page_that_kills_its_reader_becomes_a_dead_letter_while_the_others_are_stored(case: Case) -> None:
    case.newsroom.publish(4)
    poison, *_ = case.newsroom.publish(1)  # the newest: it is fetched first
    case.dead.add(poison.url)
    with case.service.armed("parse", poison.url, always=True):
        case.follow()
        until("the others are stored", lambda: len(case.stored()) == 4)
        assert case.service.rows(DEAD, poison.url) == []  # they need not wait until it is given up
        until("it is given up", lambda: case.service.rows(DEAD, poison.url))
    case.struck(MAX_CRASHES)
    case.over()
    case.settle("a page that kills its reader")
    assert case.service.rows(DEAD, poison.url) == [{"reason": "crashed", "attempts": MAX_CRASHES}]
    requests = [request for request in case.newsroom.press.log if request.path == poison.path]
    assert len(requests) == MAX_CRASHES
