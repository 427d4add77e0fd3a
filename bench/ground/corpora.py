"""The labelled pages beside the checkout, where they are; elsewhere stories of the invented newspapers."""

from __future__ import annotations

import gzip
import json
import os
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]
SHARED = REPO.parent / "shared"
CORPORA = SHARED / "corpora"
NAMES = ("aed", "fundus", "traf")
NEWS = NAMES[:2]  # news alone, with title, authors, time and body
HELD_BACK_PART = 4  # one site of so many is held back
INVENTED = 40  # stories of each newspaper, where there are no labelled pages


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


def rows(name: str, part: str) -> list[dict[str, Any]]:
    """The lines of one corpus that belong to a part of its newspapers: `held back`, `open` or `all`."""
    lines = [json.loads(line) for line in truth(name).read_text("utf-8").split("\n") if line.strip()]
    return [row for row in lines if part == "all" or is_held_back(row["site"]) == (part == "held back")]


def surroundings() -> dict[str, str]:
    """The environment in which another Python runs the code of this checkout, wherever Dateline was installed from."""
    places = (str(REPO), str(REPO / "bench"), os.environ.get("PYTHONPATH"))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}


def unpacked(row: Mapping[str, Any]) -> bytes:
    """The page that a line of a corpus is about."""
    return gzip.decompress((CORPORA / row["html_path"]).read_bytes())


def invented(stories: int = INVENTED) -> list[SavedPage]:
    """So many stories of each newspaper of tests/site: small, clean pages that flatter every program."""
    sys.path.insert(0, str(REPO))  # tests/ is not installed
    from tests.site.press import Press

    pages = []
    for paper in Press().papers.values():
        for _ in range(stories):
            story = paper.publish()
            pages.append(SavedPage(story.url, paper.answer(story.path, {}).body))
    return pages
