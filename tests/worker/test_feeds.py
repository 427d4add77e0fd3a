"""Feeds: how they are asked, what moves their intervals, and that none is ever given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.worker.builders import (
    FUTURE,
    add_feed,
    add_host,
    add_source,
    answered,
    feed_target,
    fetched,
    take,
    take_all,
)
from worker import feeds, frontier
from worker.discover import Link, Listing
from worker.outcome import Outcome
from worker.sourcefile import FeedSpec

HOST = "paper.example"
URL = f"https://{HOST}/feed"
LINKS = tuple(Link(f"https://{HOST}/{number}") for number in range(10))


@pytest.fixture(autouse=True)
def intervals(monkeypatch):
    """Polls between two minutes and six hours, whatever the environment says."""
    monkeypatch.setenv("DATELINE_POLL_FLOOR", "120")
    monkeypatch.setenv("DATELINE_POLL_CEILING", "21600")


@pytest.fixture
def feed(conn):
    add_host(conn, HOST)
    add_source(conn)
    return feed_target(add_feed(conn, URL), URL)


def row_of(conn, feed):
    return conn.execute("select *, due_at - now() as wait from feed where id = %s", [feed.id]).fetchone()


def settle(conn, feed, outcome, new=0):
    """Settle a poll; returns the feed's row, with the time until the next poll, and the feed as it is claimed next."""
    with conn.transaction():
        feeds.settle(conn, feed, outcome, new)
        row = row_of(conn, feed)
    kept = (
        "interval_s",
        "floor_s",
        "failures",
        "etag",
        "last_modified",
        "trusted",
        "body_hash",
        "kind",
    )
    return row, replace(feed, polls=feed.polls + 1, **{name: row[name] for name in kept})


def listed(body=b"1", ttl=None, **headers):
    return answered("listing", fetched(URL, body, **headers), listing=Listing("feed", LINKS, title="All news", ttl=ttl))


# Asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        pytest.param({"etag": '"e"', "last_modified": "then"}, {"etag": '"e"'}, id="etag-first"),
        pytest.param({"last_modified": "then"}, {"last_modified": "then"}, id="else-last-modified"),
        pytest.param({"etag": '"e"', "trusted": False}, {}, id="not-trusted"),
        pytest.param({"etag": '"e"', "polls": 20}, {}, id="every-tenth-poll-asks-plainly"),
        pytest.param({}, {"last_modified": None}, id="none-known"),
    ],
)
def test_a_feed_is_asked_with_the_validators_that_deserve_it(fields, sent):
    assert feeds.validators(feed_target(1, URL, **fields)) == sent


def test_a_claim_counts_the_attempt_and_the_poll(pool, conn, feed):
    claimed = feeds.claim(conn, take(pool, HOST), feed.id)
    row = row_of(conn, feed)
    assert (row["attempts"], row["polls"], claimed.polls, claimed.url) == (1, 1, 1, URL)


@pytest.mark.parametrize("columns", [{"due_at": None}, {"due_at": FUTURE}])
def test_a_feed_that_is_not_due_is_not_claimed(pool, conn, feed, columns):
    other = add_feed(conn, f"{URL}/2", **columns)
    assert feeds.claim(conn, take(pool, HOST), other) is None


def test_a_feed_is_claimed_under_the_current_lease_alone(pool, conn, feed):
    stale = take(pool, HOST, timedelta(0))
    take(pool, HOST)
    assert feeds.claim(conn, stale, feed.id) is None


def test_a_feed_that_kills_its_worker_is_asked_less_often(pool, conn, feed):
    lease = take(pool, HOST)
    feeds.claim(conn, lease, feed.id)
    assert row_of(conn, feed)["wait"] <= timedelta(0)
    assert feeds.claim(conn, lease, feed.id)
    assert row_of(conn, feed)["wait"] > timedelta(minutes=9)


# What a poll changes ----------------------------------------------------------------------------------------------


def test_a_poll_is_written_with_its_kind_title_and_validators(conn, feed):
    conn.execute("update feed set attempts = 1")
    outcome = listed(etag='"e"', last_modified="then")
    row, _ = settle(conn, feed, outcome, new=10)
    assert (row["outcome"], row["kind"], row["title"], row["attempts"]) == ("listing", "feed", "All news", 0)
    assert (row["etag"], row["last_modified"], row["body_hash"]) == ('"e"', "then", outcome.body_hash)
    assert row["polled_at"] == row["answered_at"] == row["new_at"]


@pytest.mark.parametrize(
    ("new", "seconds"),
    [pytest.param(10, 300, id="all-new"), pytest.param(5, 400, id="half-new"), pytest.param(0, 750, id="none-new")],
)
def test_what_a_poll_brings_moves_the_interval(conn, feed, new, seconds):
    row, feed = settle(conn, feed, listed(b"1"), new)
    assert row["interval_s"] == seconds
    assert row["wait"] == timedelta(seconds=seconds)


def test_intervals_stay_between_floor_and_ceiling(conn, feed):
    quick = slow = feed
    for _ in range(20):
        _, quick = settle(conn, quick, listed(), 10)
    assert quick.interval_s == 120
    for _ in range(20):
        _, slow = settle(conn, slow, listed(), 0)
    assert slow.interval_s == 21600


@pytest.mark.parametrize("reason", ["not_modified", "same"])
def test_an_unchanged_answer_counts_as_all_links_known(conn, feed, reason):
    answer = fetched(URL, b"", 304) if reason == "not_modified" else fetched(URL)
    row, _ = settle(conn, feed, answered(reason, answer))
    assert row["overlap"] == 1.0
    assert row["interval_s"] == 750


@pytest.mark.parametrize(
    ("ttl", "wait"),
    [
        pytest.param(timedelta(hours=1), timedelta(hours=1), id="its-own-floor"),
        pytest.param(timedelta(seconds=1), timedelta(seconds=400), id="shorter-than-the-interval"),
        pytest.param(timedelta(days=30), timedelta(hours=6), id="never-above-the-ceiling"),
    ],
)
def test_a_feed_may_ask_to_be_left_alone(conn, feed, ttl, wait):
    row, feed = settle(conn, feed, listed(ttl=ttl), 5)
    assert row["wait"] == wait
    row, _ = settle(conn, feed, answered("not_modified", fetched(URL, b"", 304)))
    assert row["wait"] >= wait


def test_a_304_keeps_the_validators_and_the_hash(conn, feed):
    before, feed = settle(conn, feed, listed(etag='"e"'), 10)
    row, _ = settle(conn, feed, answered("not_modified", fetched(URL, b"", 304)))
    assert (row["etag"], row["body_hash"], row["kind"]) == ('"e"', before["body_hash"], "feed")


@pytest.mark.parametrize(
    ("first", "second", "trusted"),
    [
        pytest.param({"etag": "e"}, {"etag": "e"}, False, id="same-etag-other-content"),
        pytest.param({"last_modified": "t"}, {"last_modified": "t"}, False, id="same-time-other-content"),
        pytest.param({"etag": "e"}, {"etag": "f"}, True, id="honest"),
        pytest.param(
            {"etag": "e", "last_modified": "t"}, {"etag": "f", "last_modified": "t"}, True, id="one-of-two-changed"
        ),
        pytest.param({}, {}, True, id="none-given"),
    ],
)
def test_validators_that_stay_while_the_content_changes_are_not_trusted_again(conn, feed, first, second, trusted):
    _, feed = settle(conn, feed, listed(b"1", **first))
    row, feed = settle(conn, feed, listed(b"2", **second))
    assert row["trusted"] is trusted
    row, _ = settle(conn, feed, listed(b"3", etag="honest again"))
    assert row["trusted"] is trusted


def test_validators_that_stay_with_the_content_are_honest(conn, feed):
    _, feed = settle(conn, feed, listed(b"1", etag="e"))
    row, _ = settle(conn, feed, answered("same", fetched(URL, b"1", etag="e")))
    assert row["trusted"]


# Failures ---------------------------------------------------------------------------------------------------------


def test_a_failing_feed_is_never_given_up(conn, feed):
    for _ in range(40):
        row, feed = settle(conn, feed, Outcome("not_found", weight=1.0))
    assert row["enabled"]
    assert row["failures"] == 40
    assert timedelta(hours=18) <= row["wait"] <= timedelta(hours=30)
    assert conn.execute("select from dead_letter").fetchall() == []


def test_a_failure_leaves_the_interval_and_what_was_known_and_success_forgets_it(conn, feed):
    before, feed = settle(conn, feed, listed(etag="e"), 10)
    row, feed = settle(conn, feed, Outcome("timed_out", weight=0.5))
    for name in ("interval_s", "overlap", "etag", "body_hash", "answered_at", "new_at"):
        assert row[name] == before[name]
    assert (row["failures"], row["outcome"]) == (0.5, "timed_out")
    row, _ = settle(conn, feed, listed(), 0)
    assert row["failures"] == 0


def test_retry_after_is_obeyed(conn, feed):
    row, _ = settle(conn, feed, Outcome("unavailable", weight=0.25, retry_after=timedelta(hours=3)))
    assert row["wait"] >= timedelta(hours=3)


def test_a_body_that_is_no_list_is_not_taken_for_an_unchanged_list(conn, feed):
    outcome = answered("not_listing", fetched(URL, b"<html>", etag="e"), weight=0.5)
    for failures in (0.5, 1.0, 1.5):
        row, feed = settle(conn, feed, outcome)
        assert (row["failures"], row["body_hash"], row["etag"]) == (failures, None, None)


def test_a_feed_that_was_paused_meanwhile_stays_paused(conn, feed):
    conn.execute("update feed set enabled = false, due_at = null")
    row, _ = settle(conn, feed, listed(), 10)
    assert row["due_at"] is None


# Adding and moving ------------------------------------------------------------------------------------------------


def test_a_feed_that_moved_is_asked_at_its_new_address_under_its_old_name(pool, conn, feed):
    assert feeds.move(conn, feed, "https://feeds.example/paper") == "feeds.example"
    row = row_of(conn, feed)
    assert (row["url"], row["location"], row["host"]) == (URL, "https://feeds.example/paper", "feeds.example")
    frontier.wake(conn, {"feeds.example"})
    leases = {lease.host: lease for lease in take_all(pool)}
    assert [target.url for target in frontier.targets(pool, leases["feeds.example"])] == ["https://feeds.example/paper"]


def test_feeds_are_added_once(conn, feed):
    specs = [FeedSpec(f"{URL}/b"), FeedSpec(URL), FeedSpec("https://x.example/s", "section", "/story/")]
    assert sorted(feeds.add(conn, "paper", specs)) == ["https://paper.example/feed/b", "https://x.example/s"]
    assert feeds.add(conn, "paper", specs) == []
    assert feeds.add(conn, "paper", []) == []
    row = conn.execute("select *, due_at <= now() as is_due from feed where host = 'x.example'").fetchone()
    assert (row["kind"], row["link_pattern"], row["interval_s"], row["is_due"]) == ("section", "/story/", 120, True)


def test_the_newest_sitemaps_of_an_index_become_feeds_of_its_source(conn, feed):
    urls = [f"https://maps.example/{number}.xml" for number in range(feeds.MAX_FOUND + 20)]
    assert feeds.add_found(conn, feed, urls) == {"maps.example"}
    assert feeds.add_found(conn, feed, urls) == set()
    rows = conn.execute("select url from feed where parent_id = %s and source_id = 'paper'", [feed.id]).fetchall()
    assert {row["url"] for row in rows} == set(urls[: feeds.MAX_FOUND])
