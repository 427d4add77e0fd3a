"""How the newspapers write: story pages in three styles, and lists of stories in five formats."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from email.utils import format_datetime
from html import escape

from tests.site.story import Story

TEASER_WORDS = 20

WALLS = {
    "en": '<div class="paywall"><h2>Subscribe to continue reading</h2>'
    "<p>This story is for subscribers. Already a subscriber? Log in.</p></div>",
    "de": '<div class="paywall"><h2>Jetzt abonnieren und weiterlesen</h2>'
    "<p>Dieser Artikel ist für Abonnenten. Bereits Abonnent? Anmelden.</p></div>",
}

# Furniture that surrounds a story on every page, and that must not end up in its text.
HEADER = """<header><a class="logo" href="/">{name}</a><nav><ul><li><a href="/news">News</a></li>
<li><a href="/about">About us</a></li><li><a href="/contact">Contact</a></li>
<li><a href="/private/desk">Staff</a></li></ul></nav></header>"""
FOOTER = """<aside class="newsletter"><h3>Our letter in your mailbox</h3><p>Every morning at six, free of charge.</p>
<form action="/subscribe" method="post"><input type="email" name="email"><button>Sign up</button></form></aside>
<footer><p>&copy; {name}. All rights reserved. Printed on paper and served on loopback.</p></footer>"""


def story_page(story: Story, name: str, style: str, others: Sequence[Story]) -> str:
    """The page of a story; `style` is json-ld, opengraph or bare, `others` are linked beside it."""
    head = {"json-ld": json_ld, "opengraph": open_graph, "bare": lambda story, name: ""}[style](story, name)
    shown = [teaser(story)] if story.is_paywalled else story.paragraphs
    text = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in shown)
    if story.is_paywalled:
        text += WALLS[story.language]
    links = "".join(f'<li><a href="{escape(other.path)}">{escape(other.title)}</a></li>' for other in others)
    by = " and ".join(story.authors)
    word = {"de": "Von"}.get(story.language, "By")
    when = f'<time datetime="{story.published.isoformat()}">{story.published:%d.%m.%Y %H:%M}</time>'
    return page(
        story.title,
        name,
        story.language,
        head + f'<link rel="canonical" href="{story.url}">',
        f'<main><article><h1>{escape(story.title)}</h1><p class="byline">{word} {escape(by)} | {when}</p>\n'
        f'<div class="story-text">\n{text}\n</div></article>\n'
        f'<section class="related"><h2>More from {escape(name)}</h2><ul>{links}</ul></section></main>',
    )


def page(title: str, name: str, language: str, head: str, main: str) -> str:
    """A whole page with the paper's furniture around `main`."""
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><title>{escape(title)} | {escape(name)}</title>'
        f"\n{head}\n</head><body>{HEADER.format(name=escape(name))}\n{main}\n{FOOTER.format(name=escape(name))}</body></html>"
    )


def teaser(story: Story) -> str:
    """The first words of a story."""
    return " ".join(story.paragraphs[0].split()[:TEASER_WORDS]) + " …"


def json_ld(story: Story, name: str) -> str:
    """schema.org's NewsArticle, without the text."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": story.published.isoformat(),
        "dateModified": story.modified.isoformat(),
        "author": [{"@type": "Person", "name": author} for author in story.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": name},
        "articleSection": story.section,
        "inLanguage": story.language,
        "mainEntityOfPage": story.url,
        "isAccessibleForFree": not story.is_paywalled,
    }
    written = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{written}</script>'


def open_graph(story: Story, name: str) -> str:
    """Open Graph's article properties, and the author as a meta tag."""
    properties = {
        "og:type": "article",
        "og:site_name": name,
        "og:title": story.title,
        "og:url": story.url,
        "og:description": teaser(story),
        "article:published_time": story.published.isoformat(),
        "article:modified_time": story.modified.isoformat(),
        "article:section": story.section,
    }
    if story.is_paywalled:
        properties["article:content_tier"] = "locked"
    tags = [f'<meta property="{key}" content="{escape(value)}">' for key, value in properties.items()]
    tags += [f'<meta name="author" content="{escape(author)}">' for author in story.authors]
    return "\n".join(tags)


def rss(stories: Sequence[Story], host: str, name: str) -> bytes:
    """RSS 2.0 with the whole text of each story, but only the teaser of one behind the paywall."""
    items = "".join(
        f"<item><title>{escape(story.title)}</title><link>{story.url}</link>"
        f'<guid isPermaLink="false">{host}/{story.number}</guid><pubDate>{format_datetime(story.published)}</pubDate>'
        + "".join(f"<dc:creator>{escape(author)}</dc:creator>" for author in story.authors)
        + f"<category>{escape(story.section)}</category><description>{escape(teaser(story))}</description>"
        + ("" if story.is_paywalled else f"<content:encoded>{escape(html_text(story))}</content:encoded>")
        + "</item>"
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>{escape(name)}</title>'
        f"<link>http://{host}/</link><description>News</description>{items}</channel></rss>"
    ).encode()


def atom(stories: Sequence[Story], host: str, name: str) -> bytes:
    """Atom (RFC 4287) with a summary of each story."""
    newest = max((story.modified.isoformat() for story in stories), default="1970-01-01T00:00:00+00:00")
    entries = "".join(
        f'<entry><title>{escape(story.title)}</title><link href="{story.url}"/><id>tag:{host},2026:{story.number}</id>'
        f"<published>{story.published.isoformat()}</published><updated>{story.modified.isoformat()}</updated>"
        + "".join(f"<author><name>{escape(author)}</name></author>" for author in story.authors)
        + f"<summary>{escape(teaser(story))}</summary></entry>"
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{escape(name)}</title><id>http://{host}/</id><updated>{newest}</updated>{entries}</feed>"
    ).encode()


def json_feed(stories: Sequence[Story], host: str, name: str) -> bytes:
    """JSON Feed 1.1."""
    items = [
        {
            "id": str(story.number),
            "url": story.url,
            "title": story.title,
            "content_html": html_text(story),
            "date_published": story.published.isoformat(),
            "date_modified": story.modified.isoformat(),
            "authors": [{"name": author} for author in story.authors],
            "language": story.language,
        }
        for story in stories
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": name, "home_page_url": f"http://{host}/"}
    return json.dumps({**feed, "items": items}).encode()


def news_sitemap(stories: Sequence[Story], host: str, name: str) -> bytes:
    """A news sitemap, as a gzip file."""
    urls = "".join(
        f"<url><loc>{story.url}</loc><news:news><news:publication><news:name>{escape(name)}</news:name>"
        f"<news:language>{story.language}</news:language></news:publication>"
        f"<news:publication_date>{story.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(story.title)}</news:title></news:news></url>"
        for story in stories
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )
    return gzip.compress(text.encode(), mtime=0)


def front_page(stories: Sequence[Story], name: str, language: str, feeds: Sequence[tuple[str, str]]) -> str:
    """Headlines with links; `feeds` are (path, media type)."""
    head = "".join(f'<link rel="alternate" type="{kind}" title="{escape(name)}" href="{path}">' for path, kind in feeds)
    items = "".join(
        f'<li><h2><a href="{escape(story.path)}">{escape(story.title)}</a></h2><p>{escape(teaser(story))}</p></li>'
        for story in stories
    )
    return page(name, name, language, head, f'<main><h1>{escape(name)}</h1><ul class="stories">{items}</ul></main>')


def html_text(story: Story) -> str:
    """The paragraphs as HTML."""
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs)
