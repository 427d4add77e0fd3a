"""Waiting for what another process does: until it is so, or the test fails."""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE_S = 0.1
WITHIN_S = 180.0  # what is over in a second may take a busy machine a hundred times as long


def until(what: str, is_so: Callable[[], object], within_s: float = WITHIN_S) -> None:
    """Return once `is_so()` is true; fail, naming `what`, if it is not within that time."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        time.sleep(PAUSE_S)
