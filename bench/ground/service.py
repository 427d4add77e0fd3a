"""`dateline up` in a folder of its own, for as long as a block runs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from ground import corpora

from worker import db, workers
from worker.settings import Settings, SettingsError

START_S = 300.0  # for the servers, the schema and the workers
STOP_S = 90.0  # `up` itself allows 75
LOOK_S = 0.25


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for data, and to be in, away from anybody's .env and settings; removed at the end."""
    for name in [name for name in os.environ if name.upper().startswith("DATELINE_")]:
        del os.environ[name]  # another archive's
    home = Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    home.chmod(0o755)  # Postgres may have to run under another account
    os.chdir(home)
    try:
        yield home
    finally:
        os.chdir("/")
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running(home: Path, chosen: Mapping[str, str]) -> Iterator[tuple[psutil.Process, Settings]]:
    """The service without sources, ready, with these settings; ended at the end of the block with all it started."""
    (home / "sources.toml").touch()
    env = {"DATELINE_DATA_DIR": str(home), "DATELINE_SOURCES": str(home / "sources.toml"), **chosen}
    os.environ.update(env)  # for what this process asks the archive to do, too
    with (home / "up.log").open("wb") as log:
        program = Path(sys.executable).with_name("dateline")
        around = {**corpora.surroundings(), **env}
        up = subprocess.Popen([program, "up"], env=around, stdout=log, stderr=subprocess.STDOUT)
        try:
            config = Settings()  # type: ignore[call-arg]  # every field has a default
            _await_workers(up, config, home / "up.log")
            yield psutil.Process(up.pid), config
        finally:
            _stop(up)
            for name in env:
                os.environ.pop(name, None)


def _await_workers(up: subprocess.Popen[bytes], config: Settings, log: Path) -> None:
    """Wait until all workers are alive and the clock has ticked."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and up.poll() is None:
        with suppress(SettingsError, psycopg.Error), db.open_pool(config.database(), 1) as pool:
            health = workers.health(pool)
            if health.is_up and health.workers == config.processes:
                return
        time.sleep(LOOK_S)
    raise SystemExit(f"The service did not start:\n{log.read_text()}")


def _stop(up: subprocess.Popen[bytes]) -> None:
    """End the service; what does not end by itself is killed."""
    family = [psutil.Process(up.pid), *psutil.Process(up.pid).children(recursive=True)] if up.poll() is None else []
    if family:
        up.send_signal(signal.SIGTERM)
    try:
        up.wait(STOP_S)
    except subprocess.TimeoutExpired:
        up.kill()
    for process in psutil.wait_procs(family, timeout=5)[1]:
        process.kill()
