"""Fixtures: the command line as a person uses it, on a fresh database, with the press as its internet."""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.site.press import Press
from worker import settings
from worker.cli.main import app

SIGNALS = (signal.SIGINT, signal.SIGTERM)

Dateline = Callable[..., Result]


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as press:
        yield press


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, and none of the caller's settings."""
    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATELINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def dateline(
    alone: Path, database: str, as_worker: str, press: Press, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Dateline]:
    """Runs a command in this process, as `dateline("crawl", url)`; what a command changes in it is put back."""
    for name, value in {
        "DATABASE_URL": as_worker,
        "OWNER_URL": database,
        "HTTP_PROXY": press.proxy_url,
        "ALLOW_PRIVATE_HOSTS": "true",
        "DELAY": "0.01",
    }.items():
        monkeypatch.setenv(f"DATELINE_{name}", value)
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    root = logging.getLogger()
    logs, level = root.handlers[:], root.level
    yield run
    root.handlers[:] = logs
    root.setLevel(level)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def run(*words: str | Path, input: bytes | str | None = None) -> Result:
    """Run a command in this process. An error that `main` would report is the result's exception."""
    settings.settings.cache_clear()
    return CliRunner().invoke(app, [str(word) for word in words], input=input, prog_name="dateline")


def values(result: Result) -> list[dict[str, Any]]:
    """What a command printed for machines: one JSON object a line, and nothing else."""
    lines = result.stdout.split("\n")
    assert lines.pop() == ""
    return [json.loads(line) for line in lines]
