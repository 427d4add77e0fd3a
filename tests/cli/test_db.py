"""`dateline db`, and the errors that every command shares: settings, database, schema, sources file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Dateline, run, values
from worker import db, invariants

DATELINE = str(Path(sys.executable).with_name("dateline"))
VERSION = f"The database has schema version {db.SCHEMA_VERSION}"

Process = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def process(alone: Path) -> Process:
    """Runs a command as a process of its own: what `main` makes of errors shows only there."""

    def start(*words: str, **setting: str) -> subprocess.CompletedProcess[str]:
        settings = {f"DATELINE_{name}": value for name, value in setting.items()}
        return subprocess.run(
            [DATELINE, *words],
            env={**os.environ, **settings},
            cwd=alone,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
        )

    return start


@pytest.fixture
def nothing(alone: Path, empty_database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database in which nothing was made yet."""
    monkeypatch.setenv("DATELINE_DATABASE_URL", empty_database)
    return empty_database


def test_init_makes_the_schema_and_enters_the_sources(nothing: str, alone: Path) -> None:
    (alone / "sources.toml").write_text('[mine]\nfeeds = ["http://a.test/feed"]\n')
    shown = run("db", "init")

    assert (shown.exit_code, shown.stdout) == (0, f"{VERSION}.\n")
    assert [row["id"] for row in values(run("sources", "list", "--json"))] == ["mine"]
    assert run("db", "check").stdout.splitlines() == [
        f"{VERSION}, as this program needs.",
        f"{len(invariants.INVARIANTS)} things that must be true of its rows are.",
    ]


def test_init_enters_the_shipped_sources_where_there_is_no_file(nothing: str) -> None:
    run("db", "init")

    assert [row["id"] for row in values(run("sources", "list", "--json"))] == ["brecorder", "dawn"]


def test_init_harms_nothing_that_is_there(dateline: Dateline) -> None:
    dateline("db", "init")
    dateline("sources", "pause", "dawn")
    dateline("sources", "remove", "brecorder")

    assert dateline("db", "init").exit_code == 0
    assert [(row["id"], row["enabled"]) for row in values(dateline("sources", "list", "--json"))] == [("dawn", False)]


def test_migrate_brings_any_database_up_to_date(nothing: str) -> None:
    assert run("db", "migrate").stdout == f"{VERSION} (it had none).\n"
    assert run("db", "migrate").stdout == f"{VERSION} (it had {db.SCHEMA_VERSION}).\n"
    assert run("db", "check").exit_code == 0


def test_the_address_is_printed_alone(dateline: Dateline, database: str, as_worker: str) -> None:
    for words, url in ((["db", "url"], as_worker), (["db", "url", "--owner"], database)):
        shown = dateline(*words)
        assert (shown.exit_code, shown.output) == (0, f"{url}\n")


@pytest.mark.parametrize("words", [["db", "check"], ["articles", "list"], ["sources", "list"], ["crawl", "dawn"]])
def test_a_database_without_schema_is_an_error_that_names_the_cure(nothing: str, words: list[str]) -> None:
    shown = run(*words)

    assert shown.stdout == ""
    assert isinstance(shown.exception, db.SchemaError)
    assert "dateline db init" in str(shown.exception)


@pytest.mark.parametrize(
    "words", [["db", "check"], ["db", "init"], ["db", "migrate"], ["articles", "list"], ["status"]]
)
def test_a_newer_schema_is_left_alone(
    process: Process, database: str, conn: psycopg.Connection, words: list[str]
) -> None:
    conn.execute("update schema_version set version = version + 1")
    ended = process(*words, DATABASE_URL=database)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "upgrade Dateline here" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert conn.execute("select version from schema_version").fetchone() == {"version": db.SCHEMA_VERSION + 1}


REFUSED = "postgresql://someone:hunter2@127.0.0.1:1/x"


@pytest.mark.parametrize(
    ("words", "settings", "says"),
    [
        pytest.param(["db", "url"], {}, "Start everything with `dateline up`, or set DATELINE_DATABASE_URL", id="url"),
        pytest.param(["db", "check"], {}, "no embedded server runs in", id="check"),
        pytest.param(["beat"], {}, "DATELINE_REDIS_URL is not set", id="beat"),
        pytest.param(["worker"], {"DATABASE_URL": REFUSED}, "DATELINE_REDIS_URL is not set", id="worker"),
        pytest.param(["articles", "list"], {"DATABASE_URL": REFUSED}, "the server running?", id="refused"),
        pytest.param(["db", "migrate"], {"DATABASE_URL": REFUSED}, "Connection refused", id="migrate"),
        pytest.param(
            ["crawl", "dawn"], {"DATABASE_URL": "nonsense"}, "DATELINE_DATABASE_URL: is no address", id="nonsense"
        ),
        pytest.param(["status"], {"DELAY": "soon"}, "DATELINE_DELAY: Input should be a valid number", id="setting"),
        pytest.param(["status"], {"LOG_LEVEL": "LOUD", "TICK": "0"}, "DATELINE_LOG_LEVEL", id="two-settings"),
        pytest.param(["up"], {"SOURCES": "missing.toml"}, "missing.toml: cannot be read: No such file", id="sources"),
        pytest.param(["up"], {"SOURCES": "broken.toml"}, "broken.toml: is no TOML", id="broken-sources"),
        pytest.param(["up"], {"DATA_DIR": "broken.toml"}, "Set DATELINE_DATA_DIR", id="up-in-a-file"),
        pytest.param(
            ["articles", "list"], {"DATA_DIR": "broken.toml"}, "Cannot use the data folder", id="list-in-a-file"
        ),
        pytest.param(["sources", "import", "broken.toml"], {}, "broken.toml: is no TOML", id="import"),
    ],
)
def test_what_a_person_can_mend_is_one_clear_message(
    process: Process, alone: Path, words: list[str], settings: dict[str, str], says: str
) -> None:
    (alone / "broken.toml").write_text("[dawn\n")
    ended = process(*words, **settings)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert says in ended.stderr
    error = ended.stderr[ended.stderr.index("Error: ") :]
    assert len(error.splitlines()) <= 4
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stderr


def test_a_pipe_that_closes_early_is_no_crash(dateline: Dateline, alone: Path) -> None:
    dateline("sources", "import", _many_sources(alone))
    command = [DATELINE, "sources", "list", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ended:
        assert ended.stdout.readline()
        ended.stdout.close()
        said = ended.stderr.read()

    assert "Traceback" not in said


def _many_sources(folder: Path) -> Path:
    lines = [f'[s{number}]\nfeeds = ["http://s{number}.test/feed"]\n' for number in range(600)]
    (folder / "many.toml").write_text("".join(lines))
    return folder / "many.toml"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_an_output_that_lacks_letters_is_no_crash(
    process: Process, alone: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    (alone / "page.html").write_bytes("<title>Zürich 利率</title><h1>Zürich 利率</h1>".encode())
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    read = process("extract", "page.html", "--url", "http://paper.test/story")
    refused = process("extract", "利率.html", "--url", "http://paper.test/story")

    assert (read.returncode, read.stderr) == (0, "")
    assert json.loads(read.stdout)["title"] == "Zürich 利率"
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
