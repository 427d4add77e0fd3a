"""TLS in front of a server that has none: what a managed Postgres or Redis does, with certificates made on the spot."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # PostgreSQL's protocol, 54.2.10: answered with S, then the handshake


@dataclass
class Terminator:
    """Takes TLS connections on a port of its own and hands what they say to a server on loopback.

    `speaks_postgres`: a connection asks for TLS first, in Postgres's way. `connections` counts handshakes that held.
    """

    context: ssl.SSLContext
    server_port: int
    speaks_postgres: bool = False
    connections: int = 0
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = [self._listener]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: object, *args: object) -> None:
        self._threads.append(threading.Thread(target=target, args=args, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            client.settimeout(10)
            if self.speaks_postgres:
                if client.recv(8, socket.MSG_WAITALL) != SSL_REQUEST:
                    return
                client.sendall(b"S")
            with (
                self.context.wrap_socket(client, server_side=True) as outside,
                socket.create_connection(("127.0.0.1", self.server_port)) as inside,
            ):
                self.connections += 1
                outside.settimeout(None)
                self._sockets += [outside, inside]
                self._start(relay, inside, outside)
                relay(outside, inside)


def relay(source: socket.socket, target: socket.socket) -> None:
    """Hand on what comes until one side ends; then end the other one."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
