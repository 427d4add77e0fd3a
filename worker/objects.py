"""Bytes outside Postgres: objects in a folder or a bucket, named by the day they came on and by their hash.

A name stands for the same bytes for ever, so writing one twice does no harm, and reading one proves that it is whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from hashlib import sha256
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

SUFFIXES = {"gzip": ".gz", "deflate": ".deflate"}  # by Content-Encoding
PATIENCE = {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 2}}  # seconds; of a bucket's server
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class StoreError(Exception):
    """The folder or bucket cannot be written, read or listed; the message says why."""


class BytesLost(StoreError):
    """What a name stands for is not there, or is no longer what it was."""


def name_of(body: bytes, encoding: str, day: date) -> str:
    """The name of these bytes: `2026-11-27/`, their SHA-256, and a suffix that tells how they are compressed."""
    return f"{day.isoformat()}/{sha256(body).hexdigest()}{SUFFIXES.get(encoding, '')}"


class Objects:
    """One folder (`file:///PATH`) or part of a bucket (`s3://BUCKET/PREFIX`). May be used by many threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        # what a bucket holds is asked for each time: other processes write into it, too
        options = {"use_listings_cache": False, "config_kwargs": PATIENCE} if url.startswith("s3:") else {}
        with self._errors_named():
            self._files, self._root = fsspec.url_to_fs(url, **options)
        self._made: set[str] = set()  # folders that this process knows to be on the disk

    def put(self, name: str, body: bytes) -> None:
        """Write one object, whole or not at all; it is on the disk when this returns. Raises StoreError."""
        path = f"{self._root}/{name}"
        with self._errors_named():
            if isinstance(self._files, LocalFileSystem):
                self._write(path, body)
            else:
                self._files.pipe_file(path, body)  # one PUT, which nobody sees before it is whole

    def _write(self, path: str, body: bytes) -> None:
        """Write a file, if it is not there, and flush it, its name and its folders: they outlive a power failure."""
        folder = path.rpartition("/")[0]
        if folder not in self._made:
            self._files.makedirs(folder, exist_ok=True)
            _flush(self._root.rpartition("/")[0])
            _flush(self._root)
        if not self._files.exists(path):
            part = f"{folder}/.{uuid4().hex}.part"
            try:
                with self._files.open(part, "wb") as file:
                    file.write(body)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(part, path)  # noqa: PTH105  # fsspec's paths are text
            except OSError:
                self._made.discard(folder)  # it may have been taken away
                self._discard(part)
                raise
        _flush(folder)  # whoever wrote it may not have come so far yet
        self._made.add(folder)

    def _discard(self, part: str) -> None:
        if self._files.exists(part):
            self._files.rm_file(part)

    def get(self, name: str) -> bytes:
        """The bytes of an object. Raises BytesLost if they are not what they were, StoreError if they cannot be had."""
        with self._errors_named():
            try:
                body = bytes(self._files.cat_file(f"{self._root}/{name}"))
            except FileNotFoundError as error:
                raise BytesLost(f"{self.url}/{name} is not there") from error
        if sha256(body).hexdigest() != name.rpartition("/")[2].partition(".")[0]:
            raise BytesLost(f"{self.url}/{name} is damaged")
        return body

    def days(self) -> list[date]:
        """The days of which there are objects, the oldest first. Raises StoreError."""
        with self._errors_named():
            try:
                paths = self._files.ls(self._root, detail=False)
            except FileNotFoundError:
                return []
        names = sorted(path.rstrip("/").rpartition("/")[2] for path in paths)
        return [date.fromisoformat(name) for name in names if _DAY.fullmatch(name)]

    def drop(self, day: date) -> None:
        """Delete all objects of a day. Raises StoreError; some of them may be gone then."""
        with self._errors_named():
            self._files.rm(f"{self._root}/{day.isoformat()}", recursive=True)
        self._made.discard(f"{self._root}/{day.isoformat()}")

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        """Turn whatever a driver raises into StoreError."""
        try:
            yield
        except StoreError:
            raise
        except Exception as error:  # drivers come with libraries, and so with errors, of their own
            raise StoreError(f"{self.url}: {str(error) or type(error).__name__}") from error


def _flush(folder: str) -> None:
    """Let the disk know the names in a folder, too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@cache
def opened(url: str) -> Objects:
    """The folder or bucket of that address, once a process. Raises StoreError if its driver does not take it."""
    return Objects(url)
