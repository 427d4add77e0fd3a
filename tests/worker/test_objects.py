"""Objects in a folder and in a bucket: whole or not there, named by their hash, and gone by the day."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import fsspec
import pytest

from tests.worker.bucket import bucket
from tests.worker.builders import together
from worker import objects
from worker.objects import BytesLost, Objects, StoreError

DAY = date(2026, 11, 27)
BODY = b"<p>The ferry runs again.</p>" * 1000
NAME = objects.name_of(BODY, "gzip", DAY)


@pytest.fixture(autouse=True)
def no_client_of_before() -> None:
    """Each test reads the environment anew: clients are kept, whatever server they were made for."""
    pytest.importorskip("s3fs").S3FileSystem.clear_instance_cache()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A bucket on a server of S3, which the environment names."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    with bucket() as (url, environment), pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield url


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    """An empty part of a folder or bucket."""
    url = f"file://{tmp_path}/pages" if request.param == "folder" else request.getfixturevalue("s3")
    return Objects(f"{url}/{tmp_path.name}")


def test_a_name_tells_day_hash_and_compression() -> None:
    assert objects.name_of(BODY, "gzip", DAY) == f"2026-11-27/{sha256(BODY).hexdigest()}.gz"


def test_what_is_put_is_there(store: Objects) -> None:
    for _ in range(2):
        store.put(NAME, BODY)
    store.put(objects.name_of(b"", "identity", DAY), b"")
    assert store.get(NAME) == BODY
    assert store.get(objects.name_of(b"", "identity", DAY)) == b""


def test_many_that_put_at_once_do_not_disturb_each_other(store: Objects) -> None:
    bodies = [b"%d" % (number % 5) * 10_000 for number in range(20)]
    ready = threading.Barrier(len(bodies))

    def put(body: bytes) -> None:
        ready.wait()
        store.put(objects.name_of(body, "identity", DAY), body)

    together([lambda body=body: put(body) for body in bodies])

    assert {store.get(objects.name_of(body, "identity", DAY)) for body in bodies} == set(bodies)


def test_what_was_never_put_or_has_changed_is_lost(store: Objects) -> None:
    with pytest.raises(BytesLost, match="is not there"):
        store.get(NAME)
    store.put(NAME, BODY)
    files, root = fsspec.url_to_fs(store.url)
    files.pipe_file(f"{root}/{NAME}", BODY[:-1])
    with pytest.raises(BytesLost, match="is damaged"):
        store.get(NAME)


def test_a_day_goes_as_a_whole_and_others_stay(store: Objects) -> None:
    assert store.days() == []
    other = objects.name_of(BODY, "gzip", date(2026, 11, 28))
    for name, body in ((NAME, BODY), (objects.name_of(b"x", "gzip", DAY), b"x"), (other, BODY)):
        store.put(name, body)
    assert store.days() == [DAY, date(2026, 11, 28)]
    store.drop(DAY)
    assert store.days() == [date(2026, 11, 28)]
    assert store.get(other) == BODY
    store.put(NAME, BODY)
    assert store.get(NAME) == BODY


def test_a_folder_holds_whole_files_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "pages" / "lost+found").mkdir(parents=True)
    store = Objects(f"file://{tmp_path}/pages")
    store.put(NAME, BODY)
    assert [path.name for path in (tmp_path / "pages" / "2026-11-27").iterdir()] == [NAME.partition("/")[2]]
    assert store.days() == [DAY]


def test_a_folder_that_cannot_be_made_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Objects(f"file://{tmp_path}/file/pages")
    for attempt in (lambda: store.put(NAME, BODY), lambda: store.get(NAME)):
        with pytest.raises(StoreError, match=f"{tmp_path}/file/pages"):
            attempt()


def test_a_bucket_that_is_not_there_is_an_error(s3: str) -> None:
    store = Objects("s3://another-bucket/dateline")
    with pytest.raises(StoreError, match="s3://another-bucket/dateline: "):
        store.put(NAME, BODY)


def test_a_server_that_is_away_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    store = Objects("s3://away/dateline")
    with pytest.raises(StoreError, match="s3://away/dateline: "):
        store.put(NAME, BODY)
