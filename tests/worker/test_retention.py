"""What is kept how long: partitions are made ahead, dropped when old, and kept longer for consumers that lag."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.worker.builders import add_host, add_page, article, insert, save
from worker import db, retention

DAY = timedelta(days=1)
KEEP = {"event": 90 * DAY, "archive": 30 * DAY, "fetch_log": 30 * DAY}
NOW = datetime.now(UTC)


@pytest.fixture
def fresh(empty_database):
    """A pool on a database of its own, for its partitions change."""
    with db.connect(empty_database) as conn:
        db.install_schema(conn)
    with db.open_pool(empty_database, size=4) as pool:
        yield pool


def rows(pool, query, *values):
    with pool.connection() as conn:
        return conn.execute(query, values).fetchall()


def numbers(pool):
    return [row["id"] for row in rows(pool, "select id from event order by id")]


def at(pool, age):
    """Store an article and let its event be so old."""
    saved = save(pool, article(len(numbers(pool)) + 1))
    with pool.connection() as conn:
        conn.execute("update event set at = %s where id = (select max(id) from event)", (NOW - age,))
    return saved.id


def partition(pool, table, age):
    """Make the partition of so many days ago, as maintenance did then."""
    start = NOW - age - (NOW - age - retention.FIRST) % retention.STEP[table]
    with pool.connection() as conn:
        conn.execute("select add_partition(%s, %s, %s)", (table, start, start + retention.STEP[table]))


def test_partitions_are_made_ahead_once(fresh):
    later = NOW + 10 * DAY
    for _ in range(2):
        retention.maintain(fresh, KEEP, later)
    for table, step in retention.STEP.items():
        ends = [row["ends"] for row in rows(fresh, "select ends from partitions where parent = %s", table)]
        assert max(ends) > later + retention.AHEAD * step - step
        assert len(set(ends)) == len(ends)


def test_rows_that_no_partition_was_made_for_are_kept_and_move_into_theirs(fresh):
    at(fresh, 40 * DAY)  # older than any partition
    assert rows(fresh, "select count(*) as n from event_default") == [{"n": 1}]
    partition(fresh, "event", 40 * DAY)
    assert rows(fresh, "select count(*) as n from event_default") == [{"n": 0}]
    assert numbers(fresh) == [1]


def test_old_events_are_dropped_and_the_floor_is_kept(fresh):
    partition(fresh, "event", 120 * DAY)
    at(fresh, 120 * DAY)
    at(fresh, DAY)
    retention.maintain(fresh, KEEP, NOW)
    assert numbers(fresh) == [2]
    assert len(rows(fresh, "select id from article")) == 2, "articles are kept for ever"
    assert rows(fresh, "select id, kind from dateline.events order by id") == [
        {"id": 1, "kind": "expired"},
        {"id": 2, "kind": "created"},
    ]


def test_a_reader_whose_cursor_is_too_old_is_told_so(fresh):
    partition(fresh, "event", 120 * DAY)
    for age in (120 * DAY, 119 * DAY, DAY):
        at(fresh, age)
    retention.maintain(fresh, KEEP, NOW)
    [left] = numbers(fresh)[-1:]
    with pytest.raises(psycopg.errors.NoDataFound, match="no longer kept") as error:
        rows(fresh, "select * from dateline.events_since(0)")
    assert "anew" in error.value.diag.message_hint
    assert [row["id"] for row in rows(fresh, "select id from dateline.events_since(%s)", left - 1)] == [left]


def test_events_that_a_consumer_has_not_read_are_kept_with_an_alarm(fresh, caplog):
    partition(fresh, "event", 120 * DAY)
    at(fresh, 120 * DAY)
    rows(fresh, "select dateline.acknowledge('indexer', 0)")
    with caplog.at_level(logging.ERROR):
        retention.maintain(fresh, KEEP, NOW)
    assert numbers(fresh) == [1]
    assert "not read by indexer (at 0)" in caplog.text

    rows(fresh, "select dateline.acknowledge('indexer', 1)")
    retention.maintain(fresh, KEEP, NOW)
    assert numbers(fresh) == []


def test_a_consumer_that_never_reads_does_not_keep_events_for_ever(fresh, caplog):
    partition(fresh, "event", 200 * DAY)
    at(fresh, 200 * DAY)
    rows(fresh, "select dateline.acknowledge('indexer', 0)")
    with caplog.at_level(logging.ERROR):
        retention.maintain(fresh, KEEP, NOW)
    assert numbers(fresh) == []
    assert "dropped without having been read by indexer" in caplog.text
    [row] = rows(fresh, "select name, has_missed from dateline.consumers")
    assert row == {"name": "indexer", "has_missed": True}


def test_old_fetches_and_bytes_are_dropped_with_their_partitions(fresh):
    with fresh.connection() as conn:
        add_host(conn, "paper.example")
        page = add_page(conn, "https://paper.example/1")
    for age in (40 * DAY, DAY):
        for table in ("archive", "fetch_log"):
            partition(fresh, table, age)
        with fresh.connection() as conn:
            made = {
                "page_id": page,
                "url": "https://paper.example/1",
                "status": 200,
                "headers": "{}",
                "encoding": "identity",
            }
            made |= {"sha256": b"x" * 32, "body": b"x"}
            insert(conn, "archive", **made, fetched_at=NOW - age)
    retention.maintain(fresh, KEEP, NOW)
    assert len(rows(fresh, "select id from archive")) == 1


def test_a_partition_in_use_is_left_for_the_next_run(fresh, caplog, monkeypatch):
    monkeypatch.setattr(retention, "LOCK_TIMEOUT", "50ms")
    partition(fresh, "event", 120 * DAY)
    at(fresh, 120 * DAY)
    with fresh.connection() as reader:
        reader.execute("select * from event")
        retention.maintain(fresh, KEEP, NOW)
    assert "the next run tries again" in caplog.text
    assert numbers(fresh) == [1]
    retention.maintain(fresh, KEEP, NOW)
    assert numbers(fresh) == []
