"""dateline archive: the bytes of pages as they came."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

import typer

from worker.cli import output, session
from worker.cli.export import day, progress
from worker.db import one
from worker.settings import VERSION

app = typer.Typer(help="The pages as they came, before they were parsed.", no_args_is_help=True)

BATCH = 20  # pages that are in memory at a time
TRANSPORT = {"transfer-encoding", "content-length", "connection", "keep-alive"}  # of the transfer, not of the page

WANTED = """
      from archive a join page p on p.id = a.page_id
     where (%(source)s::text is null or p.source_id = %(source)s)
       and (%(since)s::timestamptz is null or a.fetched_at >= %(since)s)
       and (%(until)s::timestamptz is null or a.fetched_at < %(until)s)"""


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
    try:
        with session.database() as pool, pool.connection() as conn, part.open("wb") as file:
            total = one(conn.execute("select count(*) as number" + WANTED, wanted))["number"]
            writer = WARCWriter(file, gzip=to.suffix == ".gz", warc_version="1.1")
            writer.write_record(writer.create_warcinfo_record(to.name, {"software": f"Dateline {VERSION}"}))
            with conn.cursor("archive") as cursor, progress(total) as advance:
                cursor.execute("select a.*" + WANTED + " order by a.fetched_at, a.id", wanted)
                while rows := cursor.fetchmany(BATCH):
                    for row in rows:
                        _write(writer, row)
                    advance(len(rows))
        part.replace(to)
    except OSError as error:
        output.fail(f"{to}: cannot be written: {error.strerror}")
    finally:
        part.unlink(missing_ok=True)


def _write(writer: Any, row: dict[str, Any]) -> None:
    """One answer as a response record; the same answer has the same record id in every export."""
    from warcio.statusandheaders import StatusAndHeaders

    given = row["headers"].items()
    headers = [(name, value) for name, value in given if name.lower() not in TRANSPORT and name.isascii()]
    head = StatusAndHeaders(str(row["status"]), [*headers, ("Content-Length", str(len(row["body"])))], "HTTP/1.1")
    number = uuid5(NAMESPACE_URL, f"{row['url']} {row['fetched_at'].isoformat()} {row['id']}")
    named = {"WARC-Date": f"{row['fetched_at']:%Y-%m-%dT%H:%M:%S.%fZ}", "WARC-Record-ID": f"<urn:uuid:{number}>"}
    writer.write_record(
        writer.create_warc_record(
            row["url"], "response", payload=BytesIO(row["body"]), http_headers=head, warc_headers_dict=named
        )
    )
