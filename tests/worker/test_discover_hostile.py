"""Documents made to hurt the reader: entities, files, depth, size, and any bytes at all."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.article import Hint
from worker.discover import Listing, NotAListing, read

NOW = datetime(2026, 4, 10, 12, tzinfo=UTC)
URL = "https://www.paper.example/feed"
NEWSSTAND = Path(__file__).parents[3] / "shared" / "newsstand" / "newsstand.py"
ITEM = "<channel><title>T</title><item><title>{}</title><link>https://www.paper.example/1</link></item></channel>"


def doctype(subset: str, title: str, root: str = "rss") -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE {root} [{subset}]><rss>{ITEM.format(title)}</rss>'.encode()


LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {c} "{"&" + chr(ord(c) - 1) + ";"}{"&" + chr(ord(c) - 1) + ";"}">' for c in "bcdefghijk"
)
ENTITIES = {
    "billion-laughs": doctype(LAUGHS, "&k;"),
    "quadratic-blowup": doctype(f'<!ENTITY a "{"A" * 100_000}">', "&a;" * 10_000),
    "file": doctype('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
    "network": doctype('<!ENTITY x SYSTEM "http://127.0.0.1:9/">', "&x;"),
    "parameter": doctype('<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;', "&p;"),
    "external-dtd": f'<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss>{ITEM.format("T")}</rss>'.encode(),
    "bracket-in-a-value": doctype('<!ENTITY a "]>"><!-- ]> -->', "&a;"),
}


@pytest.mark.parametrize("body", ENTITIES.values(), ids=ENTITIES.keys())
def test_no_entity_of_a_document_means_anything(body: bytes) -> None:
    [link] = read(body, URL, {}, now=NOW).links

    assert link.url == "https://www.paper.example/1"
    assert "root:" not in (link.hint.title or "")
    assert "haha" not in (link.hint.title or "")
    assert len(link.hint.title or "") <= 1000


def test_no_entity_of_a_sitemap_means_anything() -> None:
    body = (
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://www.paper.example/&x;1</loc>'
        "</url></urlset>"
    )

    assert [link.url for link in read(body.encode(), URL, {}, now=NOW).links] == ["https://www.paper.example/&x;1"]


def test_a_path_is_not_opened() -> None:
    with pytest.raises(NotAListing):
        read(str(Path(__file__)).encode(), URL, {}, now=NOW)


DEEP = 30_000
SHAPES = {
    "deep-feed": b"<rss><channel><item>" + b"<a>" * DEEP,
    "deep-xhtml": b'<feed><entry><content type="xhtml">' + b"<div>" * DEEP,
    "deep-sitemap": b"<urlset><url>" + b"<a>" * DEEP,
    "deep-json": b'{"items": ' + b"[" * 200_000,
    "deep-json-item": b'{"items": [' + b'{"a":' * 100_000,
    "huge-number": b'{"items": [{"url": "/1", "n": ' + b"1" * 10_000 + b"}]}",
    "open-tags": b"<rss><channel><item>" + b"<" * 100_000,
    "ampersands": b"<rss><channel><item><title>" + b"&" * 100_000,
    "cdata": b"<rss><channel><item><title>" + b"<![CDATA[" * 20_000,
    "comments": b"<rss><channel><item>" + b"<!--" * 50_000,
    "comments-first": b"<!--" * 50_000 + b"<rss/>",
    "doctypes": b"<!DOCTYPE " * 50_000,
    "doctype-quotes": b"<!DOCTYPE rss " + b"\"'" * 50_000,
    "doctype-comments": b"<!DOCTYPE rss [" + b"<!--" * 50_000,
    "attributes": b"<rss><channel><item "
    + b" ".join(b"a%d='1'" % n for n in range(20_000))
    + b"><link>x</link></item>",
    "attributes-after-a-bracket": b"<rss><channel><item b='>' "
    + b" ".join(b"a%d='1'" % n for n in range(20_000))
    + b"><link>x</link></item>",
    "long-prefix": b"<" + b"a" * 200_000 + b":rss>",
    "long-address": b"<rss><channel><item><link>https://a.example/"
    + b"a" * 200_000
    + b"</link></item></channel></rss>",
    "long-date": b"<rss><channel><item><pubDate>" + b"1 " * 100_000 + b"</pubDate></item></channel></rss>",
    "many-authors": b"<rss><channel><item>" + b"<author>a@b.example (A)</author>" * 3_000 + b"</item></channel></rss>",
    "lines": b"\n" * 300_000,
    "spaces-first": b" " * 300_000 + b"<rss/>",
}


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("kind", [None, "section"])
def test_a_hostile_shape_gives_a_listing_or_is_none(body: bytes, kind: str | None) -> None:
    found = survives(body, kind)

    assert found is None or len(found.links) <= 1


def survives(body: bytes, kind: str | None = None) -> Listing | None:
    """The listing, or None where there is none; anything but NotAListing goes through."""
    try:
        return read(body, URL, {}, kind=kind, now=NOW)
    except NotAListing:
        return None


FEEDS = [
    b"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>T</title><link>https://www.paper.example/</link><ttl>60</ttl><item><title>A &amp; B</title><guid>x</guid>
<link>https://www.paper.example/1</link><pubDate>Fri, 10 Apr 2026 06:00:00 +0500</pubDate>
<author>a@b.example (A)</author><description><![CDATA[<p>One</p><p>Two</p>]]></description>
<category>c</category></item></channel></rss>""",
    b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://www.paper.example/"><title>T</title><entry>
<title type="html">A</title><link href="1"/><updated>2026-04-10T09:00:00Z</updated><author><name>A</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content></entry></feed>""",
    b"""<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://www.paper.example/1</loc>
<lastmod>2026-04-10</lastmod><news:news><news:title>A</news:title></news:news></url></urlset>""",
    b"<sitemapindex><sitemap><loc>https://www.paper.example/1.xml</loc></sitemap></sitemapindex>",
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/1", "authors": [{"name": "A"}]}]}',
    b"https://www.paper.example/1\nhttps://www.paper.example/2\n",
    b"<html><head><title>T</title></head><body><a href='/news/40357159/x'>x</a></body></html>",
    gzip.compress(b"<urlset><url><loc>https://www.paper.example/1</loc></url></urlset>"),
]  # fmt: skip
WORDS = """< > & ]]> <![CDATA[ <!-- <? " { [ <!DOCTYPE_x_[ </item> <item> <div> <link> &#x110000; &#0; &nbsp; http://[
    _xml:base='http://[' _encoding='utf-7' _encoding='idna' <content_type='application/octet-stream'> _mode='base64'
    <textinput> <psc:chapter> <author> <category>"""
PIECES = st.sampled_from(
    [*(word.replace("_", " ").encode() for word in WORDS.split()), b"\0", b"\xff", b"\xed\xa0\x80", b"\x1f\x8b"]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    body = bytearray(draw(st.sampled_from(FEEDS)))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 30)))
        body[start:end] = draw(st.one_of(PIECES, st.binary(max_size=8)))
    return bytes(body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated(), st.sampled_from([None, "section"]))
def test_a_mutated_list_gives_a_listing_or_is_none_and_the_same_twice(body: bytes, kind: str | None) -> None:
    found = survives(body, kind)

    assert found == survives(body, kind)
    for link in found.links if found else ():
        assert link.url.startswith(("http://", "https://"))
        assert link.hint is None or link.hint == type(link.hint).from_dict(json.loads(json.dumps(link.hint.as_dict())))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300), st.dictionaries(st.sampled_from(["content-type", "cache-control"]), st.text(max_size=40))
)
def test_any_bytes_and_headers_give_a_listing_or_none(body: bytes, headers: dict[str, str]) -> None:
    for prefix in (
        b"",
        b"<rss><item>",
        b"<feed><entry>",
        b"<urlset>",
        b'{"items": [',
        b"\x1f\x8b\x08\x00",
        b"\xff\xfe",
    ):
        try:
            read(prefix + body, URL, headers, now=NOW)
        except NotAListing:
            continue


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("<psc:chapters><psc:chapter title='x'/></psc:chapters>", id="chapter-without-a-start"),
        pytest.param("<textinput><description>x</description></textinput>", id="input-outside-its-channel"),
    ],
)
def test_what_feedparser_fails_at_still_gives_links_titles_and_dates(broken: str) -> None:
    body = (
        f'<rss xmlns:psc="http://podlove.org/simple-chapters"><channel><item>{broken}</item>'
        "<item><title>A</title><link>https://www.paper.example/1</link><pubDate>Fri, 10 Apr 2026 06:00:00 GMT</pubDate>"
        "</item><item><guid>https://www.paper.example/2</guid></item>"
    )

    found = read(f"{body}</channel></rss>".encode(), URL, {}, now=NOW)

    assert [link.url for link in found.links] == ["https://www.paper.example/1", "https://www.paper.example/2"]
    assert found.links[0].hint == Hint(title="A", published=datetime(2026, 4, 10, 6, tzinfo=UTC))


@pytest.mark.skipif(not NEWSSTAND.exists(), reason="the newsstand is not here")
def test_the_newsstands_feed_and_sitemap_list_the_same_stories() -> None:
    spec = importlib.util.spec_from_file_location("newsstand", NEWSSTAND)
    newsstand = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = newsstand
    spec.loader.exec_module(newsstand)
    paper = newsstand.Paper("paper.example")
    for number in range(30):
        paper.add(f"/news/{number}?a=1&b=2", b"", f"Story {number} & more")

    feed = read(paper.feed(paper.stories, 1_775_000_000), "http://paper.example/feed.xml", {}, now=NOW)
    sitemap = read(paper.sitemap(paper.stories, 1_775_000_000), "http://paper.example/news-sitemap.xml", {}, now=NOW)

    assert {link.url for link in feed.links} == {link.url for link in sitemap.links}
    assert (feed.kind, sitemap.kind, len(feed.links)) == ("feed", "news_sitemap", 30)
    assert feed.links[0].hint.title == "Story 29 & more"
