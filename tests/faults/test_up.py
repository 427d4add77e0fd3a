"""`dateline up`: its own servers are killed, and it goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from tests.faults.newsroom import Newsroom
from tests.faults.service import SETTINGS
from tests.waiting import WITHIN_S, until
from worker import db, invariants
from worker.settings import Settings, SettingsError

DATELINE = str(Path(sys.executable).with_name("dateline"))
SERVERS = ("postgres", "valkey-server")


@contextmanager
def up(folder: Path, newsroom: Newsroom) -> Iterator[psutil.Process]:
    """`dateline up` on that newspaper; it must end by itself when it is asked to."""
    (folder / "sources.toml").write_text(f'[gazette]\nname = "Gazette"\nfeeds = ["{newsroom.feed}"]\n')
    own = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    told = {**SETTINGS, "DATA_DIR": str(folder), "SOURCES": str(folder / "sources.toml"), "PROCESSES": "1"}
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [DATELINE, "up"],
            env={**own, **{f"DATELINE_{name}": value for name, value in told.items()}},
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
        )
    family = []
    try:
        yield psutil.Process(process.pid)
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        assert process.wait(WITHIN_S) == 0, (folder / "up.log").read_text()
    finally:
        process.kill()
        process.wait()
        for left in psutil.wait_procs(family, timeout=10)[1]:
            left.kill()


def articles(folder: Path) -> int:
    """How many articles there are; -1 while the database cannot say."""
    with (
        suppress(psycopg.Error, SettingsError, db.SchemaError),
        db.connect(Settings(data_dir=folder).database()) as conn,
    ):
        return int(db.one(conn.execute("select count(*) as n from dateline.articles"))["n"])
    return -1


def test_a_server_of_its_own_that_is_killed_is_started_again(folder: Path, newsroom: Newsroom) -> None:
    newsroom.publish(2)
    with up(folder, newsroom) as process:
        until("the first are stored", lambda: articles(folder) == 2)
        for number, name in enumerate(SERVERS, 2):
            [server] = [child for child in process.children() if child.name() == name]
            server.kill()
            newsroom.publish(2)
            until("the others are stored", lambda number=number: articles(folder) == 2 * number)
        with db.connect(Settings(data_dir=folder).database()) as conn:
            assert invariants.broken(conn) == []
