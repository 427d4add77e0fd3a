"""The frontier: every attempt at a page ends with the time of the next, or in a dead letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.worker.builders import (
    FUTURE,
    HOST,
    NOON,
    add_host,
    add_page,
    address,
    answered,
    article,
    fetched,
    page_target,
    row_of,
    save,
)
from worker import frontier, schedule
from worker.outcome import Outcome


def page_row(conn, page_id):
    return row_of(conn, "page", "id", page_id)


# What becomes of a page -------------------------------------------------------------------------------------------


def settle(conn, page, outcome, article_id=None, since=None):
    """Settle an attempt at a page; returns its row, and the hours until it is due again."""
    with conn.transaction():
        frontier.settle(conn, page, outcome, article_id, since)
        wait = conn.execute("select due_at - now() as wait from page where id = %s", [page.id]).fetchone()["wait"]
    return page_row(conn, page.id), wait


@pytest.fixture
def page(conn):
    add_host(conn, HOST)
    return page_target(add_page(conn, address("1"), attempts=1, wanted=True), address("1"))


def test_a_success_is_written_with_its_validators(pool, conn, page):
    outcome = answered("new", fetched(page.url, etag='"e"', last_modified="then"))
    saved = save(pool, article())
    row, wait = settle(conn, page, outcome, saved.id, NOON)
    assert (row["outcome"], row["attempts"], row["failures"], row["wanted"]) == ("new", 0, 0.0, False)
    assert (row["etag"], row["last_modified"], row["body_hash"]) == ('"e"', "then", outcome.body_hash)
    assert row["article_id"] == saved.id
    assert row["fetched_at"]
    assert wait is None or wait > timedelta(0)


def test_a_304_keeps_the_validators_and_the_hash(conn, page):
    settle(conn, page, answered("new", fetched(page.url, etag='"e"')))
    before = page_row(conn, page.id)
    row, _ = settle(conn, page, answered("not_modified", fetched(page.url, b"", 304, etag='"other"')))
    assert (row["etag"], row["body_hash"]) == ('"e"', before["body_hash"])
    assert row["outcome"] == "not_modified"


def test_a_page_without_an_article_is_not_asked_again(conn, page):
    _, wait = settle(conn, page, answered("other", fetched(page.url)))
    assert wait is None


def test_a_fresh_article_is_looked_at_again_within_the_hour(pool, conn, page):
    saved = save(pool, article())
    _, wait = settle(conn, page, answered("new", fetched(page.url)), saved.id, saved.since)
    assert timedelta(minutes=50) < wait <= timedelta(hours=1)


def test_an_article_dated_in_the_future_is_looked_at_again_as_if_it_came_out_now(pool, conn, page):
    _, wait = settle(conn, page, answered("new", fetched(page.url)), save(pool, article()).id, FUTURE)
    assert timedelta(minutes=50) < wait <= timedelta(hours=1)


def test_a_failure_is_tried_again_soon_and_the_crawl_still_wants_it(conn, page):
    row, wait = settle(conn, page, Outcome("timed_out", weight=0.5, detail="too slow"))
    assert (row["outcome"], row["detail"], row["failures"], row["wanted"]) == ("timed_out", "too slow", 0.5, True)
    assert timedelta(0) < wait < timedelta(minutes=1)
    assert conn.execute("select from dead_letter").fetchall() == []


def test_retry_after_is_obeyed(conn, page):
    _, wait = settle(conn, page, Outcome("rate_limited", weight=0.25, retry_after=timedelta(hours=2)))
    assert timedelta(hours=2) <= wait <= timedelta(hours=2.2)


@pytest.mark.parametrize("weight", [1.0, 0.5, 0.25])
def test_failures_add_up_to_a_dead_letter(conn, page, weight):
    tries = round(schedule.FINAL_FAILURES / weight)
    for number in range(1, tries + 1):
        assert conn.execute("select from dead_letter").fetchall() == []
        row, wait = settle(conn, page, Outcome("not_found", weight=weight, detail="404"))
        assert row["failures"] == pytest.approx(number * weight)
        page = replace(page, failures=row["failures"])
    assert wait is None
    letter = row_of(conn, "dead_letter", "page_id", page.id)
    assert (letter["reason"], letter["detail"], letter["settled_at"]) == ("not_found", "404", None)


def test_a_later_success_settles_the_dead_letter(conn, page):
    frontier.bury(conn, page.id, "not_found", "404", 3)
    row, _ = settle(conn, replace(page, failures=3.0), answered("other", fetched(page.url)))
    letter = row_of(conn, "dead_letter", "page_id", page.id)
    assert letter["settled_as"] == "recovered"
    assert row["failures"] == 0.0


def test_a_page_that_dies_again_keeps_one_open_dead_letter(conn, page):
    frontier.bury(conn, page.id, "not_found", "404", 3)
    frontier.bury(conn, page.id, "timed_out", "slow", 0)
    letter = row_of(conn, "dead_letter", "page_id", page.id)
    assert (letter["reason"], letter["detail"], letter["attempts"]) == ("timed_out", "slow", 4)
