"""What an address offers: feeds, sitemaps and sections found politely, or a reason why not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.site.press import Press
from tests.worker.visiting import Visitor
from worker import frontier, probe
from worker.db import Pool
from worker.fetch_errors import FetchError
from worker.probe import Found, FoundList, ProbeError
from worker.settings import Settings
from worker.sourcefile import FeedSpec

GAZETTE, VALLEY, STAR, WIRE = "harbour-gazette.test", "valley-post.test", "north-star.test", "wire.test"
EMPTY_RSS = b"<rss version='2.0'><channel><title>Nothing yet</title></channel></rss>"


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as press:
        yield press


@pytest.fixture
def config(press: Press) -> Settings:
    return Settings(http_proxy=press.proxy_url, allow_private_hosts=True, delay=0.01)


def home(press: Press, host: str, head: str = "", main: str = "<p>Welcome.</p>") -> str:
    """Put a front page of our own at a paper; its address."""
    page = f"<html lang=en><head><title>Front</title>{head}</head><body><main>{main}</main></body></html>"
    return press.papers[host].serve("/", page.encode())


def feed_link(url: str) -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="News" href="{url}">'


@pytest.mark.parametrize(
    ("host", "path", "kinds"),
    [
        pytest.param(GAZETTE, "/", {"/feed.xml": "feed"}, id="declared-feed"),
        pytest.param(VALLEY, "/", {"/atom.xml": "feed", "/news-sitemap.xml.gz": "news_sitemap"}, id="named-by-robots"),
        pytest.param(VALLEY, "/news-sitemap.xml.gz", {"/news-sitemap.xml.gz": "news_sitemap", "/atom.xml": "feed"}),
        pytest.param(STAR, "/", {"/": "section"}, id="stories-on-the-front-page"),
        pytest.param(WIRE, "/feed.json", {"/feed.json": "feed"}, id="json-feed"),
    ],
)
def test_the_lists_of_a_site_are_found(
    pool: Pool, press: Press, config: Settings, host: str, path: str, kinds: dict[str, str]
) -> None:
    for _ in range(6):
        press.papers[host].publish()
    found = probe.probe(pool, config, press.papers[host].url(path))

    assert {one.url: one.kind for one in found.lists} == {
        press.papers[host].url(at): kind for at, kind in kinds.items()
    }
    assert {one.links for one in found.lists} == {6}
    assert found.homepage == f"http://{host}/"
    assert found.language == ("de" if host == STAR else "en")
    assert press.requests(host)[0].path == "/robots.txt"
    assert press.overlaps() == []


def test_a_site_that_names_no_feed_is_asked_where_feeds_usually_are(pool: Pool, press: Press, config: Settings) -> None:
    press.gazette.publish()
    address = home(press, GAZETTE)
    found = probe.probe(pool, config, address)

    assert [(one.url, one.title) for one in found.lists] == [(press.gazette.url("/feed.xml"), "The Harbour Gazette")]
    assert found.name == "The Harbour Gazette"  # the feed's title, for want of a better one
    assert len(press.requests(GAZETTE)) <= 2 + probe.MAX_GUESSED


def test_a_feed_that_is_named_but_broken_is_left_out_with_the_reason(
    pool: Pool, press: Press, config: Settings
) -> None:
    press.gazette.publish()
    broken = press.gazette.serve("/broken.xml", b"<html>no feed</html>")
    missing = press.gazette.url("/missing.xml")
    address = home(press, GAZETTE, feed_link(broken) + feed_link(missing) + feed_link("/feed.xml") * 2)
    found = probe.probe(pool, config, address)

    assert [one.url for one in found.lists] == [press.gazette.url("/feed.xml")]
    assert found.refused.keys() == {broken, missing}
    assert "404" in found.refused[missing]


def test_a_feed_at_another_host_is_taken_at_the_home_pages_word(pool: Pool, press: Press, config: Settings) -> None:
    paper = press.add(replace(press.gazette.masthead, host="www.invented-paper.com"))
    inside, outside = "http://feeds.invented-paper.com/news", "http://elsewhere.com/feed"
    found = probe.probe(pool, config, home(press, paper.host, feed_link(inside) + feed_link(outside)))

    assert [(one.url, one.kind) for one in found.lists] == [(url, "not looked at yet") for url in (inside, outside)]
    assert {request.host for request in press.log} == {paper.host}


def test_a_feed_may_live_at_a_host_without_a_home_page(pool: Pool, press: Press, config: Settings) -> None:
    press.gazette.publish()
    press.gazette.fail("/", 404, times=9)
    found = probe.probe(pool, config, press.gazette.url("/feed.xml"))

    assert [one.url for one in found.lists] == [press.gazette.url("/feed.xml")]
    assert found.name == "The Harbour Gazette"


def test_an_empty_feed_is_a_feed(pool: Pool, press: Press, config: Settings) -> None:
    address = press.gazette.serve("/fresh.xml", EMPTY_RSS, "application/rss+xml")
    found = probe.probe(pool, config, address)

    assert (address, "feed", 0) in {(one.url, one.kind, one.links) for one in found.lists}


def test_a_move_to_another_host_is_followed(pool: Pool, press: Press, config: Settings) -> None:
    press.wire.publish()
    found = probe.probe(pool, config, press.gazette.redirect("/moved", press.wire.url("/feed.json"), 301))

    assert found.homepage == f"http://{WIRE}/"
    assert [one.url for one in found.lists] == [press.wire.url("/feed.json")]


def test_moving_round_in_circles_comes_to_an_end(pool: Pool, press: Press, config: Settings) -> None:
    press.wire.redirect("/round", press.gazette.url("/round"))

    with pytest.raises(ProbeError, match="redirects from host to host too often"):
        probe.probe(pool, config, press.gazette.redirect("/round", press.wire.url("/round")))


@pytest.mark.parametrize("target", ["", "nonsense", "ftp://paper.test/", "http://", "mailto:desk@paper.test"])
def test_what_is_no_address_is_refused(pool: Pool, config: Settings, target: str) -> None:
    with pytest.raises(ProbeError, match="is not an http"):
        probe.probe(pool, config, target)


@pytest.mark.parametrize(
    ("path", "error", "says"),
    [
        pytest.param("/missing", FetchError, "404", id="missing"),
        pytest.param("/private/desk", ProbeError, "robots.txt does not allow", id="forbidden"),
        pytest.param("/about", ProbeError, "give it in sources.toml under `sections`", id="no-list"),
    ],
)
def test_an_address_that_offers_nothing_is_an_error_and_the_host_is_free_again(
    pool: Pool, press: Press, config: Settings, path: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        probe.probe(pool, config, press.star.url(path))

    assert Visitor(pool, press).rows("select name from host where leased_until > now()") == []


def test_a_visit_that_is_under_way_is_waited_for(pool: Pool, press: Press, config: Settings) -> None:
    press.gazette.publish()
    visitor = Visitor(pool, press)
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    lease = frontier.take(pool, timedelta(minutes=5), "somebody")
    assert lease is not None
    found: list[Found] = []
    with press.gazette.hold("/robots.txt") as hold:
        prober = threading.Thread(target=lambda: found.append(probe.probe(pool, config, press.gazette.url("/"))))
        prober.start()
        assert not hold.arrived.wait(0.3)
        visitor.rows("update host set leased_until = '-infinity' where name = %s returning name", lease.host)
        assert hold.arrived.wait(20)
    prober.join()

    assert [one.url for one in found[0].lists] == [press.gazette.url("/feed.xml")]


def test_a_host_that_is_visited_for_too_long_is_given_up(
    pool: Pool, press: Press, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "LEASE_WAIT_S", 0.1)
    Visitor(pool, press).follow("gazette", press.gazette.url("/feed.xml"))
    frontier.take(pool, timedelta(minutes=5), "somebody")

    with pytest.raises(ProbeError, match="is being visited; try again in a minute"):
        probe.probe(pool, config, press.gazette.url("/"))
    assert press.log == []


@pytest.mark.parametrize(
    ("kinds", "followed"),
    [
        pytest.param(["feed", "news_sitemap", "sitemap"], ["feed", "news_sitemap"], id="no-archive-beside-a-feed"),
        pytest.param(["sitemap", "sitemap_index"], ["sitemap", "sitemap_index"], id="an-archive-for-want-of-a-feed"),
        pytest.param(["section"], ["section"], id="section"),
    ],
)
def test_a_source_follows_what_is_current(kinds: list[str], followed: list[str]) -> None:
    found = Found(
        "https://www.paper.example/",
        "Paper",
        "en",
        [FoundList(f"https://paper.example/{kind}", kind, 1) for kind in kinds],
    )
    spec = found.spec()

    assert (spec.id, spec.name, spec.homepage, spec.language) == ("paper.example", "Paper", found.homepage, "en")
    assert [feed.url.rsplit("/", 1)[1] for feed in spec.feeds] == followed
    assert [feed.kind for feed in spec.feeds] == ["section" if kind == "section" else None for kind in followed]


def test_a_publisher_that_we_know_gets_its_own_id() -> None:
    found = Found("https://www.dawn.com/", "Dawn", "en", [FoundList("https://www.dawn.com/feeds/home", "feed", 1)])

    assert found.spec().id == "dawn"


def test_a_check_reads_one_list(pool: Pool, press: Press, config: Settings) -> None:
    for _ in range(2):
        press.star.publish()
    section = FeedSpec(press.star.url("/news"), "section", r"/news/\d{4}/")

    assert len(probe.check(pool, config, section).links) == 2
    assert len(probe.check(pool, config, FeedSpec(press.gazette.redirect("/old", section.url), "section")).links) == 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"<html>words</html>", "neither|no |not", id="no-list"),
        pytest.param(EMPTY_RSS, "it is a list, but without a link", id="empty"),
    ],
)
def test_a_check_of_what_brings_nothing_says_why(
    pool: Pool, press: Press, config: Settings, body: bytes, says: str
) -> None:
    with pytest.raises(ProbeError, match=says):
        probe.check(pool, config, FeedSpec(press.gazette.serve("/feed", body, "application/rss+xml")))
