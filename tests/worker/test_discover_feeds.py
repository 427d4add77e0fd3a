"""What feeds of every dialect say, and the ways in which they are broken."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from worker.discover import Listing, NotAListing, read
from worker.feedformat import author_name

NOW = datetime(2026, 4, 10, 12, tzinfo=UTC)
URL = "https://www.paper.example/feeds/latest"
PKT = timezone(timedelta(hours=5))
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:atom="http://www.w3.org/2005/Atom"'
)


def rss(items: str, channel: str = "<link>https://www.paper.example/</link>", version: str = "2.0") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="{version}" {NAMESPACES}><channel><title>The Paper</title>'
        f"{channel}{items}</channel></rss>"
    ).encode()


def item(inner: str = "", link: str = "https://www.paper.example/news/1") -> str:
    return f"<item><link>{link}</link>{inner}</item>"


def listing(body: bytes, url: str = URL, **headers: str) -> Listing:
    return read(body, url, {name.replace("_", "-"): value for name, value in headers.items()}, now=NOW)


def urls(body: bytes, url: str = URL) -> list[str]:
    return [link.url for link in listing(body, url).links]


def hint(inner: str):
    [link] = listing(rss(item(inner))).links
    return link.hint


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://www.paper.example/de/">
<title>Die Zeitung</title><link rel="self" href="/feed"/>
<entry><title type="html">Kurse &amp;amp; M\u00e4rkte &lt;b&gt;steigen&lt;/b&gt;</title>
<link rel="self" href="e/1.atom"/>
<link rel="replies" href="e/1/comments"/><link href="e/1"/><id>tag:paper.example,2026:1</id>
<published>2026-04-10T09:00:00+02:00</published><updated>2026-04-10T09:30:00Z</updated>
<author><name>Ida Berg</name></author><author><name>Per Holm</name></author><category term="x" label="Wirtschaft"/>
<summary>Kurz gesagt</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Der <b>ganze</b> Text.</p></div></content></entry>
</feed>"""


def test_rss_2_gives_every_part_of_the_hint() -> None:
    found = hint(
        """<title>Cotton &amp;amp; &lt;b&gt;rice&lt;/b&gt; exports up</title>
        <pubDate>Fri, 10 Apr 2026 06:00:00 +0500</pubDate>
        <dc:creator><![CDATA[Ida Berg]]></dc:creator><category>Markets</category><category>Trade</category>
        <description>&lt;p&gt;Exports   rose.&lt;/p&gt;</description>
        <content:encoded><![CDATA[<p>Exports rose.</p><p>Again&nbsp;so.</p>]]></content:encoded>
        <media:content url="https://i.paper.example/1.jpg" medium="image"/>"""
    )

    assert found.title == "Cotton & rice exports up"
    assert found.published == datetime(2026, 4, 10, 6, tzinfo=PKT)
    assert found.published.utcoffset() == timedelta(hours=5)
    assert found.authors == ("Ida Berg",)
    assert found.tags == ("Markets", "Trade")
    assert found.summary == "Exports rose."
    assert found.content.startswith("<p>Exports rose.</p><p>Again")
    assert found.image == "https://i.paper.example/1.jpg"


def test_atom_gives_every_part_of_the_hint() -> None:
    found = listing(ATOM.encode())

    [link] = found.links
    assert (found.kind, found.title, link.url) == ("feed", "Die Zeitung", "https://www.paper.example/de/e/1")
    assert link.hint.title == "Kurse & M\u00e4rkte steigen"
    assert link.hint.published == datetime(2026, 4, 10, 7, tzinfo=UTC)
    assert link.hint.modified == datetime(2026, 4, 10, 9, 30, tzinfo=UTC)
    assert link.hint.authors == ("Ida Berg", "Per Holm")
    assert (link.hint.summary, link.hint.tags, link.hint.language) == ("Kurz gesagt", ("Wirtschaft",), "de")
    assert link.hint.content == "<p>Der <b>ganze</b> Text.</p>"


def test_rdf_takes_its_only_date_for_the_publication() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://www.paper.example/"><title>The Paper'
        "</title><link>https://www.paper.example/</link><dc:language>en-GB</dc:language></channel>"
        '<item rdf:about="https://www.paper.example/1"><title>One</title><link>https://www.paper.example/1</link>'
        "<dc:date>2026-04-10T09:00:00Z</dc:date></item></rdf:RDF>"
    )

    [link] = listing(body.encode()).links

    assert link.url == "https://www.paper.example/1"
    assert (link.hint.published, link.hint.modified) == (datetime(2026, 4, 10, 9, tzinfo=UTC), None)
    assert link.hint.language == "en"


@pytest.mark.parametrize("version", ["0.90", "0.91", "0.92", "0.94", "2.0"])
def test_every_version_of_rss_is_read(version: str) -> None:
    assert urls(rss(item("<title>One</title>"), version=version)) == ["https://www.paper.example/news/1"]


def test_old_rss_without_any_version_or_namespace_is_read() -> None:
    body = b"<channel><item><link>https://a.example/1</link></item></channel>"

    assert urls(body) == ["https://a.example/1"]


@pytest.mark.parametrize("version", ["https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1"])
def test_json_feed(version: str) -> None:
    people = {"author": {"name": "Ida Berg"}} if version.endswith("1") else {"authors": [{"name": "Ida Berg"}]}
    body = {
        "version": version,
        "title": "The Paper",
        "language": "en-US",
        "items": [
            {"id": "1", "url": "/news/1", "title": "One", "content_html": "<p>Text</p>", "summary": "Short"}
            | {
                "date_published": "2026-04-10T09:00:00+05:00",
                "image": "https://i.paper.example/1.jpg",
                "tags": ["a", 3],
            }
            | people,
            {"id": "https://www.paper.example/news/2"},
            {"id": "3"},
        ],
    }

    found = listing(json.dumps(body).encode())

    assert [link.url for link in found.links] == [
        "https://www.paper.example/news/1",
        "https://www.paper.example/news/2",
    ]
    assert (found.kind, found.title, found.dropped) == ("feed", "The Paper", 1)
    first = found.links[0].hint
    assert (first.title, first.authors, first.tags, first.language) == ("One", ("Ida Berg",), ("a",), "en")
    assert (first.content, first.summary, first.image) == ("<p>Text</p>", "Short", "https://i.paper.example/1.jpg")
    assert first.published == datetime(2026, 4, 10, 9, tzinfo=PKT)


def test_a_truncated_json_feed_gives_its_whole_items() -> None:
    body = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": f"/news/{n}"} for n in range(5)]}
    )

    assert urls(body[:-20].encode()) == [f"https://www.paper.example/news/{n}" for n in range(4)]


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        pytest.param("<link>/news/7</link>", "https://www.paper.example/news/7", id="relative-to-the-channel"),
        pytest.param("<guid>https://www.paper.example/news/7</guid>", "https://www.paper.example/news/7", id="guid"),
        pytest.param('<guid isPermaLink="false">https://www.paper.example/news/7</guid>', None, id="guid-no-permalink"),
        pytest.param("<guid>7</guid>", None, id="guid-no-address"),
        pytest.param("<link>javascript:alert(1)</link>", None, id="no-web-address"),
        pytest.param(
            "<link>https://a.example/7?utm_source=rss&amp;id=3#top</link>", "https://a.example/7?id=3", id="tracking"
        ),
        pytest.param(
            "<link>https://feeds.example/~r/7</link><feedburner:origLink>https://www.paper.example/7</feedburner:origLink>",
            "https://www.paper.example/7",
            id="feedburner-original",
        ),
        pytest.param(
            '<atom:link rel="alternate" href="https://www.paper.example/8"/>',
            "https://www.paper.example/8",
            id="atom-link",
        ),
        pytest.param(
            "<link><![CDATA[ https://www.paper.example/9\n]]></link>",
            "https://www.paper.example/9",
            id="cdata-and-space",
        ),
        pytest.param(
            "<link>https://news.google.com/rss/articles/CBMi?oc=5</link>",
            "https://news.google.com/rss/articles/CBMi?oc=5",
            id="redirect-of-an-aggregator-left-as-it-is",
        ),
        pytest.param(
            '<enclosure url="https://www.paper.example/a.mp3" type="audio/mpeg" length="1"/>', None, id="enclosure-only"
        ),
    ],
)
def test_the_link_of_an_item(inner: str, url: str | None) -> None:
    found = listing(rss(f"<item><title>x</title>{inner}</item>"), "https://feeds.example/paper")

    assert [link.url for link in found.links] == ([url] if url else [])
    assert found.dropped == (0 if url else 1)


def test_a_link_named_twice_is_one_link_and_order_is_kept() -> None:
    body = rss(
        item(link="https://a.example/2") + item(link="https://a.example/1") + item(link="https://A.example:443/2#x")
    )

    assert urls(body) == ["https://a.example/2", "https://a.example/1"]


def test_xml_base_is_obeyed_before_anything_else() -> None:
    body = rss(item(link="1")).replace(b"<rss ", b'<rss xml:base="https://base.example/x/" ')

    assert urls(body) == ["https://base.example/x/1"]


BROKEN = {
    "unescaped-ampersand": rss(item("<title>Oil & gas</title>", "https://www.paper.example/?a=1&b=2")),
    "html-entity": rss(item("<title>Oil&nbsp;gas&hellip;</title>", "https://www.paper.example/?a=1&amp;b=2")),
    "bad-bytes": rss(item("<title>Oil \xff gas</title>", "https://www.paper.example/?a=1&amp;b=2")).replace(
        b"\xc3\xbf", b"\xff"
    ),
    "control-characters": rss(item("<title>Oil\x0b\x00</title>", "https://www.paper.example/?a=1&amp;b=2")),
    "junk-first": b"\n\n  \n" + rss(item("", "https://www.paper.example/?a=1&amp;b=2")),
    "bom": b"\xef\xbb\xbf" + rss(item("", "https://www.paper.example/?a=1&amp;b=2")),
    "printed-warning": b"<br />\n<b>Warning</b>: oops in <b>x.php</b><br />"
    + rss(item("", "https://www.paper.example/?a=1&b=2")),
    "undeclared-prefix": b"<rss><channel><item><dc:creator>A</dc:creator><link>https://www.paper.example/?a=1&amp;b=2</link>"
    b"</item></channel></rss>",
    "raw-html": rss(
        item("<description><p>One<br>two <b>three</description>", "https://www.paper.example/?a=1&amp;b=2")
    ),
    "wrong-encoding": rss(item("", "https://www.paper.example/?a=1&amp;b=2")).replace(b"UTF-8", b"UTF-16"),
    "unknown-encoding": rss(item("", "https://www.paper.example/?a=1&amp;b=2")).replace(b"UTF-8", b"x-none"),
    "utf-16": rss(item("", "https://www.paper.example/?a=1&amp;b=2")).decode().encode("utf-16"),
    "utf-16-without-bom": rss(item("", "https://www.paper.example/?a=1&amp;b=2")).decode().encode("utf-16-le"),
    "gzip": gzip.compress(rss(item("", "https://www.paper.example/?a=1&amp;b=2"))),
    "after-the-end": rss(item("", "https://www.paper.example/?a=1&amp;b=2")) + b"<script>var a = 1 < 2;</script>",
    "upper-case": b"<RSS><CHANNEL><ITEM><LINK>https://www.paper.example/?a=1&amp;b=2</LINK></ITEM></CHANNEL></RSS>",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_feed_still_gives_its_link(body: bytes) -> None:
    assert urls(body) == ["https://www.paper.example/?a=1&b=2"]


@pytest.mark.parametrize("cut", range(1, 120, 7))
def test_a_truncated_feed_gives_the_links_before_the_cut_and_no_half_one(cut: int) -> None:
    whole = rss("".join(item(f"<title>{n}</title>", f"https://www.paper.example/news/{n}000") for n in range(1, 5)))

    found = urls(whole[:-cut])

    assert found == [f"https://www.paper.example/news/{n}000" for n in range(1, len(found) + 1)]
    assert len(found) >= 3


def test_text_in_the_declared_encoding_and_in_a_misdeclared_one() -> None:
    title = "\u00dcber die M\u00e4rkte und K\u00fcsten, f\u00fcr \u00c4ltere"
    for encoding, declared in (("utf-8", "ISO-8859-1"), ("iso-8859-1", "ISO-8859-1"), ("windows-1251", "windows-1251")):
        text = title if encoding != "windows-1251" else "\u0420\u044b\u043d\u043a\u0438"
        body = rss(item(f"<title>{text}</title>")).decode().replace("UTF-8", declared).encode(encoding)
        assert listing(body).links[0].hint.title == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ida@paper.example (Ida Berg)", "Ida Berg"),
        ("Ida Berg <ida@paper.example>", "Ida Berg"),
        ("Ida Berg (ida@paper.example)", "Ida Berg"),
        ("ida@paper.example Ida Berg", "Ida Berg"),
        ("mailto:ida@paper.example (Ida Berg)", "Ida Berg"),
        ("ida@paper.example, per@paper.example", None),
        ("By Ida Berg", "Ida Berg"),
        ("Abby Byrd", "Abby Byrd"),
        ("  Ida\n Berg ", "Ida Berg"),
        ("Ida &amp; Per", "Ida & Per"),
        ("ida@paper.example", None),
        ("admin", None),
        ("Administrator", None),
        ("webmaster", None),
        ("42", None),
        ("", None),
    ],
)
def test_an_author_is_a_name(text: str, name: str | None) -> None:
    assert author_name(text) == name


def test_authors_come_from_both_elements_of_rss_each_once() -> None:
    found = hint(
        "<author>ida@paper.example (Ida Berg)</author><dc:creator>Ida Berg</dc:creator><dc:creator>Per</dc:creator>"
    )

    assert found.authors == ("Ida Berg", "Per")


def test_a_description_of_several_paragraphs_is_content_too() -> None:
    found = hint("<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description>")

    assert (found.summary, found.content) == ("One. Two.", "<p>One.</p><p>Two.</p>")


def test_content_is_bounded() -> None:
    assert len(hint(f"<content:encoded>{'word ' * 50_000}</content:encoded>").content) <= 100_000


@pytest.mark.parametrize(
    ("inner", "image"),
    [
        ('<media:thumbnail url="https://i.example/t.jpg"/>', "https://i.example/t.jpg"),
        ('<enclosure url="https://i.example/e.jpg" type="image/jpeg" length="1"/>', "https://i.example/e.jpg"),
        ('<enclosure url="https://i.example/e.mp3" type="audio/mpeg" length="1"/><title>x</title>', None),
        ('<media:content url="https://i.example/v.mp4" type="video/mp4"/><title>x</title>', None),
        ('<media:group><media:content url="https://i.example/g.png"/></media:group>', "https://i.example/g.png"),
    ],
)
def test_the_image_of_an_item(inner: str, image: str | None) -> None:
    assert hint(inner).image == image


@pytest.mark.parametrize(
    ("channel", "ttl"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999999999999999</ttl>", None),
        ("<ttl>100000</ttl>", timedelta(days=1)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", timedelta(minutes=30)),
        ("<sy:updatePeriod> hourly </sy:updatePeriod>", timedelta(hours=1)),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", timedelta(days=1)),
        ("<ttl>5</ttl><sy:updatePeriod>daily</sy:updatePeriod>", timedelta(minutes=5)),
        ("", None),
    ],
)
def test_how_long_a_feed_asks_to_be_left_alone(channel: str, ttl: timedelta | None) -> None:
    assert listing(rss(item(), channel)).ttl == ttl


def test_a_feed_without_items_is_a_listing_without_links() -> None:
    found = listing(rss(""))

    assert (found.kind, found.links, found.dropped) == ("feed", (), 0)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"  \n ", "empty", id="blank"),
        pytest.param(b"<!doctype html><html><body>Not found</body></html>", "web page", id="page"),
        pytest.param(b"<html><rss></rss></html>", "web page", id="page-with-a-feed-in-it"),
        pytest.param(b'{"error": "none"}', "JSON", id="json"),
        pytest.param(b"[1, 2]", "JSON", id="json-list"),
        pytest.param(b"%PDF-1.7 \x00\x01\x02", "neither", id="pdf"),
        pytest.param(b"not a feed", "neither", id="words"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither", id="other-xml"),
    ],
)
def test_what_is_no_listing_says_what_it_is(body: bytes, words: str) -> None:
    with pytest.raises(NotAListing, match=words):
        listing(body)
