"""JSON-LD as pages have it: lists, graphs, objects in objects, and scripts that are not quite JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from scrapers.text import plain

Thing = dict[str, Any]

ARTICLE_TYPES = frozenset(
    ("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle", "Report",
     "OpinionNewsArticle", "ReviewNewsArticle", "AskPublicNewsArticle", "AdvertiserContentArticle", "BlogPosting",
     "SocialMediaPosting", "LiveBlogPosting", "TechArticle", "ScholarlyArticle", "Recipe", "Review")
)  # fmt: skip
MEDIA_TYPES = frozenset(("VideoObject", "ImageGallery", "MediaGallery", "PodcastEpisode"))
LIST_TYPES = frozenset(("CollectionPage", "ItemList", "SearchResultsPage", "ProfilePage"))
_MAX_SCRIPT = 2_000_000  # characters
_MAX_OBJECTS = 2_000  # of one page
_MAX_VALUES = 50  # of a list of names, tags or images
_OPENING = re.compile(r"^(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)")
_CLOSING = re.compile(r"(?:-->|(?://|/\*)?\s{0,9}\]\]>(?:\s{0,9}\*/)?);?$")
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[}\]])")
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item")


def objects(scripts: Collection[str]) -> tuple[Thing, ...]:
    """Every object of the scripts, in their order, with those in lists, graphs and main entities."""
    found: list[Thing] = []
    for script in scripts:
        found.extend(_walk(_load(script.strip())))
        if len(found) > _MAX_OBJECTS:
            break
    return tuple(found[:_MAX_OBJECTS])


def types(thing: Thing) -> frozenset[str]:
    """The types of an object, without their vocabulary."""
    value = thing.get("@type")
    names = value if isinstance(value, list) else [value]
    return frozenset(name.rpartition("/")[2] for name in names if isinstance(name, str))


def story(things: Collection[Thing], own: Collection[str], resolve: Callable[[str], str | None]) -> Thing:
    """The object that is the page's article, or else its video or gallery; empty if there is none.

    Of several the one that names one of the page's `own` addresses wins, then the first. `resolve` makes an address
    as it stands in the object comparable.
    """
    for kinds in (ARTICLE_TYPES, MEDIA_TYPES):
        if candidates := [thing for thing in things if types(thing) & kinds]:
            for thing in candidates if len(candidates) > 1 else ():
                if any(resolve(address) in own for address in _addresses(thing)):
                    return thing
            return candidates[0]
    return {}


def texts(value: Any) -> list[str]:
    """The texts in a value: itself, the names of objects, the items of lists, without the empty ones."""
    found: list[str] = []
    stack, steps = [value], 0
    while stack and len(found) < _MAX_VALUES and steps < _MAX_OBJECTS:
        current, steps = stack.pop(), steps + 1
        if isinstance(current, list):
            stack.extend(reversed(current[:_MAX_VALUES]))
        elif isinstance(current, dict):
            stack.append(current.get("name") or current.get("@value") or current.get("headline"))
        elif isinstance(current, str) and (text := plain(current)):
            found.append(text)
        elif isinstance(current, int) and not isinstance(current, bool) and abs(current) < 10**18:
            found.append(str(current))
    return found


def address(value: Any) -> str | None:
    """The first address in a value such as an image's: a text, an object with a url, or a list of these."""
    current = value
    for _ in range(4):
        if isinstance(current, list):
            current = current[0] if current else None
        elif isinstance(current, dict):
            current = current.get("url") or current.get("contentUrl") or current.get("@id")
    return current if isinstance(current, str) else None


def _addresses(thing: Thing) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        if found := address(thing.get(key)):
            yield found


def _load(script: str) -> Any:
    """The value of a script; None where even mending does not make it JSON."""
    if not script or len(script) > _MAX_SCRIPT:
        return None
    try:
        return json.loads(script, strict=False)
    except (ValueError, RecursionError):
        mended = _TRAILING_COMMA.sub("", _CLOSING.sub("", _OPENING.sub("", script)).strip().rstrip(";"))
    try:
        return json.loads(mended, strict=False)
    except (ValueError, RecursionError):
        return None


def _walk(value: Any) -> Iterator[Thing]:
    stack, count = [value], 0
    while stack and count < _MAX_OBJECTS:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(reversed(current[:_MAX_OBJECTS]))
        elif isinstance(current, dict):
            count += 1
            yield current
            stack.extend(current[key] for key in reversed(_NESTED) if isinstance(current.get(key), dict | list))
