"""Runs the peer (`ground.spider`): as many processes as there are processors, the hosts split between them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import psutil
from ground import corpora
from ground.family import Family, processors
from ground.newspapers import Newspapers

from worker import db, local
from worker.settings import Settings

STOP_S = 30.0
NEEDED = ("scrapy", "trafilatura")


def missing() -> list[str]:
    """What is not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


@contextmanager
def database(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The embedded Postgres as Dateline runs it, with the peer's table: its address and its process."""
    from ground.spider import TABLE

    config = Settings(data_dir=home)  # type: ignore[call-arg]  # every other field has a default
    with local.servers(config, wants_broker=False):
        with db.connect(config.owner()) as conn:
            conn.execute(TABLE)
        yield config.owner(), psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().split()[0]))


@contextmanager
def spiders(home: Path, url: str, newspapers: Newspapers, delay_s: float, poll_s: float) -> Iterator[Family]:
    """The spiders, crawling until the end of the block."""
    count = processors()
    env = {**corpora.surroundings(), "http_proxy": newspapers.proxy_url}
    with ExitStack() as running:
        started = []
        for place in range(count):
            listing = home / f"feeds-{place}.txt"
            listing.write_text("\n".join(newspapers.feeds[place::count]), "utf-8")
            command = [sys.executable, "-m", "ground.spider", url, str(delay_s), str(poll_s), str(listing)]
            process = subprocess.Popen(command, env=env)
            running.callback(_stop, process)
            started.append(psutil.Process(process.pid))
        yield Family(started)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # Scrapy finishes what it is at
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
