"""The frontier: links become pages once, and a host with something due is never left asleep."""

from __future__ import annotations

import threading

import pytest

from scrapers.article import Hint
from tests.worker.builders import (
    CALM,
    FUTURE,
    HOST,
    NOON,
    PAST,
    add_feed,
    add_host,
    add_page,
    add_source,
    address,
    answered,
    article,
    feed_target,
    fetched,
    save,
    take,
    take_all,
    together,
)
from worker import frontier
from worker.discover import Link


def due(conn, name):
    return conn.execute("select due_at from host where name = %s", [name]).fetchone()["due_at"]


# Links ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def feed(conn):
    add_host(conn, HOST, due_at=None)
    add_source(conn)
    return feed_target(add_feed(conn, address("feed"), due_at=None), address("feed"))


def test_links_are_added_once_and_the_new_ones_counted(conn, feed):
    links = [Link(address("1")), Link("https://blog.paper.example/2"), Link(address("1"))]
    assert frontier.add_links(conn, feed, links, backfill=False) == (2, {HOST, "blog.paper.example"})
    assert frontier.add_links(conn, feed, [*links, Link(address("3"))], backfill=False) == (1, {HOST})
    assert frontier.add_links(conn, feed, links, backfill=False) == (0, set())
    assert frontier.add_links(conn, feed, [], backfill=False) == (0, set())


def test_a_link_becomes_a_page_with_what_the_feed_said(conn, feed):
    hint = Hint(title="Rain\x00", published=NOON)
    frontier.add_links(
        conn, feed, [Link(address("1"), hint), Link(address("2"), Hint(published=FUTURE))], backfill=True
    )
    first, second = conn.execute("select *, now() >= newest_at as past from page order by url").fetchall()
    assert (first["source_id"], first["feed_id"], first["backfill"], first["newest_at"]) == (
        "paper",
        feed.id,
        True,
        NOON,
    )
    assert first["hint"] == {"title": "Rain\ufffd", "published": NOON.isoformat()}
    assert second["past"]
    assert first["due_at"] == second["due_at"]


def test_feeds_that_list_the_same_links_at_once_count_each_as_new_once(pool, conn, feed):
    links = [Link(f"https://h{number % 7}.example/{number}") for number in range(200)]

    def add(turn):
        with pool.connection() as writer:
            return frontier.add_links(writer, feed, links[turn * 10 :] + links[: turn * 10], backfill=False)[0]

    assert sum(together([lambda turn=turn: add(turn) for turn in range(10)])) == 200


@pytest.mark.parametrize(
    ("modified", "fetched_at", "due_at", "is_due"),
    [
        pytest.param(NOON, PAST, None, True, id="changed-since"),
        pytest.param(NOON, PAST, FUTURE, True, id="changed-since-planned-for-later"),
        pytest.param(PAST, NOON, None, False, id="changed-before"),
        pytest.param(None, PAST, None, False, id="not-said"),
        pytest.param(FUTURE, "now", None, False, id="looked-at-just-now"),
    ],
)
def test_a_known_article_is_asked_for_again_if_the_feed_says_that_it_changed(
    pool, conn, feed, modified, fetched_at, due_at, is_due
):
    saved = save(pool, article())
    add_page(conn, address("1"), due_at=due_at, fetched_at=fetched_at, article_id=saved.id)
    assert frontier.add_links(conn, feed, [Link(address("1"), Hint(modified=modified))], backfill=False) == (
        0,
        {HOST} if is_due else set(),
    )
    assert conn.execute("select due_at <= now() as is_due from page").fetchone()["is_due"] is (
        is_due or (due_at and False)
    )


# Sleeping and waking ----------------------------------------------------------------------------------------------


def test_waking_makes_hosts_due_and_leaves_the_overdue_where_they_stand(pool, conn):
    for name, due_at in (("asleep", None), ("later", FUTURE), ("overdue", PAST), ("untouched", None)):
        add_host(conn, f"{name}.example", due_at=due_at)
    frontier.wake(conn, {"asleep.example", "later.example", "overdue.example", "unknown.example"})
    assert due(conn, "overdue.example") == PAST
    assert due(conn, "untouched.example") is None
    assert {lease.host for lease in take_all(pool)} == {
        "asleep.example",
        "later.example",
        "overdue.example",
    }


@pytest.mark.parametrize("due_at", [PAST, FUTURE, None])
def test_links_added_while_their_host_is_released_are_not_forgotten(pool, conn, database, feed, due_at):
    """The release may not look at what is due before the transaction that adds the links has ended."""
    add_host(conn, "news.example")
    lease = take(pool, "news.example")
    conn.execute("update host set due_at = %s where name = 'news.example'", [due_at])
    releasing = threading.Thread(target=frontier.release, args=(pool, lease, CALM))
    with pool.connection() as writer:
        _, hosts = frontier.add_links(writer, feed, [Link("https://news.example/1")], backfill=False)
        frontier.wake(writer, hosts)
        releasing.start()
        while not conn.execute("select from pg_locks where not granted").fetchall():
            assert releasing.is_alive()  # until it waits
    releasing.join()
    assert [lease.host for lease in take_all(pool)] == ["news.example"]


def test_links_for_a_host_that_is_being_released_wake_it_afterwards(pool, conn, feed):
    add_host(conn, "news.example")
    lease = take(pool, "news.example")
    assert frontier.release(pool, lease, CALM)
    _, hosts = frontier.add_links(conn, feed, [Link("https://news.example/1")], backfill=False)
    frontier.wake(conn, hosts)
    assert [lease.host for lease in take_all(pool)] == ["news.example"]


def test_wakers_and_releases_at_once_forget_nothing(pool, conn, feed):
    names = [f"h{number}.example" for number in range(6)]
    for name in names:
        add_host(conn, name)

    def work(worker):
        for step in range(6):
            with pool.connection() as writer:
                links = [Link(f"https://{name}/{worker}-{step}") for name in names]
                _, hosts = frontier.add_links(writer, feed, links[worker % 6 :] + links[: worker % 6], backfill=False)
                frontier.wake(writer, hosts)
            for lease in take_all(pool, 2):
                for target in frontier.targets(pool, lease):
                    conn_settle(pool, target)
                assert frontier.release(pool, lease, CALM)

    together([lambda worker=worker: work(worker) for worker in range(8)])
    assert frontier.repair(pool) == 0


def conn_settle(pool, target):
    """Settle a page as one that is no article."""
    with pool.connection() as conn:
        frontier.settle(conn, target, answered("other", fetched(target.url)), None, None)


def test_repair_wakes_what_sleeps_although_something_is_due(pool, conn):
    add_source(conn)
    for name, columns in {
        "page": {"due_at": None},
        "feed": {"due_at": FUTURE},
        "leased": {"due_at": None, "leased_until": FUTURE},
        "awake": {},
        "idle": {"due_at": None},
    }.items():
        add_host(conn, f"{name}.example", **columns)
    for name in ("page", "leased", "awake"):
        add_page(conn, f"https://{name}.example/1")
    add_page(conn, "https://idle.example/1", due_at=FUTURE)
    add_feed(conn, "https://feed.example/rss")
    assert frontier.repair(pool) == 2
    assert frontier.repair(pool) == 0
    assert {lease.host for lease in take_all(pool)} == {
        "page.example",
        "feed.example",
        "awake.example",
    }
