"""Pages of 10 MB that no newspaper would send: each is one thing, far too often or far too long."""

from __future__ import annotations

from collections.abc import Callable

from scrapers.page import MAX_BYTES


def _often(piece: bytes, before: bytes = b"", after: bytes = b"", most: int = MAX_BYTES) -> Callable[[], bytes]:
    """The piece as often as it fits into a page, and `most` times at most, between two others."""

    def page() -> bytes:
        times = (MAX_BYTES - len(before) - len(after)) // len(piece)
        return before + piece * min(most, times) + after

    return page


def _numbered(piece: bytes, most: int) -> Callable[[], bytes]:
    """Pieces that differ by the number in them."""
    return lambda: b"".join(piece.replace(b"%", b"%d" % number) for number in range(most))[:MAX_BYTES]


_LD = b'<script type="application/ld+json">'
_STORY = b"<article><h1>Bridge over the river reopens</h1><p>Traffic is back, the council of Oberau said.</p>"

PAGES: dict[str, Callable[[], bytes]] = {
    "one-paragraph": _often(b"word, ", b"<h1>A</h1><p>"),
    "paragraphs": _often(b"<p>Some words of a paragraph, with commas.</p>", most=200_000),
    "paragraphs-of-a-word": _often(b"<p>a", b"<h1>A b c</h1>"),
    "paragraphs-in-a-story": _often(b"<p>a b c</p>", _STORY),
    "nested": _often(b"<div>", _STORY, b"x", 100_000),
    "nested-unknown": _often(b"<x-y>", _STORY, b"x"),
    "nested-shallow": _often(b"<div>" * 900 + b"word" + b"</div>" * 900, _STORY),
    "nested-inline": _often(b"<b><i><span>", _STORY, b"x", 100_000),
    "nested-text": _often(b"<b>word ", _STORY),
    "inline": _often(b"<b>word</b> <i>word</i> ", _STORY, most=150_000),
    "inline-bylines": _often(b"<span class=byline>By Ann Lee</span> ", _STORY),
    "links": _often(b"<a href='/a/b'>More of this</a> ", _STORY, most=100_000),
    "long-links": _numbered(b"<li><a href='/2024/01/%/a-story-of-some-length'>A story of some length %</a>", 100_000),
    "author-links": _often(b"<a rel=author href='/author/ann'>Ann Lee</a>", _STORY, most=100_000),
    "authors": _often(b"<div class=author itemprop=author>Ann Lee</div>", _STORY, most=100_000),
    "table": _often(b"<tr><td>a<td>b<td>c", _STORY + b"<table>"),
    "nested-tables": _often(b"<table><tr><td>a", _STORY),
    "list": _often(b"<li>a b</li>", _STORY + b"<ul>"),
    "headings": _often(b"<h2>Some words of a heading</h2>", _STORY, most=100_000),
    "headlines": _numbered(b"<h1>Headline % of many words</h1>", 100_000),
    "linked-headlines": _often(b"<h1><a href=/a>Some words of a heading</a></h1>", most=100_000),
    "times": _often(b"<time datetime='2024-01-01T10:00'>now</time>", _STORY, most=100_000),
    "times-by-name": _often(b"<span class=date itemprop=datePublished>1 May 2024</span>", _STORY, most=100_000),
    "dates": _often(b"2024-01-01 ", b"<h1>A b</h1><time>"),
    "date-paragraphs": _often(b"<p>1 May 2024 10:00</p>", _STORY),
    "comment": _often(b"x-", b"<!--"),
    "comments": _often(b"<!--a-->", _STORY),
    "text-nodes": _often(b"word<br>", _STORY, most=1_000_000),
    "breaks": _often(b"a<br> <br>", _STORY + b"<p>"),
    "only-breaks": _often(b"<br>", _STORY + b"<p>"),
    "class": _often(b"a-b c", b"<p class='", b"'>x"),
    "classes": _numbered(b"<p class='c% d%'>word word word</p>", 100_000),
    "attributes": _numbered(b"a%=b ", 1_000_000),
    "tags-of-attributes": _often(b"<p " + b" ".join(b"a%d=b" % n for n in range(400)) + b">x"),
    "styled": _often(b"<p style='color:red' data-x=1 id=y>word</p>", _STORY),
    "title": _often(b"a | ", b"<title>", b"</title>" + _STORY),
    "title-of-words": _often(b"word ", b"<title>", b"</title>" + _STORY),
    "title-of-dashes": _often(b" - a", b"<title>", b"</title><meta property=og:title content='a - b'>" + _STORY),
    "headline": _often(b"word ", b"<title>A story of words</title><h1>"),
    "headline-of-bars": _often(b"a | ", b"<title>a | b</title><h1>"),
    "headline-of-spans": _often(b"<span>a</span>", b"<title>a b c</title><h1>"),
    "two-long-titles": lambda: b"<title>%s</title><h1>%s</h1>" % (b"some words " * 450_000, b"words some " * 450_000),
    "meta": _often(b"<meta name=author content='A B'>", most=100_000),
    "meta-of-all-names": _numbered(b"<meta name=n% property='article:tag' content='A B %'>", 100_000),
    "meta-authors": _often(b"Ann Lee, ", b"<meta name=author content='", b"'>" + _STORY),
    "meta-and": _often(b"and ", b"<meta name=author content='By ", b"'>" + _STORY),
    "meta-tags": _often(b"a,", b"<meta name=keywords content='", b"'>" + _STORY),
    "description": _often(b"word. ", b"<meta name=description content='", b"'>" + _STORY),
    "site-name": _often(b"word - ", b"<meta property=og:site_name content='", b"'><title>a - word</title>" + _STORY),
    "canonical": _often(b"<link rel=canonical href='/'>", _STORY),
    "long-canonical": _often(b"../", b"<link rel=canonical href='/", b"'>" + _STORY),
    "query": _often(b"a=b&", b"<link rel=canonical href='/?", b"'>" + _STORY),
    "base": _often(b"a", b"<base href='http://", b"'><a href=x>y</a>" + _STORY),
    "json-ld": _often(b'"a": 1, ', _LD + b"{", b'"b": 2}</script>', 700_000),
    "json-ld-2mb": _often(b'{"@type": "NewsArticle"},', _LD + b"[", b"{}]</script>", 79_000),
    "json-ld-text": _often(b"word ", _LD + b'{"@type":"NewsArticle","articleBody":"', b'"}</script>', 390_000),
    "json-ld-lines": _often(b"a\\n", _LD + b'{"@type":"NewsArticle","articleBody":"', b'"}</script>', 660_000),
    "json-ld-headline": _often(b"a | ", _LD + b'{"@type":"NewsArticle","headline":"', b'"}</script>', 490_000),
    "json-ld-authors": _often(b'{"name":"Ann"},', _LD + b'{"@type":"Article","author":[', b"{}]}</script>", 100_000),
    "json-ld-scripts": _often(_LD + b'{"@type":"NewsArticle","headline":"a"}</script>', most=100_000),
    "json-ld-broken": _often(_LD + b'{"@type":"NewsArticle","headline":"a"a,,}</script>'),
    "json-ld-quotes": _often(b'"a":"b" ', _LD + b'{"c":"', b"</script>", 12_000),
    "json-ld-many-quotes": _often(_LD + b'{"c":"' + b'"a":"b" ' * 12_000 + b"</script>"),
    "json-ld-torn": _often(b'{"a":[', _LD, b"</script>", 45_000),
    "json-ld-torn-often": _often(_LD + b'{"a":[' * 45_000 + b"</script>"),
    "json-ld-commas": _often(b", ", _LD + b'{"a":1', b"</script>", 140_000),
    "json-ld-escapes": _often(b"\\x4", _LD + b'{"a":"', b'"}</script>', 90_000),
    "json-ld-escaped": _often(b"&quot;a&quot;", _LD + b"{", b"}</script>", 20_000),
    "json-ld-number": _often(b"1", _LD + b'{"a":', b"}</script>", 1_900_000),
    "json-ld-slashes": _often(b"/*", _LD + b"{", b"}</script>", 140_000),
    "parsely": _often(b"{", b"<meta name=parsely-page content='", b"'>", 1_900_000),
    "chinese": _often("新闻报道。".encode(), _STORY + b"<p>"),
    "chinese-paragraphs": _often("<p>新闻报道说桥又通了。".encode(), _STORY),
    "chinese-gbk": _often("新闻".encode("gbk"), b"<meta charset=gbk><p>"),
    "no-encoding": _often("新闻".encode("gbk"), b"<p>"),
    "misread": _often("Ã¤â€œ".encode(), _STORY + b"<p>"),
    "misread-twice": _often("ÃƒÂ¤ ".encode(), _STORY + b"<p>"),
    "emoji": _often("\U0001f600".encode(), _STORY + b"<p>"),
    "accents": _often("e\u0301\u0300\u0316".encode(), _STORY + b"<p>"),
    "brackets": _often(b"<", most=9_000_000),
    "closing-brackets": _often(b">", most=9_000_000),
    "open-tags": _often(b"<a"),
    "closing-tags": _often(b"</p>"),
    "ampersands": _often(b"&", b"<p>", most=9_000_000),
    "entities": _often(b"&amp;lt;", b"<p>"),
    "entities-in-title": _often(b"&amp;amp;", b"<title>", b"</title>" + _STORY),
    "bars": _often(b"a|", b"<p>"),
    "datelines": _often(b"(Reuters) - ", _STORY + b"<p>"),
    "dateline-paragraphs": _often(b"<p>OBERAU (Reuters) - ", _STORY),
    "capitals": _often(b"OBERAU, ", _STORY + b"<p>"),
    "bylines": _often(b"<p>By Ann Lee and Bob Ray</p>", _STORY),
    "copyright": _often(b"<p>(c) 2024 all rights reserved. Subscribe</p>", _STORY),
    "spaces": _often(b" ", _STORY + b"<p>", b"x"),
    "nul": _often(b"\0"),
    "escapes": _often(b"\x1b$B"),
    "high-bytes": _often(b"\xff"),
    "scripts": _often(b"<script>x</script>", _STORY),
    "styles": _often(b"<style>x</style><svg><path></svg>", _STORY),
    "open-scripts": _often(b"<script>", _STORY),
    "selects": _often(b"<select><option>a", _STORY),
    "templates": _often(b"<template><p>a</template>", _STORY),
    "mains": _often(b"<main><h1>a</h1></main>"),
    "articles": _often(b"<article><h2><a href=/a>Some words</a></h2><p>And some more</p></article>"),
    "crumbs": _often(b"<li class=breadcrumb><a href=/a>News</a></li>", _STORY + b"<ol class=breadcrumbs>"),
    "walls": _often(b"<div class=paywall>Subscribe now</div>", _STORY),
    "forms": _often(b"<form><a><b><p>x", _STORY, most=40_000),
}
