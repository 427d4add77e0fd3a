"""Visits to real newspapers over real HTTP, into a real database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from scrapers.selectors import Selectors
from tests.site.press import Press
from tests.worker.builders import LEASE
from tests.worker.visiting import FETCH, Visitor
from worker import crawls, frontier, sources
from worker.crawls import Request
from worker.db import Connection, Pool
from worker.fetch import Fetcher
from worker.sourcefile import FeedSpec, SourceSpec
from worker.visit import visit

GAZETTE, VALLEY, STAR, WIRE = "harbour-gazette.test", "valley-post.test", "north-star.test", "wire.test"


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as press:
        yield press


@pytest.fixture
def visitor(pool: Pool, press: Press) -> Visitor:
    return Visitor(pool, press)


def test_a_feed_brings_its_stories_into_the_archive(visitor: Visitor, press: Press) -> None:
    stories = [press.gazette.publish() for _ in range(3)]
    visitor.follow("gazette", press.gazette.url("/feed.xml"))

    assert visitor.reasons(GAZETTE) == {"listing": 1, "new": 3}
    stored = {row["url"]: row for row in visitor.rows("select url, title, body, published from dateline.articles")}
    for story in stories:
        assert stored[story.url]["title"] == story.title
        assert stored[story.url]["body"] == "\n".join(story.paragraphs)
        assert stored[story.url]["published"] == story.published


@pytest.mark.parametrize(
    ("host", "feed", "pattern"),
    [
        pytest.param(GAZETTE, "/feed.xml", None, id="rss"),
        pytest.param(VALLEY, "/atom.xml", None, id="atom"),
        pytest.param(VALLEY, "/news-sitemap.xml.gz", None, id="gzipped-news-sitemap"),
        pytest.param(WIRE, "/feed.json", None, id="json-feed"),
        pytest.param(STAR, "/news", r"/news/\d{4}/\d{2}/", id="section-page-in-windows-1252"),
    ],
)
def test_every_sort_of_list_is_followed(
    visitor: Visitor, press: Press, host: str, feed: str, pattern: str | None
) -> None:
    story = press.papers[host].publish()
    visitor.follow("paper", press.papers[host].url(feed), link_pattern=pattern)

    visitor.visit(host)

    [article] = visitor.rows("select title, body from article")
    assert article == {"title": story.title, "body": "\n".join(story.paragraphs)}


def test_a_second_poll_fetches_only_what_is_new(visitor: Visitor, press: Press) -> None:
    press.gazette.publish()
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.visit(GAZETTE)
    visitor.make_due()
    assert visitor.reasons(GAZETTE) == {"not_modified": 1}
    press.gazette.publish()
    visitor.make_due()

    assert visitor.reasons(GAZETTE) == {"listing": 1, "new": 1}


def test_an_edit_becomes_a_revision_and_the_same_page_again_becomes_nothing(visitor: Visitor, press: Press) -> None:
    story = press.gazette.publish()
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.visit(GAZETTE)
    visitor.make_due(pages=True)
    assert visitor.reasons(GAZETTE)["not_modified"] == 1
    press.gazette.edit(story, title="Another headline")
    visitor.make_due(pages=True)

    assert visitor.reasons(GAZETTE)["revised"] == 1
    assert visitor.rows("select revision, title from article") == [{"revision": 2, "title": "Another headline"}]
    assert [row["kind"] for row in visitor.rows("select kind from event order by id")] == ["created", "updated"]


def test_selectors_that_an_operator_gives_hold_from_the_next_page_on(visitor: Visitor, press: Press) -> None:
    misread = press.gazette.publish()
    feed = press.gazette.url("/feed.xml")
    visitor.follow("gazette", feed)
    visitor.visit(GAZETTE)
    mended = press.gazette.publish()
    with visitor.pool.connection() as conn:
        rules = Selectors(body="p:nth-of-type(2)")
        sources.add(conn, SourceSpec("gazette", "Gazette", None, (FeedSpec(feed),), selectors=rules), "file")
    visitor.make_due()

    assert visitor.reasons(GAZETTE)["new"] == 1
    [row] = visitor.rows("select body, provenance->>'body' as origin from article where url = %s", mended.url)
    assert row == {"body": mended.paragraphs[1], "origin": "publisher rule"}

    crawls.request(visitor.pool, Request([misread.url]))
    crawls.open_requested(visitor.pool)
    assert visitor.reasons(GAZETTE) == {"revised": 1}
    assert visitor.rows("select body from article where url = %s", misread.url) == [{"body": misread.paragraphs[1]}]


def test_stored_selectors_that_no_longer_fit_are_our_bug_and_the_visit_goes_on(visitor: Visitor, press: Press) -> None:
    press.gazette.publish()
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    with visitor.pool.connection() as conn:
        conn.execute('update source set selectors = \'{"titel": "h1"}\'')

    assert visitor.reasons(GAZETTE) == {"listing": 1, "bug": 1}


def test_a_withdrawn_story_is_gone_after_three_days_and_keeps_its_text(visitor: Visitor, press: Press) -> None:
    story = press.gazette.publish()
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.visit(GAZETTE)
    press.gazette.retract(story)
    for _ in range(3):
        assert visitor.rows("select gone_at from article") == [{"gone_at": None}]
        visitor.make_due(pages=True)
        assert visitor.reasons(GAZETTE)["gone"] == 1
        with visitor.pool.connection() as conn:
            conn.execute(
                "update article set missing_at = missing_at - d, missing_since = missing_since - d"
                " from (values (interval '1 day')) as a (d)"
            )

    assert visitor.rows("select gone_at is not null as gone, body <> '' as kept from article") == [
        {"gone": True, "kept": True}
    ]
    assert visitor.rows("select kind from event order by id")[-1] == {"kind": "gone"}


def test_the_same_words_in_two_papers_are_an_original_and_a_copy(visitor: Visitor, press: Press) -> None:
    story = press.gazette.publish()
    press.wire.syndicate(story)
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.follow("wire", press.wire.url("/feed.json"))
    visitor.visit(GAZETTE)
    visitor.visit(WIRE)

    assert visitor.rows("select source from dateline.articles") == [{"source": "gazette"}]
    assert visitor.rows("select source, original_source, similarity, method from dateline.copies") == [
        {"source": "wire", "original_source": "gazette", "similarity": 1.0, "method": "exact"}
    ]


def test_a_moved_story_is_one_article_with_two_addresses(visitor: Visitor, press: Press) -> None:
    story = press.gazette.publish()
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.visit(GAZETTE)
    moved = press.gazette.move(story, story.path + "-moved")
    visitor.make_due(pages=True)
    visitor.visit(GAZETTE)
    visitor.make_due()
    visitor.visit(GAZETTE)

    assert len(visitor.rows("select id from article")) == 1
    assert {row["url"] for row in visitor.rows("select url from article_url")} >= {story.url, moved.url}


def test_a_redirect_to_another_host_is_fetched_at_that_host(visitor: Visitor, press: Press) -> None:
    story = press.wire.publish()
    address = press.gazette.redirect("/elsewhere", story.url)
    crawl_id = crawls.request(visitor.pool, Request([address]))
    crawls.open_requested(visitor.pool)

    assert visitor.reasons(GAZETTE) == {"redirected": 1}
    assert visitor.reasons(WIRE) == {"new": 1}
    crawls.finish(visitor.pool)
    assert visitor.rows("select finished_at is not null as done from crawl where id = %s", crawl_id) == [{"done": True}]
    assert len(press.requests(WIRE, story.path)) == 1


def test_two_hosts_that_redirect_to_each_other_come_to_an_end(visitor: Visitor, press: Press) -> None:
    there = press.wire.redirect("/there", press.gazette.url("/here"))
    here = press.gazette.redirect("/here", there)
    crawls.request(visitor.pool, Request([here]))
    crawls.open_requested(visitor.pool)
    for _ in range(4):
        visitor.visit(GAZETTE)
        visitor.visit(WIRE)
    crawls.finish(visitor.pool)

    assert visitor.rows("select finished_at is not null as done from crawl") == [{"done": True}]
    assert len(press.requests(GAZETTE, "/here")) + len(press.requests(WIRE, "/there")) <= 3


def test_what_robots_forbids_is_not_asked_for(visitor: Visitor, press: Press) -> None:
    crawls.request(visitor.pool, Request([press.gazette.url("/private/papers")]))
    crawls.open_requested(visitor.pool)

    assert visitor.reasons(GAZETTE) == {"robots_disallowed": 1}
    assert [request.path for request in press.requests(GAZETTE)] == ["/robots.txt"]


def test_robots_is_asked_for_once_a_day(visitor: Visitor, press: Press) -> None:
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    for _ in range(3):
        visitor.make_due()
        visitor.visit(GAZETTE)

    assert len(press.requests(GAZETTE, "/robots.txt")) == 1


def test_a_host_whose_robots_fails_gets_no_other_request(visitor: Visitor, press: Press) -> None:
    press.gazette.fail("/robots.txt", 500, times=2)
    visitor.follow("gazette", press.gazette.url("/feed.xml"))

    assert visitor.reasons(GAZETTE) == {"robots_unreachable": 1}
    assert [request.path for request in press.requests(GAZETTE)] == ["/robots.txt"]
    assert visitor.rows("select trouble, cooldown_until > now() as rests from host") == [
        {"trouble": "robots_unreachable", "rests": True}
    ]


def test_requests_keep_the_delay_across_visits(visitor: Visitor, press: Press) -> None:
    for _ in range(3):
        press.gazette.publish()
    visitor.limits = replace(visitor.limits, delay_s=0.1, requests=2)
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    while visitor.visit(GAZETTE):
        pass

    assert len(press.requests(GAZETTE)) == 5
    assert press.overlaps() == []
    assert press.closest(GAZETTE) >= 0.1


def test_a_temporary_failure_is_tried_again_and_recovers(visitor: Visitor, press: Press) -> None:
    story = press.gazette.publish()
    press.gazette.fail(story.path, 500, times=1)
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    assert visitor.reasons(GAZETTE)["server_error"] == 1
    visitor.make_due(pages=True)

    assert visitor.reasons(GAZETTE)["new"] == 1


def test_a_host_that_asks_for_peace_gets_it(visitor: Visitor, press: Press) -> None:
    stories = [press.gazette.publish() for _ in range(3)]
    for story in stories:
        press.gazette.fail(story.path, 429, times=1, retry_after=3600)
    visitor.follow("gazette", press.gazette.url("/feed.xml"))

    assert visitor.reasons(GAZETTE) == {"listing": 1, "rate_limited": 1}
    [host] = visitor.rows(
        "select cooldown_until >= now() + interval '59 min' as rests, slow_until > now() as slow from host"
    )
    assert host == {"rests": True, "slow": True}
    assert visitor.visit(GAZETTE) is None


def test_a_page_that_stays_away_becomes_a_dead_letter(visitor: Visitor, press: Press) -> None:
    crawls.request(visitor.pool, Request([press.gazette.url("/no-such-story")]))
    crawls.open_requested(visitor.pool)
    for _ in range(4):
        visitor.visit(GAZETTE)
        visitor.make_due(pages=True)

    assert visitor.rows("select reason, attempts from dead_letter") == [{"reason": "not_found", "attempts": 1}]
    assert len(press.requests(GAZETTE, "/no-such-story")) == 3


def test_every_attempt_is_recorded(visitor: Visitor, press: Press) -> None:
    story = press.gazette.publish()
    press.gazette.fail(
        story.path, "reset", times=2
    )  # the first is asked again at once: a kept connection may have ended
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.visit(GAZETTE)
    visitor.make_due(pages=True)
    visitor.visit(GAZETTE)

    rows = visitor.rows("select kind, reason, status from fetch_log order by id")
    assert [tuple(row.values()) for row in rows] == [
        ("robots", "robots", 200),
        ("feed", "listing", 200),
        ("page", "reset", None),
        ("page", "new", 200),
    ]


def test_pages_are_archived_as_they_came(visitor: Visitor, press: Press) -> None:
    press.gazette.publish()
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.visit(GAZETTE)

    [kept] = visitor.rows("select status, encoding, body, headers->>'content-type' as type from archive")
    assert kept["status"] == 200
    assert kept["body"]
    assert "html" in str(kept["type"])


def test_a_visit_that_is_stopped_counts_no_attempt(visitor: Visitor, press: Press) -> None:
    press.gazette.publish()
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    lease = frontier.take(visitor.pool, LEASE, "test")
    assert lease is not None
    stopping = threading.Event()
    stopping.set()
    limits = replace(visitor.limits, delay_s=30)
    with Fetcher(FETCH, limits.agent, press.proxy_url, allow_private_hosts=True) as fetcher:
        visit(visitor.pool, fetcher, lease, limits, stopping)

    assert visitor.rows("select attempts from feed") == [{"attempts": 0}]
    assert visitor.rows("select leased_until from host where leased_until > now()") == []


REFUSE = """
    create function refuse() returns trigger language plpgsql as
        $$ begin raise exception 'no room' using errcode = 'disk_full'; end $$;
    create trigger refuse before insert on article for each row execute function refuse()"""


def test_an_attempt_that_the_database_failed_is_not_counted_against_the_page(
    visitor: Visitor, press: Press, conn: Connection
) -> None:
    press.gazette.publish()
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    conn.execute(REFUSE.encode())
    try:
        with pytest.raises(psycopg.errors.DiskFull):
            visitor.visit(GAZETTE)
        assert visitor.rows("select attempts, outcome, due_at <= now() as is_due from page") == [
            {"attempts": 0, "outcome": None, "is_due": True}
        ]
    finally:
        conn.execute("drop trigger refuse on article; drop function refuse")

    conn.execute("update host set leased_until = '-infinity'")
    assert visitor.reasons(GAZETTE)["new"] == 1


def test_a_home_page_that_is_crawled_leads_to_its_feed_and_stories(visitor: Visitor, press: Press) -> None:
    stories = [press.gazette.publish() for _ in range(3)]
    crawls.request(visitor.pool, Request([press.gazette.url("/")]))
    crawls.open_requested(visitor.pool)
    while visitor.visit(GAZETTE):
        pass
    crawls.finish(visitor.pool)

    assert {row["url"] for row in visitor.rows("select url from article")} == {story.url for story in stories}
    assert visitor.rows("select finished_at is not null as done from crawl") == [{"done": True}]


def test_a_second_crawl_stores_nothing_and_says_known(visitor: Visitor, press: Press) -> None:
    press.gazette.publish()
    for _ in range(2):
        crawls.request(visitor.pool, Request([press.gazette.url("/feed.xml")]))
        crawls.open_requested(visitor.pool)
        while visitor.visit(GAZETTE):
            pass

    outcomes = visitor.rows("select outcome from crawl_page where not is_target order by crawl_id")
    assert [row["outcome"] for row in outcomes] == ["new", "known"]


def test_a_source_that_has_only_a_home_page_is_followed_through_it(visitor: Visitor, press: Press) -> None:
    stories = [press.valley.publish() for _ in range(3)]
    visitor.follow("valley", homepage=press.valley.url("/"))
    while visitor.visit(VALLEY):
        pass

    assert {row["url"] for row in visitor.rows("select url from article")} == {story.url for story in stories}
    kinds = visitor.rows("select kind, parent_id is null as named from feed order by id")
    assert {"kind": "section", "named": True} in kinds
    assert {"kind": "feed", "named": False} in kinds
