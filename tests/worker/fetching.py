"""What the tests of fetching share: limits, a fetcher for loopback, a pacer that does not wait."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, suppress
from dataclasses import replace
from math import inf

import pytest

from tests.worker.rawserver import Answer, RawServer
from worker import transport
from worker.fetch import Fetched, Fetcher, Limits
from worker.fetch_errors import FetchError
from worker.pacer import Pacer

LIMITS = Limits(connect_s=30, read_s=30, total_s=30, max_bytes=100_000, max_hops=3)  # a busy machine is no slow server
HASTY = {"connect_s": 0.3, "read_s": 0.3, "total_s": 0.5}  # for servers that are slow on purpose
AGENT = "Dateline/test (+mailto:desk@archive.example)"
STORY = b"<html><body><h1>Rain</h1><p>It rained all day in the hills.</p></body></html>"


def brisk() -> Pacer:
    """A pacer without a delay."""
    return Pacer(0.0, inf)


def fetcher(**changes: object) -> Fetcher:
    """A fetcher with these limits that may speak to loopback; its limits and options can be changed."""
    names = {"connect_s", "read_s", "total_s", "max_bytes", "max_hops"}
    limits = replace(LIMITS, **{name: value for name, value in changes.items() if name in names})
    options = {"allow_private_hosts": True} | {name: value for name, value in changes.items() if name not in names}
    return Fetcher(limits, AGENT, **options)


def get(*answers: Answer, path: str = "/story", **changes: object) -> Fetched:
    """What comes of one fetch from a server that gives these answers."""
    with RawServer(list(answers)) as server, fetcher(**changes) as one:
        return one.get(server.url(path), brisk())


def failure(*answers: Answer, path: str = "/story", **changes: object) -> FetchError:
    """The error that one fetch from such a server ends with."""
    with ExitStack() as stack:
        caught = stack.enter_context(pytest.raises(FetchError))
        get(*answers, path=path, **changes)
    return caught.value


def dialled(gate: transport.Gate, data: bytes) -> transport.GatedSocket:
    """A connection whose other end says all of it and hangs up: a socket, without a listener for each."""
    here, there = socket.socketpair()
    made = transport.GatedSocket(here.family, here.type, fileno=here.detach())
    made.gate = gate
    threading.Thread(target=_say, args=(there, data), daemon=True).start()
    return made


def _say(sock: socket.socket, data: bytes) -> None:
    with sock, suppress(OSError):
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(4096):
            continue
