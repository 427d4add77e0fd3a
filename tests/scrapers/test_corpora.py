"""Extraction on labelled pages, and on what is left of them after accidents."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.page import Page
from scrapers.registry import scrape

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
needs_corpora = pytest.mark.skipif(not CORPORA.exists(), reason="the labelled pages are not beside the repository")
BROKEN = [b"<", b">", b'"', b"</div>", b"{", b"\\ud800", b"\x00", b"&#xD800;", b"<script>", b"<!--", b"\xff\xfe"]


def rows(corpus):
    with (CORPORA / f"{corpus}.dev.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def body_of(row):
    return gzip.decompress((CORPORA / row["html_path"]).read_bytes())


@needs_corpora
@pytest.mark.parametrize(
    ("corpus", "figure", "least"),
    [("aed", "body_f1", 0.94), ("fundus", "body_f1", 0.97), ("traf", "segments_f1", 0.94)],
)
def test_text_is_found(corpus, figure, least):
    spec = importlib.util.spec_from_file_location("score", CORPORA / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    truths = rows(corpus)

    found = {row["id"]: scrape(Page(body_of(row), row["url"] or "")) for row in truths}

    figures, _ = score.score(truths, {name: article.as_dict() for name, article in found.items()})
    assert figures[figure] >= least
    if corpus != "traf":
        others = sum(not article.is_article for article in found.values())
        assert others <= max(1, 0.01 * len(truths)), "one of the labelled pages breaks off at a wall"


@needs_corpora
def test_damaged_pages_still_become_records():
    chance = random.Random(7)
    for row in chance.sample([row for corpus in ("aed", "fundus", "traf") for row in rows(corpus)], 120):
        body = bytearray(body_of(row))
        if chance.random() < 0.3:
            del body[chance.randrange(len(body)) :]
        for _ in range(20):
            at = chance.randrange(len(body) + 1)
            body[at:at] = chance.choice(BROKEN)

        data = scrape(
            Page(bytes(body), chance.choice([row["url"] or "", "https://www.dawn.com/news/1234567/x"]))
        ).as_dict()

        text = json.dumps(data, ensure_ascii=False)
        assert text.encode("utf-8")
        assert "\\u0000" not in text


TRAPS = {
    "nested": b"<div>" * 100_000 + b"deep",
    "nested-and-closed": b"<div>" * 50_000 + b"deep" + b"</div>" * 50_000,
    "nested-lists": b"<ul><li>" * 30_000,
    "nested-inline": b"<b><i><span>" * 30_000 + b"x",
    "attributes": b"<div " + b" ".join(b"a%d=b" % n for n in range(100_000)) + b">x",
    "long-class": b"<p class='" + b"a-b c" * 200_000 + b"'>x",
    "spaces": b"<p>" + b" " * 1_000_000 + b"x",
    "brackets": b"<" * 500_000,
    "ampersands": b"<p>" + b"&" * 500_000,
    "breaks": b"<p>a" + b"<br> <br>b" * 20_000,
    "titles": b"<title>" + b"a | " * 100_000 + b"</title>",
    "names": b"<meta name=author content='" + b"A B, " * 100_000 + b"'>",
    "commas": b'<script type="application/ld+json">{"a":1' + b", " * 200_000 + b"</script>",
    "objects": b'<script type="application/ld+json">' + b'{"@graph":' * 50_000 + b"</script>",
}


@pytest.mark.parametrize("url", ["https://example.com/a", "https://www.brecorder.com/news/90000123/a"])
@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS.keys())
def test_traps_end(trap, url):
    assert scrape(Page(trap, url)).url == url


_MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<div class=story__content>", "<h1>", "<br>", "<a href='", "'>", "<time datetime=", "<meta "]
    )
    | st.sampled_from(
        ["name=author content=", "property=og:title content=", "<script type=application/ld+json>", "</script>"]
    )
    | st.sampled_from(
        ['{"@type":"NewsArticle",', '"headline":', '"author":[', '"datePublished":', "}", "]", "null,", "1e999"]
    )
    | st.text(max_size=20),
    max_size=40,
).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    _MARKUP, st.sampled_from(["https://example.com/a", "https://www.dawn.com/news/1234567/x", "", "http://[::1", "x"])
)
def test_any_markup_becomes_a_record(markup, url):
    data = scrape(Page(markup.encode("utf-8", "surrogatepass"), url)).as_dict()

    assert json.dumps(data, ensure_ascii=False).encode("utf-8")
    assert set(data["provenance"]) <= set(data)
