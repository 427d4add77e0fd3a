"""dateline archive: the bytes of pages as they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

import typer
from pydantic import TypeAdapter, ValidationError

from worker import archive as pages
from worker import db, endpoints, relocation, workers
from worker.cli import output, session
from worker.cli.export import day, progress
from worker.db import Connection, Pool
from worker.objects import BytesLost, StoreError
from worker.relocation import Batch
from worker.settings import VERSION, settings

app = typer.Typer(help="The pages as they came, before they were parsed.", no_args_is_help=True)

POSTGRES = "postgres"  # what --to takes beside addresses
TRANSPORT = {"transfer-encoding", "content-length", "connection", "keep-alive"}  # of the transfer, not of the page
_ADDRESS = TypeAdapter(endpoints.Archive)


@app.callback()
def archive() -> None:
    """The pages as they came, before they were parsed."""


@app.command()
def export(
    to: Annotated[Path, typer.Option("-o", "--output", help="File to write, such as pages.warc.gz.")],
    source: Annotated[str | None, typer.Option(help="Only pages that this source listed (its id).")] = None,
    since: Annotated[str | None, typer.Option(help="Only those fetched since this day (2026-01-31).")] = None,
    until: Annotated[str | None, typer.Option(help="Only those fetched before this day.")] = None,
) -> None:
    """Write archived pages as WARC 1.1 (ISO 28500), compressed where the file's name ends in .gz."""
    try:
        from warcio.warcwriter import WARCWriter
    except ModuleNotFoundError:
        output.fail("WARC needs warcio: pip install 'dateline[export]'")
    wanted = {"source": source, "since": day("--since", since), "until": day("--until", until)}
    part = to.with_name(to.name + ".part")
    lost: list[str] = []
    try:
        with session.database() as pool, part.open("wb") as file:
            writer = WARCWriter(file, gzip=to.suffix == ".gz", warc_version="1.1")
            writer.write_record(writer.create_warcinfo_record(to.name, {"software": f"Dateline {VERSION}"}))
            lost.extend(_write_all(writer, pool, wanted))
        part.replace(to)
    except OSError as error:
        output.fail(f"{to}: cannot be written: {error.strerror}")
    except StoreError as error:
        output.fail(str(error))
    finally:
        part.unlink(missing_ok=True)
    _report(lost)


def _write_all(writer: Any, pool: Pool, wanted: Mapping[str, Any]) -> Iterator[str]:
    """Write what is wanted; yields what is lost, and left out."""
    total, last = pages.count(pool, wanted)
    with progress(total) as advance:
        for rows in pages.batches(pool, wanted, last):
            for row in rows:
                try:
                    _write(writer, row, pages.body_of(row))
                except BytesLost as error:
                    yield f"{row['url']} of {row['fetched_at']:%Y-%m-%d %H:%M}: {error}"
            advance(len(rows))


def _write(writer: Any, row: Mapping[str, Any], body: bytes) -> None:
    """One answer as a response record; the same answer has the same record id in every export."""
    from warcio.statusandheaders import StatusAndHeaders

    given = row["headers"].items()
    headers = [(name, value) for name, value in given if name.lower() not in TRANSPORT and name.isascii()]
    head = StatusAndHeaders(str(row["status"]), [*headers, ("Content-Length", str(len(body)))], "HTTP/1.1")
    number = uuid5(NAMESPACE_URL, f"{row['url']} {row['fetched_at'].isoformat()} {row['id']}")
    named = {"WARC-Date": f"{row['fetched_at']:%Y-%m-%dT%H:%M:%S.%fZ}", "WARC-Record-ID": f"<urn:uuid:{number}>"}
    writer.write_record(
        writer.create_warc_record(
            row["url"], "response", payload=BytesIO(body), http_headers=head, warc_headers_dict=named
        )
    )


@app.command()
def move(
    to: Annotated[
        str | None,
        typer.Option(help="postgres, a folder or s3://BUCKET/PREFIX; unset: where DATELINE_ARCHIVE has new ones go."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=db.MAX_ID, help="Move no more pages than so many.")] = db.MAX_ID,
) -> None:
    """Bring the bytes of all pages to one place, into Postgres or out of it, while workers run.

    Every copy is read again and compared with its hash before the old one is given up. It may be ended at any time; run
    again it goes on. Folders and buckets are emptied day by day: yesterday's and today's by the workers, later.
    """
    url = settings().archive if to is None else None if to == POSTGRES else _address("--to", to)
    with session.database() as pool, _undisturbed() as conn:
        now = workers.now(pool)
        plan = relocation.plan(conn, url, now - settings().keep["archive"])
        batches = relocation.move(conn, plan, limit)
        moved, lost = _follow(batches, min(plan.rows, limit), "moving")
        days = pages.sweep(pool, now)
    output.line(f"Moved {moved} of {plan.rows} pages. Old copies deleted: those of {days} days.")
    _report(lost)


@app.command()
def check() -> None:
    """Read all bytes that are outside of Postgres and compare them with their hashes; exit code 1 if any are lost."""
    with session.database(), _undisturbed() as conn:
        whole, lost = _follow(relocation.check(conn), relocation.count_in_stores(conn), "reading")
    output.line(f"{whole} pages outside of Postgres are whole.")
    _report(lost)


def _follow(batches: Iterator[Batch], total: int, what: str) -> tuple[int, list[str]]:
    """Let a move or check run under a bar: of how many pages the bytes are well, and which are lost."""
    well, lost = 0, []
    with progress(total, what) as advance:
        for batch in batches:
            well += batch.well
            lost += batch.lost
            advance(batch.well + len(batch.lost))
    return well, lost


@app.command()
def repoint(
    before: Annotated[str, typer.Argument(help="The address that DATELINE_ARCHIVE had.")],
    now: Annotated[str, typer.Argument(help="Where everything in it is now.")],
) -> None:
    """Say that a folder or bucket was moved by other means. Stop the workers before, and set DATELINE_ARCHIVE anew."""
    with session.database() as pool, pool.connection() as conn:
        if not relocation.repoint(conn, _address("BEFORE", before), _address("NOW", now)):
            output.fail(f"No page was ever kept in {before}.")


def _address(name: str, text: str) -> str:
    """An address as DATELINE_ARCHIVE takes it."""
    try:
        return _ADDRESS.validate_python(text)
    except ValidationError as error:
        output.usage(f"{name} {text}: {error.errors()[0]['msg'].removeprefix('Value error, ')}")


@contextmanager
def _undisturbed() -> Iterator[Connection]:
    """A connection in autocommit mode, so that no transaction is open while a store is slow."""
    try:
        with db.connect() as conn:
            yield conn
    except relocation.AnotherMove:
        output.fail("Another `dateline archive move` is running.")
    except StoreError as error:
        output.fail(str(error))


def _report(lost: list[str]) -> None:
    for line in lost:
        output.complain(f"lost: {line}")
    if lost:
        raise typer.Exit(1)
