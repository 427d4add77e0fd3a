"""The labelled pages beside the checkout, where they are; elsewhere stories of the invented newspapers."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]
SHARED = REPO.parent / "shared"
CORPORA = SHARED / "corpora"
NAMES = ("aed", "fundus", "traf")  # the first two are news alone, with title, authors, time and body


HELD_BACK_PART = 4  # one site of so many is held back


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page as it came from its server, decompressed."""

    url: str
    body: bytes


def are_here() -> bool:
    """Whether the labelled pages are beside this checkout."""
    return all(truth(name).exists() for name in NAMES)


def truth(name: str) -> Path:
    """The labels of one corpus, one page a line."""
    return CORPORA / f"{name}.dev.jsonl"


def is_held_back(site: str) -> bool:
    """Whether a site's pages are only scored: nobody looks at them, no rule and no weight is made from them."""
    return zlib.crc32(site.encode()) % HELD_BACK_PART == 0


def labelled(names: Sequence[str]) -> list[SavedPage]:
    """The pages of some of the corpora."""
    return [
        SavedPage(row["url"], unpacked(row))
        for name in names
        for row in map(json.loads, truth(name).read_text("utf-8").splitlines())
        if row["url"]
    ]


def unpacked(row: Mapping[str, Any]) -> bytes:
    """The page that a line of a corpus is about."""
    return gzip.decompress((CORPORA / row["html_path"]).read_bytes())


def invented(stories: int) -> list[SavedPage]:
    """So many stories of each newspaper of tests/site: small, clean pages that flatter every program."""
    sys.path.insert(0, str(REPO))  # tests/ is not installed
    from tests.site.press import Press

    pages = []
    for paper in Press().papers.values():
        for _ in range(stories):
            story = paper.publish()
            pages.append(SavedPage(story.url, paper.answer(story.path, {}).body))
    return pages
