"""Who wrote it: the people named in a page's bylines, or else what the page calls its author, and the agency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scrapers import bylines, names
from scrapers.metadata import Found
from scrapers.page import Page
from scrapers.selectors import RULE

Texts = tuple[str, ...]
Byline = Found[list[str]]  # texts that name authors together, and where they stand


def find(page: Page, groups: Sequence[Byline]) -> Found[Texts] | None:
    """The people who wrote it: the first group of bylines that holds any, or one that names others beside them.

    Where none names a person, who or what the page calls the author: a desk, an agency, a pen name, the paper.
    `groups`: the most trusted first; the last may be names that only stand where authors often do.
    """
    named = [
        Found(names.people(group.value, page.site_names), group.origin)
        for group in groups
        if group.origin != "heuristic"
    ]
    first = next((group for group in named if group.value), None)
    if first is None:
        return _without_a_name(page, groups)
    if first.origin != RULE:
        wider = (group for group in named if group.origin == "html" and set(group.value) > set(first.value))
        first = next(wider, first)
    helpers = names.contributors(" ".join(group.value) for group in groups if group.origin == "html")
    wrote = tuple(name for name in first.value if not names.is_among(name, helpers))
    return Found(wrote, first.origin) if wrote else first


def left_out_of(text: Found[Texts] | None, found: Found[Texts] | None) -> Found[Texts] | None:
    """The text without the paragraphs that only name these authors, unless a rule or the page says what the text is."""
    if text is None or found is None or text.origin != "heuristic":
        return text
    return Found(tuple(line for line in text.value if not names.is_byline(line, found.value)), text.origin)


def agency(groups: Iterable[Byline]) -> Found[str] | None:
    """The first news agency that the bylines and credits name, in its usual spelling."""
    return next((Found(name, group.origin) for group in groups if (name := names.agency(group.value))), None)


def _without_a_name(page: Page, groups: Sequence[Byline]) -> Found[Texts] | None:
    for group in groups:
        if group.origin not in ("html", "heuristic") and (found := names.labels(group.value)):
            return Found(found, group.origin)
    for texts in (*bylines.anywhere(page), *(group.value for group in groups[-1:])):
        if found := names.people(texts, page.site_names):
            return Found(found, "html")
    visible = (group for group in groups if group.origin == "html")
    return next((Found(found, "html") for group in visible if (found := names.labels(group.value)[:1])), None)
