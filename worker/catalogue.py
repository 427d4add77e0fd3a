"""A catalogue of publishers and their lists, to add a source by name. It is a start: none of it was verified by us."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scrapers.urls import bare_host, host_of
from worker.discover import ListKind
from worker.sourcefile import FeedSpec, SourceSpec

CATALOGUE = Path(__file__).with_name("catalogue.csv")
SUGGESTIONS = 5

_KINDS: dict[str, ListKind] = {"feed": "feed", "news_sitemap": "news_sitemap", "sitemap": "sitemap"}


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher of the catalogue. `verified` is False: its addresses come from public code, not from a look."""

    id: str
    name: str
    country: str | None
    language: str | None
    homepage: str
    feeds: tuple[FeedSpec, ...]
    verified: bool = False

    def spec(self) -> SourceSpec:
        """The source to add: its feeds and news sitemaps; plain sitemaps, which are archives, for want of both."""
        current = tuple(feed for feed in self.feeds if feed.kind != "sitemap")
        return SourceSpec(self.id, self.name, self.homepage, current or self.feeds, self.language, self.country)


def find(name: str) -> list[Publisher]:
    """The publishers that a name, an id or a host may mean, whatever its case and accents.

    The first of these that finds any: an exact name, id or host; the start of a name; a part of a name. More than one
    publisher means that the name is ambiguous, none that there is nothing like it: `suggest` then has similar names.
    """
    wanted = _key(name)
    if not wanted:
        return []
    host = bare_host(host_of(name if "//" in name else f"https://{name}"))
    everyone = publishers()
    exact = [one for one in everyone if wanted in (_key(one.id), _key(one.name)) or _host(one) == host]
    starting = [one for one in everyone if _key(one.name).startswith(wanted)]
    return exact or starting or [one for one in everyone if wanted in _key(one.name)]


def suggest(name: str) -> list[str]:
    """Names that are spelt like this one, the closest first."""
    names = {_key(one.name): one.name for one in publishers()}
    return [names[key] for key in difflib.get_close_matches(_key(name), names, SUGGESTIONS, cutoff=0.6)]


@cache
def publishers() -> tuple[Publisher, ...]:
    """Everyone in the catalogue, by name."""
    rows: dict[str, list[dict[str, str]]] = {}
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["id"], []).append(row)
    return tuple(sorted((_publisher(group) for group in rows.values()), key=lambda one: _key(one.name)))


def _publisher(rows: list[dict[str, str]]) -> Publisher:
    first = rows[0]
    feeds = tuple(FeedSpec(row["url"], _KINDS[row["kind"]]) for row in rows)
    return Publisher(
        first["id"], first["name"], first["country"] or None, first["language"] or None, first["homepage"], feeds
    )


def _host(one: Publisher) -> str:
    return bare_host(host_of(one.homepage))


def _key(name: str) -> str:
    """The letters and digits of a name, without case and accents."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[\W_]", "", "".join(char for char in letters if not unicodedata.combining(char)))
