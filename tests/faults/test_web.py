"""The web: pages that fail on the way, hosts that are down, walls, limits, and feeds that are broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

import pytest

from tests.faults.case import Case
from tests.waiting import until

CHALLENGE = b"""<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>
<h1>Checking your browser before accessing the site</h1><p>Please enable JavaScript and cookies to continue.</p>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/jsch/v1"></script></body></html>"""
ON_THE_WAY = [500, 503, 429, "reset", "truncate"]
ITEM = "<item><title>{title}</title><link>{url}</link><guid>{url}</guid></item>"
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>'
RESTS = "select trouble, cooldown_until > now() as rests from host where name = %s"


def test_pages_that_fail_twice_on_the_way_are_stored_in_the_end(case: Case) -> None:
    for how in ON_THE_WAY:
        story, *_ = case.newsroom.publish(1)
        case.newsroom.paper.fail(story.path, how, times=2, retry_after=1 if how in (503, 429) else None)
        case.struck(2)
    case.newsroom.publish(3)
    case.follow()
    until("the others are stored", lambda: len(case.stored()) >= 3)
    _hurry_until(case, lambda: len(case.stored()) == len(case.expected))
    case.settle("pages that fail twice: 500, 503, 429, reset, truncated")


def test_a_host_that_is_down_is_probed_and_not_stormed(case: Case) -> None:
    case.newsroom.publish(30)
    case.follow()
    until("some are stored", lambda: len(case.stored()) > 0)
    case.newsroom.leave()
    until("the host is left alone", lambda: _rests(case))
    attempts = _attempts(case)
    for _ in range(6):  # the back-off of an hour: 5 s, 10 s, 20 s and so on, had we the time
        _let_rest_end(case)
        until("it was probed", lambda seen=attempts: _attempts(case) > seen and _rests(case))
        assert _attempts(case) == attempts + 1
        attempts = _attempts(case)
        case.struck()
    case.newsroom.come_back()
    _let_rest_end(case)
    case.over()
    _hurry_until(case, lambda: len(case.stored()) == len(case.expected))
    case.settle("a host down for an hour")


@pytest.mark.long
def test_a_challenge_page_cools_the_host_down_and_is_never_stored(case: Case) -> None:
    walled, *_ = case.newsroom.publish(3)
    case.newsroom.paper.serve(walled.path, CHALLENGE)
    case.follow()
    until("the wall is seen", lambda: case.service.rows(RESTS, case.newsroom.host)[0]["trouble"] == "blocked")
    assert _rests(case)
    case.struck()
    case.newsroom.paper.open_again(walled.path)
    case.over()
    _hurry_until(case, lambda: len(case.stored()) == len(case.expected))
    case.settle("a challenge page with status 200")


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(case: Case, form: str) -> None:
    limited, *_ = case.newsroom.publish(3)
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=1000), usegmt=True)
    case.newsroom.paper.fail(limited.path, 429, retry_after=1000 if form == "seconds" else later)
    case.follow()
    until("the limit is seen", lambda: _rests(case))
    rest = case.service.count(
        "select extract(epoch from cooldown_until - now())::int from host where name = %s", case.newsroom.host
    )
    assert 900 < rest < 1200
    case.struck()
    case.over()
    _hurry_until(case, lambda: len(case.stored()) == len(case.expected))
    case.settle("429 with Retry-After")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html><body><h1>We will be back soon</h1></body></html>", id="html"),
        pytest.param(FEED.format(items=ITEM.format(title="A", url="http://x/1"))[:90].encode(), id="truncated"),
        pytest.param(b"\x00\xff\xfe" * 100, id="bytes"),
    ],
)
def test_a_broken_feed_is_asked_again(case: Case, body: bytes) -> None:
    newsroom = case.newsroom
    newsroom.publish(2)
    newsroom.paper.serve("/feed.xml", body, "application/rss+xml")
    case.follow()
    query = "select count(*) from feed where host = %s and polls > 1 and outcome is not null and enabled"
    until("the feed was asked twice", lambda: _asked_again(case, query))
    case.struck()
    newsroom.paper.open_again("/feed.xml")
    case.over()
    _hurry_until(case, lambda: len(case.stored()) == 2)
    case.settle("a feed that is empty, HTML, truncated or noise")


@pytest.mark.long
def test_a_feed_that_repeats_one_item_ten_thousand_times_is_one_story(case: Case) -> None:
    newsroom = case.newsroom
    story, *_ = newsroom.publish(1)
    item = ITEM.format(title=escape(story.title), url=story.url)
    newsroom.paper.serve("/feed.xml", FEED.format(items=item * 10_000).encode(), "application/rss+xml")
    case.follow()
    until("it was read", lambda: case.service.count("select count(*) from page where host = %s", newsroom.host) > 0)
    newsroom.paper.open_again("/feed.xml")
    case.struck()
    case.settle("a feed that repeats one item 10,000 times")
    assert case.service.count("select count(*) from page where host = %s", newsroom.host) == 1
    assert len(newsroom.press.requests(newsroom.host, story.path)) == 1


def test_a_name_that_cannot_be_resolved_never_disables_a_feed(case: Case) -> None:
    case.newsroom.publish(2)
    case.follow()
    case.follow_also("http://no-such-newspaper.invalid/feed.xml")
    query = "select count(*) from feed where host = 'no-such-newspaper.invalid' and outcome = 'dns' and enabled"
    until("the name was not found", lambda: case.service.count(query) == 1)
    case.struck()
    case.settle("a host whose name cannot be resolved")
    assert (
        case.service.count("select count(*) from feed where host = 'no-such-newspaper.invalid' and due_at > now()") == 1
    )


def _asked_again(case: Case, query: str) -> bool:
    _let_rest_end(case)
    return case.service.count(query, case.newsroom.host) == 1


def _attempts(case: Case) -> int:
    return case.service.count("select count(*) from fetch_log where host = %s", case.newsroom.host)


def _rests(case: Case) -> bool:
    return bool(case.service.rows(RESTS, case.newsroom.host)[0]["rests"])


def _let_rest_end(case: Case) -> None:
    """Let the time pass until the host may be asked again, and everything there is due."""
    with case.service.conn() as conn, conn.transaction():
        host = [case.newsroom.host]
        conn.execute("update page set due_at = now() where host = %s and due_at > now() and fetched_at is null", host)
        conn.execute("update feed set due_at = now() where host = %s", host)
        conn.execute("update host set cooldown_until = '-infinity', due_at = now() where name = %s", host)


def _hurry_until(case: Case, is_so: object) -> None:
    """Let the waits between attempts pass until it is so."""

    def looked() -> bool:
        if is_so():
            return True
        _let_rest_end(case)
        return False

    until("everything is stored", looked)
