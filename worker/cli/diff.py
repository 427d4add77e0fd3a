"""dateline articles diff: what changed between two revisions of an article, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Annotated, Any, Literal

import typer

from worker.cli import articles, output, session
from worker.db import Connection

Piece = tuple[Literal["same", "removed", "added"], str]

FIELDS = ("title", "subtitle", "authors", "published", "kind", "body")
AROUND = 12  # words that are shown around a change
STYLES = {"same": "", "removed": "red strike", "added": "green bold"}
MARKS = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}  # those of git diff --word-diff
_WORD = re.compile(r"\s*\S+")

REVISIONS = """
    select revision, seen_from, last_seen, title, subtitle, authors, published, kind, body
      from dateline.article_revisions where article_id = %s order by revision"""


def diff_command(
    target: Annotated[str, typer.Argument(help="The article's number, or any address that led to it.")],
    old: Annotated[int | None, typer.Argument(help="A revision; the last but one if left out.")] = None,
    new: Annotated[int | None, typer.Argument(help="A later one; the current one if left out.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: for every field that changed its pieces.")
    ] = False,
) -> None:
    """Show two revisions of an article word by word: removed words in red, added ones in green.

    Without colours they stand in [-...-] and {+...+}.
    """
    with session.database() as pool, pool.connection() as conn:
        article = articles.find(pool, target)
        if article is None:
            output.fail(f"Not in the archive: {target}. To fetch it now: dateline crawl ADDRESS")
        one, other = _two(conn, article["id"], old, new)
    changes = {name: pieces for name in FIELDS if _is_changed(pieces := compared(_text(one[name]), _text(other[name])))}
    if as_json:
        numbers = {"id": article["id"], "url": article["url"], "from": one["revision"], "to": other["revision"]}
        output.print_json({**numbers, "changes": changes})
        return
    output.line(article["url"])
    for row in (one, other):
        output.line(f"revision {row['revision']}, seen from {_when(row['seen_from'])} to {_when(row['last_seen'])}")
    for name, pieces in changes.items():
        _show(name, pieces)
    if not changes:
        output.line("They have the same words.")


def compared(one: str, other: str) -> list[Piece]:
    """The words of two texts as pieces that both have, only the first or only the second, in reading order."""
    old, new = _WORD.findall(one), _WORD.findall(other)
    matcher = SequenceMatcher(None, [word.strip() for word in old], [word.strip() for word in new], autojunk=False)
    pieces: list[Piece] = []
    for tag, start, end, start_new, end_new in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(new[start_new:end_new])))
            continue
        if start < end:
            pieces.append(("removed", "".join(old[start:end])))
        if start_new < end_new:
            pieces.append(("added", "".join(new[start_new:end_new])))
    return pieces


def _is_changed(pieces: Sequence[Piece]) -> bool:
    return any(kind != "same" for kind, _ in pieces)


def _two(conn: Connection, article_id: int, old: int | None, new: int | None) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = {row["revision"]: row for row in conn.execute(REVISIONS, (article_id,))}
    last = max(rows)
    numbers = (old if old is not None else last - 1, new if new is not None else last)
    if last == 1 and (old, new) == (None, None):
        output.fail(f"Article {article_id} has one revision: it never changed, as far as was seen.")
    for number in numbers:
        if number not in rows:
            output.fail(f"Article {article_id} has no revision {number}; it has 1 to {last}.")
    return rows[numbers[0]], rows[numbers[1]]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)


def _when(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M %Z}"


def _show(name: str, pieces: Sequence[Piece]) -> None:
    """One field, the words far from any change left out."""
    output.line(f"\n{name}")
    shown = output.words("")
    is_coloured = output.out.is_terminal and not output.out.no_color
    for kind, words in _shortened(pieces):
        text = words if is_coloured else MARKS[kind].format(words.strip())
        shown.append(
            output.words(text if is_coloured or not shown else f" {text}", STYLES[kind] if is_coloured else "")
        )
    output.out.print(shown)


def _shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    for number, (kind, words) in enumerate(pieces):
        parts = _WORD.findall(words)
        is_first, is_last = number == 0, number == len(pieces) - 1
        kept_before, kept_behind = (0 if is_first else AROUND), (0 if is_last else AROUND)
        if kind != "same" or len(parts) <= kept_before + kept_behind + 1:
            yield kind, words
        else:
            behind = parts[len(parts) - kept_behind :]
            yield kind, "".join([*parts[:kept_before], " …", *behind])
