"""What the store would make of two articles, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from worker.dedup.sketch import SHARED, WINDOW
from worker.dedup.text import Text
from worker.dedup.verdict import Measures, Verdict, decide


@dataclass(frozen=True, slots=True)
class Side:
    """One of two articles; `source`, `since` and `id` where they are known."""

    title: str
    body: str
    source: str | None = None
    since: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether two articles are the same, copies of one report or different, and why."""

    verdict: Literal["same", "copy", "different"]
    similarity: float
    reason: str
    shared: int  # hashes of both sketches
    measures: Measures | None = None


def compare(one: Side, other: Side) -> Comparison:
    """What the store would decide; same is one article: one row, or one source in which nothing tells them apart."""
    a, b = (Text(side.title, side.body) for side in (one, other))
    shared = len({*a.sketch} & {*b.sketch})
    if _is_same(one, other, a, b):
        return Comparison("same", 1.0, "one article: source, headline and text are equal", shared)
    found = decide(a, b)
    reason = _not_compared(one.since, other.since, shared) if found.is_copy and found.method == "near" else None
    if reason:
        found = Verdict(False, found.similarity, reason, None, found.measures)
    return Comparison("copy" if found.is_copy else "different", found.similarity, found.reason, shared, found.measures)


def _is_same(one: Side, other: Side, a: Text, b: Text) -> bool:
    if one.id is not None and other.id is not None:
        return one.id == other.id
    return one.source is not None and (one.source, one.since, a.title_words, a.words) == (
        other.source,
        other.since,
        b.title_words,
        b.words,
    )


def _not_compared(one: datetime | None, other: datetime | None, shared: int) -> str | None:
    """Why the store would not compare two texts that are alike; None if it would."""
    if one and other and abs(one - other) > WINDOW:
        return f"alike, but published more than {WINDOW.days} days apart"
    if shared < SHARED:
        return f"alike, but only {shared} of the hashes of their sketches are equal"
    return None
