"""The record that a scraper makes of a page, and what a feed knew of the page before it was fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, Self

Access = Literal["free", "metered", "subscriber"]
Precision = Literal["day", "minute", "second"]


class Kind(StrEnum):
    """What a page is; the first four are stored as articles."""

    ARTICLE = "article"
    LIVE = "live"
    VIDEO = "video"
    GALLERY = "gallery"
    HOME = "home"
    LISTING = "listing"
    PAYWALL = "paywall"  # a stub without the text
    SOFT_404 = "soft_404"  # says that there is nothing, with a status that says there is
    BLOCK = "block"  # a bot wall or a challenge
    OTHER = "other"

    @property
    def is_article(self) -> bool:
        """Whether such a page is stored."""
        return self in _STORED


_STORED = frozenset({Kind.ARTICLE, Kind.LIVE, Kind.VIDEO, Kind.GALLERY})


@dataclass(frozen=True, slots=True)
class Hint:
    """What a feed said of a page: believed last, field by field, where the page itself is silent."""

    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    authors: tuple[str, ...] = ()
    summary: str | None = None
    content: str | None = None  # the item's HTML or text, as given
    language: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    timezone: str | None = None  # of the source, an IANA name

    def as_dict(self) -> dict[str, object]:
        """JSON-ready, without the empty fields; times in ISO 8601."""
        found = ((part.name, getattr(self, part.name)) for part in fields(self))
        return {name: _plain(value) for name, value in found if value}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `as_dict`; unknown keys are left out, so that old rows stay readable.

        Raises ValueError for a time that is not ISO 8601.
        """
        known = {part.name for part in fields(cls)}
        values: dict[str, Any] = {name: value for name, value in data.items() if name in known and value}
        for name in ("published", "modified"):
            if isinstance(values.get(name), str):
                values[name] = datetime.fromisoformat(values[name])
        for name in ("authors", "tags"):
            if name in values:
                values[name] = tuple(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Article:
    """A page's record. Its fields stand in the order of the keys of `as_dict`; `body` is made of `paragraphs`.

    `provenance` names for every filled field where it came from: publisher rule, json-ld, meta, html, heuristic,
    url or feed. `source` is the scraper's id, or else the host without www., m. and amp.
    """

    url: str
    canonical_url: str | None = None
    source: str = ""
    source_article_id: str | None = None
    title: str | None = None
    subtitle: str | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    published: datetime | None = None
    published_precision: Precision | None = None
    published_raw: str | None = None  # the text that it was read from
    modified: datetime | None = None
    language: str | None = None
    section: str | None = None
    edition: str | None = None
    edition_date: date | None = None
    dateline: str | None = None
    paragraphs: tuple[str, ...] = ()
    image: str | None = None
    tags: tuple[str, ...] = ()
    access: Access = "free"
    correction: str | None = None  # the correction or clarification that the page announces
    kind: Kind = Kind.OTHER
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The paragraphs, a line each."""
        return "\n".join(self.paragraphs)

    @property
    def is_article(self) -> bool:
        """Whether the page is one that is stored."""
        return self.kind.is_article

    def as_dict(self) -> dict[str, object]:
        """JSON-ready, every field present; `body` stands before `paragraphs`."""
        data: dict[str, object] = {}
        for part in fields(self):
            if part.name == "paragraphs":
                data["body"] = self.body
            data[part.name] = _plain(getattr(self, part.name))
        return data


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    if isinstance(value, Kind):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
