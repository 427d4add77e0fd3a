"""Pages: bytes of any encoding, JSON-LD that is not quite JSON, markup that no parser likes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.markup import MAX_DEPTH, MAX_LENGTH, decode, tame
from scrapers.page import Page

URL = "https://example.com/news/1"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        pytest.param("<p>né".encode("utf-8-sig"), "text/html; charset=latin-1", "<p>né", id="bom-wins"),
        pytest.param("<p>né".encode("utf-16"), None, "<p>né", id="utf-16-with-bom"),
        pytest.param("<p>привет".encode("cp1251"), "text/html; charset=windows-1251", "<p>привет", id="header"),
        pytest.param(
            '<meta charset="big5"><p>新聞報導'.encode("big5"), None, '<meta charset="big5"><p>新聞報導', id="meta"
        ),
        pytest.param(
            "<meta charset=gb2312><p>联通".encode("gbk"), None, "<meta charset=gb2312><p>联通", id="gb2312-is-gb18030"
        ),
        pytest.param(b"<p>\x93n\xe9\x94", "text/html; charset=iso-8859-1", "<p>“né”", id="latin-1-is-windows-1252"),
        pytest.param("<p>né".encode(), "text/html; charset=iso-8859-1", "<p>né", id="label-lies-it-is-utf-8"),
        pytest.param("<p>né".encode(), "text/html; charset=no-such", "<p>né", id="unknown-label"),
        pytest.param(
            b"<meta charset=utf-16><p>n\xc3\xa9", None, "<meta charset=utf-16><p>né", id="meta-utf-16-is-utf-8"
        ),
        pytest.param(b"<p>n\xc3\xa9 \xc3", "text/html; charset=utf-8", "<p>né \ufffd", id="cut-in-a-character"),
        pytest.param(b"", None, "", id="empty"),
    ],
)
def test_decoding(body, content_type, expected):
    assert decode(body, content_type).text == expected


def test_undeclared_encoding_is_guessed():
    text = "<p>" + "Жители города ждали парома возле пристани до самого вечера. " * 20

    assert decode(text.encode("cp1251")).text == text


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ('{"@type": "NewsArticle", "headline": "x"}', ["NewsArticle"]),
        ('[{"@type": "WebSite"}, null, {"@type": "Article"}]', ["WebSite", "Article"]),
        (
            '{"@graph": [{"@type": "WebPage"}, {"@type": ["Thing", "Article"]}]}',
            [None, "WebPage", ["Thing", "Article"]],
        ),
        ('{"@type": "Article", "headline": "a\nb",}', ["Article"]),
        ('<!-- {"@type": "Article"} -->', ["Article"]),
        ('//<![CDATA[\n{"@type": "Article"}\n//]]>', ["Article"]),
        ('{"@type": "Article"};', ["Article"]),
        ('{"@type": "Article"', []),
        ("[" * 100_000, []),
        ('"text"', []),
    ],
)
def test_json_ld(script, names):
    page = Page(f'<script type="application/ld+json">{script}</script>'.encode(), URL)

    assert [thing.get("@type") for thing in page.json_ld] == names


def test_story_is_the_article_that_names_this_page():
    page = Page(
        b"""<script type="application/ld+json">[{"@type": "NewsArticle", "url": "/news/2", "headline": "other"},
        {"@type": "http://schema.org/NewsArticle", "mainEntityOfPage": {"@id": "/news/1"}, "headline": "own"}]
        </script>""",
        URL,
    )

    assert page.story["headline"] == "own"


def test_meta_elements_are_found_by_each_of_their_names():
    page = Page(b'<meta name="Author" property="article:author" content=" A  B "><meta name=empty content="">', URL)

    assert page.meta == {"author": ("A B",), "article:author": ("A B",)}
    assert page.first_meta("missing", "author") == "A B"


def test_links_are_resolved_against_the_base_element():
    page = Page(b'<base href="/paper/"><link rel="canonical" href="a?utm_source=x">', URL)

    assert page.link("canonical") == "https://example.com/paper/a"


def test_soup_holds_the_part_that_matters():
    page = Page(b"<nav>n</nav><main><h1>t</h1><p>x<script>1</script></main><aside>a</aside><footer>f</footer>", URL)

    assert page.soup.get_text() == "tx"
    assert page.tree.css_first("nav") is not None


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<article><div><h1>t</h1>long</div><p>b</article>o", "tlongb"),
        ("<main><article><div><h1>t</h1>long</div><p>b</article>c</main><main></main>o", "tlongb"),
        ("<div><article><h1>t</h1>b</article>comments</div>o", "tbcomments"),
        ("<div><div><h1>t</h1>long</div>b</div>o", "tlong"),
        ("<section><h2>t</h2>long</section>o", "tlongo"),
    ],
    ids=["article", "inner-article", "short-article", "no-article", "no-h1"],
)
def test_soup_holds_the_whole_article_around_the_headline(markup, text):
    assert Page(f"<body>{markup}</body>".encode(), "https://e.com/a").soup.get_text() == text


WHOLE = b"""<html lang="en"><head><base target="_top"><base href="/paper/"><title>T</title>
<meta name="author" content="Ann Lee">
<link rel="canonical" href="a"><script type="Application/LD+JSON">{"@type": "NewsArticle"}</script></head>
<body><nav><h1>in the nav</h1></nav><svg><svg><title>drawn</title></svg></svg><h2>told</h2><p>x</p>
<footer><input type="PASSWORD"></footer></body></html>"""
PARTS = {
    "meta": lambda page: page.meta,
    "json_ld": lambda page: page.json_ld,
    "link": lambda page: page.link("canonical"),
    "head": lambda page: (page.head.title, page.head.headings, page.head.asks_password),
    "headings": lambda page: [node.text() for node in page.headings],
    "story_tree": lambda page: page.story_tree.html,
    "tree": lambda page: page.tree.html,
    "soup": lambda page: str(page.soup),
}


@pytest.mark.parametrize("first", PARTS)
def test_no_part_of_a_page_changes_what_another_one_shows(first):
    page, alone = Page(WHOLE, URL), {name: part(Page(WHOLE, URL)) for name, part in PARTS.items()}
    PARTS[first](page)

    assert {name: part(page) for name, part in PARTS.items()} == alone


def test_what_is_cut_off_is_read_before():
    page = Page(WHOLE, URL)

    assert [node.text() for node in page.headings] == ["told"]
    assert page.head.headings == {"h1": ["in the nav"], "h2": ["told"]}
    assert (page.head.title, page.head.asks_password) == ("T", True)
    assert page.link("canonical") == "https://example.com/paper/a"
    assert [thing["@type"] for thing in page.json_ld] == ["NewsArticle"]


def test_endless_nesting_is_cut():
    assert tame(b"<div>" * 30_000 + b"deep").count(b"<div>") == MAX_DEPTH
    assert tame(b"<p>" * 30_000) == b"<p>" * 30_000, "paragraphs do not nest"


def test_countless_attributes_are_dropped():
    tag = b"<div " + b" ".join(b"a%d=b" % n for n in range(20_000))
    hidden = b"<div " + b" ".join(b"a%d='>'" % n for n in range(40_000))
    image = b"<img src='%s'>" % (b"x" * 20_000)

    assert tame(b"<p>before</p>%s>after" % tag) == b"<p>before</p><div>after"
    assert tame(b"<p>before</p>%s>after" % hidden) == b"<p>before</p><div>after"
    assert tame(image) == image


@pytest.mark.parametrize("start", [0, 1, 998, 999, 1_000, 1_001])
def test_countless_attributes_are_dropped_wherever_the_tag_starts(start):
    before = b"x" * start + b"<p>before</p>"
    tag = b"<div" + b" a" * 1_000

    assert tame(b"%s%s>after" % (before, tag)) == before + b"<div>after"
    assert tame(before + tag) == before + b"<div"
    assert tame(b"%s%s>%s>" % (before, tag, tag)) == before + b"<div><div>"


def test_countless_options_are_left_out():
    option = b"<OPTION value=a>one</OPTION>"

    assert tame(option * 1_999) == option * 1_999
    assert tame(b"<p>before<select>" + option * 2_000 + b"</select><p>after") == (
        b"<p>before<select>" + b"one" * 2_000 + b"</select><p>after"
    )


def test_long_pages_lose_scripts_and_inline_images_before_text():
    story, json_ld = b"<p>A story of some words.</p>", b"<script type=application/ld+json>{}</script>"
    image = b"<img src='data:image/png;base64,%s'>" % (b"QUJD" * 50_000)
    page = json_ld + b"<script>%s</script>" % (b"x;" * MAX_LENGTH) + image + story + b"<style>%s" % (b"y " * 99)

    assert tame(page) == json_ld + b"<img src=''>" + story
    assert len(tame(b"<p>" + b"word " * MAX_LENGTH)) == MAX_LENGTH


@given(st.binary(max_size=500), st.text(max_size=40))
def test_any_bytes_make_a_page(body, header):
    page = Page(body, URL, {"Content-Type": f"text/html; charset={header}"})

    assert isinstance(page.text, str)
    assert isinstance(page.json_ld, tuple)
    assert page.soup.get_text() is not None


@pytest.mark.parametrize("label", ["undefined", "idna", "punycode", "hex", "rot13", "unicode_escape", "no-such"])
def test_a_label_that_is_no_character_encoding_is_not_believed(label):
    page = Page(b"<meta charset=" + label.encode() + b"><p>caf\xe9</p>", "https://paper.example/a", {})
    assert "<p>caf" in page.text
