"""Postgres restarted, killed, cut off, crowded, locked, slow, in conflict, full and silent."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.faults.case import Case
from tests.faults.newsroom import Newsroom
from tests.faults.service import Service
from tests.waiting import until
from worker import db

RECOVERS_WITHIN_S = 30
MINUTE = 60
TERMINATE_OTHERS = """
    select pg_terminate_backend(pid) from pg_stat_activity
     where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> 'crowd'"""
WAITS = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname is not null) as waiting"
WAITS_FOR_LOG = """
    select exists (select from pg_stat_activity
                    where wait_event_type = 'Lock' and query ilike '%insert into fetch_log%'
                      and pid <> pg_backend_pid()) as waiting"""
REFUSES = """
    create sequence refusals;
    create function refuse() returns trigger language plpgsql as $$
    begin
        if nextval('refusals') <= {times} then raise exception 'injected' using errcode = '{code}'; end if;
        return new;
    end $$;
    create trigger refuse before insert on article for each row execute function refuse()"""
REFUSES_NO_MORE = """
    drop trigger refuse on article;
    drop function refuse;
    drop sequence refusals"""


def test_a_restart_is_waited_for(case: Case) -> None:
    case.newsroom.publish(6)
    case.follow()
    until("some are stored", lambda: len(case.stored()) > 0)
    case.service.postgres.stop()
    case.struck()
    case.service.postgres.start()
    case.over()
    case.settle("Postgres restarted")


def test_a_crash_costs_nothing_that_was_committed(case: Case) -> None:
    case.newsroom.publish(6)
    case.follow()
    until("some are stored", lambda: len(case.stored()) > 0)
    case.service.postgres.kill()
    case.struck()
    case.service.postgres.start()
    case.over()
    case.settle("kill -9 of Postgres")


def test_connections_cut_in_the_middle_of_transactions_are_made_anew(case: Case) -> None:
    case.newsroom.publish(12)
    case.follow()
    for stored in (1, 4, 8):
        until("some are stored", lambda stored=stored: len(case.stored()) >= stored)
        case.struck(case.service.database_proxy.reset())
    case.over()
    case.settle("connections to Postgres reset under load")


def test_backends_that_are_terminated_at_any_moment_lose_nothing(case: Case) -> None:
    case.newsroom.publish(12)
    case.follow()
    for stored in (1, 4, 8):
        until("some are stored", lambda stored=stored: len(case.stored()) >= stored)
        case.struck(len(case.service.rows(TERMINATE_OTHERS)))
    case.over()
    case.settle("backends of Postgres terminated")


def test_a_server_with_no_connection_left_is_waited_for(case: Case) -> None:
    service = case.service
    case.newsroom.publish(6)
    case.follow()
    until("some are stored", lambda: len(case.stored()) > 0)
    refused = service.said("too many clients")
    with ExitStack() as crowd:
        with db.connect(service.url + "?application_name=crowd") as conn:
            crowd.callback(conn.close)
            while service.said("too many clients") < refused + 5:
                with suppress(psycopg.OperationalError):
                    while True:
                        crowd.enter_context(db.connect(service.url + "?application_name=crowd"))
                conn.execute(TERMINATE_OTHERS)
        case.struck(service.said("too many clients") - refused)
    case.over()
    case.settle("too many connections to Postgres")


@pytest.mark.parametrize("code", ["40001", "40P01"], ids=["serialisation", "deadlock"])
def test_a_transaction_that_is_refused_is_tried_again(case: Case, code: str) -> None:
    names = {"40001": "serialisation failures", "40P01": "deadlock errors"}
    with case.service.conn() as conn:
        conn.execute(REFUSES.format(code=code, times=4).encode())
        try:
            case.newsroom.publish(3)
            case.follow()
            until("all refusals have happened", lambda: _refusals(conn) > 4)
            case.struck(4)
            case.over()
            case.settle(names[code])
        finally:
            conn.execute(REFUSES_NO_MORE.encode())


def _refusals(conn: db.Connection) -> int:
    return db.one(conn.execute("select last_value from refusals"))["last_value"]


def test_a_deadlock_with_someone_elses_transaction_is_survived(case: Case) -> None:
    service = case.service
    case.newsroom.publish(1)
    case.follow()
    until("the first is stored", lambda: len(case.stored()) == 1)
    with service.conn() as conn, service.conn() as watch:
        deadlocks = service.said("deadlock detected")
        conn.execute("set deadlock_timeout = '1min'")  # so that it is the worker's transaction that is refused
        conn.execute("begin")
        conn.execute("lock table fetch_log in exclusive mode")
        case.newsroom.publish(2)
        until("a worker waits for us", lambda: db.one(watch.execute(WAITS_FOR_LOG))["waiting"])
        conn.execute("update feed set title = title where host = %s", [case.newsroom.host])  # now we wait for it
        conn.execute("update page set detail = detail where host = %s", [case.newsroom.host])
        conn.execute("commit")
    until("the worker was refused", lambda: service.said("deadlock detected") > deadlocks)
    case.struck()
    case.over()
    case.settle("a deadlock with someone's psql")


def test_a_table_that_someone_locks_is_waited_for(case: Case) -> None:
    case.newsroom.publish(3)
    with case.service.conn() as conn, case.service.conn() as watch, conn.transaction():
        conn.execute("lock table article in access exclusive mode")
        case.follow()
        until("a worker waits", lambda: db.one(watch.execute(WAITS))["waiting"])
        case.struck()
    case.over()
    case.settle("article locked by someone's psql")


@pytest.mark.long
def test_a_table_that_someone_locks_for_a_minute_is_waited_for(case: Case) -> None:
    case.newsroom.publish(3)
    with case.service.conn() as conn, conn.transaction():
        conn.execute("lock table article in access exclusive mode")
        case.follow()
        case.struck()
        case.service.rows("select pg_sleep(%s)", MINUTE)
    case.over()
    case.settle("article locked by someone's psql for a minute", RECOVERS_WITHIN_S)


def test_a_disk_that_stands_still_time_and_again_is_waited_for(case: Case) -> None:
    case.newsroom.publish(8)
    case.follow()
    for stored in (1, 3, 5):
        until("some are stored", lambda stored=stored: len(case.stored()) >= stored)
        with _standing_still(case.service):
            case.struck()
            before = case.newsroom.press.log[-1:]
            until("the workers wait", lambda before=before: case.newsroom.press.log[-1:] == before)
    case.over()
    case.settle("Postgres standing still")


@contextmanager
def _standing_still(service: Service) -> Iterator[None]:
    """Postgres as on a disk that does not answer: all of its processes are stopped."""
    family = [service.postgres.process, *service.postgres.process.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in family:
            process.resume()


@pytest.mark.long
def test_silent_connections_to_postgres_hold_nobody_for_more_than_half_a_minute(
    folder: Path, newsroom: Newsroom, make_case: Callable[[Service, Newsroom], Case]
) -> None:
    with Service(folder, LEASE="60", VISIT_SECONDS="20") as service:  # a lease outlasts all waits, as in production
        case = make_case(service, newsroom)
        newsroom.publish(12)
        case.follow()
        until("some are stored", lambda: len(case.stored()) > 2)
        case.struck(service.database_proxy.silence())
        newsroom.publish(3)
        case.over()
        case.settle("all connections to Postgres silent", RECOVERS_WITHIN_S)


# A full disk --------------------------------------------------------------------------------------------------------

SMALL = "size=400m,mode=0755"
BALLAST = 1_000_000


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, of a few hundred megabytes."""
    disk = folder / "disk"
    disk.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None:
        pytest.skip("there is no mount to make a small disk with")
    mounted = subprocess.run([mount, "-t", "tmpfs", "-o", SMALL, "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be made here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run([unmount, disk], check=True)


@pytest.mark.long
def test_a_full_disk_stops_the_service_until_there_is_room(
    small_disk: Path, newsroom: Newsroom, make_case: Callable[[Service, Newsroom], Case]
) -> None:
    with Service(small_disk) as service:
        case = make_case(service, newsroom)
        newsroom.publish(3)
        case.follow()
        until("the first are stored", lambda: len(case.stored()) == 3)
        ballast = small_disk / "ballast"
        with ballast.open("wb") as file, suppress(OSError):
            while True:
                file.write(bytes(BALLAST))
        said = service.postgres_said("No space left on device")
        newsroom.publish(10)
        with service.conn() as conn, suppress(psycopg.Error):  # others write as well, until nothing fits any more
            conn.execute("create table filler as select repeat('x', 1000) as x from generate_series(1, 100000)")
        until("Postgres has no room", lambda: service.postgres_said("No space left on device") > said)
        _fill(service)
        case.struck(service.postgres_said("No space left on device") - said)
        ballast.unlink()
        if not service.postgres.is_running:
            service.postgres.kill()
            service.postgres.start()
        case.over()
        case.settle("disk of Postgres full")


def _fill(service: Service) -> None:
    """Let the log of Postgres need more room than there is: with no segment left to write to, it goes down."""
    with suppress(psycopg.Error), service.conn() as conn:
        conn.execute("create table wal (x text)")
        while True:
            conn.execute("insert into wal select repeat('y', 1000) from generate_series(1, 1000)")
            conn.execute("truncate wal")
