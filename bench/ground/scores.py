"""Scores of records beside the labels, by the scorer that lies with them; and the records of the command line."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ground import corpora
from ground.programs import Record

Figures = dict[str, float]


@cache
def scorer() -> ModuleType:
    """score.py of the corpora, as a module."""
    spec = importlib.util.spec_from_file_location("score", corpora.CORPORA / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures(rows: Iterable[Record], found: Mapping[str, Record]) -> Figures:
    """Means over the pages; `found` by the page's id."""
    return dict(scorer().score(list(rows), found)[0])


def by_page(rows: Iterable[Record], found: Mapping[str, Record]) -> dict[str, float]:
    """F1 of the body of each page by its id, of its segments where these are what is labelled."""
    return {row["id"]: value for row in scorer().score(list(rows), found)[1] if (value := _f1(row)) is not None}


def _f1(row: Mapping[str, Any]) -> float | None:
    if "segments" not in row:
        return row.get("body_f1")
    hits, wanted, wrong = row["segments"]
    return 2 * hits / (hits + wrong + wanted) if hits + wrong + wanted else None


def through_command_line(name: str) -> dict[str, Record]:
    """What `dateline extract --batch` says of the pages of a corpus, by id."""
    command = [Path(sys.executable).with_name("dateline"), "extract", "--batch", str(corpora.truth(name))]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=corpora.surroundings())
    return {record["id"]: record for record in map(json.loads, said.stdout.decode().split("\n")[:-1])}
