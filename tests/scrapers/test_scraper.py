"""The generic scraper: each field from what the page offers, and kinds of pages that are no article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scrapers.article import Article, Hint, Kind
from scrapers.datelines import dateline
from scrapers.page import Page
from scrapers.registry import scrape
from scrapers.scraper import Scraper

URL = "https://www.example.com/news/ferry-sails"
SENTENCES = [
    "The ferry sailed at noon, an hour late, and nobody on the pier seemed to mind the wait.",
    "Its captain had been ill for a week, the company said in a short note to the passengers.",
    "On the island, the bakery had kept its doors open, with bread enough for three hundred people.",
    "The next boat is due on Thursday, if the wind allows it, and tickets are sold at the harbour.",
]
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def page(head="", body=TEXT, url=URL, headers=None):
    return Page(f"<html lang=en-GB><head>{head}</head><body><main>{body}</main></body></html>".encode(), url, headers)


def test_plain_page_becomes_an_article():
    article = scrape(page("<title>Ferry sails late - Example</title>", f"<h1>Ferry sails late</h1>{TEXT}"))

    assert article.kind is Kind.ARTICLE
    assert article.is_article
    assert (article.title, article.source, article.language) == ("Ferry sails late", "example.com", "en")
    assert article.paragraphs == tuple(SENTENCES)
    assert article.body == "\n".join(SENTENCES)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel=canonical href="/news/ferry?utm_source=x">', "https://www.example.com/news/ferry"),
        ('<link rel=canonical href="https://example.com/n/1">', "https://example.com/n/1"),
        pytest.param('<link rel=canonical href="/">', URL, id="home-is-not-believed"),
        pytest.param('<link rel=canonical href="https://other.example/x">', URL, id="another-site-is-not-believed"),
        pytest.param(
            '<link rel=canonical href="/"><meta property=og:url content="/n/2">',
            "https://www.example.com/n/2",
            id="next",
        ),
        ("", URL),
    ],
)
def test_canonical_url(head, expected):
    assert scrape(page(head)).canonical_url == expected


@pytest.mark.parametrize(
    ("head", "body", "title", "origin"),
    [
        ("<title>Ferry sails late | Example</title>", "<h1>Ferry sails late</h1>", "Ferry sails late", "html"),
        ("<title>Ferry sails late - Example</title>", "", "Ferry sails late", "html"),
        ('<meta property=og:title content="Ferry sails late">', "<h1>Example</h1>", "Ferry sails late", "meta"),
        (
            '<meta property=og:title content="Ferry sails late">',
            "<h1>Example</h1><h1>Ferry sails very late</h1>",
            "Ferry sails very late",
            "html",
        ),
        (
            '<meta property=og:title content="Ferry sails late">',
            "<h1>Opinion Ferry sails late</h1>",
            "Ferry sails late",
            "html",
        ),
        ("", "", "From the feed", "feed"),
    ],
)
def test_title(head, body, title, origin):
    article = scrape(page(head, body + TEXT), Hint(title="From the feed"))

    assert (article.title, article.provenance["title"]) == (title, origin)


def test_fields_of_json_ld():
    article = scrape(
        page(
            """<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry &amp; wind",
            "author": [{"name": "Mira Solano"}, null, {"name": "Reuters"}], "datePublished": "2025-03-01T10:00:05Z",
            "dateModified": "2025-03-01T11:00:00Z", "articleSection": ["Island"], "keywords": "ferry, wind",
            "image": [{"url": "/ferry.jpg"}], "isAccessibleForFree": "False", "broken": "\\ud800"}</script>"""
        )
    )

    assert article.authors == ("Mira Solano",)
    assert article.agency == "Reuters"
    assert (article.published, article.published_precision) == (datetime(2025, 3, 1, 10, 0, 5, tzinfo=UTC), "second")
    assert article.modified == datetime(2025, 3, 1, 11, tzinfo=UTC)
    assert (article.section, article.tags, article.access) == ("Island", ("ferry", "wind"), "subscriber")
    assert article.image == "https://www.example.com/ferry.jpg"
    assert article.title == "Ferry & wind"
    assert {article.provenance[name] for name in ("authors", "published", "section", "tags", "access")} == {"json-ld"}


def test_a_tag_is_a_topic_and_no_number_id_or_host_of_the_site():
    tags = ("ferry", "100312362", "26157981-b4f7-4929-adc1-e860c6f03636", "news.example.com", "www.other.org")
    tags += ("Lantern.com", "9/11", "1. FC Lantern")
    head = "".join(f"<meta property=article:tag content='{tag}'>" for tag in tags)

    assert scrape(page(head)).tags == ("ferry", "Lantern.com", "9/11", "1. FC Lantern")
    assert scrape(page(body=TEXT), Hint(tags=tags)).tags == ("ferry", "Lantern.com", "9/11", "1. FC Lantern")


@pytest.mark.parametrize(("stated", "code"), [("en-GB", "en"), ("utf-8", None), ("zxx", None), ("fil_PH", "fil")])
def test_a_language_is_no_charset(stated, code):
    assert scrape(Page(f"<meta http-equiv=content-language content={stated}><h1>A b".encode(), URL)).language == code


def test_day_and_time_of_that_day_make_one_stamp():
    article = scrape(
        page(body=f"<h1>A b</h1><time datetime=2025-03-01>1 March</time><time datetime=2025-03-01T10:00Z></time>{TEXT}")
    )

    assert (article.published.isoformat(), article.published_precision) == ("2025-03-01T10:00:00+00:00", "minute")


def test_change_before_the_publication_is_not_believed():
    head = "<meta name=date content=2025-03-02><meta property=article:modified_time content=2025-03-01>"

    assert scrape(page(head)).modified is None


NOW = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "body", "published", "modified"),
    [
        ("", "<time itemprop=datePublished datetime=2025-03-01T10:00Z></time>", "2025-03-01T10:00:00+00:00", None),
        ("", "<b property='schema:datePublished' content=2025-03-01T10:00Z>1</b>", "2025-03-01T10:00:00+00:00", None),
        (
            "",
            "<time class='entry-date published' datetime=2025-03-01T10:00Z></time>"
            "<time class=updated datetime=2025-03-02T10:00Z></time>",
            "2025-03-01T10:00:00+00:00",
            "2025-03-02T10:00:00+00:00",
        ),
        ("", "<div><h1>A b</h1><p>Mira Solano</p><b>Mar 1, 2025</b></div>", "2025-03-01T00:00:00+00:00", None),
        ("", "<div class=date>1 March 2025, updated 2 March 2025</div>", "2025-03-01T00:00:00+00:00", None),
        ("<meta name=date content=2025-09-01><meta name=cdate content=2025-3-1>", "",
         "2025-03-01T00:00:00+00:00", None),
        (
            "<meta name=date content=2025-03-01T23:00Z><meta name=pubdate content=2025-03-02T01:00+02:00>",
            "",
            "2025-03-02T01:00:00+02:00",
            None,
        ),
        ("<script>x={'publishedAt':'2025-03-01T10:00:00Z'}</script>", "", "2025-03-01T10:00:00+00:00", None),
    ],
)  # fmt: skip
def test_times(head, body, published, modified):
    article = Scraper(page(head, body + TEXT), now=NOW).scrape()

    found = (article.published and article.published.isoformat(), article.modified and article.modified.isoformat())
    assert found == (published, modified)


@pytest.mark.parametrize("path", ["/2025/04/11/ferry", "/2025-04-11/ferry", "/20250411/ferry", "/n/2025/4/11/"])
def test_day_in_the_address(path):
    assert scrape(page(url=f"https://www.example.com{path}")).published.isoformat()[:10] == "2025-04-11"


def test_feed_is_the_last_resort():
    hint = Hint(
        title="Other", published=datetime(2025, 1, 1, tzinfo=UTC), authors=("Odo Ferrant",), tags=("ferry",),
        language="en", image="/x.jpg",
    )  # fmt: skip
    bare = Page(f"<h1>Ferry sails</h1>{TEXT}".encode(), URL)

    article = scrape(bare, hint)

    assert (article.authors, article.tags, article.language) == (("Odo Ferrant",), ("ferry",), "en")
    assert article.published == hint.published
    assert {article.provenance[name] for name in ("authors", "tags", "language", "published", "image")} == {"feed"}
    assert article.title == "Ferry sails"
    assert scrape(page("<meta name=author content='Mira Solano'>"), hint).authors == ("Mira Solano",)


def test_text_of_the_feed_stands_in_for_a_stub():
    content = "".join(f"<p>{number}. {sentence}</p>" for number in range(3) for sentence in SENTENCES)

    article = scrape(page("<title>Ferry</title>", "<p>Loading</p>"), Hint(content=content))

    assert article.is_article
    assert len(article.paragraphs) == 12
    assert article.provenance["body"] == "feed"


_LD_LOCKED = """<script type="application/ld+json">
{"@type": "NewsArticle", "headline": "A b", "isAccessibleForFree": false}</script>"""
_LINKS = "".join(f"<article><h2><a href=/n/{n}>Headline number {n}</a></h2></article>" for n in range(12))


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        pytest.param(page(url="https://www.example.com/"), Kind.HOME, id="home"),
        pytest.param(page("<title>Island</title>", _LINKS), Kind.LISTING, id="listing"),
        pytest.param(page("<title>Ferry</title>", TEXT, "https://example.com/tag/ferry"), Kind.LISTING, id="tag-page"),
        pytest.param(page("<title>404 - page not found</title>", "<h1>Not here</h1>"), Kind.SOFT_404, id="soft-404"),
        pytest.param(page("<title>Seite nicht gefunden</title>", TEXT), Kind.SOFT_404, id="soft-404-german"),
        pytest.param(page(_LD_LOCKED, "<h1>A b</h1><p>The ferry sailed at noon."), Kind.PAYWALL, id="paywall"),
        pytest.param(page("<title>Just a moment...</title>", "<p>Wait"), Kind.BLOCK, id="challenge"),
        pytest.param(page("<title>x</title>", "<p>x", headers={"CF-Mitigated": "challenge"}), Kind.BLOCK, id="header"),
        pytest.param(
            page("<meta property=og:type content=video.other><title>Ferry</title>", TEXT), Kind.VIDEO, id="video"
        ),
        pytest.param(
            page("<title>Ferry</title>", TEXT, "https://example.com/gallery/ferry"), Kind.GALLERY, id="gallery"
        ),
        pytest.param(
            page('<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "A b"}</script>'),
            Kind.LIVE,
            id="live",
        ),
        pytest.param(page("", "<p>x"), Kind.OTHER, id="nothing"),
        pytest.param(Page(b"", ""), Kind.OTHER, id="empty"),
        pytest.param(Page(b"%PDF-1.7 \x00\xff", URL), Kind.OTHER, id="no-html"),
    ],
)
def test_kind(made, kind):
    assert scrape(made).kind is kind


@pytest.mark.parametrize(
    ("opening", "place", "credit"),
    [
        ("ISLAMABAD: The board", "ISLAMABAD", None),
        ("LONDON, April 5 (Reuters) - The board", "LONDON", "Reuters"),
        ("ATLANTA (AP) — The board", "ATLANTA", "AP"),
        ("NEW YORK -- The board", "NEW YORK", None),
        ("The board: it met", None, None),
        ("WATCH: it met", None, None),
        ("It met on Tuesday - twice", None, None),
        ("", None, None),
    ],
)
def test_dateline(opening, place, credit):
    assert dateline(opening) == (place, credit)


def test_record_is_json_ready_and_in_order():
    data = Article(
        "https://e.com/a", published=datetime(2025, 1, 1, tzinfo=UTC), tags=("a",), paragraphs=("x", "y")
    ).as_dict()

    assert list(data)[:3] == ["url", "canonical_url", "source"]
    assert list(data)[-1] == "provenance"
    assert (data["published"], data["tags"], data["body"]) == ("2025-01-01T00:00:00+00:00", ["a"], "x\ny")
    assert list(data).index("body") + 1 == list(data).index("paragraphs")


def test_hint_comes_back_from_its_dict():
    hint = Hint(title="x", published=datetime(2025, 1, 1, tzinfo=UTC), authors=("A B",), timezone="Asia/Karachi")

    assert Hint.from_dict({**hint.as_dict(), "of a newer version": 1}) == hint
    assert Hint().as_dict() == {}
