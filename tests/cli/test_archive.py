"""`dateline archive`: bytes are brought from anywhere to anywhere, nothing is lost on the way, and readers find all."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from tests.cli.conftest import Dateline
from tests.worker.builders import HOST, STORY, add_host, add_page, address, insert
from worker import archive, faultpoints, objects
from worker.db import Connection

DATELINE = str(Path(sys.executable).with_name("dateline"))
DAY = timedelta(days=1)
NOW = datetime.now(UTC)
UNCLOSED = "ignore::pytest.PytestUnraisableExceptionWarning"  # warcio leaves temporary files open
BATCHES = 2 * archive.BATCH + 5  # rows; the third batch is not full


@pytest.fixture
def page(conn: Connection) -> int:
    """A page, for all rows."""
    add_host(conn, HOST)
    return add_page(conn, STORY)


def body(number: int) -> bytes:
    """The bytes of a page as they came."""
    return gzip.compress(Random(number).randbytes(3_000), mtime=0)


def keep(conn: Connection, page: int, number: int, place: Path | None = None, age: timedelta = timedelta(0)) -> None:
    """Bytes that came so long ago, in Postgres or in a folder."""
    where: dict[str, object] = {"body": body(number)}
    if place:
        store_id = archive.store_of(conn, f"file://{place}")
        location = objects.name_of(body(number), "gzip", (NOW - age).date())
        archive.opened(f"file://{place}", store_id).put(location, body(number))
        where = {"store_id": store_id, "location": location}
    made = {"page_id": page, "url": address(f"story/{number}"), "status": 200, "headers": "{}", "encoding": "gzip"}
    insert(conn, "archive", **made, sha256=sha256(b"").digest(), fetched_at=NOW - age, **where)


def whereabouts(conn: Connection) -> list[UUID | None]:
    """The store of each row, None for Postgres."""
    return [row["store_id"] for row in conn.execute("select store_id from archive order by id")]


def bodies(conn: Connection) -> list[bytes]:
    """What readers get."""
    rows = conn.execute(
        """
        select a.*, s.url as store_url from archive a left join archive_store s on s.id = a.store_id order by a.id"""
    )
    return [archive.body_of(row) for row in rows]


def files(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())


@pytest.mark.parametrize("there", [True, False], ids=["into-a-folder", "out-of-it"])
def test_a_move_brings_all_bytes_along(dateline: Dateline, conn, page, tmp_path, there):
    place, to = tmp_path / "pages", tmp_path / "pages" if there else "postgres"
    for number in range(BATCHES):
        keep(conn, page, number, None if there else place, number % 20 * DAY)

    moved = dateline("archive", "move", "--to", to)

    assert moved.exit_code == 0, moved.stderr
    assert f"Moved {BATCHES} of {BATCHES} pages" in moved.stdout
    [only] = set(whereabouts(conn))
    assert (only is not None) == there
    assert bodies(conn) == [body(number) for number in range(BATCHES)]
    kept = {(NOW.date() - datetime.fromisoformat(file.parent.name).date()).days for file in files(place)}
    assert kept == (set(range(20)) if there else {0, 1}), "what is from before yesterday went with the move"
    assert "Moved 0 of 0 pages" in dateline("archive", "move", "--to", to).stdout


@pytest.mark.parametrize("there", [True, False], ids=["into-a-folder", "out-of-it"])
def test_a_move_that_is_killed_loses_nothing_and_the_next_one_ends_it(
    dateline: Dateline, conn: Connection, page: int, as_worker: str, tmp_path: Path, there: bool
) -> None:
    place, to = tmp_path / "pages", str(tmp_path / "pages") if there else "postgres"
    for number in range(BATCHES):
        keep(conn, page, number, None if there else place)
    points = tmp_path / "points"
    points.mkdir()
    (points / "bytes-kept").write_text(address(f"story/{archive.BATCH}"))  # the first of the second batch
    environment = {**os.environ, faultpoints.VARIABLE: str(points), "DATELINE_DATABASE_URL": as_worker}
    killed = subprocess.run(
        [DATELINE, "archive", "move", "--to", to], env=environment, cwd=tmp_path, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [bool(store) == there for store in whereabouts(conn)].count(True) == archive.BATCH
    assert bodies(conn) == [body(number) for number in range(BATCHES)]

    again = dateline("archive", "move", "--to", to)

    assert f"Moved {BATCHES - archive.BATCH} of {BATCHES - archive.BATCH} pages" in again.stdout, again.stderr
    assert bodies(conn) == [body(number) for number in range(BATCHES)]
    assert len(set(whereabouts(conn))) == 1


@pytest.mark.filterwarnings(UNCLOSED)
def test_whatever_the_setting_was_all_bytes_are_read_and_moved_to_what_it_is(
    dateline: Dateline, conn, page, tmp_path, monkeypatch
):
    for number, place in enumerate((None, tmp_path / "former", tmp_path / "pages", None)):
        keep(conn, page, number, place)
    everything = [body(number) for number in range(4)]
    assert records(dateline, tmp_path) == everything

    monkeypatch.setenv("DATELINE_ARCHIVE", str(tmp_path / "pages"))
    assert "Moved 3 of 3 pages" in dateline("archive", "move").stdout
    assert len(set(whereabouts(conn))) == 1
    assert records(dateline, tmp_path) == everything

    monkeypatch.delenv("DATELINE_ARCHIVE")
    assert "Moved 4 of 4 pages" in dateline("archive", "move").stdout
    assert set(whereabouts(conn)) == {None}
    assert records(dateline, tmp_path) == everything


def records(dateline: Dateline, tmp_path: Path) -> list[bytes]:
    """The bodies in a WARC of all that is archived."""
    iterator = pytest.importorskip("warcio.archiveiterator")
    assert dateline("archive", "export", "-o", "pages.warc").exit_code == 0
    with (tmp_path / "pages.warc").open("rb") as file:
        found = iterator.ArchiveIterator(file)
        return [record.raw_stream.read() for record in found if record.rec_type == "response"]


def test_no_more_is_moved_than_was_asked_for(dateline: Dateline, conn, page, tmp_path):
    for number in range(BATCHES):
        keep(conn, page, number)
    number = archive.BATCH + 3
    assert (
        f"Moved {number} of {BATCHES}" in dateline("archive", "move", "--to", tmp_path / "p", "--limit", number).stdout
    )
    assert whereabouts(conn).count(None) == BATCHES - number


def test_what_is_lost_is_named_and_stays_as_it_is_while_all_else_is_moved(dateline: Dateline, conn, page, tmp_path):
    for number in range(3):
        keep(conn, page, number, tmp_path / "pages")
    gone, damaged = (
        next(file for file in files(tmp_path / "pages") if file.name == f"{sha256(body(number)).hexdigest()}.gz")
        for number in (0, 1)
    )
    gone.unlink()
    damaged.write_bytes(body(1)[:-1])

    moved = dateline("archive", "move", "--to", "postgres")

    assert moved.exit_code == 1
    assert "Moved 1 of 3" in moved.stdout
    assert f"lost: {address('story/0')}" in moved.stderr
    assert "is not there" in moved.stderr
    assert "is damaged" in moved.stderr
    assert [store is None for store in whereabouts(conn)] == [False, False, True]
    assert damaged.exists()

    checked = dateline("archive", "check")
    assert (checked.exit_code, checked.stdout) == (1, "0 pages outside of Postgres are whole.\n")
    assert checked.stderr.count("lost: ") == 2


@pytest.mark.filterwarnings(UNCLOSED)
def test_a_warc_names_what_is_lost_and_has_all_else(dateline: Dateline, conn, page, tmp_path):
    iterator = pytest.importorskip("warcio.archiveiterator")
    for number in range(2):
        keep(conn, page, number, tmp_path / "pages")
    files(tmp_path / "pages")[0].unlink()
    exported = dateline("archive", "export", "-o", "pages.warc")
    assert exported.exit_code == 1
    assert "lost: " in exported.stderr
    with (tmp_path / "pages.warc").open("rb") as file:
        assert [record.rec_type for record in iterator.ArchiveIterator(file)] == ["warcinfo", "response"]


def test_a_folder_that_was_moved_is_found_again(dateline: Dateline, conn, page, tmp_path):
    before, now = tmp_path / "before", tmp_path / "now"
    keep(conn, page, 1, before)
    shutil.move(before, now)
    assert dateline("archive", "check").exit_code == 1

    assert dateline("archive", "repoint", before, now).exit_code == 0

    assert dateline("archive", "check").stdout == "1 pages outside of Postgres are whole.\n"
    assert bodies(conn) == [body(1)]
    again = dateline("archive", "repoint", before, now)
    assert (again.exit_code, "No page was ever kept" in again.stderr) == (1, True)


def test_a_place_that_cannot_be_written_ends_the_move_with_its_name(dateline: Dateline, conn, page, tmp_path):
    (tmp_path / "file").write_text("in the way")
    keep(conn, page, 1)
    moved = dateline("archive", "move", "--to", tmp_path / "file" / "pages")
    assert (moved.exit_code, moved.stdout) == (1, "")
    assert str(tmp_path / "file" / "pages") in moved.stderr
    assert bodies(conn) == [body(1)]


def test_only_one_move_runs_at_a_time(dateline: Dateline, conn, page, tmp_path):
    keep(conn, page, 1)
    conn.execute("select pg_advisory_lock(hashtextextended('dateline.archive', 0))")
    moved = dateline("archive", "move", "--to", tmp_path / "pages")
    assert (moved.exit_code, "is running" in moved.stderr) == (1, True)
    assert whereabouts(conn) == [None]


@pytest.mark.parametrize("to", ["pages", "/", "s3://", "ftp://server/pages", "file://server/pages", "/a/../b", "/a::b"])
def test_an_address_that_is_none_is_wrong_usage(dateline: Dateline, to):
    moved = dateline("archive", "move", "--to", to)
    assert (moved.exit_code, moved.stdout) == (2, "")
    assert "s3://BUCKET/PREFIX" in moved.stderr
