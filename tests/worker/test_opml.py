"""OPML: reading what feed readers export, and writing what they import."""

from __future__ import annotations

import pytest

from worker.opml import OpmlError, Outline, read_opml, write_opml
from worker.sourcefile import FeedSpec, SourceSpec

DAWN = Outline("Dawn", "https://www.dawn.com/feeds/home", "https://www.dawn.com/")
LINE = '<outline text="Dawn" type="rss" xmlUrl="https://www.dawn.com/feeds/home" htmlUrl="https://www.dawn.com"/>'


def opml(inner: str, version: str = "2.0") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><opml version="{version}"><head/><body>{inner}</body></opml>'.encode()
    )


FILES = {
    "version-1": opml(LINE, "1.0"),
    "version-2": opml(LINE),
    "nested": opml(f'<outline text="News"><outline text="Asia">{LINE}</outline></outline>'),
    "twice": opml(LINE + LINE.replace("Dawn", "Again")),
    "title-before-text": opml(LINE.replace('text="Dawn"', 'text="x" title=" Dawn\n"')),
    "other-case": opml(LINE.replace("xmlUrl", "XMLURL").replace("htmlUrl", "htmlurl")),
    "unescaped-ampersand": opml(f'<outline text="Q&A" xmlUrl="none"/>{LINE}'),
    "unclosed": opml(LINE)[: -len("</body></opml>")],
    "cut": opml(LINE + '<outline text="Next" xmlUrl="https://www.exa'),
    "bom": b"\xef\xbb\xbf" + opml(LINE),
    "utf-16": opml(LINE).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "junk-first": b"\n\n<!-- exported -->\n" + opml(LINE),
    "no-address": opml('<outline text="Folder"/><outline xmlUrl="file:///etc/passwd"/>' + LINE),
    "namespaced": opml(LINE).replace(b"<opml ", b'<opml xmlns="http://opml.org/spec2" '),
}


@pytest.mark.parametrize("body", FILES.values(), ids=FILES.keys())
def test_a_file_is_read(body: bytes) -> None:
    assert read_opml(body) == [DAWN]


def test_a_feed_without_a_title_is_called_by_its_address() -> None:
    assert read_opml(opml('<outline xmlUrl="https://a.example/feed"/>')) == [
        Outline("https://a.example/feed", "https://a.example/feed")
    ]


def test_entities_mean_nothing() -> None:
    laughs = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {n} "&{p};&{p};">' for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    body = (
        f'<!DOCTYPE opml [{laughs}<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body>'
        '<outline text="&i;&x;" xmlUrl="https://a.example/feed"/></body></opml>'
    )

    [outline] = read_opml(body.encode())

    assert outline.title == "&i;&x;"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no <opml> element"),
        (b"<html><body>login</body></html>", "no <opml> element"),
        (b"<rss/>", "no <opml> element"),
        (b"\x89PNG\r\n", "no <opml> element"),
        (b"<opml", "has no feed|cannot be read"),
        (opml(""), "has no feed"),
        (opml('<outline text="Folder"/>'), "has no feed"),
        (b"<opml>" + b"<outline>" * 50_000, "has no feed|cannot be read"),
    ],
)
def test_what_is_no_opml_says_what_is_missing(body: bytes, said: str) -> None:
    with pytest.raises(OpmlError, match=said):
        read_opml(body)


def test_a_written_file_groups_feeds_by_source_and_is_read_back() -> None:
    sources = [
        SourceSpec(
            "paper",
            "Paper & \u00abPapier\u00bb <1>",
            "https://www.example.com/",
            (
                FeedSpec("https://www.example.com/feed?a=1&b=2"),
                FeedSpec("https://www.example.com/sitemap.xml", "sitemap"),
                FeedSpec("https://www.example.com/markets", "section"),
            ),
        ),
        SourceSpec("b", "B\x00", None, (FeedSpec("https://b.example/feed", "feed"),)),
    ]

    body = write_opml(sources)

    assert body.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<opml version=\"2.0\">")
    assert body.count(b"<outline text=") == 2
    assert read_opml(body) == [
        Outline("Paper & \u00abPapier\u00bb <1>", "https://www.example.com/feed?a=1&b=2", "https://www.example.com/"),
        Outline("B", "https://b.example/feed"),
    ]
