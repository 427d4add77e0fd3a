"""A TCP proxy between the service and one of its servers, which can fall silent, cut connections and refuse them."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

LOOPBACK = "127.0.0.1"
CHUNK = 65536
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: closing sends RST


@dataclass(eq=False)
class Link:
    """A client's connection and ours to the server. Silent, they stay open, take everything and pass nothing on."""

    client: socket.socket
    server: socket.socket
    is_silent: threading.Event = field(default_factory=threading.Event)

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        """Forward what comes until one side ends; a silent link does not even tell that."""
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if not self.is_silent.is_set():
                    target.sendall(data)
        if not self.is_silent.is_set():
            self.close()

    def close(self) -> None:
        """End both sides; the threads that read them then end."""
        for side in (self.client, self.server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()

    def reset(self) -> None:
        """End both sides with RST instead of FIN."""
        for side in (self.client, self.server):
            with suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close()


class Proxy:
    """Runs within `with`, on a free port of loopback."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.accepted = 0
        self._is_refusing = threading.Event()
        self._links: set[Link] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._listener = socket.create_server((LOOPBACK, 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self.reset()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            if self._is_refusing.is_set():
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.close()
                continue
            try:
                server = socket.create_connection((LOOPBACK, self.server_port), timeout=5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self._connect(Link(client, server))

    def _connect(self, link: Link) -> None:
        for side in (link.client, link.server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._links.add(link)
        for source, target in ((link.client, link.server), (link.server, link.client)):
            threading.Thread(target=self._pump, args=(link, source, target), daemon=True).start()

    def _pump(self, link: Link, source: socket.socket, target: socket.socket) -> None:
        link.pump(source, target)
        with self._lock:
            if not link.is_silent.is_set():
                self._links.discard(link)

    def _all(self) -> list[Link]:
        with self._lock:
            return list(self._links)

    def silence(self) -> int:
        """Let the connections of now stay open and pass nothing, for ever; new ones work. How many that were."""
        links = self._all()
        for link in links:
            link.is_silent.set()
        return len(links)

    def reset(self) -> int:
        """Cut every connection; how many that were."""
        links = self._all()
        for link in links:
            link.reset()
        with self._lock:
            self._links.difference_update(links)
        return len(links)

    def refuse(self) -> None:
        """Cut every connection, and every new one at once, until `accept`."""
        self._is_refusing.set()
        self.reset()

    def accept(self) -> None:
        """Let connections through again."""
        self._is_refusing.clear()
