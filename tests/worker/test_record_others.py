"""The one exit, beyond pages: feeds, hosts, robots.txt, attempts not made, old attempts, many workers at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.worker.builders import (
    FUTURE,
    HOST,
    NOON,
    PAST,
    POSTGRES,
    STORY,
    add_feed,
    add_host,
    add_page,
    answered,
    article,
    feed_target,
    fetched,
    page_target,
    prose,
    row_of,
    together,
)
from worker import crawls, record
from worker.discover import Link, Listing
from worker.outcome import Outcome


@pytest.fixture
def page(conn, lease):
    return page_target(add_page(conn, STORY, source_id="paper", attempts=1), STORY, source_id="paper")


def log(conn):
    return conn.execute("select * from fetch_log order by id").fetchall()


def kinds(conn):
    return [row["kind"] for row in conn.execute("select kind from event order by id")]


def write(pool, lease, target, outcome, keeper=POSTGRES):
    return record.record(pool, lease, target, outcome, keeper)


# Feeds ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def feed(conn, lease):
    url = f"https://{HOST}/feed"
    return feed_target(add_feed(conn, url, attempts=1), url)


def listed(*urls, children=()):
    return answered(
        "listing", fetched(f"https://{HOST}/feed"), listing=Listing("feed", tuple(map(Link, urls)), children)
    )


def test_a_poll_adds_its_pages_wakes_their_hosts_and_is_logged(pool, conn, lease, feed):
    write(pool, lease, feed, listed(STORY, "https://blog.example/1", children=("https://maps.example/1.xml",)))
    assert conn.execute("select url, backfill from page order by url").fetchall() == [
        {"url": "https://blog.example/1", "backfill": True},
        {"url": STORY, "backfill": True},
    ]
    woken = conn.execute("select name from host where due_at > %s order by name", [PAST]).fetchall()
    assert [row["name"] for row in woken] == ["blog.example", "maps.example"]
    assert (row_of(conn, "feed", "id", feed.id)["outcome"], row_of(conn, "feed", "id", feed.id)["attempts"]) == (
        "listing",
        0,
    )
    [attempt] = log(conn)
    assert (attempt["kind"], attempt["feed_id"], attempt["page_id"]) == ("feed", feed.id, None)


def test_pages_of_a_later_poll_are_fresh(pool, conn, lease, feed):
    write(pool, lease, replace(feed, body_hash=b"1"), listed(STORY))
    assert conn.execute("select backfill from page").fetchall() == [{"backfill": False}]


def test_a_feed_that_moved_to_another_host_wakes_it(pool, conn, lease, feed):
    write(pool, lease, feed, Outcome("redirected", status=301, moved_to="https://feeds.example/paper"))
    assert row_of(conn, "feed", "id", feed.id)["location"] == "https://feeds.example/paper"
    assert conn.execute("select due_at <= now() as is_due from host where name = 'feeds.example'").fetchone() == {
        "is_due": True
    }


# Hosts and robots.txt ---------------------------------------------------------------------------------------------


def test_a_host_in_trouble_is_given_up_when_patience_is_over(pool, conn, lease, page):
    crawl = crawls.request(pool, crawls.Request([STORY, f"https://{HOST}/2"]))
    crawls.open_requested(pool)
    trouble = Outcome("dns", weight=0.25, detail="no such host", is_host_trouble=True)
    waiting = "select from crawl_page where crawl_id = %s and outcome is null"
    write(pool, replace(lease, failures=0.25), page, trouble)
    assert conn.execute(waiting, [crawl]).rowcount == 2
    write(pool, replace(lease, failures=0.5), page, trouble)
    assert conn.execute(waiting, [crawl]).rowcount == 0


def test_robots_are_logged_and_kept(pool, conn, lease):
    outcome = Outcome("robots", status=200)
    record.keep_robots(pool, lease, f"https://{HOST}/robots.txt", outcome, "User-agent: *\x00", 3.0)
    record.log_robots(pool, lease, f"https://{HOST}/robots.txt", Outcome("timed_out", weight=0.5))
    row = conn.execute("select robots_status, robots_body, crawl_delay_s from host").fetchone()
    assert row == {"robots_status": 200, "robots_body": "User-agent: *\ufffd", "crawl_delay_s": 3.0}
    assert [(attempt["kind"], attempt["reason"]) for attempt in log(conn)] == [
        ("robots", "robots"),
        ("robots", "timed_out"),
    ]


# An attempt that was not made, and old attempts -------------------------------------------------------------------


def test_a_page_that_was_not_asked_for_is_given_back(pool, conn, lease, page):
    record.give_back(pool, page)
    record.give_back(pool, page)
    row = row_of(conn, "page", "id", page.id)
    assert (row["attempts"], row["due_at"]) == (0, PAST)


def test_a_feed_that_was_not_asked_for_is_due_again(pool, conn, lease, feed):
    conn.execute("update feed set due_at = %s", [FUTURE])
    record.give_back(pool, feed)
    assert conn.execute("select attempts, due_at <= now() as is_due from feed").fetchone() == {
        "attempts": 0,
        "is_due": True,
    }


def test_old_attempts_and_bytes_are_deleted_however_many(pool, conn, lease, page, monkeypatch):
    monkeypatch.setattr(record, "EXPIRE_BATCH", 2)
    for body in (b"1", b"2", b"3", b"4", b"5"):
        write(pool, lease, page, answered("other", fetched(STORY, body)))
    conn.execute("update fetch_log set at = now() - interval '8 days' where id <> (select max(id) from fetch_log)")
    conn.execute("update archive set fetched_at = now() - interval '6 days' where id <> (select max(id) from archive)")
    record.expire(pool, timedelta(days=9), timedelta(days=7))
    assert (len(log(conn)), conn.execute("select from archive").rowcount) == (5, 5)
    record.expire(pool, timedelta(days=7), timedelta(days=5))
    assert (len(log(conn)), conn.execute("select from archive").rowcount) == (1, 1)


# Many at once -----------------------------------------------------------------------------------------------------


def test_many_workers_that_record_at_once_lose_nothing_and_tell_everything_once(pool, conn, lease):
    """Mixed: one agency text at many papers, edits of it, pages that list each other's hosts."""
    names = [f"p{number}.example" for number in range(6)]
    for name in names:
        add_host(conn, name)
    pages = {name: page_target(add_page(conn, f"https://{name}/s"), f"https://{name}/s") for name in names}
    feed_id = add_feed(conn, f"https://{HOST}/feed")

    def work(worker):
        brought = []
        for step in range(6):
            number = (worker + step) % 6
            item = article(
                url=f"https://{names[number]}/s",
                source=names[number],
                paragraphs=(prose((worker * step) % 3),),
                published=NOON + timedelta(hours=number),
            )
            outcome = answered("article", fetched(item.url, b"%d-%d" % (worker, step)), article=item)
            brought.append(write(pool, replace(lease, host=names[number]), pages[names[number]], outcome).reason)
            links = [f"https://{name}/{worker}-{step}" for name in names]
            write(
                pool,
                lease,
                feed_target(feed_id, f"https://{HOST}/feed"),
                listed(*links[worker % 6 :], *links[: worker % 6]),
            )
        return brought

    brought = [
        reason
        for reasons in together([lambda worker=worker: work(worker) for worker in range(10)])
        for reason in reasons
    ]
    assert set(brought) <= {"new", "copied", "revised", "unchanged"}
    assert conn.execute("select from article").rowcount == 6
    assert kinds(conn).count("created") == 6
    assert kinds(conn).count("updated") == brought.count("revised") == conn.execute("select from revision").rowcount
    assert conn.execute("select from page").rowcount == 6 + 10 * 6 * 6
    assert len(log(conn)) == 10 * 6 * 2
    assert (
        conn.execute("""
        select a.id from article a left join article o on o.id = a.copy_of
         where a.copy_of is not null and (o.copy_of is not null or o.text_hash <> a.text_hash)
            or a.copy_of is null and a.id <> (select id from article s where s.text_hash = a.text_hash
                                               order by published nulls last, id limit 1)""").fetchall()
        == []
    )
