"""JSON-LD as pages have it: lists, graphs, objects in objects, and scripts that are not quite JSON."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeGuard

from scrapers.json_mending import MAX_MENDED, load
from scrapers.text import plain

Thing = dict[str, Any]

ARTICLE_TYPES = frozenset(
    ("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle", "Report",
     "OpinionNewsArticle", "ReviewNewsArticle", "AskPublicNewsArticle", "AdvertiserContentArticle", "BlogPosting",
     "SocialMediaPosting", "LiveBlogPosting", "TechArticle", "ScholarlyArticle", "Recipe", "Review")
)  # fmt: skip
MEDIA_TYPES = frozenset(("VideoObject", "ImageGallery", "MediaGallery", "PodcastEpisode"))
LIST_TYPES = frozenset(("CollectionPage", "ItemList", "SearchResultsPage", "ProfilePage"))
_PARSELY = {
    "title": "parsely-title", "pub_date": "parsely-pub-date", "author": "parsely-author", "authors": "parsely-author",
    "section": "parsely-section", "tags": "parsely-tags", "link": "parsely-link", "image_url": "parsely-image-url",
}  # fmt: skip
_MAX_OBJECTS = 2_000  # of one page
_MAX_VALUES = 50  # of a list of names, tags or images
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage")
_LISTED = ("itemListElement", "item")  # what a page links to comes after what it is
_NAMES = ARTICLE_TYPES | MEDIA_TYPES | LIST_TYPES
_SPELLING = {name.lower(): name for name in _NAMES | {"WebPage", "WebSite", "Person", "Organization", "BreadcrumbList"}}


def objects(scripts: Collection[str]) -> tuple[Thing, ...]:
    """Every object of the scripts, in their order, with those in lists, graphs and main entities."""
    found: list[Thing] = []
    room = MAX_MENDED  # for all scripts together: a page can have thousands that are torn
    for script in scripts:
        for value in load(script, room):
            found.extend(_walk(value))
        room -= len(script)
        if len(found) > _MAX_OBJECTS:
            break
    return tuple(found[:_MAX_OBJECTS])


def types(thing: Thing) -> frozenset[str]:
    """The types of an object, without their vocabulary."""
    value = thing.get("@type")
    names = value if isinstance(value, list) else [value]
    return frozenset(map(_type_name, filter(_is_text, names)))


def resolved(thing: Thing, things: Collection[Thing]) -> Thing:
    """The object with the objects that its values name by `@id` in place of their names; those inside stay names."""
    if not any(_is_reference(value) for value in thing.values()):
        return thing
    known = {name: other for other in things if _is_text(name := other.get("@id")) and not _is_reference(other)}
    return {key: _referred(value, known) for key, value in thing.items()}


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


def parsely(text: str) -> Iterator[tuple[str, list[str]]]:
    """Names of meta elements and their contents that the JSON of a `parsely-page` element stands for."""
    for value in load(text) if text else ():
        for key, name in _PARSELY.items():
            if isinstance(value, dict) and (found := texts(value.get(key))):
                yield name, found


def address(value: Any) -> str | None:
    """The first address in a value such as an image's: a text, an object with a url, or a list of these."""
    current = value
    for _ in range(4):
        if isinstance(current, list):
            current = current[0] if current else None
        elif isinstance(current, dict):
            current = current.get("url") or current.get("contentUrl") or current.get("@id")
    return current if isinstance(current, str) else None


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str)


def _type_name(text: str) -> str:
    name = text.strip().rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]
    return _SPELLING.get(name.lower(), name)


def _is_reference(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_reference, value[:_MAX_VALUES]))
    return isinstance(value, dict) and "@id" in value and value.keys() <= {"@id", "@type"}


def _referred(value: Any, known: dict[str, Thing]) -> Any:
    if isinstance(value, list):
        return [_referred(item, known) if isinstance(item, dict) else item for item in value]
    name = value["@id"] if isinstance(value, dict) and _is_reference(value) else None
    return known.get(name, value) if _is_text(name) else value


def _addresses(thing: Thing) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        if found := address(thing.get(key)):
            yield found


def _walk(value: Any) -> Iterator[Thing]:
    stack, listed, count = [value], deque[Any](), 0
    while (stack or listed) and count < _MAX_OBJECTS:
        current = stack.pop() if stack else listed.popleft()
        if isinstance(current, list):
            stack.extend(reversed(current[:_MAX_OBJECTS]))
        elif isinstance(current, dict):
            count += 1
            yield current
            stack.extend(current[key] for key in reversed(_NESTED) if isinstance(current.get(key), dict | list))
            listed.extend(current[key] for key in _LISTED if isinstance(current.get(key), dict | list))
