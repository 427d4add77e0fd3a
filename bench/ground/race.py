"""Lets programs take turns at the same pages: what each of them found, and the CPU time that it took."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ground.programs import Record, Run, Sample


@dataclass(slots=True)
class Result:
    """Of one program over all pages; seconds are CPU time of this process."""

    found: dict[str, Record] = field(default_factory=dict)  # by the page's id; nothing of a page that it failed on
    failed: list[str] = field(default_factory=list)  # a word on each such page
    best_s: float = float("inf")  # of the quickest round
    page_s: list[float] = field(default_factory=list)  # of that round, page by page


def race(runs: Mapping[str, Run], samples: Sequence[Sample], rounds: int) -> dict[str, Result]:
    """One round for the records, which also warms everything up, then `rounds` against the clock.

    In a round each program reads all the pages before the next one does: a worker runs one program, and has its code
    and tables in the processor's caches. The quickest round counts, so that it hardly matters what else the machine
    does. What the programs keep for good is taken from the garbage collector, or each would pay for walking the others'
    tables.
    """
    results = {name: Result() for name in runs}
    for sample in samples:
        for name, run in runs.items():
            record, error = attempt(run, sample)
            if error:
                results[name].failed.append(error)
            results[name].found[sample.id] = record
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name, run in runs.items():
            page_s = [cpu_s(run, sample) for sample in samples]
            if sum(page_s) < results[name].best_s:
                results[name].best_s, results[name].page_s = sum(page_s), page_s
    gc.unfreeze()
    return results


def attempt(run: Callable[[Sample], Record], sample: Sample) -> tuple[Record, str | None]:
    """The record of a page, or an empty one and the name of the error: a page that breaks a program is its failure."""
    try:
        return run(sample), None
    except Exception as error:
        return {}, type(error).__name__


def cpu_s(run: Run, sample: Sample) -> float:
    """CPU seconds of this process for one page, with what it takes to throw the result away."""
    before = time.process_time()
    attempt(run, sample)
    return time.process_time() - before
