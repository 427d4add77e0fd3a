"""Fixtures: one embedded Postgres and one Valkey for the whole run, a fresh database for each test."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from worker import db, local, settings
from worker.settings import Settings

NUMBERS = count(1)


@pytest.fixture(scope="session")
def embedded() -> Iterator[local.Access]:
    """The embedded servers, with a template database to copy."""
    home = Path(tempfile.mkdtemp(prefix="dateline-test-"))
    home.chmod(0o755)  # Postgres may have to run under another account
    config = Settings(data_dir=home, processes=4)
    try:
        with local.servers(config):
            access = local.Access(**json.loads((home / "access.json").read_text()))
            with db.connect(access.database_url) as conn:
                conn.execute("alter system set fsync = off")
                conn.execute("select pg_reload_conf()")
                conn.execute("create database template")
            with db.connect(_named(access, "template")) as conn:
                db.install_schema(conn)
            yield access
    finally:
        shutil.rmtree(home)


def _named(access: local.Access, name: str) -> str:
    return access.database_url.removesuffix("dateline") + name


@contextmanager
def _database(access: local.Access, template: str) -> Iterator[str]:
    name = f"test{next(NUMBERS)}"
    with db.connect(access.database_url) as conn:
        conn.execute(f"create database {name} template {template}")
        try:
            yield _named(access, name)
        finally:
            conn.execute(f"drop database {name} with (force)")


@pytest.fixture
def empty_database(embedded: local.Access) -> Iterator[str]:
    """Address of a database in which nothing was made yet."""
    with _database(embedded, "template0") as url:
        yield url


@pytest.fixture
def database(embedded: local.Access) -> Iterator[str]:
    """Address of a fresh database with the schema and no rows."""
    with _database(embedded, "template") as url:
        yield url


@pytest.fixture
def pool(database: str) -> Iterator[db.Pool]:
    """A pool on a fresh database."""
    with db.open_pool(database, size=20) as pool:
        yield pool


@pytest.fixture
def conn(database: str) -> Iterator[psycopg.Connection]:
    """A connection to the same fresh database, in autocommit mode."""
    with db.connect(database) as conn:
        yield conn


@pytest.fixture(autouse=True)
def forget_settings() -> Iterator[None]:
    """Settings are read once per process; a test that changes the environment gets its own."""
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()
