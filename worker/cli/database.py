"""dateline db: the schema, and how to reach the database."""

from __future__ import annotations

import typer

from worker import db, invariants, sources
from worker.cli import output, session
from worker.settings import settings

app = typer.Typer(help="The database: create, check and reach it.", no_args_is_help=True)


@app.command()
def init() -> None:
    """Create the schema and enter the sources of the sources file; harmless where they exist."""
    config = settings()
    if config.database_url:
        session.prepare(config)
    else:
        with session.database():
            session.prepare(config)
    output.line(f"The database has schema version {db.SCHEMA_VERSION}.")


@app.command()
def check() -> None:
    """Say whether the schema is this program's and whether all that must be true of the rows is; else exit code 1.

    It reads whole tables, as of one moment; the service may be running meanwhile.
    """
    with db.connect() as conn:
        db.require_schema(conn)
        output.line(f"The database has schema version {db.SCHEMA_VERSION}, as this program needs.")
        found = invariants.broken(conn)
    for broken in found:
        output.complain(f"Not so: {broken.says} {broken.count} rows:")
        for row in broken.rows:
            output.note(f"  {row}")
    if found:
        raise typer.Exit(1)
    output.line(f"{len(invariants.INVARIANTS)} things that must be true of its rows are.")


@app.command()
def migrate() -> None:
    """Bring an older schema up to this program's version; articles stay as they are."""
    with db.connect() as conn:
        before = db.installed_version(conn)
        db.install_schema(conn)
        db.require_schema(conn)
        sources.sync(conn, session.configured_sources(settings()))
    output.line(f"The database has schema version {db.SCHEMA_VERSION} (it had {before or 'none'}).")


@app.command()
def url() -> None:
    """Print the address of the database, for psql and other programs. It contains the password."""
    output.line(settings().database())
