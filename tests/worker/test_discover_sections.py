"""Section pages, story addresses, and finding the lists of a site."""

from __future__ import annotations

import pytest

from scrapers.page import Page
from worker.discover import FoundFeed, NotAListing, find_feeds, looks_like_story, read, section_links, well_known

HOME = "https://www.example.com/"
SECTION = b"""<html><head><title> Markets \n today</title></head><body><nav><a href="/markets">Markets</a>
<a href="/authors/12345/ida-berg">Ida Berg</a><a href="/tag/cotton-and-rice-export">Cotton</a></nav>
<a href="/news/40357159/exports-rise">Exports rise</a><a href="https://example.com/news/40357160?utm_source=x#c">Two</a>
<a href="/news/40357159/exports-rise#comments">12 comments</a>
<a href="https://example.org/news/40357161/elsewhere">Elsewhere</a><a href="mailto:a@example.com">Mail</a>
<a href="/opinion/why-cotton-prices-fell-again-this-week">Opinion</a><a>nothing</a><a href="">empty</a></body></html>"""


def page(body: bytes | str, url: str = HOME) -> Page:
    return Page(body.encode() if isinstance(body, str) else body, url, {})


def test_a_section_lists_what_looks_like_stories_in_page_order_each_once() -> None:
    found = read(SECTION, "https://www.example.com/markets", {}, kind="section")

    assert (found.kind, found.title) == ("section", "Markets today")
    assert [link.url for link in found.links] == [
        "https://www.example.com/news/40357159/exports-rise",
        "https://example.com/news/40357160",
        "https://www.example.com/opinion/why-cotton-prices-fell-again-this-week",
    ]


def test_a_link_pattern_alone_decides_on_the_same_site() -> None:
    found = read(SECTION, HOME, {}, link_pattern=r"/(news|authors)/\d+")

    assert [link.url.partition(".com")[2] for link in found.links] == [
        "/authors/12345/ida-berg",
        "/news/40357159/exports-rise",
        "/news/40357160",
    ]


def test_a_section_obeys_the_base_of_the_page() -> None:
    body = '<base href="https://www.example.com/m/"><a href="../news/40357159">x</a>'

    assert [link.url for link in section_links(page(body), None)] == ["https://www.example.com/news/40357159"]


def test_an_empty_section_page_is_no_listing() -> None:
    with pytest.raises(NotAListing, match="empty"):
        read(b" ", HOME, {}, kind="section")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(news", "no regular expression"),
        ("(a+)+$", "repetition"),
        (r"(?:\w+)*x", "repetition"),
        ("a" * 2000, "longer"),
    ],
)
def test_a_bad_link_pattern_says_what_is_wrong(pattern: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        section_links(page(SECTION), pattern)


def test_a_slug_pattern_is_no_runaway() -> None:
    assert len(section_links(page(SECTION), r"/[a-z]+/[a-z]+(-[a-z]+)+$")) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/news/40357159/exports-rise",
        "/news/40357159",
        "/2026/04/10/exports-rise",
        "/2026/apr/10/exports-rise/",
        "/world/2026-04-10/exports-rise.html",
        "/20260410/exports-rise",
        "/business/pakistan-japan-agree-to-enhance-cooperation",
        "/politik/wahl-a-1234567.html",
        "/article1234567.ece",
        "/c/123456/story.php?x=1",
        "/%D8%AE%D8%A8%D8%B1/4035715",
    ],
)
def test_a_story_has_a_date_a_long_slug_or_a_number(path: str) -> None:
    assert looks_like_story(f"https://www.example.com{path}", HOME)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/index.html",
        "/news",
        "/news/",
        "/latest-news",
        "/business-finance",
        "/2026/04/",
        "/tag/pakistan-japan-agree-to-enhance",
        "/trends/pakistan-japan-agree-to-enhance",
        "/author/ida-berg-of-the-business-desk",
        "/authors/12345/ida-berg",
        "/category/business/2026",
        "/search/40357159",
        "/login",
        "/newsletters/the-morning-mail-of-the-desk",
        "/images/40357159.jpg",
        "/feeds/40357159",
        "/about-us",
    ],
)
def test_other_pages_do_not_look_like_stories(path: str) -> None:
    assert not looks_like_story(f"https://www.example.com{path}", HOME)


def test_a_story_of_another_site_is_no_story_of_this_one() -> None:
    assert not looks_like_story("https://example.org/news/40357159/x", HOME)
    assert looks_like_story("https://business.example.com/news/40357159/x", HOME)


HEAD = """<html><head>
<link rel="alternate" type="application/rss+xml" title="All  news" href="/feeds/latest">
<link rel="alternate" type="application/rss+xml" title="Comments on everything" href="/feeds/all">
<link rel="alternate" type="application/rss+xml" title="x" href="/comments/feed/">
<link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" href="atom.xml">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">
<link rel="alternate" type="application/json+oembed" href="/oembed?url=x">
<link rel="alternate" type="application/feed+json" href="/feed.json">
<link rel="alternate" hreflang="de" href="/de/feed/">
<link rel="alternate" type="application/rss+xml" href="https://feeds.feedburner.com/paper">
<link rel="sitemap" type="application/xml" href="/sitemap.xml">
<link rel="stylesheet" href="/rss.css"></head>"""
LINKS = """<body><a href="/rss">Subscribe</a><a href="/feeds/latest">again</a><a href="/business/rss.xml">Business</a>
<a href="/x/77">RSS feed</a><a href="/feedback">Feedback</a><a href="https://feedly.com/i/subscription/feed/x">RSS</a>
<a href="/story/feeding-the-world">Feeding the world</a><a href="https://example.org/feed">RSS</a></body></html>"""


def test_feeds_are_found_in_the_head_then_among_the_links_then_sitemaps() -> None:
    found = find_feeds(page(HEAD + LINKS))

    assert found == [
        FoundFeed("https://www.example.com/feeds/latest", "All news", "feed"),
        FoundFeed("https://www.example.com/atom.xml", None, "feed"),
        FoundFeed("https://www.example.com/feed.json", None, "feed"),
        FoundFeed("https://feeds.feedburner.com/paper", None, "feed"),
        FoundFeed("https://www.example.com/rss", "Subscribe"),
        FoundFeed("https://www.example.com/business/rss.xml", "Business"),
        FoundFeed("https://www.example.com/x/77", "RSS feed"),
        FoundFeed("https://www.example.com/sitemap.xml", None, "sitemap"),
    ]


def test_a_page_without_feeds_has_none() -> None:
    assert find_feeds(page("<p>nothing")) == find_feeds(page(b"")) == []


def test_the_likeliest_addresses_come_first() -> None:
    found = well_known("http://example.com")

    assert found[0] == "http://example.com/feed"
    assert "http://example.com/sitemap.xml" in found[len(found) // 2 :]
    assert len(found) == len(set(found))


def test_below_a_section_its_own_feeds_come_first() -> None:
    found = well_known("https://www.example.com/business?x=1")

    assert found[:2] == ["https://www.example.com/business/feed", "https://www.example.com/business/rss"]
    assert "https://www.example.com/feed" in found


def test_what_is_no_address_has_no_lists() -> None:
    assert well_known("file:///etc/passwd") == []
