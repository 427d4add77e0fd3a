"""Fields read off the visible page, where neither a publisher's rules nor the metadata know them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scrapers.page import Page
from scrapers.text import clean

_MAX_NODES = 30  # candidates that are looked at for one field
_BYLINE = (
    '[rel~="author"], [itemprop="author"], [class*="byline" i], [class*="author" i], [id*="byline" i], '
    '[id*="author" i], a[href*="/author/"], a[href*="/authors/"]'
)
_NAMED_STAMP = '[itemprop="datePublished"], time[pubdate]'
_STAMP = (
    'time[datetime], [class*="publish" i], [class*="date" i], [class*="time" i], [class*="posted" i], [id*="date" i]'
)
_URL_DAY = re.compile(r"/(20\d\d|19\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-])")
_DATELINE = re.compile(r"(.{2,60}?)(?::\s|\s?(?:--|—|–)\s?|\s-\s)")
_CREDIT = re.compile(r"\(([^()]{2,40})\)\s*$")
_NO_PLACE = frozenset(
    (
        "WATCH", "UPDATE", "UPDATED", "LIVE", "BREAKING", "READ", "NEW", "OPINION", "EDITORIAL", "VIDEO", "EXCLUSIVE",
        "MORE", "READ MORE", "ALSO READ", "EDITOR'S NOTE", "RELATED", "LISTEN", "REVIEW", "ANALYSIS", "COMMENT",
        "NOTE",
    )
)  # fmt: skip


def bylines(page: Page) -> Iterator[list[str]]:
    """Texts of elements that call themselves bylines, those of one parent together; links are taken one by one."""
    groups: dict[int, list[str]] = {}
    for node in page.story_tree.css(_BYLINE)[:_MAX_NODES]:
        text, parent = text_of(node), node.parent
        if text and len(text) <= 200:
            links = [text_of(link) for link in node.css("a")[:10]]
            groups.setdefault(parent.mem_id if parent else 0, []).extend([*links, text] if any(links) else [text])
    yield from groups.values()


def stamps(page: Page) -> Iterator[str]:
    """Stamps of elements that call themselves times or dates: their attribute, or else their text."""
    for node in [*page.story_tree.css(_NAMED_STAMP)[:5], *page.story_tree.css(_STAMP)[:_MAX_NODES]]:
        attributes = node.attributes
        yield attributes.get("datetime") or attributes.get("content") or text_of(node)[:150]


def day_in_url(url: str) -> str | None:
    """The day in an address such as /2025/04/11/slug, as ISO 8601."""
    match = _URL_DAY.search(url)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else None


def dateline(paragraph: str) -> tuple[str | None, str | None]:
    """The place in capitals that opens a story, and who is credited in brackets behind it."""
    match = _DATELINE.match(paragraph)
    if not match:
        return None, None
    place, credit = match[1].strip(), _CREDIT.search(match[1])
    if credit:
        place = place[: credit.start()].strip()
    place = re.split(r",\s(?=[A-Z][a-z]{2,8}\.?\s\d)", place)[0].strip(" ,")  # LONDON, April 5 (Reuters) - ...
    is_place = place.isupper() and 3 <= len(place) <= 40 and place not in _NO_PLACE and not any(map(str.isdigit, place))
    return (place, credit[1] if credit else None) if is_place else (None, None)


def text_of(node: LexborNode) -> str:
    """The text of a node on one line."""
    return clean(node.text(deep=True))
