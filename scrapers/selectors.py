"""What a publisher's file, or an operator, names of a page: a CSS selector per field."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import soupsieve

RULE = "publisher rule"  # the origin of what they find


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of a publisher's fields, on `Page.soup`. A field that is not named is found generically.

    `body` selects the elements that are a paragraph each, or several where they hold blocks or empty lines; `drop` what
    is left out of them and of their text. Where the body is found generically, `drop` leaves out its paragraphs that
    stand in such an element. `published` and `modified` are read from `datetime` where the element has one.
    Raises soupsieve.SelectorSyntaxError for one that is no selector, TypeError for a field that there is not.
    """

    title: str | None = None
    subtitle: str | None = None
    authors: str | None = None
    agency: str | None = None
    published: str | None = None
    modified: str | None = None
    section: str | None = None
    edition: str | None = None
    edition_date: str | None = None
    body: str | None = None
    drop: str | None = None
    image: str | None = None
    tags: str | None = None

    def __post_init__(self) -> None:
        for part in fields(self):
            if selector := getattr(self, part.name):
                soupsieve.compile(selector)

    def as_dict(self) -> dict[str, str]:
        """The selectors of the fields that are named."""
        return {part.name: value for part in fields(self) if (value := getattr(self, part.name)) is not None}

    def mended_by(self, other: Selectors) -> Self:
        """These selectors, with those of the fields that the other ones name in their place."""
        return replace(self, **other.as_dict())
