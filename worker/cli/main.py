"""The command line, assembled: one file per command group."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import psycopg
import typer
from psycopg_pool import PoolTimeout

from worker.cli import (
    archive,
    articles,
    compare,
    crawl,
    database,
    diff,
    events,
    explain,
    extract,
    output,
    service,
    sources,
    status,
    up,
)
from worker.db import SchemaError
from worker.local import LocalError
from worker.settings import VERSION, SettingsError, settings
from worker.sourcefile import SourceFileError

DATABASE_HINT = "Is DATELINE_DATABASE_URL right, and the server running?"

app = typer.Typer(
    name="dateline",
    help="Self-hosted news ingestion: discovers, fetches and parses news, keeps deduplicated articles in Postgres.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(up.up)
app.command()(crawl.crawl)
app.command()(extract.extract)
app.add_typer(sources.app, name="sources")
articles.app.command("diff")(diff.diff_command)
app.add_typer(articles.app, name="articles")
app.add_typer(events.app, name="events")
app.add_typer(archive.app, name="archive")
app.command()(status.status)
app.command("compare")(compare.compare_command)
app.command("explain")(explain.explain_command)
app.add_typer(database.app, name="db")
app.command()(service.worker)
app.command()(service.beat)


def _print_version(wanted: bool) -> None:
    if wanted:
        output.line(f"dateline {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Self-hosted news ingestion: discovers, fetches and parses news, keeps deduplicated articles in Postgres."""


def main() -> None:
    """Run the command line; errors that a person can mend end with one clear message and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a headline may have letters that a terminal lacks
    try:
        app()
    except (SettingsError, SchemaError, LocalError, SourceFileError) as error:
        output.complain(str(error))
    except PoolTimeout as error:
        output.complain(f"Postgres does not answer: {error}. {DATABASE_HINT}")
    except psycopg.Error as error:
        if error.sqlstate and not isinstance(error, psycopg.OperationalError):
            raise  # a statement of ours is wrong
        output.complain(f"Postgres: {str(error).strip()}" + ("" if error.sqlstate else f"\n{DATABASE_HINT}"))
        if settings().log_level == "DEBUG":
            raise
    else:
        return
    sys.exit(1)
