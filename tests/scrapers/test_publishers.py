"""Publishers: each has a saved page and the record that it must become."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from soupsieve import SelectorSyntaxError

from scrapers import publishers
from scrapers.page import Page
from scrapers.registry import scrape, scraper_for, scrapers_by_host
from scrapers.scraper import Scraper
from scrapers.selectors import Selectors

PAGES = Path(__file__).parent / "pages"
SEED = Path(__file__).parents[3] / "shared" / "seed"


@pytest.mark.parametrize("expected", sorted(PAGES.glob("*.json")), ids=lambda path: path.stem)
def test_saved_page_becomes_its_record(expected):
    record = json.loads(expected.read_text(encoding="utf-8"))
    page = Page(expected.with_suffix(".html").read_bytes(), record["url"])

    found = scrape(page).as_dict()

    assert {name: found[name] for name in record} == record
    assert found["body"] == "\n".join(record["paragraphs"])


@pytest.mark.skipif(not SEED.exists(), reason="the seed article is not beside the repository")
def test_seed_article_becomes_its_record():
    record = json.loads((SEED / "expected.json").read_text(encoding="utf-8"))

    found = scrape(Page((SEED / "article.html").read_bytes(), record["url"])).as_dict()

    assert {name: found[name] for name in record} == record


def test_filled_fields_have_a_provenance_and_empty_ones_none():
    article = scrape(Page((PAGES / "brecorder.html").read_bytes(), "https://www.brecorder.com/news/90000123/x"))

    data = article.as_dict()
    filled = {name for name, value in data.items() if value} - {"paragraphs", "provenance"}
    assert set(article.provenance) == filled
    assert set(article.provenance.values()) <= {
        "publisher rule", "json-ld", "meta", "html", "heuristic", "url", "feed"
    }  # fmt: skip
    assert article.provenance["body"] == "publisher rule"
    assert article.provenance["published"] == "meta", "the stamp in the page has only the day"


def test_page_without_the_template_falls_back_to_the_generic_way():
    text = b"<p>" + b"</p><p>".join(b"The ferry left the pier at noon, and %d people waved." % n for n in range(9))
    page = Page(
        b"<title>The ferry</title><article><h1>The ferry</h1>" + text, "https://www.dawn.com/news/1234567/ferry"
    )

    article = scrape(page)

    assert article.source == "dawn"
    assert article.source_article_id == "1234567"
    assert len(article.paragraphs) == 9
    assert article.provenance["body"] == "heuristic"


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("brecorder.com", "brecorder"),
        ("WWW.Dawn.com:443", "dawn"),
        ("m.dawn.com", "dawn"),
        ("images.archive.dawn.com", "dawn"),
        ("finance.yahoo.com", "yahoo-finance"),
        ("sports.yahoo.com", None),
        ("sundawn.com", None),
        ("example.com", None),
        ("com", None),
        ("127.0.0.1:8000", None),
        ("[::1]:8000", None),
        ("", None),
    ],
)
def test_scraper_of_a_host(host, source):
    assert scraper_for(host).source == source


def test_unknown_host_is_its_own_source():
    assert scrape(Page(b"<p>x", "https://www.example.com/a")).source == "example.com"


def test_every_publisher_has_a_source_id_and_a_file_of_its_own():
    scrapers = set(scrapers_by_host().values())

    assert all(scraper.source and scraper.hosts for scraper in scrapers)
    assert len({scraper.source for scraper in scrapers}) == len(scrapers)


def test_every_publisher_has_a_saved_page_and_a_short_file():
    saved = {json.loads(path.read_text(encoding="utf-8"))["source"] for path in PAGES.glob("*.json")}

    assert {scraper.source for scraper in scrapers_by_host().values()} == saved
    files = Path(publishers.__file__).parent.glob("*.py")
    assert [path.name for path in files if len(path.read_text("utf-8").splitlines()) >= 60] == []


def test_misspelt_field_and_broken_selector_fail_at_import():
    with pytest.raises(TypeError):
        Selectors(titel="h1")
    with pytest.raises(SelectorSyntaxError):
        Selectors(title="h1[")


def test_subclass_may_override_one_field():
    class Shouting(Scraper):
        def section(self):
            return super().section() or None

    assert Shouting(Page(b"<h1>A b c</h1>", "https://x.example/a")).scrape().section is None


DAWN = "https://www.dawn.com/news/1234567/ferry"
STORY = (
    b"<article><h1 class=story__title>The ferry</h1><h2 class=new>The night ferry</h2><div class=story__content>"
    b"<p>The ferry left the pier at noon.</p><p class=pitch>Read our letter.</p></div></article>"
)


def test_an_operators_selectors_win_field_by_field():
    mended = scrape(Page(STORY, DAWN), mend=Selectors(title=".new", drop=".pitch"))

    assert mended.title == "The night ferry"
    assert mended.paragraphs == ("The ferry left the pier at noon.",)
    assert mended.source_article_id == "1234567"
    assert scrape(Page(STORY, DAWN)).title == "The ferry", "the mend of one page is not that of the next"


def test_drop_alone_leaves_out_of_what_is_found_generically():
    text = b"".join(b"<p>The ferry left the pier at noon, and %d people waved.</p>" % n for n in range(9))
    pitch = b"<div class=pitch><p>Our letter of the harbour comes on Sundays, and 12 people read it.</p></div>"
    page = Page(b"<article><h1>The ferry</h1>" + text + pitch, "https://www.example.com/a")

    found = scrape(page, mend=Selectors(drop=".pitch")).paragraphs

    assert len(found) == 9
    assert not any("Sundays" in text for text in found)


def test_a_selected_time_is_read_from_its_attribute():
    page = Page(b"<h1>The ferry</h1><time datetime='2026-01-05T10:30:00+05:00'>today</time>", "https://example.com/a")

    assert scrape(page, mend=Selectors(published="time")).published.isoformat() == "2026-01-05T10:30:00+05:00"


def test_a_body_selector_may_name_a_container():
    text = (
        "<div class=text>The ferry <a href=/f>left</a> at noon.<p>People waved.</p>The pier was empty<br>by one.<br> "
    )
    text += "<br>So was the bar.<figure>A pier</figure><!-- note --><ul><li>Nobody<li>came</ul></div>"
    page = Page(f"<main><h1>The ferry</h1>{text}</main>".encode(), "https://www.example.com/a")

    found = scrape(page, mend=Selectors(body=".text", drop="figure")).paragraphs

    assert found == (
        "The ferry left at noon.",
        "People waved.",
        "The pier was empty by one.",
        "So was the bar.",
        "Nobody",
        "came",
    )


def test_a_known_byline_that_names_a_desk_is_not_replaced_by_that_of_another_story():
    bylines = b"<p class=by>Ferry Desk Staff</p><div><a rel=author href=/o>Odo Ferrant</a></div>"
    page = Page(b"<main><h1>The ferry</h1>" + bylines + b"</main>", "https://www.example.com/a")

    assert scrape(page, mend=Selectors(authors=".by")).authors == ("Ferry Desk Staff",)
    assert scrape(page, mend=Selectors(authors=".nothing")).authors == ("Odo Ferrant",)
