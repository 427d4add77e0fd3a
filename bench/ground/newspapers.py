"""Newspapers on loopback in a process of their own: clones of the labelled pages, or invented ones without these."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import requests
from ground import corpora
from ground.clones import write

START_S = 120.0  # to load and shuffle the pages
NEWS = ("aed", "fundus")  # corpora of news alone
INVENTED_HOSTS, INVENTED_STORIES = 40, 40


@dataclass(frozen=True, slots=True)
class Newspapers:
    """What is published, and where: `proxy_url` is the proxy to ask."""

    proxy_url: str
    feeds: tuple[str, ...]  # one a host
    process: psutil.Process
    note: str  # what they are


@contextmanager
def published(clones: int, latency_ms: float) -> Iterator[Newspapers]:
    """Run the newspapers until the end of the block: `clones` variants of every labelled news page."""
    server = corpora.SHARED / "newsstand" / "newsstand.py"
    with ExitStack() as running:
        if corpora.are_here() and server.exists():
            yield _newsstand(running, server, clones, latency_ms)
        else:
            yield _press(running)


def _newsstand(running: ExitStack, server: Path, clones: int, latency_ms: float) -> Newspapers:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
        listing = write(Path(folder), NEWS, clones)
        options = ["--corpus", str(listing), "--clones", "1", "--latency", str(latency_ms), "--port", str(port)]
        process = running.enter_context(_ended_after([sys.executable, str(server), *options]))
        note = _first_line(process)
    proxy_url = f"http://127.0.0.1:{port}"
    hosts = requests.get("http://newsstand.test/hosts", proxies={"http": proxy_url}, timeout=30).text.split()
    feeds = tuple(f"http://{host}/feed.xml" for host in hosts)
    return Newspapers(proxy_url, feeds, psutil.Process(process.pid), f"{note}, {latency_ms:g} ms before each answer")


def _press(running: ExitStack) -> Newspapers:
    command = [sys.executable, str(Path(__file__).with_name("press.py")), str(INVENTED_HOSTS), str(INVENTED_STORIES)]
    process = running.enter_context(_ended_after(command))
    said = json.loads(_first_line(process))
    note = "No ../shared beside this checkout: invented newspapers with small pages, without latency"
    return Newspapers(f"http://127.0.0.1:{said['port']}", tuple(said["feeds"]), psutil.Process(process.pid), note)


@contextmanager
def _ended_after(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    env = {**os.environ, "PYTHONPATH": str(corpora.REPO)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _first_line(process: subprocess.Popen[str]) -> str:
    started = time.monotonic()
    line = process.stdout.readline().strip() if process.stdout else ""
    if not line or time.monotonic() - started > START_S:
        raise SystemExit("The newspapers did not start.")
    return line


def host_of(feed: str) -> str:
    """The host of a feed's address."""
    return urlsplit(feed).netloc
