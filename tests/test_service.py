"""The whole service: the commands of docker-compose.yml as real processes, real servers, real HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
import yaml

from tests.faults.reader import Reader
from tests.site.press import Press
from tests.site.story import Story
from tests.waiting import WITHIN_S, until
from worker import db, local

COMPOSE = yaml.safe_load((Path(__file__).parents[1] / "docker-compose.yml").read_text("utf-8"))
DATELINE = str(Path(sys.executable).with_name("dateline"))
LEASE_S = 10  # longer than a busy machine takes for a page: one that is taken four times counts as one that kills


def compose_command(service: str) -> list[str]:
    """What a container of the service runs."""
    command = COMPOSE["services"][service]["command"]
    words = command.split() if isinstance(command, str) else list(command)
    return [DATELINE, *(words[1:] if words[0] == "dateline" else words)]


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as press:
        yield press


@pytest.fixture
def environment(database: str, as_worker: str, embedded: local.Access, press: Press, tmp_path: Path) -> dict[str, str]:
    """What the processes are told: a database and a broker of their own, and the press as their internet."""
    home, feed = press.gazette.url("/"), press.gazette.url("/feed.xml")
    sources = f'[gazette]\nname = "Gazette"\nhomepage = "{home}"\nfeeds = ["{feed}"]\n'
    (tmp_path / "sources.toml").write_text(sources)
    redis.Redis.from_url(embedded.redis_url).flushall()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")},
        "DATELINE_DATABASE_URL": as_worker,
        "DATELINE_OWNER_URL": database,
        "DATELINE_REDIS_URL": embedded.redis_url,
        "DATELINE_DATA_DIR": str(tmp_path / "data"),
        "DATELINE_SOURCES": str(tmp_path / "sources.toml"),
        "DATELINE_HTTP_PROXY": press.proxy_url,
        "DATELINE_ALLOW_PRIVATE_HOSTS": "true",
        "DATELINE_DELAY": "0.1",
        "DATELINE_POLL_FLOOR": "1",
        "DATELINE_TICK": "0.2",
        "DATELINE_LEASE": str(LEASE_S),
        "DATELINE_PROCESSES": "2",
        "DATELINE_CONCURRENCY": "4",
    }


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is asked to end at the end, and must do so with code 0, leaving none of its children behind."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        yield process
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        process.terminate()
        assert process.wait(WITHIN_S) in (0, -signal.SIGTERM), log.read_text()
        _, left = psutil.wait_procs(family, timeout=WITHIN_S)
        assert left == []
    finally:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
        process.kill()
        process.wait()


@contextmanager
def service(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Schema, beat and workers, as the containers run them; the worker's process."""
    subprocess.run(compose_command("init"), env=environment, check=True, capture_output=True)
    with ExitStack() as stack:
        stack.enter_context(running(compose_command("beat"), environment, folder / "beat.log"))
        worker = stack.enter_context(running(compose_command("worker"), environment, folder / "worker.log"))
        status = [DATELINE, "status", "--quiet"]
        is_well = lambda: subprocess.run(status, env=environment, check=False).returncode == 0  # noqa: E731
        until("the service is healthy", is_well)
        yield worker


SEND = """
import sys
from celery import Celery
Celery(broker=sys.argv[1]).send_task("dateline.crawl", [sys.argv[2]], queue="dateline")
"""  # another program, which knows nothing but the task's name


def count(conn: psycopg.Connection, query: str, *values: object) -> int:
    row = conn.execute(query, values).fetchone()
    return int(next(iter(row.values()))) if row else 0


def test_the_service_follows_a_paper_and_carries_out_requests(
    environment: dict[str, str], press: Press, conn: psycopg.Connection, tmp_path: Path
) -> None:
    for _ in range(3):
        press.gazette.publish()
    with service(environment, tmp_path):
        until("the first stories are stored", lambda: count(conn, "select count(*) from dateline.articles") == 3)
        fresh = press.gazette.publish()
        stored = "select count(*) from article where url = %s"
        until("a fresh story is stored", lambda: count(conn, stored, fresh.url) == 1)

        by_sql, by_task = press.valley.publish(), press.wire.publish()
        conn.execute("select dateline.crawl(%s)", (by_sql.url,))
        subprocess.run([sys.executable, "-c", SEND, environment["DATELINE_REDIS_URL"], by_task.url], check=True)
        until(
            "both requests are done",
            lambda: count(conn, "select count(*) from crawl where finished_at is not null") == 2,
        )
        assert {row["url"] for row in conn.execute("select url from article")} >= {by_sql.url, by_task.url}

    assert press.overlaps() == []
    assert press.closest(press.gazette.host) >= 0.1
    assert count(conn, "select count(*) from host where leased_until > now()") == 0
    assert count(conn, "select count(*) from worker") == 0


def test_a_worker_killed_in_the_middle_of_a_visit_loses_nothing(
    environment: dict[str, str], press: Press, conn: psycopg.Connection, tmp_path: Path
) -> None:
    stories = [press.gazette.publish() for _ in range(4)]
    with press.gazette.hold(stories[1].path) as hold, service(environment, tmp_path) as worker:
        until("a worker is at the story", hold.arrived.is_set)
        holder = conn.execute("select leased_by from host where leased_until > now()").fetchone()
        assert holder is not None
        killed = int(holder["leased_by"].rsplit("-", 1)[1])
        assert killed in {child.pid for child in psutil.Process(worker.pid).children()}
        os.kill(killed, signal.SIGKILL)
        hold.released.set()
        until("all stories are stored", lambda: count(conn, "select count(*) from article") == len(stories))
        until("the dead worker was replaced", lambda: len(psutil.Process(worker.pid).children()) == 2)

    assert {row["url"] for row in conn.execute("select url from article")} == {story.url for story in stories}
    assert count(conn, "select count(*) from event where kind = 'created'") == len(stories)
    assert count(conn, "select count(*) from dead_letter") == 0


def test_a_reader_of_the_feed_has_what_the_database_has_though_workers_were_killed(
    environment: dict[str, str], press: Press, conn: psycopg.Connection, tmp_path: Path
) -> None:
    stories = [press.gazette.publish() for _ in range(20)]
    with Reader(environment["DATELINE_DATABASE_URL"]) as reader:
        with service(environment, tmp_path) as worker:
            for least in (3, 8, 14):
                until("some are stored", lambda least=least: count(conn, "select count(*) from article") >= least)
                os.kill(psutil.Process(worker.pid).children()[0].pid, signal.SIGKILL)
                edited = db.one(conn.execute("select url from article order by id limit 1"))["url"]
                press.gazette.edit(next(story for story in stories if story.url == edited))
            until("all are stored", lambda: count(conn, "select count(*) from article") == len(stories))
            conn.execute("update page set due_at = now() where article_id is not null")
            conn.execute("update host set due_at = now()")
            until("an edit is seen", lambda: count(conn, "select count(*) from article where revision > 1") > 0)
        newest = count(conn, "select max(id) from dateline.events")
        until("the reader has read all", lambda: reader.cursor == newest)

    assert reader.ids == [row["id"] for row in conn.execute("select id from dateline.events order by id")]
    rows = conn.execute("select id, url, title, body, revision from dateline.articles").fetchall()
    assert reader.copy == {row["id"]: row for row in rows}


def test_fifty_edits_are_fifty_revisions_and_as_many_events_and_nothing_else_is(
    environment: dict[str, str], press: Press, conn: psycopg.Connection, tmp_path: Path
) -> None:
    stories: list[Story] = []
    looked_at = "select count(*) from page where article_id is not null and fetched_at > %s"
    with service({**environment, "DATELINE_DELAY": "0.01"}, tmp_path):
        for known in (30, 60):  # a feed has no more than the newest
            stories += [press.gazette.publish() for _ in range(30)]
            until("they are stored", lambda known=known: count(conn, "select count(*) from article") == known)
        for number, story in enumerate(stories[:50]):
            press.gazette.edit(story, title=f"{story.title}, the mayor says" if number % 2 else None)
        for _ in range(2):  # the second look finds what the first one found
            start = db.one(conn.execute("select clock_timestamp() as now"))["now"]
            conn.execute("update page set due_at = now() where article_id is not null")
            conn.execute("update host set due_at = now()")
            until("all were looked at again", lambda start=start: count(conn, looked_at, start) == 60)

    edited = sorted(story.url for story in stories[:50])
    updated = conn.execute("select url from dateline.events where kind = 'updated' order by url").fetchall()
    assert [row["url"] for row in updated] == edited
    assert count(conn, "select count(*) from dateline.events") == 60 + 50
    assert count(conn, "select count(*) from dateline.article_revisions") == 60 + 50
    assert count(conn, "select count(*) from dateline.articles where revision = 2 and url = any(%s)", edited) == 50


def test_a_crawl_needs_no_workers(environment: dict[str, str], press: Press, conn: psycopg.Connection) -> None:
    stories = [press.gazette.publish() for _ in range(2)]
    done = subprocess.run(
        [DATELINE, "crawl", press.gazette.url("/feed.xml")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "2 new" in done.stdout
    assert count(conn, "select count(*) from article") == len(stories)


def test_a_crawl_of_a_host_that_is_not_there_fails_with_the_reason(environment: dict[str, str]) -> None:
    environment = {**environment, "DATELINE_HTTP_PROXY": ""}
    done = subprocess.run(
        [DATELINE, "crawl", "http://no-such-host.invalid/story"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "dns 1" in done.stdout


def test_a_worker_refuses_a_database_without_schema(environment: dict[str, str], empty_database: str) -> None:
    environment = {**environment, "DATELINE_DATABASE_URL": empty_database}
    done = subprocess.run(compose_command("worker"), env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "dateline db init" in done.stderr


@pytest.fixture
def up_environment(environment: dict[str, str], press: Press) -> Iterator[dict[str, str]]:
    """The same on embedded servers, in a folder that the account of Postgres can reach."""
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="dateline-up-")
    Path(folder).chmod(0o755)
    yield {**environment, "DATELINE_DATABASE_URL": "", "DATELINE_REDIS_URL": "", "DATELINE_DATA_DIR": folder}
    shutil.rmtree(folder)


def test_up_runs_everything_and_ends_cleanly_and_starts_again_after_a_kill(
    up_environment: dict[str, str], press: Press, tmp_path: Path
) -> None:
    press.gazette.publish()
    log = tmp_path / "up.log"
    with log.open("wb") as output:
        first = subprocess.Popen(
            [DATELINE, "up"], env=up_environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        await_articles(up_environment, 1)
        family = psutil.Process(first.pid).children(recursive=True)
        status = subprocess.run([DATELINE, "status"], env=up_environment, capture_output=True, text=True, check=True)
        shown = [status.stdout, log.read_text()]
        for process in family:
            with suppress(psutil.NoSuchProcess):  # Postgres ends processes of its own
                shown.append(" ".join(process.cmdline()))
    finally:
        first.kill()
        first.wait()
    home = Path(up_environment["DATELINE_DATA_DIR"])
    access = local.Access(**json.loads((home / "access.json").read_text()))
    shown += [path.read_text(errors="replace") for path in (home / "logs").iterdir()]
    assert not [secret for secret in (access.password, access.worker_password) for text in shown if secret in text]

    press.gazette.publish()
    with running([DATELINE, "up"], up_environment, log):
        await_articles(up_environment, 2)
    _, left = psutil.wait_procs(family, timeout=WITHIN_S)
    assert left == []
    assert "Stopped." in log.read_text()


def await_articles(environment: dict[str, str], number: int) -> None:
    """Wait until the service of that folder is healthy and has so many articles."""

    def listed() -> bool:
        command = [DATELINE, "articles", "list", "--json"]
        found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return len(found.stdout.splitlines()) == number

    status = [DATELINE, "status", "--quiet"]
    is_well = lambda: subprocess.run(status, env=environment, check=False).returncode == 0  # noqa: E731
    until("up is healthy", is_well)
    until(f"{number} articles are stored", listed)
    url = subprocess.run(
        [DATELINE, "db", "url"], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()
    with db.connect(url) as conn:
        assert count(conn, "select count(*) from dateline.articles") == number
