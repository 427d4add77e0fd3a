"""One key for each story, whatever address it is met under: a table of addresses, and what must hold for any string."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.canonical import STORY_PARAMETERS, canonical, same_place, story_marks
from scrapers.tracking import NAMES, PREFIXES, is_tracking
from scrapers.urls import normalise

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
TABLE = Path(__file__).with_name("addresses.txt")
PIECES = [
    *("http://", "https://", "www.", "m.", "amp.", "e.com", "a", "/", "//", "amp", "/amp/", "print", ".html", "e", "é"),
    *("index.html", "?", "&", "=", "amp;", "id=1", "utm_x=1", ";jsessionid=1", "%20", "%22", "%CC%81", ":443", ":80"),
    *("google.com/amp/s/", "x.cdn.ampproject.org/c/s/", "+", "m=1", "%", "..", ".", "[::1]", ",print", "\ud800"),
]
ADDRESSES = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def table() -> dict[str, list[tuple[str, str]]]:
    """The sections of addresses.txt: (canonical, address) each."""
    sections: dict[str, list[tuple[str, str]]] = defaultdict(list)
    name = key = ""
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("# "):
            name = line[2:]
        elif line.startswith("  "):
            sections[name].append((key, line[2:]))
        elif line:
            key = line
            sections[name].append((key, line))
    return sections


def test_the_table_has_three_hundred_addresses() -> None:
    assert sum(map(len, table().values())) >= 300


@pytest.mark.parametrize("section", table())
def test_addresses_of_one_story_share_its_key(section: str) -> None:
    got = [(canonical(address), address) for _, address in table()[section]]

    assert got == table()[section]


def test_the_keys_of_the_table_are_different_stories() -> None:
    keys = [line for line in TABLE.read_text("utf-8").splitlines() if line and line[0] not in " #"]

    assert len(keys) == len(set(keys))


@given(st.text(max_size=80) | ADDRESSES | ADDRESSES.map("https://".__add__) | ADDRESSES.map("http://e.com/".__add__))
def test_a_key_is_its_own_key(text: str) -> None:
    key = canonical(text)

    assert key is None or (canonical(key) == key and normalise(key) is not None)


@given(st.text(max_size=40), st.sets(st.sampled_from(["from", "ref", "id", "x"])))
def test_what_a_host_ignores_is_left_out_once_and_for_all(text: str, ignored: set[str]) -> None:
    key = canonical(f"https://e.com/a?from=1&x=2&{text}", ignored)

    assert key is None or canonical(key, ignored) == key


@pytest.mark.skipif(not CORPORA.is_dir(), reason="needs ../shared/corpora")
def test_no_two_stories_of_the_corpora_share_a_key() -> None:
    stories = defaultdict(set)
    for path in sorted(CORPORA.rglob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            if url := record.get("url"):
                stories[canonical(url)].add(url)
    assert len(stories) > 700
    assert [urls for urls in stories.values() if len(urls) > 1] == []
    assert None not in stories


@pytest.mark.parametrize("text", ["", "mailto:a@e.com", "http://", "http://[", "//e.com/a", "http://e.com:99999/"])
def test_what_is_no_address_has_no_key(text: str) -> None:
    assert canonical(text) is None


def test_no_parameter_that_names_stories_counts_as_tracking() -> None:
    assert [name for name in STORY_PARAMETERS if is_tracking(name)] == []
    assert all(name == name.lower() for name in (*NAMES, *PREFIXES, *STORY_PARAMETERS))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("http://www.e.com/a/", "https://e.com/a", True),
        ("https://e.com/?p=1", "http://e.com?p=1", True),
        ("https://e.com/a", "https://m.e.com/a", False),
        ("https://e.com/a", "https://e.com/amp/a", False),
        ("https://e.com/a?id=1", "https://e.com/a?id=2", False),
    ],
)
def test_one_place_is_one_page_on_any_site(one: str, other: str, is_same: bool) -> None:
    assert same_place(one, other) is is_same


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        pytest.param("/news/40312345/old-slug", "/news/40312345/new-words-here", True, id="number"),
        pytest.param("/business/mill-opens-in-the-valley", "/economy/mill-opens-in-the-valley.html", True, id="slug"),
        pytest.param("/2026/04/11/cotton-prices", "/2026/04/12/cotton-prices", False, id="a-date-and-few-words"),
        pytest.param("/news/12/a", "/news/12/b", False, id="short-numbers"),
    ],
)
def test_what_stays_of_an_address_when_a_story_moves(one: str, other: str, is_shared: bool) -> None:
    assert bool(story_marks(f"https://e.com{one}") & story_marks(f"https://e.com{other}")) is is_shared
