"""The database: text becomes storable at one place, the schema does no harm and is refused when it is unknown."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import Jsonb

from tests.faults.proxy import Proxy
from tests.waiting import WITHIN_S
from tests.worker.builders import add_source, article, save, together
from worker import db

NUL, HIGH, LOW = "a\x00b", "a\ud83d", "\ude00b"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("سیلاب 水 🌧", "سیلاب 水 🌧", id="any-script"),
        pytest.param(NUL, "a\ufffdb", id="nul"),
        pytest.param(HIGH, "a\ufffd", id="lone-high-surrogate"),
        pytest.param(LOW, "\ufffdb", id="lone-low-surrogate"),
        pytest.param("", "", id="empty"),
    ],
)
def test_text_comes_back_as_text_with_the_unstorable_replaced(conn, given, kept):
    assert conn.execute("select %s as alone", [given]).fetchone() == {"alone": kept}
    assert conn.execute("select %s::text[] as listed", [[given, "x"]]).fetchone() == {"listed": [kept, "x"]}
    assert conn.execute("select %s as json", [Jsonb({given: [given, {"in": given}]})]).fetchone() == {
        "json": {kept: [kept, {"in": kept}]}
    }
    assert conn.execute("select %(named)s as named", {"named": given}).fetchone() == {"named": kept}


def test_the_pool_scrubs_like_a_single_connection(pool):
    with pool.connection() as conn:
        assert conn.execute("select %s as alone, %s::text[] as listed", [NUL, [LOW]]).fetchone() == {
            "alone": "a\ufffdb",
            "listed": ["\ufffdb"],
        }


def test_text_for_a_column_of_another_type_still_fits(conn):
    row = conn.execute(
        "select %s::int + 1 as number, %s::timestamptz is not null as time", ["41", "2026-04-10 12:00Z"]
    ).fetchone()
    assert row == {"number": 42, "time": True}


def test_scrub_reaches_into_lists_dicts_and_their_keys_and_leaves_the_rest():
    assert db.scrub({NUL: (HIGH, 1, None), "x": [{"y": LOW}]}) == {
        "a\ufffdb": ["a\ufffd", 1, None],
        "x": [{"y": "\ufffdb"}],
    }


def test_statements_of_the_pool_have_a_time_limit(pool):
    with pool.connection() as conn:
        assert conn.execute("show statement_timeout").fetchone() == {"statement_timeout": "15s"}


# Connections that fail ---------------------------------------------------------------------------------------------


@pytest.fixture
def silent(database, embedded):
    """A pool that reaches the database through a proxy, and the proxy."""
    with Proxy(embedded.postgres_port) as proxy:
        url = make_conninfo(database, port=proxy.port)
        with db.open_pool(url, size=3) as pool:
            yield pool, proxy


def test_a_statement_on_a_connection_that_fell_silent_fails_and_the_next_gets_another(silent):
    pool, proxy = silent
    with pool.connection() as conn:
        conn.answer_s = 0.2
        assert proxy.silence() > 0
        with pytest.raises(db.ServerSilent, match="has not answered"):
            conn.execute("select 1")
    with pool.connection() as conn:
        assert conn.execute("select 1 as one").fetchone() == {"one": 1}


def test_connections_that_fell_silent_in_the_pool_are_all_replaced_at_the_first(silent, monkeypatch):
    pool, proxy = silent
    monkeypatch.setattr(db, "CHECK_S", 0.2)
    with pool.connection(), pool.connection(), pool.connection():
        pass
    proxy.silence()
    together([lambda: _ask(pool)] * 3)
    assert pool.get_stats()["connections_lost"] <= 3


def _ask(pool):
    with pool.connection(timeout=WITHIN_S) as conn:
        assert conn.execute("select 1 as one").fetchone() == {"one": 1}


def test_a_statement_that_takes_long_is_no_silence(pool):
    with pool.connection() as conn:
        conn.answer_s = 5
        conn.execute("select pg_sleep(0.3)")


def test_a_transaction_that_its_worker_forgot_loses_its_locks(pool):
    with pool.connection() as conn:
        assert conn.execute("show idle_in_transaction_session_timeout").fetchone() == {
            "idle_in_transaction_session_timeout": "10s"
        }


# The schema -------------------------------------------------------------------------------------------------------


@pytest.fixture
def owned_database(empty_database):
    """An empty database of a user who has no other rights; the server's own user is called dateline."""
    name = sql.Identifier(conninfo_to_dict(empty_database)["dbname"])
    with db.connect(empty_database) as conn:
        conn.execute("create role archivist login password 'archivist'")
        conn.execute(sql.SQL("alter database {} owner to archivist").format(name))
        yield make_conninfo(empty_database, user="archivist", password="archivist")  # noqa: S106  # of this test alone
        conn.execute("reassign owned by archivist to current_user")
        conn.execute("drop owned by archivist")
        conn.execute("drop role archivist")


def test_a_user_called_dateline_gets_the_tables_in_public(conn):
    assert conn.execute("select current_user as name").fetchone() == {"name": "dateline"}
    rows = conn.execute(
        "select distinct schemaname as schema from pg_tables where schemaname in ('public', 'dateline')"
    )
    assert rows.fetchall() == [{"schema": "public"}]


def test_the_owner_of_a_database_needs_no_other_rights_to_make_the_schema(owned_database):
    with db.connect(owned_database) as conn:
        db.install_schema(conn)
        db.install_schema(conn)
        db.require_schema(conn)
        assert db.installed_version(conn) == db.SCHEMA_VERSION


def test_applying_the_schema_again_keeps_the_rows(conn):
    add_source(conn)
    db.install_schema(conn)
    assert conn.execute("select id from source").fetchall() == [{"id": "paper"}]


def test_two_who_apply_the_schema_at_once_both_succeed(empty_database):
    def install():
        with db.connect(empty_database) as conn:
            db.install_schema(conn)
            return db.installed_version(conn)

    assert together([install] * 4) == [db.SCHEMA_VERSION] * 4


@pytest.mark.parametrize(
    ("installed", "known", "mend"),
    [
        pytest.param(None, 1, "dateline db init", id="none"),
        pytest.param(1, 2, "dateline db migrate", id="older"),
        pytest.param(3, 2, "upgrade Dateline", id="newer"),
    ],
)
def test_an_unknown_version_is_refused_with_the_way_to_mend_it(empty_database, monkeypatch, installed, known, mend):
    with db.connect(empty_database) as conn:
        if installed:
            db.install_schema(conn)
            conn.execute("update schema_version set version = %s", [installed])
        monkeypatch.setattr(db, "SCHEMA_VERSION", known)
        with pytest.raises(db.SchemaError, match=mend):
            db.require_schema(conn)


def test_an_older_program_does_not_apply_its_schema_over_a_newer_one(conn):
    conn.execute("update schema_version set version = version + 1")
    with pytest.raises(db.SchemaError, match="upgrade Dateline"):
        db.install_schema(conn)


def test_a_process_has_no_pool_on_a_database_without_the_schema(empty_database, monkeypatch):
    monkeypatch.setenv("DATELINE_DATABASE_URL", empty_database)
    db.pool.cache_clear()
    with pytest.raises(db.SchemaError, match="dateline db init"):
        db.pool()


def test_a_process_has_one_pool(database, monkeypatch):
    monkeypatch.setenv("DATELINE_DATABASE_URL", database)
    db.pool.cache_clear()
    with db.pool() as pool:
        assert db.pool() is pool
    db.pool.cache_clear()


# Readers ----------------------------------------------------------------------------------------------------------


def test_a_reader_sees_what_was_stored(pool, conn):
    save(pool, article(1))
    conn.execute("set role dateline_reader")
    assert conn.execute("select title from dateline.articles").fetchall() == [{"title": "Headline 1"}]
    assert conn.execute("select source, kind from dateline.events").fetchall() == [
        {"source": "paper", "kind": "created"}
    ]


def test_a_reader_may_read_no_table(conn):
    tables = conn.execute("select tablename as name from pg_tables where schemaname = 'public'").fetchall()
    assert len(tables) > 10
    conn.execute("set role dateline_reader")
    for table in tables:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(sql.SQL("select from public.{}").format(sql.Identifier(table["name"])))


@pytest.mark.parametrize("view", ["articles"])  # Postgres itself refuses to write to the others
def test_a_reader_may_write_to_no_view(conn, view):
    conn.execute("set role dateline_reader")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(sql.SQL("delete from dateline.{}").format(sql.Identifier(view)))


@pytest.mark.parametrize(
    "statement", ["select dateline.crawl('https://paper.example/')", "create table public.mine (x int)"]
)
def test_a_reader_may_not_ask_for_a_crawl_nor_make_tables(conn, statement):
    conn.execute("set role dateline_reader")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement)
