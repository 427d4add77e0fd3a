"""Archived bytes outside Postgres: written before their rows, kept here while that fails, deleted after their rows."""

from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.site.press import Press
from tests.worker.builders import STORY, add_host, add_page, address, answered, article, fetched, insert, page_target
from worker import archive, db, faultpoints, objects, record, retention
from worker.archive import Keeper
from worker.db import Connection, Pool
from worker.objects import StoreError
from worker.targets import Lease

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
KEEP = {"event": 90 * DAY, "archive": 30 * DAY, "fetch_log": 30 * DAY}
DATELINE = str(Path(sys.executable).with_name("dateline"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for bytes, which is not there yet."""
    return tmp_path / "pages"


@pytest.fixture
def keeper(folder: Path) -> Keeper:
    return Keeper(f"file://{folder}")


def files(folder: Path) -> list[Path]:
    """All files of a store, whatever they are."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def write(pool: Pool, lease: Lease, keeper: Keeper, number: int = 1, body: bytes = b"<p>one</p>") -> dict[str, Any]:
    """Record an attempt that brought this body; the row of its bytes."""
    url = address(f"story/{number}")
    with pool.connection() as conn:
        page = page_target(add_page(conn, url, source_id="paper", attempts=1), url, source_id="paper")
    assert record.record(pool, lease, page, answered("article", fetched(url, body), article=article(number)), keeper)
    with pool.connection() as conn:
        rows = conn.execute(
            """
            select a.*, s.url as store_url from archive a left join archive_store s on s.id = a.store_id
             where page_id = %s""",
            (page.id,),
        ).fetchall()
    [row] = rows
    return row


def test_the_row_says_where_its_bytes_are_and_they_are_there(pool, lease, keeper, folder):
    lease = replace(lease, held_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC))
    row = write(pool, lease, keeper)
    name = sha256(b"<p>one</p>").hexdigest()
    assert (row["body"], row["location"], row["sha256"].hex()) == (None, f"2026-01-31/{name}", name)
    assert row["store_url"] == f"file://{folder}"
    [file] = files(folder)
    assert file == folder / str(row["store_id"]) / "2026-01-31" / name
    assert file.read_bytes() == archive.body_of(row) == b"<p>one</p>"


def test_the_same_bytes_are_written_once(pool, lease, keeper, folder):
    first, second = (write(pool, lease, keeper, number) for number in (1, 2))
    other = write(pool, lease, Keeper(keeper.url), 3, b"<p>two</p>")
    assert first["location"] == second["location"] != other["location"]
    assert first["store_id"] == other["store_id"]
    assert len(files(folder)) == 2


def test_another_database_has_a_part_of_the_folder_of_its_own(pool, lease, keeper, folder, empty_database):
    write(pool, lease, keeper)
    with db.connect(empty_database) as conn:
        db.install_schema(conn)
        other = archive.opened(str(keeper.url), archive.store_of(conn, str(keeper.url)))
    assert other.days() == []


# A store that fails -------------------------------------------------------------------------------------------------


def test_while_a_store_fails_bytes_stay_in_postgres_with_an_error_in_the_log(pool, lease, tmp_path, caplog):
    in_the_way = tmp_path / "disk"
    in_the_way.write_text("no folder: this fails for root, too")
    keeper = Keeper(f"file://{in_the_way}/pages")
    with caplog.at_level(logging.ERROR):
        row = write(pool, lease, keeper)
    assert (row["body"], row["location"]) == (b"<p>one</p>", None)
    assert "stay in Postgres" in caplog.text
    assert str(in_the_way) in caplog.text

    in_the_way.unlink()
    assert write(pool, lease, keeper, 2)["location"] is None, "it is left alone for a while"
    keeper._away_until = 0.0  # as it is when that while is over
    assert write(pool, lease, keeper, 3)["location"]


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may become longer than 64 kB: a write breaks off in its middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_breaks_off_leaves_nothing_and_loses_nothing(pool, lease, keeper, folder):
    body = Random(1).randbytes(300_000)
    with full_disk():
        row = write(pool, lease, keeper, body=body)
    assert (row["body"], row["location"]) == (body, None)
    assert files(folder) == []


def test_bytes_are_written_while_no_transaction_is_open(pool, lease, keeper, conn, monkeypatch):
    open_ones = (
        "select count(*) as n from pg_stat_activity where datname = current_database() and xact_start is not null"
    )
    seen = []

    def put(self: objects.Objects, name: str, body: bytes) -> None:
        seen.append(db.one(conn.execute(open_ones))["n"])
        raise StoreError("not now")

    monkeypatch.setattr(objects.Objects, "put", put)
    write(pool, lease, keeper)
    assert seen == [1], "more than the one that asks"


# A crash ------------------------------------------------------------------------------------------------------------


def test_a_crash_between_bytes_and_row_leaves_an_object_and_the_next_attempt_makes_it_whole(
    conn: Connection, as_worker: str, tmp_path: Path, folder: Path
) -> None:
    points = tmp_path / "points"
    points.mkdir()
    (points / "bytes-kept").write_text("/")
    with Press() as press:
        story = press.gazette.url(press.gazette.publish().path)
        environment = {
            **os.environ,
            faultpoints.VARIABLE: str(points),
            "DATELINE_DATABASE_URL": as_worker,
            "DATELINE_HTTP_PROXY": press.proxy_url,
            "DATELINE_ALLOW_PRIVATE_HOSTS": "true",
            "DATELINE_DELAY": "0",
            "DATELINE_ARCHIVE": str(folder),
        }
        crawl = [DATELINE, "crawl", story]
        killed = subprocess.run(crawl, env=environment, cwd=tmp_path, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        [orphan] = files(folder)
        assert conn.execute("select from archive").rowcount == conn.execute("select from article").rowcount == 0
        conn.execute("update host set token = null, leased_by = null, leased_until = '-infinity', due_at = now()")
        again = subprocess.run(crawl, env=environment, cwd=tmp_path, capture_output=True, check=False)
        assert again.returncode == 0, again.stderr
    [row] = conn.execute("select a.*, s.url as store_url from archive a join archive_store s on s.id = store_id")
    assert files(folder) == [orphan]
    assert archive.body_of(row) == orphan.read_bytes()
    assert conn.execute("select from article").rowcount == 1


# Retention ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh(empty_database: str) -> Iterator[Pool]:
    """A pool on a database of its own, for its partitions change."""
    with db.connect(empty_database) as conn:
        db.install_schema(conn)
        add_host(conn, "paper.example")
        add_page(conn, STORY)
    with db.open_pool(empty_database, size=4) as pool:
        yield pool


def kept(pool: Pool, url: str, age: timedelta) -> None:
    """Bytes that came so long ago, in a store and in the partition of their day."""
    at = NOW - age
    start = at - (at - retention.FIRST) % DAY
    body = uuid4().bytes
    with pool.connection() as conn:
        conn.execute("select add_partition('archive', %s, %s)", (start, start + DAY))
        store_id = archive.store_of(conn, url)
    location = objects.name_of(body, "identity", at.date())
    archive.opened(url, store_id).put(location, body)
    made = {"page_id": 1, "url": STORY, "status": 200, "headers": "{}", "encoding": "identity", "sha256": b""}
    with pool.connection() as conn:
        insert(conn, "archive", **made, fetched_at=at, store_id=store_id, location=location)


def maintain(pool: Pool) -> None:
    """What the task of that name does about the archive."""
    retention.maintain(pool, KEEP, NOW)
    archive.sweep(pool, NOW - KEEP["archive"])


def ages(folder: Path) -> set[int]:
    """How many days ago the files of a store came."""
    return {(NOW.date() - datetime.fromisoformat(file.parent.name).date()).days for file in files(folder)}


def test_objects_go_with_the_rows_of_their_day_also_those_of_a_former_store(fresh, folder, tmp_path):
    former = tmp_path / "former"
    for place in (folder, former):
        for age in (40 * DAY, 33 * DAY, 29 * DAY, timedelta(0)):
            kept(fresh, f"file://{place}", age)
    maintain(fresh)
    assert (ages(folder), ages(former)) == ({29, 0}, {29, 0})
    with fresh.connection() as conn:
        rows = conn.execute("select a.*, s.url as store_url from archive a join archive_store s on s.id = a.store_id")
        assert len([archive.body_of(row) for row in rows]) == 4


def test_no_object_goes_before_the_row_that_points_at_it(fresh, folder, monkeypatch):
    monkeypatch.setattr(retention, "LOCK_TIMEOUT", "50ms")
    kept(fresh, f"file://{folder}", 40 * DAY)
    with fresh.connection() as reader:
        reader.execute("select from archive")  # which keeps the partition from being dropped
        maintain(fresh)
        assert ages(folder) == {40}
    maintain(fresh)
    assert ages(folder) == set()


def test_what_a_crash_left_goes_with_its_day(fresh, folder):
    kept(fresh, f"file://{folder}", DAY)
    with fresh.connection() as conn:
        store = archive.opened(f"file://{folder}", archive.store_of(conn, f"file://{folder}"))
    store.put(objects.name_of(b"orphan", "identity", (NOW - 40 * DAY).date()), b"orphan")
    maintain(fresh)
    assert ages(folder) == {1}


def test_a_store_that_cannot_be_reached_keeps_no_other_from_being_swept(fresh, folder, tmp_path, caplog):
    away = tmp_path / "away"
    kept(fresh, f"file://{away}", 40 * DAY)
    kept(fresh, f"file://{folder}", 40 * DAY)
    away.rename(tmp_path / "elsewhere")
    with fresh.connection() as conn:
        store_id = archive.store_of(conn, f"file://{away}")
    away.mkdir()
    (away / str(store_id)).symlink_to(away / str(store_id))  # a loop: it can be neither listed nor called absent
    with caplog.at_level(logging.WARNING):
        maintain(fresh)
    assert "the next run tries again" in caplog.text
    assert ages(folder) == set()


def test_workers_cannot_forget_a_store(pool):
    with pool.connection() as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("delete from archive_store")
