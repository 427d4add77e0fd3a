"""Sitemaps of every kind, and how long an answer calls itself fresh."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from worker import xmltext
from worker.discover import Listing, NotAListing, cache_ttl, read

NOW = datetime(2026, 4, 10, 12, tzinfo=UTC)
URL = "https://www.paper.example/sitemap.xml"
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
IMAGE = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def urlset(entries: str, namespaces: str = f"{SITEMAP} {NEWS} {IMAGE}") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {namespaces}>{entries}</urlset>'.encode()


def entry(path: str, inner: str = "") -> str:
    return f"<url><loc>https://www.paper.example{path}</loc>{inner}</url>"


def dated(*pairs: tuple[str, str]) -> str:
    return "".join(entry(path, f"<lastmod>{when}</lastmod>" if when else "") for path, when in pairs)


def listing(body: bytes) -> Listing:
    return read(body, URL, {}, now=NOW)


def paths(body: bytes) -> list[str]:
    return [link.url.removeprefix("https://www.paper.example") for link in listing(body).links]


def news(title: str, date: str = "2026-04-10T09:00:00+05:00") -> str:
    return (
        "<news:news><news:publication><news:name>The Paper</news:name><news:language>en</news:language>"
        f"</news:publication><news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>"
        "<news:keywords>Cotton, rice &amp; wheat,, Cotton</news:keywords></news:news>"
    )


@pytest.mark.parametrize(
    "namespaces",
    [f"{SITEMAP} {NEWS}", SITEMAP, "", NEWS.replace("http:", "https:")],
    ids=["declared", "news-undeclared", "none-declared", "declared-otherwise"],
)
def test_a_news_sitemap_gives_hints(namespaces: str) -> None:
    found = listing(
        urlset(entry("/1", news("Exports &amp;amp; more") + "<lastmod>2026-04-10T05:00:00Z</lastmod>"), namespaces)
    )

    [link] = found.links
    assert found.kind == "news_sitemap"
    assert (link.hint.title, link.hint.language, link.hint.tags) == ("Exports & more", "en", ("Cotton", "rice & wheat"))
    assert link.hint.published == datetime(2026, 4, 10, 4, tzinfo=UTC)
    assert link.hint.modified == datetime(2026, 4, 10, 5, tzinfo=UTC)


def test_a_news_sitemap_keeps_its_order() -> None:
    assert paths(urlset(entry("/1", news("a", "2026-04-09")) + entry("/2", news("b", "2026-04-10")))) == ["/1", "/2"]


def test_a_day_without_a_time_is_no_publication_time() -> None:
    assert listing(urlset(entry("/1", news("a", "2026-04-10")))).links[0].hint.published is None


def test_a_plain_sitemap_is_given_newest_first_and_undated_last() -> None:
    body = urlset(
        dated(
            ("/a", ""),
            ("/b", "2026-04-08"),
            ("/c", "2026-04-10T01:00:00+05:00"),
            ("/d", "soon"),
            ("/e", "2026-04-09T21:00Z"),
        )
    )

    found = listing(body)

    assert found.kind == "sitemap"
    assert [link.url[-2:] for link in found.links] == ["/e", "/c", "/b", "/a", "/d"]
    assert [link.hint and link.hint.modified for link in found.links][2:] == [None, None, None]


def test_pictures_and_translations_are_not_links() -> None:
    inner = (
        "<image:image><image:loc>https://i.paper.example/1.jpg</image:loc><image:title>No</image:title></image:image>"
        '<xhtml:link rel="alternate" hreflang="de" href="https://www.paper.example/de/1"/>'
    )

    [link] = listing(urlset(entry("/1", inner))).links

    assert (link.url, link.hint) == ("https://www.paper.example/1", None)


def test_a_picture_before_the_address_does_not_take_its_place() -> None:
    body = urlset(
        "<url><image:image><image:loc>https://i.paper.example/1.jpg</image:loc></image:image>"
        "<loc>https://www.paper.example/1</loc></url>"
    )

    assert paths(body) == ["/1"]


def test_an_index_gives_its_sitemaps_newest_first_and_undated_in_file_order() -> None:
    children = (
        ("/a.xml", ""),
        ("/b.xml", "2026-04-08"),
        ("/c.xml.gz", "2026-04-10T00:00:00+00:00"),
        ("/d.xml", ""),
        ("/b.xml", ""),
    )
    entries = "".join(
        f"<sitemap><loc>https://www.paper.example{path}</loc>{f'<lastmod>{when}</lastmod>' if when else ''}</sitemap>"
        for path, when in children
    )

    found = listing(f"<sitemapindex {SITEMAP}>{entries}</sitemapindex>".encode())

    assert (found.kind, found.links) == ("sitemap_index", ())
    assert [child.rpartition("/")[2] for child in found.children] == ["c.xml.gz", "b.xml", "a.xml", "d.xml"]


def test_an_index_that_names_itself_does_not_lead_back() -> None:
    assert listing(f"<sitemapindex><sitemap><loc>{URL}</loc></sitemap></sitemapindex>".encode()).children == ()


def test_an_empty_sitemap_is_a_listing_without_links() -> None:
    assert (listing(urlset("")).kind, listing(urlset("")).links) == ("sitemap", ())
    assert listing(b"<sitemapindex/>").kind == "sitemap_index"


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_a_packed_sitemap_is_unpacked(times: int) -> None:
    body = urlset(entry("/1"))
    for _ in range(times):
        body = gzip.compress(body)

    assert paths(body) == ["/1"]


def test_a_truncated_archive_gives_the_links_before_the_cut() -> None:
    packed = gzip.compress(urlset("".join(entry(f"/news/{n * 7919 % 100003}") for n in range(5000))))

    found = paths(packed[: len(packed) // 2])

    assert 1000 < len(found) < 4000
    assert found == [f"/news/{n * 7919 % 100003}" for n in range(len(found))]


def test_a_damaged_archive_gives_the_links_before_the_damage() -> None:
    packed = bytearray(gzip.compress(urlset("".join(entry(f"/news/{n * 7919 % 100003}") for n in range(5000)))))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = b"\xff" * 40

    assert len(paths(bytes(packed))) > 1000


def test_an_archive_of_zeros_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmltext, "MAX_BYTES", 1_000_000)

    assert len(xmltext.unpack(gzip.compress(bytes(20_000_000)))) == 1_000_000


def test_several_archives_in_a_row_are_one_document() -> None:
    body = urlset(entry("/1") + entry("/2"))

    assert paths(gzip.compress(body[:150]) + gzip.compress(body[150:])) == ["/1", "/2"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"https://www.paper.example/1\nhttps://www.paper.example/2\n", id="plain"),
        pytest.param(b"\xef\xbb\xbfhttps://www.paper.example/1\r\n\r\nhttps://www.paper.example/2", id="bom-and-crlf"),
        pytest.param(gzip.compress(b"https://www.paper.example/1\nhttps://www.paper.example/2\n"), id="packed"),
    ],
)
def test_a_text_sitemap(body: bytes) -> None:
    assert paths(body) == ["/1", "/2"]
    assert listing(body).kind == "sitemap"


def test_prose_with_an_address_in_it_is_no_text_sitemap() -> None:
    with pytest.raises(NotAListing):
        listing(b"https://www.paper.example/1\nhas moved")


BROKEN = {
    "unescaped-ampersand": urlset(entry("/1?a=1&b=2") + entry("/2")),
    "space-first": b"\n  " + urlset(entry("/1?a=1&amp;b=2") + entry("/2")),
    "bom-first": b"\xef\xbb\xbf" + urlset(entry("/1?a=1&amp;b=2") + entry("/2")),
    "bad-bytes": urlset(entry("/1?a=1&amp;b=2", "<x>\xfc\xe9</x>") + entry("/2")).decode().encode("latin-1"),
    "wrong-encoding": urlset(entry("/1?a=1&amp;b=2") + entry("/2")).replace(b"UTF-8", b"UTF-16"),
    "unclosed-urls": urlset(entry("/1?a=1&amp;b=2") + entry("/2")).replace(b"</url>", b""),
    "no-end": urlset(entry("/1?a=1&amp;b=2") + entry("/2")).replace(b"</urlset>", b""),
    "cut-in-an-address": urlset(entry("/1?a=1&amp;b=2") + entry("/2") + entry("/3456"))[:-25],
    "no-namespace": urlset(entry("/1?a=1&amp;b=2") + entry("/2"), ""),
    "prefixed": urlset(entry("/1?a=1&amp;b=2") + entry("/2"), SITEMAP.replace("xmlns", "xmlns:s"))
    .replace(b"<url", b"<s:url").replace(b"</url", b"</s:url").replace(b"loc>", b"s:loc>"),
    "line-breaks": urlset(entry("/1?a=1&amp;b=2").replace("</loc>", "\n   </loc>") + entry("/2")),
    "cdata": urlset("<url><loc><![CDATA[https://www.paper.example/1?a=1&b=2]]></loc></url>" + entry("/2")),
    "comment": b"<!-- a <feed> of ours -->" + urlset(entry("/1?a=1&amp;b=2") + "<!-- x -->" + entry("/2")),
    "stylesheet": b'<?xml-stylesheet type="text/xsl" href="/s.xsl"?>' + urlset(entry("/1?a=1&amp;b=2") + entry("/2")),
    "control-characters": urlset(entry("/1?a=1&amp;b=2", "<x>\x01\x0b</x>") + entry("/2")),
}  # fmt: skip


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_sitemap_still_gives_its_links(body: bytes) -> None:
    assert paths(body) == ["/1?a=1&b=2", "/2"]


def test_entries_without_a_usable_address_are_counted() -> None:
    found = listing(
        urlset("<url><loc>ftp://x.example/1</loc></url>" + entry("/1") + "<url><loc>mailto:a@b.c</loc></url>")
    )

    assert (len(found.links), found.dropped) == (1, 2)


def test_at_most_fifty_thousand_links_are_read() -> None:
    assert len(listing(b"\n".join(b"https://www.paper.example/%d" % n for n in range(50_010))).links) == 50_000


@pytest.mark.parametrize(
    ("headers", "ttl"),
    [
        ({"cache-control": "public, max-age=300"}, timedelta(minutes=5)),
        ({"cache-control": "max-age=99999999999"}, timedelta(days=1)),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "no-cache, max-age=300"}, None),
        ({"cache-control": "private, no-store"}, None),
        ({"cache-control": "s-maxage=300"}, None),
        ({"cache-control": "max-age=300", "expires": "0"}, timedelta(minutes=5)),
        ({"expires": "Fri, 10 Apr 2026 12:10:00 GMT"}, timedelta(minutes=10)),
        ({"expires": "Fri, 10 Apr 2026 12:10:00 GMT", "date": "Fri, 10 Apr 2026 12:05:00 GMT"}, timedelta(minutes=5)),
        ({"expires": "Fri, 10 Apr 2026 11:00:00 GMT"}, None),
        ({"expires": "0"}, None),
        ({"expires": "-1", "date": "x"}, None),
        ({"expires": "Fri, 10 Apr 2026 12:10:00"}, None),
        ({}, None),
    ],
)
def test_how_long_an_answer_calls_itself_fresh(headers: dict[str, str], ttl: timedelta | None) -> None:
    assert cache_ttl(headers, NOW) == ttl
