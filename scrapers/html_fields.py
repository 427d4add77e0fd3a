"""Fields read off the visible page, where neither a publisher's rules nor the metadata know them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scrapers.page import Page
from scrapers.text import clean

_MAX_NODES = 30  # candidates that are looked at for one field
_SUBTITLE = (
    '[class*="standfirst" i], [class*="subtitle" i], [class*="sub-title" i], [class*="subheadline" i], '
    '[class*="sub-headline" i], [class*="article__excerpt" i], [class*="article-dek" i], '
    '[itemprop="alternativeHeadline"]'
)
_NAMED_STAMP = '[itemprop="datePublished"], time[pubdate]'
_STAMP = (
    'time[datetime], [class*="publish" i], [class*="date" i], [class*="time" i], [class*="posted" i], [id*="date" i]'
)
_URL_DAY = re.compile(r"/(20\d\d|19\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-])")


def h1s(page: Page) -> list[str]:
    """The texts of the level-one headings, in their order."""
    found = [text_of(node) for node in page.story_tree.css("h1")[:_MAX_NODES]]
    return [text for text in dict.fromkeys(found) if 2 < len(text) <= 400]


def subtitle(page: Page, title: str | None) -> str | None:
    """The standfirst, where an element calls itself that."""
    for node in page.story_tree.css(_SUBTITLE)[:3]:
        text = text_of(node)
        if 4 <= len(text.split()) <= 80 and text != title:
            return text
    return None


def stamps(page: Page) -> Iterator[str]:
    """Stamps of elements that call themselves times or dates: their attribute, or else their text."""
    for node in [*page.story_tree.css(_NAMED_STAMP)[:5], *page.story_tree.css(_STAMP)[:_MAX_NODES]]:
        attributes = node.attributes
        yield attributes.get("datetime") or attributes.get("content") or text_of(node)[:150]


def day_in_url(url: str) -> str | None:
    """The day in an address such as /2025/04/11/slug, as ISO 8601."""
    match = _URL_DAY.search(url)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else None


def agree(one: str, other: str) -> bool:
    """Whether two titles are one, give or take a few words."""
    first, second = set(one.casefold().split()), set(other.casefold().split())
    return bool(first and second) and len(first & second) >= 0.6 * min(len(first), len(second))


def without_kicker(heading: str, titles: list[str]) -> str:
    """The heading without a word or two in front that a known title lacks, as of a label inside the heading."""
    for title in titles:
        kicker = heading.removesuffix(title)
        is_label = kicker != heading and len(kicker.split()) <= 2
        if title and is_label and not kicker.rstrip().endswith((":", "-", "“", '"')):
            return title
    return heading


def text_of(node: LexborNode) -> str:
    """The text of a node on one line."""
    return clean(node.text(deep=True))
