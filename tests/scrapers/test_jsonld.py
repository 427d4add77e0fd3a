"""JSON-LD of every shape that pages write, and the scripts that are hardly JSON."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.json_mending import load
from scrapers.jsonld import objects, resolved, story, texts, types
from scrapers.page import Page

URL = "https://example.com/news/1"


@pytest.mark.parametrize(
    ("script", "values"),
    [
        pytest.param('\ufeff{"a": 1}', [{"a": 1}], id="byte-order-mark"),
        pytest.param('{"a": "x\ty\nz"}', [{"a": "x\ty\nz"}], id="raw-white-space"),
        pytest.param('{"a": [1, 2,], }', [{"a": [1, 2]}], id="trailing-commas"),
        pytest.param('{"a": "b, }",}', [{"a": "b, }"}], id="comma-in-a-text-stays"),
        pytest.param('/* one */ {"a": 1, // two\n "b": "h://x/*y*/"}', [{"a": 1, "b": "h://x/*y*/"}], id="comments"),
        pytest.param('<!--\n{"a": 1}\n//-->', [{"a": 1}], id="markup-comment"),
        pytest.param('/*<![CDATA[*/{"a": 1}/*]]>*/', [{"a": 1}], id="cdata"),
        pytest.param('{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}], id="one-behind-the-other"),
        pytest.param('{"a": 1},\n\n{"b": 2};', [{"a": 1}, {"b": 2}], id="comma-between"),
        pytest.param("{&quot;a&quot;: &quot;b&quot;}", [{"a": "b"}], id="entities"),
        pytest.param(r'{"a": "it\'s \x41 \& b"}', [{"a": "it's A & b"}], id="escapes-of-javascript"),
        pytest.param('{"a": undefined, "b": NaN,}', [{"a": None, "b": None}], id="undefined"),
        pytest.param('{"a": "He said "no" today", "b": 1}', [{"a": 'He said "no" today', "b": 1}], id="bare-quotes"),
        pytest.param('{"a": {"b": 1, "c": "d"}, "e": "torn en', [{"a": {"b": 1, "c": "d"}}], id="torn-end"),
        pytest.param('{"a": 1, "a": 2}', [{"a": 2}], id="last-of-a-key"),
        pytest.param('{"a": 1, "a": ""}', [{"a": 1}], id="an-empty-one-does-not-count"),
        pytest.param('{"author": {"name": "A"}, "author": {"name": "B"}}', [{"author": [{"name": "A"}, {"name": "B"}]}],
                     id="authors-are-joined"),
        pytest.param("window.x = 1", [], id="no-json"),
        pytest.param("", [], id="empty"),
    ],
)  # fmt: skip
def test_script(script, values):
    assert load(script) == values


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("NewsArticle", {"NewsArticle"}),
        ("http://schema.org/newsarticle", {"NewsArticle"}),
        ("schema:NewsArticle", {"NewsArticle"}),
        (["Article", None, " BlogPosting "], {"Article", "BlogPosting"}),
        (7, set()),
        (None, set()),
    ],
)
def test_types(value, names):
    assert types({"@type": value}) == names


def test_names_by_id_are_resolved_in_the_story():
    page = Page(
        b"""<script type="Application/LD+JSON; charset=utf-8">{"@graph": [
        {"@type": "NewsArticle", "headline": "x", "author": [{"@id": "#mira"}], "publisher": {"@id": "#paper"}},
        {"@type": "Person", "@id": "#mira", "name": "Mira Solano", "worksFor": {"@id": "#paper"}},
        {"@type": "Organization", "@id": "#paper", "name": "The Quay"}]}</script>""",
        URL,
    )

    assert texts(page.story["author"]) == ["Mira Solano"]
    assert texts(page.story["publisher"]) == ["The Quay"]


def test_a_name_that_nothing_bears_stays():
    thing = {"author": {"@id": "#nobody"}}

    assert resolved(thing, [thing]) == thing


def test_story_comes_before_the_articles_that_it_lists():
    things = objects(
        ['{"@graph": [{"@type": "ItemList", "itemListElement": [{"item": {"@type": "Article", "headline": "other"}}]},'
         '{"@type": "NewsArticle", "headline": "own"}]}']
    )  # fmt: skip

    assert story(things, (), lambda text: text)["headline"] == "own"


def test_json_of_parsely_counts_as_meta_elements():
    page = Page(
        b"""<meta name=parsely-page content='{"title": "Ferry sails", "pub_date": "2025-04-11T06:00:00Z",
        "authors": ["Mira Solano", "Odo Ferrant"]}'>""",
        URL,
    )

    assert page.first_meta("parsely-pub-date") == "2025-04-11T06:00:00Z"
    assert page.meta["parsely-author"] == ("Mira Solano", "Odo Ferrant")


@pytest.mark.parametrize(
    "script",
    [
        '{"a":' * 60_000,
        '"\\' * 150_000,
        "/*" * 150_000,
        '{"a": "' * 14_000,
        "{}" * 150_000,
        "// " * 100_000,
        "," * 300_000,
    ],
)
def test_no_script_takes_long(script):
    before = time.process_time()

    load(script)

    assert time.process_time() - before < 3


@given(st.text(alphabet='{}[]",:\\/*ax1 \n', max_size=200))
def test_any_script_gives_values_or_nothing(script):
    assert isinstance(load(script), list)
