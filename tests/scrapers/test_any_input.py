"""Whatever stands in meta elements, JSON-LD and dates, a page becomes a record."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers import dates
from scrapers.page import Page
from scrapers.registry import scrape

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_KEYS = [
    "@type",
    "@id",
    "@graph",
    "author",
    "headline",
    "datePublished",
    "image",
    "keywords",
    "publisher",
    "name",
    "url",
]
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("NewsArticle"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=12,
)


def record(markup):
    page = Page(markup.encode("utf-8", "surrogatepass"), "https://example.com/a")
    return json.dumps(scrape(page).as_dict(), ensure_ascii=False).encode()


@quick
@given(_VALUES, st.integers(0, 400))
def test_any_json_ld_becomes_a_record(value, cut):
    text = json.dumps({"@type": "NewsArticle", "author": value, "@graph": value, "datePublished": value})
    assert record(f"<script type='application/ld+json'>{text[cut:]}{text}</script>")
    assert record(f"<script type='application/ld+json'>{text}</script>")


@quick
@given(st.sampled_from(["author", "og:title", "og:url", "parsely-page", "keywords", "og:locale"]), st.text(max_size=60))
def test_any_meta_element_becomes_a_record(name, content):
    assert record(f'<meta name="{name}" content="{content}"><h1>A story</h1>')


@quick
@given(
    st.text(max_size=60) | st.from_regex(r"\d{1,4}[-./ ]\w{1,9}[-./ ]\d{1,4}.{0,9}"), st.text(max_size=9) | st.none()
)
def test_any_text_is_a_date_or_none(text, zone):
    stamp = dates.parse(text, zone, zone)
    assert stamp is None or stamp.at.tzinfo
