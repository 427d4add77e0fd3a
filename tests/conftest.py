"""Fixtures: one embedded Postgres and one Valkey for the whole run, an empty database for each test."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import hypothesis
import psycopg
import pytest

from tests.faults.ledger import LEDGER, Ledger
from worker import db, local, settings
from worker.settings import Settings

NUMBERS = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make test-long` gives."""
    parser.addoption("--long", action="store_true", help="run the tests that take longer than some seconds, too")
    parser.addoption("--reliability", type=Path, metavar="FILE", help="write the table of faults into this document")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the ledger of the fault tests, and take the clock from those that invent their input."""
    config.addinivalue_line("markers", "long: takes longer than some seconds; runs with --long")
    config.stash[LEDGER] = Ledger()
    hypothesis.settings.register_profile("untimed", deadline=None)  # no test fails because the machine is busy
    hypothesis.settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out unless they are asked for, and run those that share one service in one go."""
    if not config.getoption("--long"):
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: "service" in getattr(item, "fixturenames", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what the fault tests found, where that was asked for."""
    path = session.config.getoption("--reliability")
    if path is not None and session.config.stash[LEDGER].lines:
        session.config.stash[LEDGER].write(path)


@pytest.fixture(scope="session")
def embedded() -> Iterator[local.Access]:
    """The embedded servers."""
    home = Path(tempfile.mkdtemp(prefix="dateline-test-"))
    home.chmod(0o755)  # Postgres may have to run under another account
    config = Settings(data_dir=home, processes=4)
    try:
        with local.servers(config):
            access = local.Access(**json.loads((home / "access.json").read_text()))
            with db.connect(access.database_url) as conn:
                conn.execute("alter system set fsync = off")
                conn.execute("select pg_reload_conf()")
            yield access
    finally:
        shutil.rmtree(home)


def _named(access: local.Access, name: str) -> str:
    return access.database_url.removesuffix("dateline") + name


@pytest.fixture
def empty_database(embedded: local.Access) -> Iterator[str]:
    """Address of a database in which nothing was made yet."""
    name = f"empty{next(NUMBERS)}"
    with db.connect(embedded.database_url) as conn:
        conn.execute(f"create database {name} template template0")
        try:
            yield _named(embedded, name)
        finally:
            conn.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def emptied(embedded: local.Access) -> Callable[[], str]:
    """Makes the one database with the schema as good as new: faster by far than a database for each test."""
    url = _named(embedded, "tests")
    with db.connect(embedded.database_url) as conn:
        conn.execute("create database tests")
    with db.connect(url) as conn:
        db.install_schema(conn)

    def empty() -> str:
        with db.connect(url) as conn:
            conn.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where datname = 'tests' and pid <> pg_backend_pid()"
            )
            tables = conn.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
            names = ", ".join(row["tablename"] for row in tables if row["tablename"] != "schema_version")
            conn.execute(f"truncate {names} restart identity cascade")
            conn.execute("update schema_version set version = %s", [db.SCHEMA_VERSION])
            conn.execute("alter database tests reset all")
        return url

    return empty


@pytest.fixture
def database(emptied: Callable[[], str]) -> str:
    """Address of a database with the schema and no rows."""
    return emptied()


@pytest.fixture
def as_worker(embedded: local.Access, database: str) -> str:
    """Address of the same database for the user that workers are."""
    return embedded.worker_url.removesuffix("dateline") + database.rpartition("/")[2]


@pytest.fixture
def pool(as_worker: str) -> Iterator[db.Pool]:
    """A pool on a fresh database, with no more rights than workers have."""
    with db.open_pool(as_worker, size=20) as pool:
        yield pool


@pytest.fixture
def conn(database: str) -> Iterator[psycopg.Connection]:
    """A connection to the same fresh database as its owner, in autocommit mode."""
    with db.connect(database) as conn:
        yield conn


@pytest.fixture(autouse=True)
def forget_settings() -> Iterator[None]:
    """Settings are read once per process; a test that changes the environment gets its own."""
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()
