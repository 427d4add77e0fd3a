"""dateline compare: would two articles be joined, and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from scrapers.page import Page
from scrapers.registry import scrape
from worker.cli import articles, output, session
from worker.cli.extract import unpacked
from worker.dedup.compare import Comparison, Side, compare

A = Annotated[str | None, typer.Argument(help="An article: its number, any of its addresses, or a saved page or text.")]


def compare_command(
    a: A = None,
    b: A = None,
    batch: Annotated[
        Path | None, typer.Option(help="A JSONL file: lines with id, a and b, each title and body.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with all measures.")] = False,
) -> None:
    """Say whether two articles would be joined as copies of one report, and why; the store decides by the same code.

    With --batch lines {"id", "a": {"title", "body", "source"?, "published"?}, "b": {...}} give lines
    {"id", "verdict", "similarity", "reason"}. The verdict is copy, different, or same: one article of one
    source, in which nothing differs. A bad line is reported, the rest is done, and the exit code is 1.
    """
    if batch is not None and a is None:
        _compare_lines(batch)
        return
    if a is None or b is None or batch is not None:
        output.usage("Give two articles, or --batch PAIRS.jsonl.")
    one, other = _sides(a, b)
    found = compare(one, other)
    if as_json:
        output.print_json({"a": a, "b": b, **as_dict(found)})
    else:
        show(found)


def show(found: Comparison) -> None:
    """A comparison for people: the verdict, then what was measured."""
    output.line(f"{found.verdict}: {found.reason} (similarity {found.similarity:.2f})")
    output.line(f"  candidates  {found.shared} of the hashes of their sketches in common")
    if (measures := found.measures) is None:
        return
    output.line(f"  contained   {measures.contained:.3f} of the shorter text's word sequences are in the other")
    output.line(f"  aligned     {measures.aligned:.3f} of its words, in the same order")
    output.line(f"  mutual      {measures.mutual:.3f} of both")
    one, other = measures.openings
    output.line(f"  openings    {one:.2f} and {other:.2f} of each text's first words are in the other")
    output.line(
        f"  values      differ in {measures.differing} of {measures.stretches:.0f} stretches of the common text"
    )
    if len(measures.conflicts) > 1:
        output.line(f"  agreeing    {measures.agreeing} figures, and {measures.said:.0f} words of quotations")
    output.line(f"  headlines   {measures.related:.2f} of a headline's words are in the other article")
    for conflict in measures.conflicts:
        output.line(f"  conflict    {conflict}")


def as_dict(found: Comparison) -> dict[str, Any]:
    """A comparison, ready for JSON."""
    return asdict(found)


def _sides(a: str, b: str) -> tuple[Side, Side]:
    files = [_of_file(Path(name)) if Path(name).is_file() else None for name in (a, b)]
    if files[0] and files[1]:
        return files[0], files[1]
    with session.database() as pool:
        stored = [found or _of_row(articles.find(pool, name), name) for found, name in zip(files, (a, b), strict=True)]
    return stored[0], stored[1]


def _of_row(row: dict[str, Any] | None, target: str) -> Side:
    if row is None:
        output.fail(f"{target}: neither a file nor in the archive. To fetch it: dateline crawl ADDRESS")
    return Side(row["title"], row["body"], row["source"], row["published"] or row["first_seen"], row["id"])


def _of_file(path: Path) -> Side:
    """A saved page, a record as `dateline extract` prints it, or a plain text whose first line is the headline."""
    try:
        body = unpacked(path.read_bytes())
        if body.lstrip()[:1] == b"{":
            return side(json.loads(body))
        if body.lstrip()[:1] == b"<":
            record = scrape(Page(body, "http://file.invalid/", {}))
            return Side(record.title or "", record.body, None, record.published)
        title, _, text = body.decode("utf-8-sig").partition("\n")
    except OSError as error:
        output.fail(f"{path}: {error.strerror or error}")
    except ValueError as error:
        output.fail(f"{path}: {error}")
    return Side(title, text)


def side(value: Any) -> Side:
    """One side of a pair, from JSON. Raises ValueError that says what is wrong."""
    if not isinstance(value, dict):
        raise ValueError("not an object with title and body")
    for name in ("title", "body", "source", "published"):
        if not isinstance(value.get(name, ""), str | None) or (name == "body" and not isinstance(value.get(name), str)):
            raise ValueError(f"{name} is {'not text' if name in value else 'missing'}")
    published = value.get("published")
    since = datetime.fromisoformat(published) if published else None
    if since and since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return Side(value.get("title") or "", value["body"], value.get("source"), since)


def _compare_lines(path: Path) -> None:
    try:
        file = path.open("rb")
    except OSError as error:
        output.fail(f"{path}: {error.strerror or error}")
    bad = 0
    with file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                pair = json.loads(line.decode("utf-8-sig"))
                if not isinstance(pair, dict) or "id" not in pair:
                    raise ValueError("not an object with id, a and b")
                found = compare(_named(pair, "a"), _named(pair, "b"))
            except (ValueError, RecursionError) as error:
                bad += 1
                output.complain(f"{path}, line {number}: {error}")
                continue
            output.print_json(
                {
                    "id": pair["id"],
                    "verdict": found.verdict,
                    "similarity": found.similarity,
                    "reason": found.reason,
                }
            )
    if bad:
        output.fail(f"{path}: {bad} lines could not be compared.")


def _named(pair: dict[str, Any], name: str) -> Side:
    if name not in pair:
        raise ValueError(f"{name} is missing")
    try:
        return side(pair[name])
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
