"""What a command works with: the database, started for the time of the command where nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from worker import db, local, logs, sources
from worker.db import Pool
from worker.settings import Settings, settings
from worker.sourcefile import SourceSpec, load

STATEMENT_S = 600.0  # a search through a large archive may take its time; the person at the terminal can end it


@contextmanager
def database() -> Iterator[Pool]:
    """The pool. Where no server is set and none runs, the embedded Postgres is run until the command ends."""
    config = settings()
    logs.configure("WARNING" if config.log_level == "INFO" else config.log_level)
    if config.database_url or local.is_running(config):
        with running() as pool:
            yield pool
        return
    with local.servers(config, wants_broker=False):
        prepare(config)
        with running() as pool:
            yield pool


@contextmanager
def running() -> Iterator[Pool]:
    """The pool on a server that runs already. Raises psycopg.Error or SchemaError if it cannot be used."""
    db.connect().close()  # says at once what is wrong; a pool would go on trying
    with db.checked_pool(STATEMENT_S) as pool:
        yield pool


def prepare(config: Settings) -> None:
    """Create what is missing in the database: the schema, the workers' user, and the sources of the sources file."""
    with db.connect(config.owner()) as conn:
        db.install_schema(conn)
        db.require_schema(conn)
        db.admit_worker(conn, config.database())
        sources.sync(conn, configured_sources(config))


def sources_file(config: Settings) -> Path:
    """The sources file in use: the one that is set, else the one in this folder, else the one that is shipped."""
    here = Path("sources.toml")
    return config.sources or (here if here.exists() else db.resource("sources.toml"))


def configured_sources(config: Settings) -> list[SourceSpec]:
    """The sources of the sources file. Raises SourceFileError."""
    return load(sources_file(config))
