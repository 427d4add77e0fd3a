"""`dateline status`: up or not, and why."""

from __future__ import annotations

import fcntl
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Dateline, run, values
from tests.site.press import Press
from tests.worker.builders import article, save
from worker import workers
from worker.db import Pool


@pytest.fixture
def up(conn: psycopg.Connection) -> None:
    """What living workers and a ticking clock leave in the database."""
    conn.execute(
        "insert into worker (name, version, slots) values ('worker@here-1', '1', 16), ('worker@here-2', '1', 16)"
    )
    conn.execute("insert into clock (ticked_at) values (now())")


def test_a_service_at_work_is_up(dateline: Dateline, press: Press, up: None) -> None:
    story = press.gazette.publish()
    dateline("sources", "add", press.gazette.url("/"))
    dateline("crawl", story.url, press.gazette.url("/missing"))
    shown = dateline("status")

    assert (shown.exit_code, shown.stderr) == (0, "")
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("Dateline is up: 2 workers with room for 32 visits, last tick ")
    assert lines[1].startswith("1 articles (0 copies), 1 in the last hour; ")
    assert "Failures in the last hour: not_found 1." in lines
    assert lines[-1].split()[:3] == [press.gazette.host, "1", "1"]


def test_the_status_is_one_object_for_programs(dateline: Dateline, press: Press, up: None) -> None:
    dateline("sources", "add", "der standard")
    shown = dateline("status", "--json")

    assert shown.exit_code == 0
    [status] = values(shown)
    assert (status["up"], status["workers"], status["slots"]) == (True, 2, 32)
    assert status["tick_age_s"] >= 0
    assert [source["id"] for source in status["sources"]] == ["derstandard"]
    assert status["failures_last_hour"] == {}
    assert {"articles", "copies", "articles_last_hour", "pages_due", "visits", "dead_letters"} <= set(status)


def test_a_quiet_status_prints_nothing(dateline: Dateline, up: None) -> None:
    for option in ("--quiet", "-q"):
        shown = dateline("status", option)
        assert (shown.exit_code, shown.output) == (0, "")


def test_a_machine_whose_own_worker_is_silent_is_not_well_whatever_the_others_do(
    dateline: Dateline, up: None, conn: psycopg.Connection
) -> None:
    assert dateline("status", "--here", "--quiet").exit_code == 1
    shown = dateline("status", "--here")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "No worker of this machine" in shown.stderr

    query = "insert into worker (name, version, slots, seen_at) values (%s, '1', 16, now() - %s::interval)"
    conn.execute(query, [workers.process_name(), "31 s"])
    assert dateline("status", "--here", "--quiet").exit_code == 1
    conn.execute("update worker set seen_at = now()")
    assert dateline("status", "--here", "--quiet").exit_code == 0


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("delete from worker", id="no-worker"),
        pytest.param("update worker set seen_at = now() - interval '5 minutes'", id="silent-workers"),
        pytest.param("delete from clock", id="no-tick-yet"),
        pytest.param("update clock set ticked_at = now() - interval '5 minutes'", id="no-tick-lately"),
    ],
)
def test_a_service_that_stands_still_is_not_up(
    dateline: Dateline, conn: psycopg.Connection, up: None, change: str
) -> None:
    conn.execute(change)
    shown = dateline("status")

    assert shown.exit_code == 1
    assert shown.stdout.startswith("Dateline is NOT WORKING: ")
    assert "are `dateline worker` and `dateline beat` running?" in shown.stderr
    assert values(dateline("status", "--json"))[0]["up"] is False
    assert dateline("status", "--quiet").output == ""


def test_paused_sources_and_hosts_in_trouble_are_named(dateline: Dateline, conn: psycopg.Connection, up: None) -> None:
    dateline("sources", "add", "der standard")
    dateline("sources", "pause", "derstandard")
    conn.execute("update host set trouble = 'timed_out'")
    shown = dateline("status").stdout

    assert "derstandard (paused)" in shown
    assert "Hosts in trouble: www.derstandard.at (timed_out)." in shown


@pytest.mark.parametrize("data", [None, "folder", "file"])
def test_where_nothing_runs_status_says_how_to_start(alone: Path, data: str | None) -> None:
    if data == "folder":
        (alone / "data").mkdir()
    if data == "file":
        (alone / "data").write_text("")
    shown = run("status")

    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr == f"Error: Not running: no service in {alone / 'data'}. Start it with `dateline up`.\n"
    assert values(run("status", "--json")) == [{"up": False, "reason": "not running"}]
    assert run("status", "-q").output == ""


def test_a_service_that_is_starting_is_not_up_yet(alone: Path) -> None:
    (alone / "data").mkdir()
    with (alone / "data" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        assert run("status").exit_code == 1


def test_a_database_that_does_not_answer_is_told_at_once(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    says = "Connection refused"
    monkeypatch.setenv("DATELINE_DATABASE_URL", "postgresql://127.0.0.1:1/dateline")
    [status] = values(run("status", "--json"))

    assert status["up"] is False
    assert says in status["reason"]
    assert (run("status", "-q").exit_code, run("status", "-q").output) == (1, "")
    assert says in str(run("status").exception)


def test_a_database_without_our_schema_is_not_up(
    alone: Path, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", empty_database)

    [status] = values(run("status", "--json"))
    assert status["up"] is False
    assert "dateline db init" in status["reason"]


def test_a_consumer_that_has_not_read_for_a_day_is_named(
    dateline: Dateline, conn: psycopg.Connection, pool: Pool, up: None
) -> None:
    save(pool, article())
    conn.execute("select dateline.acknowledge('indexer', 0), dateline.acknowledge('mirror', 1)")
    assert "indexer" not in dateline("status").stdout
    conn.execute("update event set at = at - interval '2 days'")
    assert "Consumers that are late: indexer;" in dateline("status").stdout
    [shown] = values(dateline("status", "--json"))
    assert shown["late_consumers"] == ["indexer"]
