"""One-off crawls: a request becomes wanted pages, grows by the lists it meets within its limits, and always ends."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from string import ascii_letters
from uuid import uuid4

import psycopg
import pytest

from scrapers.article import Hint
from scrapers.urls import MAX_LENGTH
from tests.worker.builders import (
    FUTURE,
    LEASE,
    NOON,
    PAST,
    add_feed,
    add_host,
    add_page,
    add_source,
    answered,
    article,
    fetched,
    page_target,
    save,
    together,
)
from worker import crawls, frontier
from worker.crawls import Request
from worker.discover import Link, Listing
from worker.outcome import Outcome

HOST = "paper.example"


def url(name):
    return f"https://{HOST}/{name}"


def start(pool, *targets, **limits):
    """Ask for a crawl and open it; returns its number."""
    crawl = crawls.request(pool, Request(targets, **limits))
    crawls.open_requested(pool)
    return crawl


def pages_of(conn, crawl):
    """The crawl's pages: address -> outcome."""
    rows = conn.execute(
        "select url, c.outcome from crawl_page c join page on page.id = page_id where crawl_id = %s order by url",
        [crawl],
    )
    return {row["url"]: row["outcome"] for row in rows}


def row_of(conn, crawl):
    return conn.execute("select * from crawl where id = %s", [crawl]).fetchone()


def is_finished(pool, conn, crawl):
    crawls.finish(pool)
    return row_of(conn, crawl)["finished_at"] is not None


def target_of(conn, address, **fields):
    """The page as a visit would have claimed it."""
    row = conn.execute(
        """
        select id, failures, exists (select from crawl_page c where c.page_id = page.id and c.is_target
                                        and c.outcome is null) as is_target
          from page where url = %s""",
        [address],
    ).fetchone()
    return page_target(row["id"], address, **{"failures": row["failures"], "is_target": row["is_target"], **fields})


def settle(conn, address, outcome, article_id=None):
    """Settle one attempt at a page in both places, as record does; returns the hosts to wake."""
    page = target_of(conn, address)
    with conn.transaction():
        frontier.settle(conn, page, outcome, article_id, None)
        return crawls.settle(conn, page, outcome, article_id)


def listing(*names, children=(), feeds=(), hint=None, of="https://paper.example/feed"):
    links = tuple(Link(url(name), hint) for name in names)
    return answered("listing", fetched(of), listing=Listing("feed", links, children), feeds=feeds)


OTHER = answered("other", fetched(url("x")))


# Requests ---------------------------------------------------------------------------------------------------------


def test_the_same_request_twice_is_one_crawl(pool, conn):
    request_id = uuid4()
    wanted = Request([url("1")], max_pages=5, since=NOON, requested_by="task", request_id=request_id)
    numbers = together([lambda: crawls.request(pool, wanted)] * 8)
    assert len(set(numbers)) == 1
    row = row_of(conn, numbers[0])
    assert (row["request_id"], row["requested_by"], row["targets"]) == (request_id, "task", [url("1")])
    assert (row["max_pages"], row["since"], row["opened_at"], row["finished_at"]) == (5, NOON, None, None)
    assert row["requested_at"]


def test_requests_without_an_id_are_different_crawls(pool):
    assert crawls.request(pool, Request([url("1")])) != crawls.request(pool, Request([url("1")]))


@pytest.mark.parametrize("wanted", [Request([]), Request(["x"], max_pages=0)])
def test_a_request_for_nothing_is_refused(pool, wanted):
    with pytest.raises(psycopg.errors.CheckViolation):
        crawls.request(pool, wanted)


def test_a_statement_in_sql_asks_for_a_crawl(pool, conn):
    number = conn.execute("select dateline.crawl('https://paper.example/1') as id").fetchone()["id"]
    more = conn.execute(
        "select dateline.crawl('paper', max_pages => 5, since => '2026-04-10 12:00Z') as id"
    ).fetchone()["id"]
    assert row_of(conn, number)["requested_by"] == "sql"
    assert (row_of(conn, more)["targets"], row_of(conn, more)["max_pages"], row_of(conn, more)["since"]) == (
        ["paper"],
        5,
        NOON,
    )
    assert crawls.open_requested(pool) == 2
    assert pages_of(conn, number) == {url("1"): None}


# Opening ----------------------------------------------------------------------------------------------------------


def test_addresses_become_pages_that_are_wanted_at_once(pool, conn):
    crawl = start(pool, "HTTPS://Paper.Example/1?utm_source=x", url("2"), url("2"))
    assert pages_of(conn, crawl) == {url("1"): None, url("2"): None}
    assert conn.execute("select from page where wanted and due_at <= now()").rowcount == 2
    lease = frontier.take_for_crawl(pool, crawl, LEASE, "me")
    assert lease is not None
    assert lease.host == HOST


def test_a_source_stands_for_its_feeds_or_else_for_its_home_page(pool, conn):
    add_host(conn, HOST)
    add_source(conn, "paper", homepage=url(""))
    index = add_feed(conn, url("feed"))
    add_feed(conn, url("child"), parent_id=index)
    add_source(conn, "wire", homepage="https://wire.example/")
    assert list(pages_of(conn, start(pool, "paper"))) == [url("feed")]
    assert list(pages_of(conn, start(pool, "Wire"))) == ["https://wire.example/"]


def test_what_is_neither_an_address_nor_a_source_is_refused_with_a_reason(pool, conn):
    add_source(conn, "empty")
    add_source(conn, "removed", homepage="https://removed.example/", removed_at=PAST)
    bad = ["nobody", "ftp://paper.example/1", "http://", "empty", "removed"]
    crawl = start(pool, *bad, url("1"))
    refused = row_of(conn, crawl)["refused"]
    assert set(refused) == set(bad)
    assert all("neither an http(s) address nor" in reason for reason in refused.values())
    assert list(pages_of(conn, crawl)) == [url("1")]


def test_addresses_are_as_long_as_the_database_can_index_or_refused(pool, conn):
    noise = "".join(Random(1).choices(ascii_letters, k=4_000))  # which Postgres cannot compress
    longest = url(noise)[:MAX_LENGTH]
    crawl = start(pool, url(noise), longest, url("1"))
    assert set(row_of(conn, crawl)["refused"]) == {url(noise)}
    assert set(pages_of(conn, crawl)) == {longest, url("1")}


def test_a_crawl_of_which_nothing_is_usable_is_finished(pool, conn):
    crawl = start(pool, "nobody")
    assert is_finished(pool, conn, crawl)


def test_each_request_is_opened_once_by_whoever_is_first(pool, conn):
    for number in range(10):
        crawls.request(pool, Request([url(number)]))
    assert sum(together([lambda: crawls.open_requested(pool)] * 6)) == 10
    assert conn.execute("select from crawl_page").rowcount == 10
    assert crawls.open_requested(pool) == 0


def test_a_page_asked_for_by_name_is_read_again_whatever_is_known_of_it(pool, conn):
    add_host(conn, HOST, due_at=None)
    saved = save(pool, article())
    add_page(conn, url("read"), due_at=FUTURE, fetched_at=PAST, article_id=saved.id)
    dead = add_page(conn, url("dead"), due_at=None, failures=3)
    frontier.bury(conn, dead, "not_found", "404", 3)
    crawl = start(pool, url("read"), url("dead"))
    assert pages_of(conn, crawl) == {url("read"): None, url("dead"): None}
    rows = conn.execute("select wanted, failures, due_at <= now() as is_due from page").fetchall()
    assert rows == [{"wanted": True, "failures": 0, "is_due": True}] * 2


# What becomes of the pages ----------------------------------------------------------------------------------------


def test_a_crawl_ends_with_its_last_page(pool, conn):
    crawl = start(pool, url("1"), url("2"))
    saved = save(pool, article())
    settle(conn, url("1"), answered("new", fetched(url("1"))), saved.id)
    assert not is_finished(pool, conn, crawl)
    settle(conn, url("2"), OTHER)
    assert pages_of(conn, crawl) == {url("1"): "new", url("2"): "other"}
    assert is_finished(pool, conn, crawl)
    assert conn.execute("select article_id from crawl_page order by page_id").fetchall() == [
        {"article_id": saved.id},
        {"article_id": None},
    ]


def test_all_crawls_that_wait_for_a_page_are_told(pool, conn):
    numbers = [start(pool, url("1")) for _ in range(3)]
    settle(conn, url("1"), OTHER)
    assert [is_finished(pool, conn, number) for number in numbers] == [True] * 3


@pytest.mark.parametrize(("weight", "tries"), [(0.25, 3), (0.5, 2), (1.0, 1)])
def test_a_crawl_is_patient_for_three_temporary_failures(pool, conn, weight, tries):
    crawl = start(pool, url("1"))
    for attempt in range(1, tries + 1):
        assert pages_of(conn, crawl) == {url("1"): None}, attempt
        settle(conn, url("1"), Outcome("timed_out", weight=weight, detail="slow"))
    assert pages_of(conn, crawl) == {url("1"): "timed_out"}
    assert is_finished(pool, conn, crawl)
    row = conn.execute("select wanted, due_at > now() as is_planned from page").fetchone()
    assert row == {"wanted": False, "is_planned": True}  # the frontier goes on trying


def test_a_list_among_the_targets_brings_its_pages(pool, conn):
    crawl = start(pool, url("feed"))
    hint = Hint(title="Rain", published=NOON)
    assert settle(conn, url("feed"), listing("1", "2", hint=hint)) == {HOST}
    assert pages_of(conn, crawl) == {url("feed"): "listing", url("1"): None, url("2"): None}
    row = conn.execute("select wanted, hint, newest_at from page where url = %s", [url("1")]).fetchone()
    assert row == {"wanted": True, "hint": hint.as_dict(), "newest_at": NOON}
    assert not is_finished(pool, conn, crawl)


def test_a_list_that_a_list_named_brings_no_more_pages(pool, conn):
    crawl = start(pool, url("feed"))
    settle(conn, url("feed"), listing("1"))
    settle(conn, url("1"), listing("2"))
    assert pages_of(conn, crawl) == {url("feed"): "listing", url("1"): "listing"}


def test_lists_that_a_home_page_or_an_index_names_are_targets_too(pool, conn):
    crawl = start(pool, url(""))
    settle(conn, url(""), listing("1", feeds=(url("feed"), url("")), children=(url("map"),), of=url("")))
    assert pages_of(conn, crawl) == {url(""): "listing", url("1"): None, url("feed"): None, url("map"): None}
    settle(conn, url("feed"), listing("2"))
    assert pages_of(conn, crawl)[url("2")] is None


def test_an_index_of_itself_ends(pool, conn):
    crawl = start(pool, url("a"))
    settle(conn, url("a"), listing(children=(url("b"),)))
    settle(conn, url("b"), listing(children=(url("a"),)))
    assert pages_of(conn, crawl) == {url("a"): "listing", url("b"): "listing"}
    assert is_finished(pool, conn, crawl)


def test_an_index_of_many_lists_is_followed_to_the_newest(pool, conn):
    crawl = start(pool, url("index"))
    settle(conn, url("index"), listing(children=tuple(url(f"map{number:03}") for number in range(100))))
    assert list(pages_of(conn, crawl)) == [
        url("index"),
        *(url(f"map{number:03}") for number in range(crawls.MAX_LISTS)),
    ]


def test_at_most_max_pages_are_taken_from_all_lists_together(pool, conn):
    crawl = start(pool, url("a"), url("b"), max_pages=3)
    settle(conn, url("a"), listing("1", "2"))
    settle(conn, url("b"), listing("3", "4", "5"))
    assert [address for address, outcome in pages_of(conn, crawl).items() if outcome is None] == [
        url("1"),
        url("2"),
        url("3"),
    ]


@pytest.mark.parametrize(
    ("hint", "is_taken"),
    [
        pytest.param(Hint(published=NOON), True, id="on-the-limit"),
        pytest.param(Hint(published=NOON - timedelta(seconds=1)), False, id="older"),
        pytest.param(Hint(modified=PAST), False, id="changed-before"),
        pytest.param(Hint(title="Undated"), True, id="undated"),
        pytest.param(None, True, id="nothing-known"),
    ],
)
def test_pages_that_a_list_dates_before_since_are_left_out(pool, conn, hint, is_taken):
    crawl = start(pool, url("feed"), since=NOON)
    settle(conn, url("feed"), listing("1", hint=hint))
    assert (url("1") in pages_of(conn, crawl)) is is_taken


def test_listed_pages_that_were_read_before_are_known_and_not_asked_again(pool, conn):
    add_host(conn, HOST)
    saved = save(pool, article())
    add_page(conn, url("read"), due_at=None, fetched_at=PAST, article_id=saved.id)
    crawl = start(pool, url("feed"))
    settle(conn, url("feed"), listing("read", "new"))
    assert pages_of(conn, crawl) == {url("feed"): "listing", url("read"): "known", url("new"): None}
    assert conn.execute("select due_at, wanted from page where url = %s", [url("read")]).fetchone() == {
        "due_at": None,
        "wanted": False,
    }
    row = conn.execute("select article_id from crawl_page where outcome = 'known'").fetchone()
    assert row == {"article_id": saved.id}


# Hosts ------------------------------------------------------------------------------------------------------------


def test_a_crawl_does_not_wait_for_a_host_that_was_given_up(pool, conn):
    crawl = start(pool, url("1"), url("2"), "https://other.example/1")
    crawls.give_up_host(conn, HOST, Outcome("dns", weight=0.25, detail="no such host"))
    assert pages_of(conn, crawl) == {"https://other.example/1": None, url("1"): "dns", url("2"): "dns"}
    assert conn.execute("select url from page where wanted").fetchall() == [{"url": "https://other.example/1"}]
    assert conn.execute("select from page where due_at is null").rowcount == 0


@pytest.mark.parametrize(("rest", "waits"), [(timedelta(minutes=4), True), (timedelta(hours=1), False)])
def test_a_crawl_waits_for_a_short_rest_of_a_host_and_not_for_a_long_one(pool, conn, rest, waits):
    crawl = start(pool, url("1"))
    conn.execute("update host set cooldown_until = now() + %s, trouble = 'rate_limited'", [rest])
    assert is_finished(pool, conn, crawl) is not waits
    assert pages_of(conn, crawl) == {url("1"): None if waits else "rate_limited"}
    assert conn.execute("select wanted from page").fetchone() == {"wanted": waits}


# Redirects to other hosts -----------------------------------------------------------------------------------------


def redirect(conn, old, new):
    """What record does with a redirect to another host; returns the host to wake, if the redirect was followed."""
    page = target_of(conn, old)
    with conn.transaction():
        host = frontier.add_redirected(conn, page, new)
        outcome = Outcome("redirected", moved_to=new) if host else Outcome("too_many_redirects", weight=1.0)
        frontier.settle(conn, page, outcome, None, None)
        crawls.settle(conn, page, outcome, None)
    return host


def test_a_crawl_waits_for_the_page_that_its_page_redirects_to(pool, conn):
    crawl = start(pool, "https://short.example/1")
    assert redirect(conn, "https://short.example/1", url("1")) == HOST
    assert pages_of(conn, crawl) == {"https://short.example/1": "redirected", url("1"): None}
    row = conn.execute("select wanted, due_at <= now() as is_due from page where url = %s", [url("1")]).fetchone()
    assert row == {"wanted": True, "is_due": True}
    assert target_of(conn, url("1")).is_target
    settle(conn, url("1"), OTHER)
    assert is_finished(pool, conn, crawl)


def test_redirects_in_a_circle_end(pool, conn):
    crawl = start(pool, "https://a.example/")
    redirect(conn, "https://a.example/", "https://b.example/")
    redirect(conn, "https://b.example/", "https://a.example/")
    assert pages_of(conn, crawl) == {"https://a.example/": "redirected", "https://b.example/": "redirected"}
    assert is_finished(pool, conn, crawl)
    assert conn.execute("select from page where due_at is not null or wanted").rowcount == 0


def test_too_many_redirects_are_followed_no_further(pool, conn):
    crawl = start(pool, "https://h0.example/")
    followed = [
        redirect(conn, f"https://h{n}.example/", f"https://h{n + 1}.example/") for n in range(frontier.MAX_HOST_HOPS)
    ]
    assert followed == [*(f"h{n + 1}.example" for n in range(frontier.MAX_HOST_HOPS - 1)), None]
    assert pages_of(conn, crawl)[f"https://h{frontier.MAX_HOST_HOPS - 1}.example/"] == "too_many_redirects"
    assert is_finished(pool, conn, crawl)


def test_a_redirect_to_a_page_that_was_read_does_not_read_it_again_unless_it_is_wanted(pool, conn):
    add_host(conn, HOST)
    add_host(conn, "short.example")
    page = add_page(conn, url("1"), due_at=None, fetched_at=PAST)
    add_page(conn, "https://short.example/1")
    redirect(conn, "https://short.example/1", url("1"))
    assert conn.execute("select due_at from page where id = %s", [page]).fetchone() == {"due_at": None}
    crawl = start(pool, "https://short.example/1")
    redirect(conn, "https://short.example/1", url("1"))
    assert pages_of(conn, crawl)[url("1")] is None
    assert conn.execute("select due_at <= now() as is_due from page where id = %s", [page]).fetchone() == {
        "is_due": True
    }
