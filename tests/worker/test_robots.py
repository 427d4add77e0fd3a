"""What a host's robots.txt lets us do."""

from __future__ import annotations

import random

import pytest

from worker.robots import PARSED_BYTES, Robots, product_token

AGENT = "Dateline/1.0 (+https://archive.example/bot)"
HOST = "https://paper.example"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        pytest.param("", "/story", True, id="empty-file"),
        pytest.param("User-agent: *\nDisallow: /private/", "/private/x", False, id="disallowed"),
        pytest.param("User-agent: *\nDisallow: /private/", "/story", True, id="elsewhere"),
        pytest.param("User-agent: *\nDisallow:", "/story", True, id="empty-disallow"),
        pytest.param("User-agent: *\nDisallow: /\nAllow: /news/", "/news/1", True, id="longest-match-wins"),
        pytest.param("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True, id="allow-wins-a-tie"),
        pytest.param("User-agent: *\nDisallow: /*.pdf$", "/x/report.pdf", False, id="wildcard-and-end"),
        pytest.param("User-agent: *\nDisallow: /*.pdf$", "/report.pdf.html", True, id="end-is-the-end"),
        pytest.param("User-agent: *\nDisallow: /*?print=", "/a?print=1", False, id="query"),
        pytest.param("User-agent: *\nDisallow: /search?q=", "/search?q=rain", False, id="query-prefix"),
        pytest.param("User-agent: *\nDisallow: /search?q=", "/search?page=2", True, id="other-query"),
        pytest.param("User-agent: *\nDisallow: /\n\nUser-agent: dateline\nAllow: /", "/a", True, id="own-group"),
        pytest.param("User-agent: Dateline\nDisallow: /", "/a", False, id="named"),
        pytest.param("User-agent: archive\nDisallow: /", "/a", True, id="a-word-of-our-contact-is-not-our-name"),
        pytest.param("User-agent: a\nUser-agent: DATELINE\nDisallow: /x", "/x", False, id="shared-group"),
        pytest.param("\ufeffUser-agent: *\nDisallow: /a", "/a", False, id="byte-order-mark"),
        pytest.param("User-agent: *\r\nDisallow: /a # why\r\n", "/a", False, id="crlf-and-comment"),
        pytest.param("user-agent:*\nDISALLOW:/a", "/a", False, id="case-and-no-spaces"),
        pytest.param("User-agent: *\nDisallow: /caf%C3%A9", "/café", False, id="percent-encoding"),
        pytest.param("User-agent: *\nDisallow: http://[bad\nDisallow: /a", "/a", False, id="one-bad-line"),
        pytest.param("User-agent: *\nDisallow: /\ud800\nDisallow: /a", "/a", False, id="half-a-surrogate-pair"),
        pytest.param("<!DOCTYPE html><html><body>Not found</body></html>", "/a", True, id="a-page-instead"),
    ],
)
def test_rules(text: str, path: str, allowed: bool) -> None:
    assert Robots.parse(text, AGENT).allowed(HOST + path) is allowed


@pytest.mark.parametrize(
    ("status", "body", "allowed"),
    [
        pytest.param(200, "User-agent: *\nDisallow: /", False, id="parsed"),
        pytest.param(200, None, True, id="success-without-body"),
        pytest.param(204, "", True, id="no-content"),
        pytest.param(301, None, True, id="redirect-that-led-nowhere"),
        pytest.param(401, "User-agent: *\nDisallow: /", True, id="4xx-allows"),
        pytest.param(404, None, True, id="absent"),
        pytest.param(500, "User-agent: *\nAllow: /", False, id="5xx-disallows"),
        pytest.param(503, None, False, id="unavailable"),
        pytest.param(None, None, False, id="unreachable"),
    ],
)
def test_answers(status: int | None, body: str | None, allowed: bool) -> None:
    assert Robots.for_answer(status, body, AGENT).allowed(f"{HOST}/story") is allowed


@pytest.mark.parametrize(
    ("value", "delay"),
    [("10", 10.0), ("0.5", 0.5), ("1,5", None), ("soon", None), ("-3", None), ("nan", None), ("inf", None)],
)
def test_crawl_delay(value: str, delay: float | None) -> None:
    assert Robots.parse(f"User-agent: *\nCrawl-delay: {value}", AGENT).crawl_delay == delay


def test_crawl_delay_of_another_crawler_is_not_ours() -> None:
    assert Robots.parse("User-agent: other\nCrawl-delay: 10", AGENT).crawl_delay is None


def test_sitemaps_are_absolute_and_normalised_and_listed_once() -> None:
    text = """
        Sitemap: https://Paper.example:443/news.xml
        Sitemap: https://paper.example/news.xml
        Sitemap: /relative.xml
        Sitemap: ftp://paper.example/a.xml
        Sitemap: http://[bad/
        User-agent: *
        sitemap: http://cdn.example/b.xml.gz
    """

    assert Robots.parse(text, AGENT).sitemaps == ("https://paper.example/news.xml", "http://cdn.example/b.xml.gz")


def test_only_the_first_500_kib_count() -> None:
    filler = "# nothing to see here\n" * (PARSED_BYTES // 22)
    cut = PARSED_BYTES - len(filler) - len("User-agent: *\n")
    text = f"User-agent: *\n{filler}Disallow: /{'a' * (cut + 20)}\nDisallow: /late"

    robots = Robots.parse(text, AGENT)

    assert robots.allowed(f"{HOST}/late")
    assert robots.allowed(f"{HOST}/{'a' * cut}"), "the rule that was cut in two does not count"


@pytest.mark.parametrize("url", ["http://[bad/", "", "mailto:x", "http://paper.example/\ud800", "\x00"])
def test_no_address_raises(url: str) -> None:
    assert Robots.parse("User-agent: *\nDisallow: /a", AGENT).allowed(url) in (True, False)


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("Dateline/1.0 (+mailto:desk@archive.example)", "Dateline"),
        ("Dateline", "Dateline"),
        ("my-archive_bot/2", "my-archive_bot"),
        ("Mozilla/5.0 (compatible; Dateline/1.0; +https://archive.example)", "Dateline"),
    ],
)
def test_product_token(agent: str, token: str) -> None:
    assert product_token(agent) == token


def test_no_bytes_raise() -> None:
    chance = random.Random(7)
    words = ["User-agent", "Disallow", "Allow", "Sitemap", "Crawl-delay", *":*$\n%\x00é", "%zz", "//["]
    for _ in range(300):
        junk = chance.randbytes(40).decode("utf-8", "surrogateescape")
        text = "".join(chance.choice(words) for _ in range(60)) + junk
        assert Robots.for_answer(200, text, AGENT).allowed(f"{HOST}/a?b=1") in (True, False)


def test_many_wildcards_are_matched_without_backtracking() -> None:
    robots = Robots.parse("User-agent: *\nDisallow: /" + "*a" * 2000 + "b", AGENT)

    assert robots.allowed(f"{HOST}/{'a' * 5000}")  # an exponential match would not end at all
