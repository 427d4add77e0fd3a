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
_SUBTITLE = (
    '[class*="standfirst" i], [class*="subtitle" i], [class*="sub-title" i], [class*="subheadline" i], '
    '[class*="sub-headline" i], [class*="article__excerpt" i], [class*="article-dek" i], '
    '[itemprop="alternativeHeadline"]'
)
_DATELINE = re.compile(r"(.{2,60}?)(?::\s|\s?(?:--|—|–)\s?|\s-\s)")
_CREDIT = re.compile(r"\(([^()]{2,40})\)\s*$")
_NO_PLACE = frozenset(
    (
        "WATCH", "UPDATE", "UPDATED", "LIVE", "BREAKING", "READ", "NEW", "OPINION", "EDITORIAL", "VIDEO", "EXCLUSIVE",
        "MORE", "READ MORE", "ALSO READ", "EDITOR'S NOTE", "RELATED", "LISTEN", "REVIEW", "ANALYSIS", "COMMENT",
        "NOTE",
    )
)  # fmt: skip


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


def bylines(page: Page) -> Iterator[list[str]]:
    """Texts of elements that call themselves bylines, those of one parent together; links are taken one by one."""
    groups: dict[int, list[str]] = {}
    for node in page.story_tree.css(_BYLINE)[:_MAX_NODES]:
        text, parent = text_of(node), node.parent
        if text and len(text) <= 200:
            links = [text_of(link) for link in node.css("a")[:10]]
            groups.setdefault(parent.mem_id if parent else 0, []).extend([*links, text] if any(links) else [text])
    yield from groups.values()


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
