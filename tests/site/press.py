"""The press: several newspapers on one loopback port, reached as a proxy or by their Host header, with a log."""

from __future__ import annotations

import gzip
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.site.paper import Answer, Masthead, Paper

MASTHEADS = (
    Masthead("harbour-gazette.test", "The Harbour Gazette", "rss", "json-ld", "/%Y/%m/%d/{slug}-{number}"),
    Masthead("valley-post.test", "Valley Post", "atom", "opengraph", "/news/{slug}-{number}.html"),
    Masthead("north-star.test", "Nordstern", "section", "bare", "/news/%Y/%m/{number}-{slug}", "de", "windows-1252"),
    Masthead("wire.test", "The Wire", "json", "json-ld", "/stories/{number}/{slug}"),
)
WATCH_S = 0.02  # how often a held or stalled connection looks whether its client has gone


@dataclass(slots=True)
class Request:
    """One request; times are of `time.monotonic`. `answered` is just before the head of the answer leaves."""

    at: float
    host: str
    path: str
    agent: str
    headers: dict[str, str]
    answered: float | None = None
    ended: float | None = None
    status: int | None = None


@dataclass
class Press:
    """Runs within `with`; port 0 takes a free one. Leaves no thread and no socket behind."""

    port: int = 0
    papers: dict[str, Paper] = field(default_factory=lambda: {m.host: Paper(m) for m in MASTHEADS})
    log: list[Request] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._server = Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": WATCH_S})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        if self._server.errors and error is None:
            raise self._server.errors[0]

    @property
    def proxy_url(self) -> str:
        """The address to set as a client's HTTP proxy."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def gazette(self) -> Paper:
        """RSS with whole texts, JSON-LD."""
        return self.papers["harbour-gazette.test"]

    @property
    def valley(self) -> Paper:
        """Atom and a gzipped news sitemap that robots.txt names, Open Graph."""
        return self.papers["valley-post.test"]

    @property
    def star(self) -> Paper:
        """German, in windows-1252, no feed: stories are found on /news; bare markup."""
        return self.papers["north-star.test"]

    @property
    def wire(self) -> Paper:
        """JSON Feed; carries other papers' stories."""
        return self.papers["wire.test"]

    def add(self, masthead: Masthead) -> Paper:
        """One more newspaper; its host may be `127.0.0.1:PORT`, for clients that use no proxy."""
        self.papers[masthead.host] = Paper(masthead)
        return self.papers[masthead.host]

    def url(self, host: str, path: str) -> str:
        """The address of a page, for a client behind the proxy."""
        return f"http://{host}{path}"

    def requests(self, host: str, path: str | None = None) -> list[Request]:
        """What was asked of a host, in order of arrival, of one path or of all."""
        return [request for request in self.log if request.host == host and path in (None, request.path)]

    def overlaps(self) -> list[tuple[Request, Request]]:
        """Pairs of requests that were at one host at the same time; a polite client leaves none."""
        return [
            (before, after)
            for host in {request.host for request in self.log}
            for before, after in pairwise(self.requests(host))
            if before.ended is None or after.at < before.ended
        ]

    def closest(self, host: str) -> float:
        """Shortest time in seconds from an answer of a host to the next request there; inf for fewer than two."""
        return min(
            (after.at - (before.answered or after.at) for before, after in pairwise(self.requests(host))),
            default=float("inf"),
        )


class Server(ThreadingHTTPServer):
    """Keeps account of its connections, so that none survives it."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], press: Press) -> None:
        self.press = press
        self.errors: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._reset: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, Handler)

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:
        with self._lock:
            self._open.discard(request)
            is_reset = request in self._reset
            self._reset.discard(request)
        if is_reset:  # without the farewell that socketserver sends first
            request.close()
        else:
            super().shutdown_request(request)

    def reset(self, request: socket.socket) -> None:
        """Make a connection end with RST instead of FIN."""
        request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with self._lock:
            self._reset.add(request)

    def hang_up(self) -> None:
        """End every connection that its client keeps alive."""
        with self._lock:
            for request in self._open:
                with suppress(OSError):  # gone already
                    request.shutdown(socket.SHUT_RD)  # its thread then reads an end of file, and closes it

    def handle_error(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):  # clients may leave whenever they like
            self.errors.append(error)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together
    server: Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        target = urlsplit(self.path if self.path.startswith("http") else f"http://{headers.get('host', '')}{self.path}")
        host = target.netloc.lower().removesuffix(":80")
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        paper = self.server.press.papers.get(host) or self.server.press.papers.get(host.partition(":")[0])
        request = Request(time.monotonic(), paper.host if paper else host, path, headers.get("user-agent", ""), headers)
        self.server.press.log.append(request)
        try:
            if paper is None:
                answer = Answer(404, b"No such newspaper.", {"Content-Type": "text/plain"})
            else:
                hold = paper.held(path)
                if hold is not None and not self._wait(hold.released):
                    return
                answer = paper.answer(path, headers)
            request.status = answer.status
            request.answered = time.monotonic()
            if answer.fault is None:  # before the client can know: its next request must not look like an overlap
                request.ended = request.answered
            self._send(answer, headers)
        finally:
            request.ended = request.ended or time.monotonic()

    do_HEAD = do_GET

    def _send(self, answer: Answer, headers: dict[str, str]) -> None:
        if answer.fault == "reset":
            self.server.reset(self.connection)
            self.close_connection = True
            return
        body, extra = answer.body, {}
        if body and answer.fault is None and "gzip" in headers.get("accept-encoding", "") and is_text(answer):
            body, extra = gzip.compress(body, 6, mtime=0), {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self.send_response(answer.status)
        for name, value in {**answer.headers, **extra}.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body if answer.fault is None else body[: len(body) // 2])
        self.wfile.flush()
        if answer.fault is not None:
            self.close_connection = True
        if answer.fault == "stall":
            self._wait(threading.Event())

    def _wait(self, event: threading.Event) -> bool:
        """Wait for the event; False if the press stops or the client leaves before."""
        while not event.wait(WATCH_S):
            if self.server.press.stopping.is_set() or self._has_left():
                self.close_connection = True
                return False
        return True

    def _has_left(self) -> bool:
        try:
            return not self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False

    def log_message(self, format: str, *args: object) -> None:
        """The press keeps its own log."""


def is_text(answer: Answer) -> bool:
    """Whether an answer is worth compressing on the way."""
    return answer.headers.get("Content-Type", "").startswith(("text/", "application/rss", "application/atom"))
