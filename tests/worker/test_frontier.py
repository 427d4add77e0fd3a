"""The frontier: leases are exclusive, everything due is handed out in its order, nothing is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scrapers.article import Hint
from tests.worker.builders import (
    CALM,
    FUTURE,
    HOST,
    LEASE,
    NO_TIME,
    NOON,
    PAST,
    add_feed,
    add_host,
    add_page,
    add_source,
    address,
    insert,
    row_of,
    take,
    take_all,
    together,
)
from worker import due, frontier
from worker.discover import Link
from worker.targets import FeedTarget, Manner


def page_row(conn, page_id):
    return row_of(conn, "page", "id", page_id)


def host_row(conn, name=HOST):
    """Without leased_until, which may be before all time, and so no Python datetime."""
    return conn.execute(
        """
        select due_at, token, leased_by, last_request_at, latency_ms, crawl_delay_s, slow_until, cooldown_until,
               failures, trouble, robots_status, robots_body, robots_checked_at from host where name = %s""",
        [name],
    ).fetchone()


def handed_out(pool, lease, crawl_id=None):
    return [target.url.removeprefix(address("")) for target in frontier.targets(pool, lease, crawl_id)]


def add_crawl(conn, *page_ids, is_target=False):
    crawl = insert(conn, "crawl", requested_by="command", targets=["x"], opened_at=PAST)
    for page_id in page_ids:
        insert(conn, "crawl_page", crawl_id=crawl, page_id=page_id, is_target=is_target)
    return crawl


# Leases --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"due_at": None}, id="nothing-due"),
        pytest.param({"due_at": FUTURE}, id="due-later"),
        pytest.param({"leased_until": FUTURE}, id="leased"),
        pytest.param({"cooldown_until": FUTURE}, id="cooling-down"),
    ],
)
def test_a_host_is_left_alone(pool, conn, columns):
    add_host(conn, HOST, **columns)
    assert frontier.overdue(pool, 10) == 0
    assert frontier.take(pool, LEASE, "worker") is None


def test_the_longest_overdue_hosts_are_taken_first(pool, conn):
    for days in (2, 3, 1):
        add_host(conn, f"h{days}.example", due_at=PAST - timedelta(days=days))
    assert [lease.host for lease in take_all(pool)] == ["h3.example", "h2.example", "h1.example"]


def test_overdue_hosts_are_counted_no_further_than_is_asked(pool, conn):
    for number in range(3):
        add_host(conn, f"h{number}.example")
    assert [frontier.overdue(pool, limit) for limit in (0, 2, 9)] == [0, 2, 3]
    take_all(pool, 1)
    assert frontier.overdue(pool, 9) == 2


def test_a_host_is_never_taken_twice_at_once(pool, conn):
    for number in range(40):
        add_host(conn, f"h{number}.example")
    taken = [lease.host for leases in together([lambda: take_all(pool, 5)] * 12) for lease in leases]
    assert len(taken) == len(set(taken)) == 40


def test_for_a_crawl_only_hosts_are_taken_that_the_crawl_waits_for(pool, conn):
    for name in ("a", "b", "c"):
        add_host(conn, f"{name}.example")
    pages = [add_page(conn, f"https://{name}.example/1", wanted=True) for name in ("a", "b")]
    crawl = add_crawl(conn, *pages)
    conn.execute("update crawl_page set outcome = 'new', done_at = now() where page_id = %s", [pages[0]])
    lease = frontier.take_for_crawl(pool, crawl, LEASE, "me")
    assert lease is not None
    assert lease.host == "b.example"
    assert frontier.take_for_crawl(pool, crawl, LEASE, "me") is None


def test_a_host_is_taken_by_its_name_whether_it_is_due_or_not_but_from_nobody(pool, conn):
    add_host(conn, HOST, due_at=None, cooldown_until=FUTURE)
    lease = frontier.take_named(pool, HOST, LEASE, "probe")
    assert lease is not None
    assert lease.worker == "probe"
    assert frontier.take_named(pool, HOST, LEASE, "probe") is None
    assert frontier.take_named(pool, "nowhere.example", LEASE, "probe") is None


def test_an_expired_lease_can_be_claimed_again_and_the_old_one_is_void(pool, conn):
    add_host(conn, HOST)
    add_page(conn, address("1"))
    old = take(pool, HOST, NO_TIME)
    new = take(pool, HOST)
    assert handed_out(pool, old) == []
    assert not frontier.release(pool, old, CALM)
    assert handed_out(pool, new) == ["1"]
    assert frontier.release(pool, new, CALM)


def test_a_lease_that_ran_out_hands_nothing_out_although_nobody_took_the_host(pool, conn):
    add_host(conn, HOST)
    add_page(conn, address("1"))
    assert handed_out(pool, take(pool, HOST, NO_TIME)) == []


def test_a_release_with_a_stale_token_changes_nothing(pool, conn):
    add_host(conn, HOST)
    old = take(pool, HOST, NO_TIME)
    take(pool, HOST)
    before = host_row(conn)
    assert not frontier.release(pool, old, replace(CALM, failures=9.0, cooldown=LEASE))
    assert host_row(conn) == before


def test_a_lease_brings_what_is_known_of_the_host(pool, conn):
    add_host(
        conn,
        HOST,
        latency_ms=50.0,
        crawl_delay_s=4.0,
        slow_until=FUTURE,
        failures=0.5,
        robots_status=200,
        robots_body="x",
    )
    lease = take(pool, HOST)
    assert (lease.latency_ms, lease.crawl_delay_s, lease.is_slow, lease.failures) == (50.0, 4.0, True, 0.5)
    assert (lease.robots_status, lease.robots_body, lease.robots_age_s, lease.worker) == (200, "x", None, "worker@test")
    assert lease.idle_s == float("inf")


def test_a_release_keeps_the_hosts_manners_and_when_it_is_due_next(pool, conn):
    add_host(conn, HOST)
    add_source(conn)
    add_page(conn, address("1"), due_at=FUTURE)
    add_feed(conn, address("feed"), due_at=NOON + timedelta(days=9999))
    lease = take(pool, HOST)
    manner = Manner(120.0, 3.0, 1.5, "dns", cooldown=timedelta(minutes=1), slow_for=timedelta(minutes=10))
    assert frontier.release(pool, lease, manner)
    row = host_row(conn)
    assert (row["token"], row["leased_by"], row["due_at"]) == (None, None, NOON + timedelta(days=9999))
    assert (row["latency_ms"], row["failures"], row["trouble"]) == (120.0, 1.5, "dns")
    assert row["slow_until"] - row["cooldown_until"] == timedelta(minutes=9)
    assert row["cooldown_until"] - row["last_request_at"] == timedelta(seconds=63)


@pytest.mark.parametrize("cooldown", [NO_TIME, LEASE])
def test_a_host_with_nothing_due_sleeps(pool, conn, cooldown):
    add_host(conn, HOST)
    assert frontier.release(pool, take(pool, HOST), replace(CALM, idle_s=float("inf"), cooldown=cooldown))
    assert host_row(conn)["due_at"] is None


@pytest.mark.parametrize("backfill", [False, True])
def test_a_host_that_is_left_alone_sleeps_until_then(pool, conn, backfill):
    add_host(conn, HOST)
    add_page(conn, address("1"), backfill=backfill)
    assert frontier.release(pool, take(pool, HOST), replace(CALM, trouble="dns", cooldown=LEASE))
    assert host_row(conn)["due_at"] == host_row(conn)["cooldown_until"]
    with conn.transaction():
        frontier.wake(conn, {HOST})
    assert host_row(conn)["due_at"] == host_row(conn)["cooldown_until"]
    assert frontier.repair(pool) == 0


def test_a_host_with_a_backlog_queues_behind_those_that_are_due_already(pool, conn):
    add_host(conn, HOST, due_at=PAST)
    add_page(conn, address("1"))
    lease = take(pool, HOST)
    add_host(conn, "waiting.example", due_at=NOON)
    frontier.release(pool, lease, CALM)
    assert [taken.host for taken in take_all(pool)] == ["waiting.example", HOST]


def test_robots_are_kept_by_the_holder_of_the_lease_alone(pool, conn):
    add_host(conn, HOST)
    old, new = take(pool, HOST, NO_TIME), take(pool, HOST)
    frontier.note_robots(conn, new, 200, "User-agent: *", 2.0)
    frontier.note_robots(conn, old, 404, None, None)
    row = host_row(conn)
    assert (row["robots_status"], row["robots_body"], row["crawl_delay_s"]) == (200, "User-agent: *", 2.0)
    assert row["robots_checked_at"]


# What is handed out -----------------------------------------------------------------------------------------------


def test_wanted_pages_come_first_then_feeds_then_fresh_news_then_backfill(pool, conn):
    add_host(conn, HOST)
    add_source(conn)
    for name, columns in {
        "old-backfill": {"backfill": True, "newest_at": NOON},
        "new-backfill": {"backfill": True, "newest_at": NOON + timedelta(days=2)},
        "fresh": {"newest_at": NOON + timedelta(hours=1)},
        "fresher": {"newest_at": NOON + timedelta(hours=2)},
        "wanted": {"wanted": True, "newest_at": PAST, "backfill": True},
        "later": {"due_at": FUTURE},
        "never": {"due_at": None},
    }.items():
        add_page(conn, address(name), **columns)
    add_feed(conn, address("feed"))
    add_feed(conn, address("overdue-feed"), due_at=PAST - timedelta(days=1))
    add_feed(conn, address("paused-feed"), due_at=None)
    assert handed_out(pool, take(pool, HOST)) == [
        *("wanted", "overdue-feed", "feed", "fresher", "fresh", "new-backfill", "old-backfill")
    ]


def test_of_a_long_backlog_fresh_news_comes_first_and_what_it_hides_comes_in_the_end(pool, conn, monkeypatch):
    monkeypatch.setattr(due, "LOOK", 3)
    add_host(conn, HOST)
    for number in range(8):
        add_page(conn, address(f"backfill-{number}"), backfill=True, due_at=PAST + timedelta(seconds=number))
    add_page(conn, address("fresh"), due_at=NOON)
    lease, given = take(pool, HOST), []
    for target in frontier.targets(pool, lease):
        given.append(target.url)
        conn.execute("update page set due_at = null where id = %s", [target.id])
    assert given[0] == address("fresh")
    assert set(given[1:4]) == {address(f"backfill-{number}") for number in range(3)}
    assert len(given) == len(set(given)) == 9


def test_pages_whose_last_attempt_did_not_end_come_last(pool, conn):
    add_source(conn)
    add_host(conn, HOST)
    add_page(conn, address("crashed-twice"), newest_at=NOON, attempts=2, wanted=True)
    add_page(conn, address("crashed"), newest_at=NOON, attempts=1)
    add_page(conn, address("old"), newest_at=PAST, backfill=True)
    add_feed(conn, address("feed"))
    assert handed_out(pool, take(pool, HOST)) == ["feed", "old", "crashed", "crashed-twice"]


def test_more_than_a_batch_is_handed_out_each_page_once(pool, conn):
    add_host(conn, HOST)
    pages = {add_page(conn, address(number)) for number in range(2 * due.BATCH + 7)}
    lease = take(pool, HOST)
    given = []
    for target in frontier.targets(pool, lease):
        given.append(target.id)
        conn.execute("update page set due_at = null where id = %s", [target.id])
    assert len(given) == len(pages)
    assert set(given) == pages


def test_what_is_due_again_already_does_not_end_the_visit(pool, conn):
    """Nothing is settled here, as if each attempt had failed with a short wait."""
    add_host(conn, HOST)
    for number in range(3):
        add_page(conn, address(f"wanted-{number}"), wanted=True, newest_at=NOON - timedelta(days=number))
    add_page(conn, address("plain"))
    assert handed_out(pool, take(pool, HOST)) == ["wanted-0", "wanted-1", "wanted-2", "plain"]


def test_links_that_a_feed_just_brought_are_seen_in_the_same_visit(pool, conn):
    add_host(conn, HOST)
    add_source(conn)
    add_feed(conn, address("feed"))
    given = []
    for target in frontier.targets(pool, take(pool, HOST)):
        given.append(target.url)
        if isinstance(target, FeedTarget):
            frontier.add_links(conn, target, [Link(address("new"))], backfill=False)
    assert given == [address("feed"), address("new")]


def test_a_visit_for_a_crawl_sees_only_the_pages_that_the_crawl_waits_for(pool, conn):
    add_host(conn, HOST)
    add_source(conn)
    add_feed(conn, address("feed"))
    add_page(conn, address("plain"))
    add_page(conn, address("another-crawls"), wanted=True)
    crawl = add_crawl(conn, add_page(conn, address("ours"), wanted=True))
    assert handed_out(pool, take(pool, HOST), crawl) == ["ours"]


def test_a_page_comes_with_what_is_known_of_it(pool, conn):
    add_host(conn, HOST)
    add_source(conn, timezone="Asia/Karachi")
    hint = Hint(title="Rain", published=NOON, authors=("A",))
    page = add_page(conn, address("1"), source_id="paper", etag='"e"', hint=frontier.Jsonb(hint.as_dict()), wanted=True)
    add_crawl(conn, page, is_target=True)
    [target] = frontier.targets(pool, take(pool, HOST))
    assert (target.id, target.attempts, target.etag, target.is_target) == (page, 1, '"e"', True)
    assert target.hint == replace(hint, timezone="Asia/Karachi")


def test_a_page_comes_with_the_selectors_of_its_sites_source_before_those_of_the_source_that_listed_it(pool, conn):
    add_host(conn, HOST)
    add_source(conn, "digest", site="digest.example", selectors=frontier.Jsonb({"title": "h2"}), timezone="Asia/Tokyo")
    add_page(conn, address("1"), source_id="digest")
    lease = take(pool, HOST)
    [target] = frontier.targets(pool, lease)
    assert (target.selectors, target.hint.timezone) == ({"title": "h2"}, "Asia/Tokyo")

    add_source(conn, selectors=frontier.Jsonb({"title": "h1"}), timezone="Asia/Karachi")
    add_page(conn, address("2"), source_id="digest")
    add_page(conn, address("3"))
    conn.execute("update page set due_at = null where url = %s", [address("1")])
    found = [(target.selectors, target.hint.timezone) for target in frontier.targets(pool, lease)]
    assert found == [({"title": "h1"}, "Asia/Karachi")] * 2


def test_a_lease_lost_on_the_way_ends_the_visit(pool, conn):
    add_host(conn, HOST)
    for number in range(3):
        add_page(conn, address(number))
    targets = frontier.targets(pool, take(pool, HOST))
    next(targets)
    conn.execute("update host set token = gen_random_uuid()")
    assert list(targets) == []


def test_attempts_count_at_the_claim(pool, conn):
    add_host(conn, HOST)
    page = add_page(conn, address("1"))
    next(frontier.targets(pool, take(pool, HOST)))
    assert page_row(conn, page)["attempts"] == 1


def test_a_page_that_kills_its_worker_is_a_dead_letter_after_three_attempts(pool, conn):
    add_host(conn, HOST)
    page = add_page(conn, address("killer"), wanted=True)
    crawl = add_crawl(conn, page)
    for attempt in (1, 2, 3):
        target = next(frontier.targets(pool, take(pool, HOST)))  # and the worker is gone
        assert target.attempts == attempt
        conn.execute("update host set leased_until = now()")

    assert handed_out(pool, take(pool, HOST)) == []

    letter = row_of(conn, "dead_letter", "page_id", page)
    assert (letter["reason"], letter["attempts"], letter["settled_at"]) == ("crashed", 3, None)
    row = page_row(conn, page)
    assert (row["due_at"], row["attempts"], row["wanted"], row["outcome"]) == (None, 0, False, "crashed")
    assert row_of(conn, "crawl_page", "crawl_id", crawl)["outcome"] == "crashed"
