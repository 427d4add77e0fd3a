"""The roles of the database: workers own nothing and cannot drop, readers read the views; both connect and try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import make_conninfo

from tests.worker.builders import article, save
from worker import db
from worker.db import Connection, Pool

READER = "ann"


@pytest.fixture
def worker(as_worker: str, pool: Pool) -> Iterator[Connection]:
    """A worker's connection to a database with one article."""
    save(pool, article(1))
    with db.connect(as_worker) as conn:
        yield conn


@pytest.fixture
def reader(database: str, conn: Connection, pool: Pool) -> Iterator[Connection]:
    """The connection of a user who has the readers' role and no other."""
    save(pool, article(1))
    conn.execute(f"create role {READER} login password 'secret' in role dateline_reader")
    try:
        with db.connect(make_conninfo(database, user=READER, password="secret")) as reading:  # noqa: S106  # of this test
            yield reading
    finally:
        conn.execute(f"drop owned by {READER}")
        conn.execute(f"drop role {READER}")


BEYOND_BOTH = [
    "drop table article", "drop table public.event", "truncate article", "truncate page cascade",
    "alter table article add column x int", "alter table article disable trigger all",
    "drop view dateline.articles", "drop schema dateline cascade",
    "create or replace view dateline.articles as select 1",
    "create table public.mine (x int)", "create table dateline.mine (x int)", "create schema mine",
    "create function public.f() returns int language sql as 'select 1'", "drop function add_partition",
    "delete from article", "delete from revision", "delete from event", "update event set kind = 'gone'",
    "delete from archive", "update archive set url = ''", "delete from archive_store",
    "update schema_version set version = 99", "delete from schema_version",
    "insert into schema_version (version) values (9)",
    "set role dateline", "reset session authorization; set session authorization dateline", "create role eve superuser",
    "alter role current_user superuser", "grant dateline_reader to dateline_worker", "create database eve",
    "alter system set fsync = off", "create extension file_fdw",
    "copy article to program 'id'", "copy (select 1) to '/tmp/dateline-was-here'", "copy crawl from '/etc/passwd'",
    "select pg_read_file('/etc/passwd')", "select pg_ls_dir('/')", "select lo_import('/etc/passwd')",
    "select rolpassword from pg_authid", "select drop_partition('article')", "select drop_partition('pg_class')",
    "select drop_partition(name) from partitions",
    "select pg_reload_conf()",
    "comment on table article is 'mine'", "select setval(pg_get_serial_sequence('public.article', 'id'), 1)",
]  # fmt: skip


BEYOND_READERS = [
    "select from article", "select from page", "select from archive", "select from fetch_log", "select from worker",
    "insert into dateline.articles (url) values ('x')", "update dateline.articles set title = 'mine'",
    "delete from dateline.articles", "insert into consumer (name, last_id) values ('x', 0)",
    "select dateline.crawl('https://paper.example/')",
    "select add_partition('event', now() + interval '9 years', now() + interval '10 years')",
    "lock table dateline.articles in share mode", "lock table article",
    "select from dateline.articles for update", "select pg_advisory_lock(hashtextextended('dateline.events', 0))",
    "select pg_try_advisory_lock(1, 2)", "select pg_advisory_xact_lock_shared(1)",
]  # fmt: skip


def test_what_a_worker_may_not(worker: Connection) -> None:
    assert allowed(worker, BEYOND_BOTH) == {}


def test_what_a_reader_may_not(reader: Connection) -> None:
    assert allowed(reader, [*BEYOND_BOTH, *BEYOND_READERS]) == {}


def allowed(conn: Connection, statements: list[str]) -> dict[str, str]:
    """The statements that did not fail for want of rights, each with what came of it."""
    found = {}
    for statement in statements:
        try:
            with conn.transaction() if statement.startswith("lock") else nullcontext():
                conn.execute(statement)
            found[statement] = "allowed"
        except psycopg.Error as error:
            if not isinstance(error, errors.InsufficientPrivilege):
                found[statement] = repr(error)
        assert conn.execute("select count(*) as n from dateline.articles").fetchone() == {"n": 1}, statement
    return found


@pytest.mark.parametrize("role", ["worker", "reader"])
def test_neither_role_owns_anything_or_is_more_than_it_says(role: str, request: pytest.FixtureRequest) -> None:
    conn = request.getfixturevalue(role)
    owned = """
        select relname as name from pg_class where relowner = current_user::regrole
        union all select proname from pg_proc where proowner = current_user::regrole
        union all select nspname from pg_namespace where nspowner = current_user::regrole
        union all select datname from pg_database where datdba = current_user::regrole"""
    assert conn.execute(owned).fetchall() == []
    rights = "rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
    assert conn.execute(f"select {rights} as is_more from pg_roles where rolname = current_user").fetchone() == {  # noqa: S608
        "is_more": False
    }
    given = "select roleid::regrole::text as role from pg_auth_members where member = current_user::regrole"
    assert {row["role"] for row in conn.execute(given)} <= {"dateline_reader"}


def test_a_reader_who_makes_things_of_its_own_changes_nothing_for_others(reader: Connection, pool: Pool) -> None:
    """Names in pg_temp come first for whoever made them: the functions that run with the owner's rights do not look."""
    reader.execute("create temp table consumer (name text, last_id bigint, acknowledged_at timestamptz)")
    reader.execute("create temp view event as select 1 as id")
    reader.execute("set search_path = pg_temp, public, dateline")
    reader.execute("select dateline.acknowledge(%s, 0)", ("x'); drop table article; --",))

    with pool.connection() as conn:
        assert [row["name"] for row in conn.execute("select name from consumer")] == ["x'); drop table article; --"]
    assert reader.execute("select count(*) as n from pg_temp.consumer").fetchone() == {"n": 0}


def test_a_reader_sees_no_statement_of_the_workers(reader: Connection, worker: Connection) -> None:
    worker.execute("select 'hunter2'")
    seen = reader.execute("select query from pg_stat_activity where usename = 'dateline_worker'").fetchall()
    assert {row["query"] for row in seen} == {"<insufficient privilege>"}


# The users ----------------------------------------------------------------------------------------------------------


def test_a_worker_that_is_to_make_the_schema_is_told_who_can(worker: Connection) -> None:
    with pytest.raises(db.SchemaError, match=r"dateline_worker may not change the schema .*DATELINE_OWNER_URL"):
        db.install_schema(worker)


@pytest.fixture
def another(conn: Connection, database: str) -> Iterator[str]:
    """Address for a user of the operator's choice, who does not exist yet."""
    yield make_conninfo(database, user="fetcher 1", password="it's $new")  # noqa: S106  # of this test
    conn.execute('drop role if exists "fetcher 1"')


def test_the_user_of_the_workers_is_made_with_its_password(conn: Connection, another: str) -> None:
    for _ in range(2):
        db.admit_worker(conn, another)

    with db.connect(another) as worker:
        worker.execute("update host set due_at = now()")
        with pytest.raises(errors.InsufficientPrivilege):
            worker.execute("drop table host")
    stored = conn.execute("select rolpassword from pg_authid where rolname = 'fetcher 1'").fetchone()
    assert stored
    assert stored["rolpassword"].startswith("SCRAM-SHA-256$")


def test_a_user_who_exists_keeps_password_and_rights(conn: Connection, another: str) -> None:
    conn.execute("create role \"fetcher 1\" login createdb password 'old'")
    db.admit_worker(conn, another)

    with pytest.raises(psycopg.OperationalError, match="password"):
        db.connect(another)
    with db.connect(make_conninfo(another, password="old")) as worker:  # noqa: S106  # of this test
        assert worker.execute("select count(*) as n from article").fetchone() == {"n": 0}
    assert conn.execute("select rolcreatedb from pg_roles where rolname = 'fetcher 1'").fetchone() == {
        "rolcreatedb": True
    }


def test_an_owner_who_may_not_make_users_says_what_to_ask_for(reader: Connection, another: str) -> None:
    with pytest.raises(db.SchemaError, match="create role fetcher 1 login"):
        db.admit_worker(reader, another)


def test_one_user_for_everything_is_left_as_it_is(conn: Connection, database: str) -> None:
    db.admit_worker(conn, database)
    db.admit_worker(conn, "dbname=tests")  # no name: whoever connects


def test_what_the_owner_is_asked_for_does_not_hold_a_password(conn: Connection, another: str) -> None:
    seen = []
    conn.add_notice_handler(lambda notice: seen.append(notice.message_primary))
    conn.execute("set client_min_messages = log")
    conn.execute("set log_statement = 'all'")
    db.admit_worker(conn, another)

    assert any("alter role" in line for line in seen)
    assert "it's $new" not in " ".join(seen).replace("''", "'")
