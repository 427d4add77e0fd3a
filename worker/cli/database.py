"""dateline db: the schema, and how to reach the database."""

from __future__ import annotations

from typing import Annotated

import typer

from worker import db, invariants
from worker.cli import output, session
from worker.settings import settings

app = typer.Typer(help="The database: create, check and reach it.", no_args_is_help=True)


@app.command()
def init() -> None:
    """Create the schema, the workers' user and the sources of the sources file; harmless where they exist.

    It needs the owner of the schema, in DATELINE_OWNER_URL, where DATELINE_DATABASE_URL names a user of the workers.
    """
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
    config = settings()
    with db.connect(config.owner()) as conn:
        before = db.installed_version(conn)
    session.prepare(config)
    output.line(f"The database has schema version {db.SCHEMA_VERSION} (it had {before or 'none'}).")


@app.command()
def url(
    owner: Annotated[
        bool, typer.Option("--owner", help="That of the user who owns the schema and may change it.")
    ] = False,
) -> None:
    """Print the address of the database, for psql and other programs. It contains the password."""
    output.line(settings().owner() if owner else settings().database())
