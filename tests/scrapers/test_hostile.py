"""Pages that no newspaper would send take bounded work: what is read of them is counted, not timed."""

from __future__ import annotations

import pytest

from scrapers import jsonld
from scrapers.head import MAX_JSON_LD
from scrapers.json_mending import MAX_MENDED
from scrapers.markup import MAX_LENGTH, MAX_SCRIPTS, MAX_TAGS, tame
from scrapers.page import Page
from scrapers.registry import scrape
from tests.scrapers.hostile import PAGES


@pytest.mark.parametrize("name", ["paragraphs-of-a-word", "table", "breaks", "brackets", "text-nodes"])
def test_only_so_many_tags_are_read(name):
    assert tame(PAGES[name]()).count(b"<") <= MAX_TAGS


def test_only_so_many_scripts_of_a_long_page_are_looked_at():
    script, story = b"<script>x</script>", b"<p>after" + b" word" * MAX_LENGTH

    assert b"<p>after" in tame(script * (MAX_SCRIPTS - 1) + story)
    assert tame(script * MAX_SCRIPTS + story) == b""


def test_only_so_much_json_ld_is_read():
    script = b'<script type="application/ld+json">{"@type": "Thing"}</script>'

    assert len(Page(script * (MAX_JSON_LD + 1), "https://example.com/a").json_ld) == MAX_JSON_LD


@pytest.mark.parametrize("name", ["nested-shallow", "title", "json-ld-broken", "meta-authors", "two-long-titles"])
def test_hostile_pages_become_records(name):
    assert scrape(Page(PAGES[name](), "https://example.com/a")).url == "https://example.com/a"


def test_scripts_are_mended_up_to_a_length_together():
    torn = '{"@type": "NewsArticle", "headline": "A",}'
    assert len(jsonld.objects([torn])) == 1
    assert not jsonld.objects(["[1]" + " " * MAX_MENDED + "x", torn])
