"""The sources file: what it may say, what is wrong with it, and writing it back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.selectors import Selectors
from worker.sourcefile import FeedSpec, SourceFileError, SourceSpec, dump, load, parse, write

SHIPPED = Path(__file__).parents[2] / "sources.toml"
FULL = """
[paper]
name = "The  Paper"
homepage = "HTTPS://www.example.com"
feeds = ["https://www.example.com/feed?utm_source=x", "https://www.example.com/rss"]
sitemaps = ["https://www.example.com/sitemap.xml"]
sections = [{ url = "https://www.example.com/markets", links = '/news/\\d+/' }, { url = "https://www.example.com/oil" }]
language = "EN-gb"
country = "PK"
timezone = "Asia/Karachi"
enabled = false

[paper.selectors]
title = "h1.head"
body = '.text > p, .text > h2'
drop = ".text p:has(> a.more)"
"""


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(SourceFileError) as caught:
        parse(text, "my.toml")
    return caught.value.problems


def test_every_key_is_read() -> None:
    assert parse(FULL) == [
        SourceSpec(
            id="paper",
            name="The Paper",
            homepage="https://www.example.com/",
            feeds=(
                FeedSpec("https://www.example.com/feed"),
                FeedSpec("https://www.example.com/rss"),
                FeedSpec("https://www.example.com/sitemap.xml", "sitemap"),
                FeedSpec("https://www.example.com/markets", "section", r"/news/\d+/"),
                FeedSpec("https://www.example.com/oil", "section"),
            ),
            language="en",
            country="pk",
            timezone="Asia/Karachi",
            selectors=Selectors(title="h1.head", body=".text > p, .text > h2", drop=".text p:has(> a.more)"),
            enabled=False,
        )
    ]


def test_a_homepage_is_enough() -> None:
    assert parse('[a1]\nhomepage = "https://example.com"') == [SourceSpec("a1", "a1", "https://example.com/")]


def test_an_empty_table_of_selectors_is_not_the_same_as_none() -> None:
    [source] = parse(f"[a]\n{OK}[a.selectors]\n")

    assert source.selectors == Selectors()
    assert parse(dump([source])) == [source]


def test_an_empty_file_has_no_sources() -> None:
    assert parse("# nothing yet\n") == []


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    sources = parse(FULL) + load(SHIPPED)

    write(tmp_path / "out.toml", sources)

    assert load(tmp_path / "out.toml") == sources


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).map(
    lambda s: " ".join(s.split())
)


@settings(max_examples=100, deadline=None)
@given(TEXT.filter(bool), TEXT)
def test_any_name_and_any_pattern_survive_writing(name: str, pattern: str) -> None:
    section = FeedSpec("https://example.com/x", "section", rf"/[a-z]+\d{{8}}\\{name[:0]}" + ("'\"" if pattern else ""))
    source = SourceSpec("a", name, "https://example.com/", (section,))

    assert parse(dump([source])) == [source]


def test_the_shipped_file_follows_the_first_two_sources() -> None:
    recorder, dawn = load(SHIPPED)

    assert (recorder.id, dawn.id) == ("brecorder", "dawn")
    assert recorder.enabled
    assert [feed.url for feed in recorder.feeds] == [
        "https://www.brecorder.com/feeds/latest-news",
        "https://www.brecorder.com/feeds/business-finance",
        "https://www.brecorder.com/feeds/markets",
    ]
    assert {(one.timezone, one.language, one.country) for one in (recorder, dawn)} == {("Asia/Karachi", "en", "pk")}


OK = 'homepage = "https://example.com"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f'[a]\n{OK}feed = ["https://example.com/x"]',
            "my.toml: [a] feed: unknown key; known are name, homepage, feeds",
        ),
        ('[a]\nfeeds = ["example.com/x"]', "my.toml: [a] feeds.0: 'example.com/x' is no http or https address"),
        ('[a]\nfeeds = ["file:///etc/passwd"]', "is no http or https address"),
        ('[a]\nfeeds = "https://example.com/x"', "my.toml: [a] feeds: Input should be a valid list"),
        ('[a]\nhomepage = ""', "my.toml: [a] homepage: '' is no http or https address"),
        (f'[a]\n{OK}timezone = "Karachi"', "[a] timezone: 'Karachi' is no time zone; write an IANA name"),
        (f'[a]\n{OK}timezone = "../../etc/passwd"', "is no time zone"),
        (f'[a]\n{OK}language = "english"', "[a] language: 'english' is no language code"),
        (f'[a]\n{OK}country = "Pakistan"', "[a] country: 'Pakistan' is no country code"),
        (f'[a]\n{OK}enabled = "no"', "[a] enabled: Input should be a valid boolean"),
        (f'[a]\n{OK}name = " "', "[a] name: is empty"),
        ('[a]\nsections = [{ links = "x" }]', "[a] sections.0.url: is missing; add it"),
        (
            '[a]\nsections = [{ url = "https://example.com", link = "x" }]',
            "sections.0.link: unknown key; known are url, links",
        ),
        (
            '[a]\nsections = [{ url = "https://example.com", links = "(x" }]',
            "sections.0.links: link pattern '(x' is no regular",
        ),
        ('[a]\nsections = [{ url = "https://example.com", links = "(x+)+" }]', "repeats a repetition"),
        (
            f'[a]\n{OK}[a.selectors]\ntitel = "h1"',
            "my.toml: [a] selectors.titel: unknown key; known are title, subtitle, authors",
        ),
        (f'[a]\n{OK}[a.selectors]\ntitle = "h1["', "my.toml: [a] selectors.title: 'h1[' is no CSS selector: "),
        (f'[a]\n{OK}[a.selectors]\nbody = ["p"]', "my.toml: [a] selectors.body: Input should be a valid string"),
        (f'[a]\n{OK}[a.selectors]\ndrop = " "', "my.toml: [a] selectors.drop: is empty; write a CSS selector"),
        (f'[a]\n{OK}[a.selectors]\nbody = "{":not(" * 3000}"', "[a] selectors.body: "),
        (f'[a]\n{OK}selectors = "p"', "my.toml: [a] selectors: "),
        ("[a]\n", "my.toml: [a] has neither feeds, sitemaps or sections nor a homepage"),
        (f'["A b"]\n{OK}', "my.toml: [A b] is no id"),
        ("a = 1", "my.toml: [a] is a key outside of any table"),
        ("[a", "my.toml: is no TOML"),
        (f"[a]\n{OK}[a]\n{OK}", "my.toml: is no TOML"),
        ("a = " + "[" * 5000, "my.toml: is no TOML"),
        (
            '[a]\nfeeds = ["https://example.com/x"]\n[b]\nfeeds = ["https://EXAMPLE.com/x#y"]',
            "my.toml: [b] https://example.com/x is listed twice, first in [a]; remove one of them",
        ),
    ],
)
def test_a_mistake_is_named_with_file_table_and_key(text: str, said: str) -> None:
    [problem] = problems(text)

    assert said in problem


def test_all_mistakes_are_told_at_once() -> None:
    found = problems('[a]\nfeeds = ["x"]\ncountry = "Pakistan"\n[b]\nhomepage = 1\n[c]\n')

    assert [problem.partition(" ")[2].partition(" ")[0] for problem in found] == ["[a]", "[a]", "[b]", "[c]"]


@pytest.mark.parametrize(("body", "said"), [(b"\xff\xfe\x00", "UTF-8"), (None, "cannot be read")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, body: bytes | None, said: str) -> None:
    path = tmp_path / "my.toml"
    if body is not None:
        path.write_bytes(body)

    with pytest.raises(SourceFileError, match=said):
        load(path)


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match=f"{tmp_path}.*cannot be read"):
        load(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_file_that_others_may_not_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.touch(0o000)

    with pytest.raises(SourceFileError, match="cannot be read"):
        load(path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_bytes(b"\xef\xbb\xbf[a]\n" + OK.encode())

    assert [source.id for source in load(path)] == ["a"]
