"""schema.sql can be applied again and again, explains itself in the database, and shows readers only its views."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from tests.worker.builders import add_host, add_page, insert
from worker import db, events
from worker.events import Event

STORE = "00000000-0000-0000-0000-000000000001"
SCHEMAS = ["public", "dateline"]
VIEWS = {"articles", "article_revisions", "copies", "sources", "events", "consumers"}  # what readers are promised

UNCOMMENTED = """
    select concat(what, ' ', schema, '.', name) as missing
      from (select case relkind when 'v' then 'view' else 'table' end as what, nspname as schema, relname as name,
                   obj_description(c.oid, 'pg_class') as comment
              from pg_class c join pg_namespace n on n.oid = relnamespace
             where relkind in ('r', 'p', 'v', 'm')
            union all
            select 'column of ' || relname, nspname, attname, col_description(c.oid, attnum)
              from pg_class c join pg_namespace n on n.oid = relnamespace join pg_attribute a on attrelid = c.oid
             where relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped
            union all
            select 'function', nspname, proname, obj_description(p.oid, 'pg_proc')
              from pg_proc p join pg_namespace n on n.oid = pronamespace
             where not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')) as thing
     where schema = any(%s) and coalesce(comment, '') = '' order by 1"""

SHAPE = """
    select 'column' as what, table_schema || '.' || table_name || '.' || column_name as name,
           concat_ws(' ', data_type, is_nullable, column_default, is_identity) as detail
      from information_schema.columns where table_schema = any(%(schemas)s)
    union all
    select 'index', schemaname || '.' || indexname, indexdef from pg_indexes where schemaname = any(%(schemas)s)
    union all
    select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(c.oid)
      from pg_constraint c join pg_namespace n on n.oid = connamespace where nspname = any(%(schemas)s)
    union all
    select 'function', p.oid::regprocedure::text, prosrc
      from pg_proc p join pg_namespace n on n.oid = pronamespace where nspname = any(%(schemas)s)
    union all
    select 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    order by 1, 2, 3"""


def test_every_table_view_column_and_function_has_a_comment(conn):
    assert [row["missing"] for row in conn.execute(UNCOMMENTED, [SCHEMAS])] == []


def test_applying_the_schema_again_changes_nothing(empty_database):
    with db.connect(empty_database) as conn:
        db.install_schema(conn)
        once = conn.execute(SHAPE, {"schemas": SCHEMAS}).fetchall()
        db.install_schema(conn)
        assert conn.execute(SHAPE, {"schemas": SCHEMAS}).fetchall() == once
        db.require_schema(conn)


def test_applying_the_schema_brings_version_1_up_to_date(empty_database):
    with db.connect(empty_database) as conn:
        db.install_schema(conn)
        new = conn.execute(SHAPE, {"schemas": SCHEMAS}).fetchall()
        conn.execute("alter table source drop column selectors")
        conn.execute("update schema_version set version = 1")
        conn.execute("insert into source (id, name, site, origin) values ('paper', 'Paper', 'paper.example', 'added')")

        db.install_schema(conn)

        assert conn.execute(SHAPE, {"schemas": SCHEMAS}).fetchall() == new
        assert conn.execute("select id, selectors from source").fetchall() == [{"id": "paper", "selectors": None}]
        db.require_schema(conn)


ROWS_OF_2 = """
    insert into source (id, name, site, origin) values ('paper', 'Paper', 'paper.example', 'added');
    insert into host (name) values ('paper.example');
    insert into page (url, host) values ('https://paper.example/1', 'paper.example');
    insert into article (source_id, identity, url, canonical_url, title, body, access, kind)
        values ('paper', 'id:1', 'https://paper.example/1', 'https://paper.example/1', 'A', 'Text', 'free', 'article');
    insert into event (kind, article_id, source_id, url, title)
        select 'created', 1, 'paper', 'https://paper.example/1', 'A' from generate_series(1, 5);
    insert into archive (page_id, url, status, headers, encoding, sha256, body, fetched_at)
        values (1, 'https://paper.example/1', 200, '{}', 'identity', '', 'bytes', now() - interval '20 days');
    insert into fetch_log (kind, host, url, page_id, reason, worker)
        values ('page', 'paper.example', 'https://paper.example/1', 1, 'new', 'w')"""


def test_version_2_becomes_partitions_without_loss(empty_database):
    with db.connect(empty_database) as conn:
        conn.execute(Path(__file__).with_name("schema_2.sql").read_bytes())
        conn.execute(ROWS_OF_2.encode())
        everything = {
            table: conn.execute(f"select * from {table} order by id").fetchall()  # noqa: S608  # names from here
            for table in ("event", "archive", "fetch_log")
        }
        everything["archive"] = [{**row, "store_id": None, "location": None} for row in everything["archive"]]
        told = conn.execute("select * from dateline.events order by id").fetchall()

        db.install_schema(conn)
        once = conn.execute(SHAPE, {"schemas": SCHEMAS}).fetchall()
        db.install_schema(conn)

        assert conn.execute(SHAPE, {"schemas": SCHEMAS}).fetchall() == once
        for table, rows in everything.items():
            assert conn.execute(f"select * from {table} order by id").fetchall() == rows  # noqa: S608
            assert conn.execute("select relkind from pg_class where oid = %s::regclass", [table]).fetchone() == {
                "relkind": "p"
            }
        assert conn.execute("select * from dateline.events order by id").fetchall() == told
        with conn.transaction():
            events.publish(conn, [Event("gone", 1)])
        assert [row["id"] for row in conn.execute("select id from dateline.events where id > 5")] == [6]


LIKE_4 = """
    drop table archive_store;
    alter table archive drop column location, drop column store_id, alter column body set not null;
    update schema_version set version = 4;
    insert into host (name) values ('paper.example');
    insert into page (url, host) values ('https://paper.example/1', 'paper.example');
    insert into archive (page_id, url, status, headers, encoding, sha256, body)
        values (1, 'https://paper.example/1', 200, '{}', 'identity', '', 'bytes')"""


def test_version_4_learns_of_stores_and_keeps_its_bytes(empty_database):
    with db.connect(empty_database) as conn:
        db.install_schema(conn)
        new = conn.execute(SHAPE, {"schemas": SCHEMAS}).fetchall()
        conn.execute(LIKE_4.encode())
        assert conn.execute(SHAPE, {"schemas": SCHEMAS}).fetchall() != new

        db.install_schema(conn)

        assert conn.execute(SHAPE, {"schemas": SCHEMAS}).fetchall() == new
        assert conn.execute("select body, location from archive").fetchall() == [{"body": b"bytes", "location": None}]
        db.require_schema(conn)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"body": None}, id="nowhere"),
        pytest.param({"body": b"x", "store_id": STORE, "location": "2026-11-27/00"}, id="twice"),
        pytest.param({"body": None, "location": "2026-11-27/00"}, id="in-no-store"),
    ],
)
def test_the_bytes_of_a_page_are_in_one_place(conn, values):
    add_host(conn, "paper.example")
    page = add_page(conn, "https://paper.example/1")
    row = {"page_id": page, "url": "https://paper.example/1", "status": 200, "headers": "{}", "encoding": "identity"}
    with pytest.raises(psycopg.errors.CheckViolation, match="archive_is_somewhere"):
        insert(conn, "archive", **row, sha256=b"", **values)


def test_the_promised_views_are_there_and_nothing_else(conn):
    views = conn.execute("select viewname from pg_views where schemaname = 'dateline'").fetchall()
    assert {view["viewname"] for view in views} == VIEWS


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_a_reader_reads_the_views(conn, view):
    with conn.transaction():
        conn.execute("set local role dateline_reader")
        assert conn.execute(f"select * from dateline.{view}").fetchall() == []  # noqa: S608  # names from above


@pytest.mark.parametrize("statement", ["select * from public.article", "delete from dateline.articles"])
def test_a_reader_gets_nothing_else(conn, statement):
    conn.execute("set role dateline_reader")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement)


def test_every_index_names_its_query():
    statements = re.findall(
        r"^create (?:unique )?index .*$", db.resource("schema.sql").read_text("utf-8"), re.MULTILINE
    )
    assert statements
    assert [statement for statement in statements if not re.search(r";  -- \S", statement)] == []
