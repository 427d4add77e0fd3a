"""Headlines, standfirsts and sections of the generic scraper, one small page per rule."""

from __future__ import annotations

import json

import pytest

from scrapers import sections, standfirst, titles
from scrapers.page import Page
from scrapers.site_titles import SiteWords, leftovers, without_site
from scrapers.wording import agree

URL = "https://www.dailyferry.com/local-news/harbour/ferry-sails-late"
HEAD = "Ferry sails late as wind keeps islanders waiting"
STORY = "".join(
    f"<p>The {boat} left the pier at noon, an hour behind its time, and nobody who stood there minded.</p>"
    for boat in ("ferry", "tug", "launch")
)


def og(title):
    return f'<meta property="og:title" content="{title}">'


def ld(**fields):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | fields)}</script>'


def page(head="", body="", url=URL):
    return Page(f"<html><head>{head}</head><body>{body}{STORY}</body></html>".encode(), url)


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        pytest.param(og("Why the ferry sails late"), f"<h1>{HEAD}</h1>", HEAD, id="displayed-beats-stated"),
        pytest.param(
            og(HEAD),
            f"<h1>Ferry sails very late as wind keeps on</h1><h1>{HEAD}</h1>",
            HEAD,
            id="an-h1-to-the-letter-beats-an-earlier-near-one",
        ),
        pytest.param(og(HEAD), "<h1>Daily Ferry</h1>", HEAD, id="site-name-in-the-h1"),
        pytest.param(og(HEAD), "<h1>Harbour</h1>", HEAD, id="section-in-the-h1"),
        pytest.param(og(HEAD), f"<h1>Latest stories</h1><h1>{HEAD}</h1>", HEAD, id="several-h1s"),
        pytest.param(og(HEAD), f"<h1> </h1><h1>{HEAD}</h1>", HEAD, id="empty-h1"),
        pytest.param(og("FERRY"), f"<h1>Ferry</h1><h2>{HEAD}</h2>", "Ferry", id="short-headline"),
    ],
)
def test_the_displayed_headline_wins(head, body, expected):
    assert titles.find(page(head, body)).value == expected


@pytest.mark.parametrize(
    "trail",
    [
        "<nav><a href=/>Home</a> <h1>Ferry late: all about the delay</h1></nav>",
        "<div class=page-Breadcrumbs_bar><span><h1>Ferry late: all about the delay</h1></span></div>",
        "<ul><li>Home<li><h1>Ferry late: all about the delay</h1></ul>",
        "<h1 hidden>Ferry late: all about the delay</h1>",
        '<h1 style="display: none">Ferry late: all about the delay</h1>',
    ],
)
def test_the_h1_of_search_engines_gives_way_to_the_heading_that_is_displayed(trail):
    head = ld(headline="Ferry late: all about the delay") + og("Wind stops the boat to the island")

    displayed = page(head, trail + "<h2>Wind stops the boat to the island</h2>")
    alone = page(head, trail)

    assert titles.find(displayed).value == "Wind stops the boat to the island"
    assert titles.find(alone).value == "Ferry late: all about the delay"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (og("A most unusual journey across the bay"), "The last boat home"),
        (ld(headline="A most unusual journey across the bay"), "A most unusual journey across the bay"),
        ("<title>A journey</title>", "The last boat home"),
        ("", "The last boat home"),
    ],
)
def test_a_lone_h1_needs_no_witness_unless_json_ld_contradicts_it(head, expected):
    assert titles.find(page(head, "<h1>The last boat home</h1>")).value == expected


@pytest.mark.parametrize(
    ("stated", "heading"),
    [
        pytest.param(HEAD, f"<h1><span>Harbour traffic report</span> {HEAD}</h1>", id="kicker-span"),
        pytest.param(HEAD, f"<h1><b>Wind –</b> {HEAD}</h1>", id="kicker-with-dash"),
        pytest.param(HEAD, f"<h1><span><i>Harbour</i><span>{HEAD}</span></span></h1>", id="kicker-in-a-wrapper"),
        pytest.param(HEAD, f"<h1>{HEAD} <time>12:05, 3 March</time></h1>", id="time-behind"),
        pytest.param(HEAD, f"<h1>Opinion {HEAD}</h1>", id="a-word-in-front"),
        pytest.param(HEAD, f"<h1>{HEAD.upper()}</h1>", id="all-capitals"),
        pytest.param(HEAD, f"<h1>{HEAD.replace('islanders', 'islan&shy;ders')}</h1>", id="soft-hyphen"),
        pytest.param(HEAD + " | Daily Ferry", f"<h1>{HEAD} | Daily Ferry</h1>", id="site-in-the-h1"),
        pytest.param(HEAD[:36] + "...", f"<h1>{HEAD}</h1>", id="truncated-og"),
        pytest.param(
            "Other words", f'<h1><span class="a-kicker">Wind</span><span>{HEAD}</span></h1>', id="kicker-class"
        ),
    ],
)
def test_labels_in_the_heading_are_no_headline(stated, heading):
    assert titles.find(page(og(stated), heading)).value == HEAD


def test_a_heading_of_several_elements_is_spelt_as_it_is_stated():
    found = titles.find(
        page(og("Harbour: Ferry sails late"), "<h1><span>Harbour</span><span>Ferry sails late</span></h1>")
    )

    assert found.value == "Harbour: Ferry sails late"


def test_readings_of_characters_are_left_out():
    found = titles.find(
        page(og("島の船が遅れる"), "<h1><ruby>島<rt>しま</rt></ruby>の<ruby>船<rt>ふね</rt></ruby>が遅れる</h1>")
    )

    assert found.value == "島の船が遅れる"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(og("ferry-sails-late-2024") + "<title>Ferry sails late</title>", "Ferry sails late", id="slug"),
        pytest.param(og("Daily Ferry") + f"<title>{HEAD}</title>", HEAD, id="og-title-is-the-site"),
        pytest.param(og(HEAD[:30] + "…") + f"<title>{HEAD} | Daily Ferry</title>", HEAD, id="cut-short"),
        pytest.param(f"<title>{HEAD} {HEAD}</title>", HEAD, id="double"),
        pytest.param(f"<title>{HEAD} | {HEAD}</title>", HEAD, id="double-with-a-bar"),
        pytest.param(og("Bread &amp;amp; wind on the pier"), "Bread & wind on the pier", id="escaped-twice"),
        pytest.param(ld(headline=f"{HEAD} - Daily Ferry"), HEAD, id="site-in-json-ld"),
        pytest.param(og(HEAD) + f"<title>The Islander's Diary: {HEAD}</title>", HEAD, id="og-before-title"),
    ],
)
def test_stated_titles_without_a_heading(head, expected):
    assert titles.find(page(head)).value == expected


def test_the_rest_of_a_longer_title_names_the_site():
    head = og(HEAD) + f"<title>{HEAD} | Old Harbour Notes</title>"

    assert titles.find(page(head, "<h1>Old Harbour Notes</h1>")).value == HEAD


def test_the_feed_knows_a_title_where_the_page_has_none():
    found = titles.find(page(), "From the feed")

    assert (found.value, found.origin) == ("From the feed", "feed")
    assert titles.find(page()) is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Ferry late - The Daily Ferry", "Ferry late"),
        ("Ferry late | DailyFerry.com", "Ferry late"),
        ("Ferry late|Daily Ferry", "Ferry late"),
        ("Ferry late_Daily Ferry", "Ferry late"),
        ("渡船晚点--日渡报", "渡船晚点"),
        ("渡船晚点\uff1a日渡报", "渡船晚点"),
        ("Daily Ferry: Ferry late", "Ferry late"),
        ("Daily Ferry » Ferry late", "Ferry late"),
        ("Ferry late - Harbour - Local News - Daily Ferry", "Ferry late"),
        ("Ferry sails late at last, again | Any | Thing | Daily Ferry", "Ferry sails late at last, again"),
        ("Ferry late | Daily Ferry | Island Media", "Ferry late"),
        ("Ferry late - DF", "Ferry late - DF"),
        ("Ferry late - and nobody minds", "Ferry late - and nobody minds"),
        ("Wind: ferry late", "Wind: ferry late"),
        ("Daily Ferry", "Daily Ferry"),
        ("", ""),
    ],
)
def test_without_site(title, expected):
    words = SiteWords(["the daily ferry", "dailyferry.com", "dailyferry", "日渡报"], ["harbour", "local-news"])

    assert without_site(title, words) == expected


@pytest.mark.parametrize(
    ("label", "part"),
    [
        ("dfp", "Daily Ferry Post"),
        ("dailyferry", "Daily Ferry Online"),
        ("ferrypost", "Ferry"),
        ("ihv", "Island-Harbour Verein e.V."),
        ("ferry-post-bay", "Ferry Post of the Bay"),
    ],
)
def test_a_part_like_the_domain_names_the_site(label, part):
    assert SiteWords([label]).resembles_name(part)
    assert not SiteWords([label]).resembles_name("Wind on the ferry pier and no bread")


@pytest.mark.parametrize(
    ("longer", "headline", "expected"),
    [
        ("Ferry sails late | Diary | Notes", "Ferry sails late", ["Diary", "Notes"]),
        ("Diary: Ferry sails late", "Ferry sails late", ["Diary"]),
        ("Ferry sails late again", "Ferry sails late", []),
        ("Diary | Ferry sails late, with bread for three hundred", "Diary", []),
        ("Ferry sails late", "", []),
    ],
)
def test_leftovers(longer, headline, expected):
    assert leftovers(longer, headline) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Ferry “sails” late", "Ferry sails late", True),
        ("Ferry sails late", "Why the ferry sails so late this week", True),
        ("Ferry", "Why the ferry sails so late this week", False),
        ("島の船が遅れる", "島の船が遅れる 港", True),
        ("島の船", "Ferry", False),
        ("", "", False),
    ],
)
def test_agree(one, other, expected):
    assert agree(one, other) is expected


DECK = "Islanders wait for bread and milk while the company blames the wind"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", f'<p class="article__standfirst">{DECK}</p>'),
        ("", f'<h2 class="subTitle">{DECK}</h2>'),
        ("", f'<div class="c-dek">{DECK}</div>'),
        ("", f'<div class="article-lead"><p>{DECK}</p></div>'),
        (
            "",
            f"<figure><figcaption class=lead>A boat at the pier</figcaption></figure><p class=lead>{DECK}</p>",
        ),
        (f'<meta name=description content="{DECK}">', f"<p>{DECK}</p>"),
        (f'<meta name=description content="{DECK}">', f"<div><h2>{DECK}</h2></div>"),
        (ld(headline=HEAD, alternativeHeadline=DECK), f"<h3>{DECK}</h3>"),
    ],
)
def test_standfirst(head, body):
    assert standfirst.find(page(head, f"<header><h1>{HEAD}</h1>{body}</header>"), HEAD) == DECK


@pytest.mark.parametrize(
    ("head", "body"),
    [
        pytest.param("", f"<h1>{HEAD}</h1><p class=standfirst>{HEAD}</p>", id="repeats-the-title"),
        pytest.param("", f"<p class=standfirst>{DECK}</p><h1>{HEAD}</h1>", id="in-front-of-the-headline"),
        pytest.param("", f"<h1>{HEAD}</h1>{STORY}<p class=standfirst>{DECK}</p>", id="behind-the-story"),
        pytest.param(f'<meta name=description content="{DECK}">', f"<h1>{HEAD}</h1>", id="not-shown"),
        pytest.param(
            f'<meta name=description content="{DECK}">',
            f"<h1>{HEAD}</h1><div><p>{DECK}</p></div>",
            id="first-paragraph",
        ),
        pytest.param("", f'<h1>{HEAD}</h1><p class="newsletter-intro">{DECK}</p>', id="newsletter"),
        pytest.param("", f'<h1>{HEAD}</h1><p class="lead-author">Ansa Berg, our woman at the pier</p>', id="byline"),
        pytest.param("", f"<h1>{HEAD}</h1><h2 class=subtitle>What you have to know:</h2>", id="sub-heading"),
        pytest.param("", "", id="no-heading"),
    ],
)
def test_no_standfirst(head, body):
    assert standfirst.find(page(head, body), HEAD) is None


def trail(*steps):
    items = [{"@type": "ListItem", "name": name, "item": url} for name, url in steps]
    return ld(**{"@type": "BreadcrumbList", "itemListElement": items})


HOME, HARBOUR = ("Front", "https://www.dailyferry.com/"), ("Harbour", "https://www.dailyferry.com/harbour")


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (ld(articleSection=["Harbour", "Wind"]), "", "Harbour"),
        (ld(articleSection="Harbour, Wind, Bread"), "", "Harbour"),
        (ld(articleSection="Food, drink & travel"), "", "Food, drink & travel"),
        (ld(articleSection="Daily Ferry") + "<meta property=article:section content=Harbour>", "", "Harbour"),
        (ld(articleSection="https://www.dailyferry.com/harbour"), "", None),
        ("<meta name=section content=Home>", "", None),
        (trail(HOME, HARBOUR, ("This story", URL + "?from=trail")), "", "Harbour"),
        (trail(HOME, HARBOUR, (HEAD, "https://www.dailyferry.com/x")) + og(HEAD), "", "Harbour"),
        (trail(HOME, HARBOUR, (HEAD, None)), "", "Harbour"),
        (trail(HOME, HARBOUR, ("News", "https://www.dailyferry.com/harbour/news")), "", "Harbour"),
        (trail(("News", "https://www.dailyferry.com/news"), HARBOUR), "", "Harbour"),
        (trail(HOME, (HEAD, None)), "", None),
        (
            "",
            "<nav class=Breadcrumb><a href=/>Start here</a><a href=/harbour>Harbour</a><span>Ferry</span></nav>",
            "Harbour",
        ),
        ("", "<ol aria-label=breadcrumb><li><a href=/>x</a><li><a href=/news/7>« Back</a></ol>", None),
        ("", "", None),
    ],
)
def test_section(head, body, expected):
    found = sections.find(page(head, body))

    assert (found and found.value) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"<h1>" + b"<span>a b " * 2_000 + b"</h1>",
        b"<title>" + b"a - b | c: d -- " * 20_000 + b"</title>",
        b"<h1>Ferry sails late</h1>" + b"<p class=lead>" * 20_000,
        b"<h2>Ferry sails late</h2>" * 20_000,
        b"<div class=breadcrumb>" * 2_000,
        b"<h1><div>" * 30 + b"ferry " * 500_000,
        b"<h1>Ferry sails late</h1>" + b"<div class=standfirst>" * 100 + b"ferry " * 500_000,
        b"<h1>a</h1>" + b"<h2><div>" * 30 + b"ferry " * 500_000,
    ],
)
def test_endless_markup_takes_no_time(body):
    long = Page(body, "http://[broken")
    titles.find(long, "Ferry sails late")
    standfirst.find(long, "Ferry sails late")
    sections.find(long)
