"""The ledger: what every fault test injected, expected and found; docs/reliability.md shows it as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

BEGIN, END = "<!-- table: made by the tests -->", "<!-- end of the table -->"
HEAD = "| fault | injected | articles expected | stored | doubled | lost | seconds to recover |"


@dataclass(frozen=True, slots=True)
class Line:
    """One fault: how often it struck, what should be in the database, what is, and how long it took to be there."""

    fault: str
    injected: int
    expected: int
    stored: int
    doubled: int
    lost: int
    recovered_s: float | None  # None: there was no moment at which it ended


@dataclass(slots=True)
class Ledger:
    """The lines of one run."""

    lines: list[Line] = field(default_factory=list)

    def table(self) -> str:
        """All lines as Markdown, in the order of their names; equal faults are one line."""
        faults = sorted({line.fault for line in self.lines})
        return "\n".join([HEAD, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |", *map(self._row, faults)])

    def _row(self, fault: str) -> str:
        lines = [line for line in self.lines if line.fault == fault]
        sums = [sum(getattr(line, name) for line in lines) for name in ("injected", "expected", "stored", "doubled")]
        lost = sum(line.lost for line in lines)
        return f"| {fault} | {' | '.join(map(str, sums))} | {lost} | {_longest(lines)} |"

    def write(self, path: Path) -> None:
        """Put the table in the place of the one in the document."""
        text = path.read_text("utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        path.write_text(f"{before}{BEGIN}\n{self.table()}\n{END}{after}", "utf-8")


def _longest(lines: Sequence[Line]) -> str:
    seconds = [line.recovered_s for line in lines if line.recovered_s is not None]
    return f"{max(seconds):.0f}" if seconds else ""


LEDGER = pytest.StashKey[Ledger]()  # where the run keeps it
