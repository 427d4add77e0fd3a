"""Fault points: the steps of a visit at which a test may let the process die, as `kill -9` would have it.

Off, which they are unless the environment names a folder, reaching one costs a look at a cached value. Tests arm a step
by putting a file into the folder: `<step>` for once, `<step>.always` for every time. The file's text is a part of the
address or host at which to strike; an empty file strikes anywhere. A file for once is gone when the process dies.
"""

from __future__ import annotations

import os
import signal
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Step = Literal[
    "host-taken",  # a worker has the lease, nothing is claimed yet
    "target-claimed",  # a feed or page is claimed and counted, robots.txt and the address are not asked for yet
    "fetch-answered",  # the bytes are here
    "parse",  # before the bytes are read
    "bytes-kept",  # the bytes are where they are to be kept, if that is outside Postgres; no row says so yet
    "record-written",  # all rows of the attempt are written, nothing is committed
    "record-committed",
    "release",  # before the host is given back
    "released",
]
STEPS: tuple[Step, ...] = get_args(Step)
VARIABLE = "_DATELINE_FAULT_POINTS"


def reach(step: Step, where: str) -> None:
    """Go on; or die here, if a test has armed the step for `where`: an address or a host."""
    folder = _folder()
    if folder is not None:
        _strike(folder, step, where)


@cache
def _folder() -> Path | None:
    name = os.environ.get(VARIABLE)
    return Path(name) if name else None


def _strike(folder: Path, step: Step, where: str) -> None:
    for trigger in (folder / step, folder / f"{step}.always"):
        try:
            is_meant = trigger.read_text("utf-8") in where
            if is_meant and trigger.suffix != ".always":
                trigger.unlink()  # of two that reach the step at once, one dies
        except FileNotFoundError:
            continue
        if is_meant:
            os.kill(os.getpid(), signal.SIGKILL)
