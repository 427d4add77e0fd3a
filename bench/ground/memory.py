"""Resident memory of one program in a process of its own, as it reads page after page."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

import psutil
from ground import corpora
from ground.programs import PROGRAMS, Record, Sample
from ground.race import attempt

MB = 1_000_000
WINDOW = 300  # pages, more than there are: what is held swings with the sizes of the last few


def measured(name: str, counts: Sequence[int]) -> list[float]:
    """Megabytes that a program holds once it is imported, then after each of `counts` pages (rising).

    After so many pages: the most over the last `WINDOW` of them.
    """
    child = [sys.executable, "-m", "ground.memory", name, *map(str, counts)]
    said = subprocess.run(child, stdout=subprocess.PIPE, check=True, env=corpora.surroundings())
    return list(json.loads(said.stdout))


def places() -> list[Record]:
    """Where the news pages lie, and their addresses; empty without them."""
    keep = ("html_path", "url")
    news = corpora.NEWS if corpora.are_here() else ()
    return [{key: row[key] for key in keep} for name in news for row in corpora.rows(name, "all")]


def pages(saved: Sequence[Record]) -> Iterator[Sample]:
    """For ever, each read from its file again: this process holds no more than one. Invented if none is saved."""
    for place in cycle(saved):
        body = corpora.unpacked(place)
        yield Sample({}, body, body.decode("utf-8", "replace"), str(place["url"]))
    for page in cycle(corpora.invented()):
        yield Sample({}, page.body, page.body.decode("utf-8", "replace"), page.url)


def main(name: str, counts: Sequence[int]) -> None:
    """Print what this process holds, as JSON."""
    source = pages(places())
    run = next(program for program in PROGRAMS if program.name == name).load()
    here = psutil.Process()
    held = [here.memory_info().rss / MB]
    recent: deque[float] = deque(maxlen=WINDOW)
    done = 0
    for count in counts:
        for sample in islice(source, count - done):
            attempt(run, sample)
            recent.append(here.memory_info().rss / MB)
        done = count
        held.append(max(recent))
    print(json.dumps(held))


if __name__ == "__main__":
    logging.disable()
    warnings.simplefilter("ignore")
    main(sys.argv[1], [int(count) for count in sys.argv[2:]])
