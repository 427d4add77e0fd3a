"""An upgrade: the schema of an earlier release, with data in it, migrated while a reader's cursor is in use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.faults.ledger import LEDGER, Line
from tests.faults.reader import Reader
from tests.waiting import until
from worker import db, invariants

DATELINE = str(Path(sys.executable).with_name("dateline"))
ARTICLES = 300
ROWS = """
    insert into source (id, name, site, origin) values ('paper', 'Paper', 'paper.example', 'added');
    insert into host (name, due_at) values ('paper.example', now());
    insert into article (source_id, identity, url, canonical_url, title, body, access, kind, text_hash)
        select 'paper', 'id:' || n, 'https://paper.example/' || n, 'https://paper.example/' || n, 'Title ' || n,
               'Text ' || n, 'free', 'article', n from generate_series(1, {articles}) as n;
    insert into article_url (url, article_id, was_read) select url, id, true from article;
    insert into page (url, host, source_id, article_id, outcome, fetched_at)
        select url, 'paper.example', 'paper', id, 'new', now() from article;
    insert into event (kind, article_id, source_id, url, title)
        select 'created', id, source_id, url, title from article order by id;
    insert into archive (page_id, url, status, headers, encoding, sha256, body)
        select id, url, 200, '{{}}', 'identity', '', 'bytes' from page;
    insert into fetch_log (kind, host, url, page_id, reason, worker)
        select 'page', host, url, id, 'new', 'w' from page"""


@pytest.fixture
def earlier(empty_database: str) -> str:
    """A database as an earlier release left it, with articles, pages, events, archive and log."""
    with db.connect(empty_database) as conn:
        conn.execute(Path(__file__).parents[1].joinpath("schema_2.sql").read_bytes())
        conn.execute(ROWS.format(articles=ARTICLES).encode())
    return empty_database


@contextmanager
def migrating(database: str) -> Iterator[subprocess.Popen[str]]:
    """`dateline db migrate` under way."""
    environment = {**os.environ, "DATELINE_DATABASE_URL": database, "DATELINE_SOURCES": os.devnull}
    command = [DATELINE, "db", "migrate"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process


def is_waiting(conn: db.Connection) -> bool:
    query = """
        select exists (select from pg_stat_activity
                        where wait_event_type = 'Lock' and datname = current_database()) as is_waiting"""
    return bool(db.one(conn.execute(query))["is_waiting"])


def test_an_earlier_release_is_migrated_under_a_readers_cursor_and_after_two_interruptions(
    earlier: str, request: pytest.FixtureRequest
) -> None:
    with Reader(earlier) as reader, db.connect(earlier) as conn:
        until("the reader is half through", lambda: reader.cursor > ARTICLES / 2)
        with psycopg.connect(earlier) as other:
            other.execute("lock table archive in access share mode")  # the migration gets so far, and waits
            with migrating(earlier) as process:
                until("the migration is under way", lambda: is_waiting(conn))
                process.kill()
            until("nothing is left of it", lambda: not is_waiting(conn))
            assert db.installed_version(conn) == 2
            with migrating(earlier) as process:
                until("the migration is under way again", lambda: is_waiting(conn))
                conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'")
                assert process.wait() == 1
            assert db.installed_version(conn) == 2
        with migrating(earlier) as process:
            assert process.wait() == 0, process.stderr.read()

        assert db.installed_version(conn) == db.SCHEMA_VERSION
        assert invariants.broken(conn) == []
        conn.execute("insert into event_pending (kind, article_id) values ('updated', 1)")
        until("the reader has the first event after it", lambda: reader.cursor == ARTICLES + 1)
        assert reader.ids == list(range(1, ARTICLES + 2))
        assert reader.error is None
        assert len(reader.copy) == ARTICLES
        stored = db.one(conn.execute("select count(*) as n, count(distinct url) as urls from article"))
    fault = "an upgrade, interrupted twice, under a reader's cursor"
    lost, doubled = ARTICLES - stored["urls"], stored["n"] - stored["urls"]
    request.config.stash[LEDGER].lines.append(Line(fault, 2, ARTICLES, stored["n"], doubled, lost, None))


def test_a_migration_that_somebody_keeps_waiting_says_so_and_changes_nothing(
    earlier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "LOCK_TIMEOUT", "200ms")
    with db.connect(earlier) as conn, psycopg.connect(earlier) as other:
        other.execute("select from event limit 1")
        with pytest.raises(db.SchemaError, match="nothing was changed"):
            db.install_schema(conn)
        assert db.installed_version(conn) == 2
