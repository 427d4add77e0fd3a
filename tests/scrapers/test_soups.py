"""The soup of the part of a page that matters, and what is selected in it."""

from __future__ import annotations

import pytest
import soupsieve
from bs4 import BeautifulSoup

from scrapers.soups import Soup

STORY = """<main class="Main story" data-kind="News"><h1 id="top">A <em>short</em> title</h1><!-- no text -->
<p class="lead first">One &amp; <b>two</b></p><p>three <a href="/author/ann" rel="author me">Ann Lee</a></p>
<ul type="Disc"><li>four<li class="lead">five</ul><p></p><div class="box"><p class="lead">six</p></div>
<ruby>漢<rp>(</rp><rt><b>かん</b></rt></ruby><br><fact-box>seven</fact-box><p>With reports from Reuters</main>"""
SELECTORS = [
    *("p, .lead, p", ".story > p", "main p", ":is(h1, li)", "p:has(b), p:has(> a)", "p:not(.lead)", "p:not(:has(*))"),
    *(
        "h1 + p",
        "h1 ~ p",
        "li:first-child",
        "li:last-child",
        "b:only-child",
        "[class^=le]",
        "[class*='LEAD' i]",
        "P.lead",
    ),
    *(
        "[rel~=me]",
        "[data-kind=news]",
        "[type=disc]",
        ".main",
        "fact-box",
        "#top",
        "main *",
        "div .lead, main > .box p",
    ),
    *("p:-soup-contains('two', 'reports from')", "main :-soup-contains('One & two')", "p:not(:-soup-contains('two'))"),
    *("h1:-soup-contains('short title') + p", "p:nth-child(2)", "p:empty", ":root", ":scope > main", "P.lead"),
    *("p[class!=lead]", "p:-soup-contains(three)", ".md\\:flex, li", "main:has(+ p), p"),
]


@pytest.mark.parametrize("selector", SELECTORS)
def test_what_is_selected_is_what_soupsieve_selects(selector):
    soup, other = Soup(STORY), BeautifulSoup(STORY, "lxml")

    found = soup.select(selector)

    assert [id(tag) for tag in found] == [id(tag) for tag in soup.made.select(selector)]
    assert [tag.get_text() for tag in found] == [tag.get_text() for tag in other.select(selector)]


def test_a_soup_is_what_beautifulsoup_makes_of_the_same_markup_without_comments():
    ours, theirs = Soup(STORY).made, BeautifulSoup(STORY.replace("<!-- no text -->", ""), "html.parser")
    tags = zip(ours.main.find_all(True), BeautifulSoup(str(theirs), "lxml").main.find_all(True), strict=True)

    assert all((one.name, one.attrs) == (other.name, other.attrs) for one, other in tags)
    assert ours.get_text() == BeautifulSoup(STORY, "lxml").get_text()
    assert ours.rt.find_previous("rp").next_sibling is ours.rt, "parts are linked in both directions"
    assert str(ours.main) == str(BeautifulSoup(str(ours), "html.parser").main)


def test_what_is_no_selector_is_told():
    with pytest.raises(soupsieve.SelectorSyntaxError):
        Soup(STORY).select("p >")


@pytest.mark.parametrize("selector", SELECTORS)
def test_only_what_is_selected_need_be_made(selector):
    selectors = {"em", selector, "li"}
    excerpt, whole = Soup(STORY, selectors), Soup(STORY)

    for asked in selectors:
        assert list(map(str, excerpt.select(asked))) == list(map(str, whole.select(asked)))
        assert [tag.find_parents() != [] for tag in excerpt.select(asked)] == [True] * len(whole.select(asked))


def test_what_nothing_selects_is_not_made():
    made = Soup(STORY, ["li", "p:-soup-contains('nowhere')"]).made

    assert made.get_text() == "fourfive"
    assert [tag.name for tag in made.find_all(True)] == ["html", "body", "main", "ul", "li", "li"]
