"""A server that answers with any bytes, at any pace: for what no proper HTTP server would do."""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Pause:
    """Send nothing for so many seconds, or until the client has gone."""

    seconds: float


@dataclass(frozen=True)
class Dribble:
    """Send the bytes one by one, so many seconds apart, until the client has gone."""

    data: bytes
    every: float


class Close:
    """Close the connection in good order."""


class Reset:
    """Close the connection with a TCP reset."""


Step = bytes | Pause | Dribble | type[Close] | type[Reset]
Answer = bytes | Sequence[Step]


def ok(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A plain answer with a Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: text/html")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass
class RawServer:
    """Gives its answers one after another, one for each request; the last one is repeated.

    `requests` are the heads of the requests as they came, `connections` counts the accepted ones.
    """

    answers: list[Answer]
    tls: ssl.SSLContext | None = None
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with socket.create_connection(("127.0.0.1", self.port)):  # wakes the accept
            self._threads[0].join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self._stopping.is_set():
                client.close()
                return
            self.connections += 1
            self._threads.append(threading.Thread(target=self._serve, args=(client,), daemon=True))
            self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with ending(client):
            if self.tls:
                client.settimeout(2)
                client = self.tls.wrap_socket(client, server_side=True)
            with client:
                while head := self._head(client):
                    answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
                    self.requests.append(head)
                    for step in [answer] if isinstance(answer, bytes) else answer:
                        self._take(client, step)

    def _head(self, client: socket.socket) -> bytes:
        head = b""
        client.settimeout(2)
        while not head.endswith(b"\r\n\r\n"):
            while not self.tls and not head and not select.select([client], [], [], 0.02)[0]:
                if self._stopping.is_set():
                    return b""
            if not (byte := client.recv(1)):
                return b""
            head += byte
        return head

    def _take(self, client: socket.socket, step: Step) -> None:
        match step:
            case bytes():
                client.sendall(step)
            case Pause():
                self._wait(client, step.seconds)
            case Dribble():
                for byte in step.data:
                    client.sendall(bytes([byte]))
                    self._wait(client, step.every)
            case _ if step is Reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
                raise ConnectionAbortedError
            case _:
                client.shutdown(socket.SHUT_RDWR)
                raise ConnectionAbortedError

    def _wait(self, client: socket.socket, seconds: float) -> None:
        """Wait, but end at once when the client closes its end or the test is over."""
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            readable, _, _ = select.select([client], [], [], min(left, 0.02))
            if readable or self._stopping.is_set():
                raise ConnectionAbortedError


@contextmanager
def ending(client: socket.socket) -> Iterator[None]:
    """Whatever ends a connection ends only this connection."""
    try:
        yield
    except OSError:
        client.close()
