"""Bylines on pages: where the author is named, who is left out, and the agency and the place beside them."""

from __future__ import annotations

import json

import pytest

from scrapers.datelines import closing_credit, dateline, opening
from scrapers.page import Page
from scrapers.registry import scrape

TITLE = "Ferry sails an hour late"
TEXT = "<p>The ferry sailed at noon, an hour late, and nobody on the pier seemed to mind the wait at all.</p>" * 4


def read(under="", head="", after="", **story):
    if story:
        thing = {"@type": "NewsArticle", "headline": TITLE, **story}
        people = [{"@type": "Person", "@id": "#mira", "name": "Mira Solano"}]
        head += f'<script type="application/ld+json">{json.dumps({"@graph": [thing, *people]})}</script>'
    markup = f"<html><head><title>{TITLE}</title><meta property=og:site_name content='Hill Post'>{head}</head>"
    body = f"<body><main><h1>{TITLE}</h1>{under}{TEXT}{after}</main></body></html>"
    return scrape(Page(f"{markup}{body}".encode(), "https://hillpost.example/news/ferry"))


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Mira Solano", ["Mira Solano"]),
        ({"@id": "#mira"}, ["Mira Solano"]),
        ([{"@id": "#mira"}, {"name": "Odo Ferrant"}], ["Mira Solano", "Odo Ferrant"]),
        (["Mira Solano", "Odo Ferrant"], ["Mira Solano", "Odo Ferrant"]),
        ({"name": ["Mira Solano", "Odo Ferrant"]}, ["Mira Solano", "Odo Ferrant"]),
        ([{"name": "Mira Solano"}, {"@type": "Organization", "name": "Hill Post"}], ["Mira Solano"]),
        ([{"name": "Mira Solano"}, {"@type": "Organization", "name": "Reuters"}], ["Mira Solano"]),
        pytest.param({"name": "Hill Post Staff"}, ["Hill Post Staff"], id="desk-that-is-the-only-author"),
        pytest.param({"name": "AFP"}, ["AFP"], id="agency-that-is-the-only-author"),
        pytest.param({"name": "Hill Post"}, ["Hill Post"], id="paper-that-is-the-only-author"),
        pytest.param({"name": "Quillfeather"}, ["Quillfeather"], id="pen-name"),
        ({"name": "admin"}, []),
        ({"name": "https://hillpost.example"}, []),
        ({"name": 105092}, []),
        ({"@id": ["#mira"]}, []),
        (None, []),
    ],
)
def test_author_in_json_ld(author, expected):
    assert read(author=author).as_dict()["authors"] == expected


@pytest.mark.parametrize(
    ("under", "expected"),
    [
        ("<div class=byline>By Mira Solano</div>", ["Mira Solano"]),
        ("<div>By <a href=/x>Mira Solano</a>, Hill Staff Writer</div>", ["Mira Solano"]),
        ("by Mira Solano, <small>Dec 19th 2023</small>", ["Mira Solano"]),
        ("<a href=/autoren/mira>Dr. Mira Solano</a>", ["Dr. Mira Solano"]),
        ("<span>Mira Solano |</span> <span>05.04.2025 - 10:20</span>", ["Mira Solano"]),
        ("<div class=author><b>Mira Solano</b><i>Contributing Reporter</i><time>9:42 PM</time></div>", ["Mira Solano"]),
        ("<div class=author><a>Mira Solano</a><a>Odo Ferrant</a></div>", ["Mira Solano", "Odo Ferrant"]),
        ("<p>Von Mira Solano und Odo Ferrant, dpa</p><p>Ena Bruck</p>", ["Mira Solano", "Odo Ferrant"]),
        ("<p>By HPN, in News</p>", ["HPN"]),
        ("<figure class=author>Ena Bruck</figure>", []),
        ("", []),
    ],
)
def test_byline_near_the_headline(under, expected):
    assert read(under).as_dict()["authors"] == expected


def test_visible_byline_that_names_more_people_than_json_ld_is_believed():
    under = "<div class=byline>By <a>Mira Solano</a> and <a>Odo Ferrant</a> on December 21, 2023</div>"

    assert read(under, author={"name": "Mira Solano"}).authors == ("Mira Solano", "Odo Ferrant")


def test_story_with_links_in_its_text_below_a_headline_that_is_no_h1_is_no_teaser():
    story = f"<h3>{TITLE}</h3><span class=authorname>Mira Solano</span>{TEXT}<h3><a href=/b>More</a></h3>"
    page = f"<title>{TITLE}</title><article>{story}</article>"

    assert scrape(Page(page.encode(), "https://hill.example/a")).authors == ("Mira Solano",)


def test_visible_byline_of_somebody_else_does_not_replace_json_ld():
    assert read("<div class=byline>By Odo Ferrant</div>", author="Mira Solano").authors == ("Mira Solano",)


def test_contributors_that_the_byline_sets_apart_are_no_authors():
    under = "<div class=byline>By <a>Mira Solano</a> Contributions from <a>Odo Ferrant</a> published 1 May</div>"

    assert read(under, author=["Mira Solano", "Odo Ferrant"]).authors == ("Mira Solano",)


@pytest.mark.parametrize(
    "after",
    [
        "<div class=comments><p class=comment-author>Odo Ferrant</p></div>",
        "<ul><li><h3><a href=/b>Another story</a></h3><span class=author>Odo Ferrant</span></li></ul>",
        "<aside><a href=/author/odo>Odo Ferrant</a></aside>",
    ],
)
def test_authors_of_comments_and_other_stories_are_not_its_authors(after):
    assert read(after=after).authors == ()


@pytest.mark.parametrize("name", ["author", "byl", "parsely-author", "dc.creator", "citation_author", "article:author"])
def test_author_in_meta(name):
    assert read(head=f'<meta name="{name}" content="Solano, Mira">').authors == ("Mira Solano",)


@pytest.mark.parametrize(
    ("opening", "place", "credit"),
    [
        ("Berlin (dpa) - The board", "Berlin", "dpa"),
        ("WASHINGTON, D.C. — The board", "WASHINGTON, D.C.", None),
        ("(Adds quote) OSLO, March 3 (Reuters) - The board", "OSLO", "Reuters"),
        ("(ANSA) - ROMA, 05 APR - The board", "ROMA", "ANSA"),
        ("Madrid, 5 abr (EFE).- The board", "Madrid", "EFE"),
        ("LONDON, April 5, 2026 /PRNewswire/ -- The board", "LONDON", "PRNewswire"),
        ("SÃO PAULO — The board", "SÃO PAULO", None),
        ("(Reuters) - The board", None, "Reuters"),
        ("(서울=연합뉴스) The board", "서울", "Yonhap"),
        ("EXCLUSIVE: The board", None, None),
        ("BREAKING — The board", None, None),
        ("Berlin (again) - The board", None, None),
    ],
)
def test_dateline(opening, place, credit):
    assert dateline(opening) == (place, credit)


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (("A ferry is late.", "OSLO: It sailed."), "OSLO: It sailed."),
        (("OSLO: A ferry is late.", "It sailed."), "OSLO: A ferry is late."),
        (("A ferry is late.",), "A ferry is late."),
        (("It sailed.", "OSLO: Nobody minded."), "It sailed."),
        ((), ""),
    ],
)
def test_dateline_stands_behind_a_standfirst_that_is_part_of_the_body(paragraphs, expected):
    assert opening(paragraphs, "A ferry is late") == expected


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("dpa/abc", "dpa"),
        ("It is over. (AFP)", "AFP"),
        ("Quelle: dpa", "dpa"),
        ("It is over. (He left)", None),
        ("", None),
    ],
)
def test_closing_credit(last, expected):
    assert closing_credit([last]) == expected


def test_long_lines_and_deep_trees_end():
    read("By " + "A, " * 50_000)
    read("<div class=author>" * 3_000 + "By Mira" + "<b>x</b>" * 3_000)
    dateline("A (" * 50_000)
