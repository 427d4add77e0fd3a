"""dateline articles export: all articles as JSON lines, CSV or Parquet, in flat memory."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import psycopg
import typer
from psycopg import sql
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from worker import crawls, db
from worker.cli import output, session
from worker.db import Connection, one
from worker.logs import visible

FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # the last four are = + - @ in full width
BATCH = 500  # rows that are in memory at a time
ROW_GROUP = 5_000  # those of Parquet: its writer keeps what it knows of each group to the end
LONGEST = "1h"  # of a statement that counts what will be exported

WANTED = """
      from dateline.articles
     where (%(source)s::text is null or source = %(source)s)
       and (%(since)s::timestamptz is null or first_seen >= %(since)s)
       and (%(until)s::timestamptz is null or first_seen < %(until)s)
       and (%(after)s::bigint is null or id in (select article_id from dateline.events_since(%(after)s)))"""
COLUMNS = "select column_name as name from information_schema.columns where table_schema = 'dateline' \
and table_name = 'articles' order by ordinal_position"

Row = dict[str, Any]
Write = Callable[[Sequence[Row]], None]


class Format(StrEnum):
    """What `articles export` writes."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def export(
    format: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.JSONL,
    source: Annotated[str | None, typer.Option(help="Only of this source (its id).")] = None,
    since: Annotated[str | None, typer.Option(help="Only those first seen since this day (2026-01-31).")] = None,
    until: Annotated[str | None, typer.Option(help="Only those first seen before this day.")] = None,
    after: Annotated[
        int | None, typer.Option(min=0, max=db.MAX_ID, help="Only those with an event after this id.")
    ] = None,
    columns: Annotated[str | None, typer.Option(help="Columns of dateline.articles, with commas; unset: all.")] = None,
    to: Annotated[Path | None, typer.Option("-o", "--output", help="File to write; unset: standard output.")] = None,
) -> None:
    """Write all articles with their text, without copies, the oldest first.

    CSV is for spreadsheets: text that they would take for a formula begins with an apostrophe. Programs read JSONL.
    """
    if format is Format.PARQUET and to is None:
        output.usage("Parquet is no text: name a file with -o FILE")
    wanted = {"source": source, "since": day("--since", since), "until": day("--until", until), "after": after}
    with session.database() as pool, pool.connection() as conn:
        names = _columns(conn, columns)
        try:
            conn.execute("select set_config('statement_timeout', %s, true)", (LONGEST,))
            total = one(conn.execute("select count(*) as number" + WANTED, wanted))["number"] if to else None
            with _writer(format, names, to) as write, progress(total) as advance:
                for rows in _batches(conn, names, wanted):
                    write(rows)
                    advance(len(rows))
        except (psycopg.errors.NoDataFound, psycopg.errors.InvalidParameterValue) as error:
            output.fail(" ".join(filter(None, (error.diag.message_primary, error.diag.message_hint))))


def _columns(conn: Connection, given: str | None) -> list[str]:
    known = [row["name"] for row in conn.execute(COLUMNS)]
    names = [name.strip() for name in given.split(",")] if given else known
    if unknown := [name for name in names if name not in known]:
        output.usage(f"--columns: no {', '.join(unknown)} in dateline.articles; it has {', '.join(known)}")
    return list(dict.fromkeys(names))


def _batches(conn: Connection, names: Sequence[str], wanted: dict[str, Any]) -> Iterator[list[Row]]:
    selected = sql.SQL("select {}").format(sql.SQL(", ").join(map(sql.Identifier, names)))
    with conn.cursor("export") as cursor:
        cursor.execute(selected + sql.SQL(WANTED) + sql.SQL(" order by id"), wanted)
        while rows := cursor.fetchmany(BATCH):
            yield rows


@contextmanager
def progress(total: int | None, what: str = "exporting") -> Iterator[Callable[[int], None]]:
    """A bar on the terminal while something takes its time."""
    if total is None:
        yield lambda number: None
        return
    bar = Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=output.err,
        disable=not output.err.is_terminal,
    )
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda number: bar.advance(task, number)


@contextmanager
def _writer(format: Format, names: Sequence[str], to: Path | None) -> Iterator[Write]:
    """What writes rows; a file appears under its name when it is whole, and a failure leaves an older one as it was."""
    if to is None:
        yield _text(format, names, sys.stdout)
        return
    part = to.with_name(to.name + ".part")
    try:
        if format is Format.PARQUET:
            with _parquet(names, part) as write:
                yield write
        else:
            with part.open("w", encoding="utf-8", newline="") as file:
                yield _text(format, names, file)
        part.replace(to)
    except OSError as error:
        output.fail(f"{to}: cannot be written: {error.strerror}")
    finally:
        part.unlink(missing_ok=True)


def _text(format: Format, names: Sequence[str], file: IO[str]) -> Write:
    if format is Format.JSONL:
        return lambda rows: file.writelines(output.as_json(row) + "\n" for row in rows)
    writer = csv.DictWriter(file, names)
    writer.writeheader()
    return lambda rows: writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _cell(value: Any) -> Any:
    """What a spreadsheet takes: a list as text, the rest as in JSON, and no text that it would compute or obey.

    Text that begins like a formula gets an apostrophe, as OWASP's page on CSV injection advises.
    """
    if isinstance(value, list):
        value = "; ".join(value)
    if not isinstance(value, str):
        return value if value is None else output.as_json(value).strip('"')
    text = visible(value)
    return f"'{text}" if text.startswith(FORMULA) else text


@contextmanager
def _parquet(names: Sequence[str], path: Path) -> Iterator[Write]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        output.fail("Parquet needs pyarrow: pip install 'dateline[export]'")
    time = pa.timestamp("us", tz="UTC")
    others = {
        **dict.fromkeys(("id", "revision"), pa.int64()),
        **dict.fromkeys(("published", "modified", "first_seen", "revised_at", "gone_at"), time),
        **dict.fromkeys(("authors", "tags"), pa.list_(pa.string())),
        "edition_date": pa.date32(),
    }
    schema = pa.schema([(name, others.get(name, pa.string())) for name in names])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        batches: list[Any] = []

        def flush() -> None:
            if batches:
                writer.write_table(pa.Table.from_batches(batches, schema), row_group_size=ROW_GROUP)
                batches.clear()

        def write(rows: Sequence[Row]) -> None:
            batches.append(pa.RecordBatch.from_pylist([_flat(row) for row in rows], schema))
            if len(batches) * BATCH >= ROW_GROUP:
                flush()

        yield write
        flush()


def _flat(row: Row) -> Row:
    """The row with nested values as JSON, as Parquet's readers differ in what they make of them."""
    return {name: output.as_json(value) if isinstance(value, dict) else value for name, value in row.items()}


def day(option: str, text: str | None) -> datetime | None:
    try:
        return crawls.parse_since(text) if text else None
    except ValueError:
        output.usage(f"{option} {text}: not a day; write it as 2026-01-31 or 2026-01-31T08:00+05:00")
