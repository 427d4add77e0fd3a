"""Fields read off the visible page, where neither a publisher's rules nor the metadata know them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scrapers.page import Page
from scrapers.text import clean

_MAX_NODES = 30  # candidates that are looked at for one field
_NAMED_STAMP = '[itemprop="datePublished"], time[pubdate]'
_STAMP = (
    'time[datetime], [class*="publish" i], [class*="date" i], [class*="time" i], [class*="posted" i], [id*="date" i]'
)
_URL_DAY = re.compile(r"/(20\d\d|19\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-])")


def stamps(page: Page) -> Iterator[str]:
    """Stamps of elements that call themselves times or dates: their attribute, or else their text."""
    for node in [*page.story_tree.css(_NAMED_STAMP)[:5], *page.story_tree.css(_STAMP)[:_MAX_NODES]]:
        attributes = node.attributes
        yield attributes.get("datetime") or attributes.get("content") or text_of(node)[:150]


def day_in_url(url: str) -> str | None:
    """The day in an address such as /2025/04/11/slug, as ISO 8601."""
    match = _URL_DAY.search(url)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else None


def text_of(node: LexborNode) -> str:
    """The text of a node on one line."""
    return clean(node.text(deep=True))
