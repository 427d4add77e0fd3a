"""What commands print: results to standard output, complaints and progress to standard error.

All of it goes through here, and no control character of a page reaches the terminal: they are written out.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from worker.logs import CONTROLS, visible

out = Console(highlight=False, soft_wrap=True, emoji=False)  # a headline with :smile: in it stays as it is
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def line(text: str) -> None:
    """One line of result."""
    out.print(visible(text), markup=False)


def note(text: str) -> None:
    """One line of progress, to standard error."""
    err.print(visible(text), markup=False)


def words(text: str, style: str = "") -> Text:
    """A piece of text for a picture that rich draws."""
    return Text(visible(text), style)


def complain(text: str) -> None:
    """An error, to standard error."""
    err.print(words("Error:", "bold red"), words(text))


def fail(text: str) -> NoReturn:
    """Complain and end with exit code 1."""
    complain(text)
    raise typer.Exit(1)


def usage(text: str) -> NoReturn:
    """Complain about the command line and end with exit code 2."""
    complain(text)
    raise typer.Exit(2)


def as_json(value: Any) -> str:
    """One line of JSON; times in ISO 8601."""
    has_all_letters = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    text = json.dumps(value, ensure_ascii=not has_all_letters, default=_plain)
    text = CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)  # json escapes the first 32 of them itself
    return text.encode("utf-8", "backslashreplace").decode()  # half of a surrogate pair stays an escape


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def print_json(value: Any) -> None:
    """One JSON value a line, never wrapped or coloured: for machines."""
    sys.stdout.write(as_json(value) + "\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A plain table; the width of the terminal where there is one, whole cells otherwise."""
    grid = Table(*columns, box=None, header_style="bold", pad_edge=False, expand=False)
    for row in rows:
        grid.add_row(*(words("" if cell is None else str(cell)) for cell in row))
    Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 10_000).print(grid)


def ago(when: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that fits: 5 s, 12 min, 3 h, 2 d."""
    if when is None:
        return "never"
    seconds = (now - when).total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
