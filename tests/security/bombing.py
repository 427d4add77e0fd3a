"""Visits to a host of bombs and to an honest one at once, in a process whose memory and CPU time the kernel limits.

Takes the address of a database; prints what is stored of each page.
"""

from __future__ import annotations

import gzip
import json
import resource
import sys
import threading
import zlib
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from typing import ClassVar

from tests.site.texts import Reporter
from worker import db, frontier
from worker.fetch import Fetcher
from worker.fetch import Limits as FetchLimits
from worker.visit import Limits, visit

MEMORY = 3 * 1024**3  # bytes of address space: threads and allocators reserve far more than they use
CPU_S = 120
LEASE = timedelta(minutes=5)
MEGABYTE = 1_000_000
REPORTER = Reporter("paper.test", "en")


def packed(pack: Callable[[bytes], bytes]) -> bytes:
    """Two hundred megabytes of nothing, packed."""
    return pack(bytes(200 * MEGABYTE))


def story(inside: str) -> bytes:
    """A story with something in its midst."""
    text = REPORTER.write(300)
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text.paragraphs)
    return (
        f'<html><head><title>{text.title}</title><meta property="og:type" content="article"></head><body><article>'
        f"<h1>{text.title}</h1><time datetime='2026-04-10T12:00Z'>10 April</time>{paragraphs}{inside}"
        "</article></body></html>"
    ).encode()


BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "gzip": (packed(lambda data: gzip.compress(data, 9)), {"Content-Encoding": "gzip"}),
    "gzip-twice": (gzip.compress(packed(lambda data: gzip.compress(data, 9))), {"Content-Encoding": "gzip"}),
    "gzip-members": (gzip.compress(bytes(MEGABYTE)) * 300, {"Content-Encoding": "gzip"}),
    "deflate": (packed(lambda data: zlib.compress(data, 9)), {"Content-Encoding": "deflate"}),
    "brotli": (b"\xce\xb2\xcf\x81" * 9, {"Content-Encoding": "br"}),
    "zstd": (b"\x28\xb5\x2f\xfd" * 9, {"Content-Encoding": "zstd"}),
    "encodings": (b"x", {"Content-Encoding": ", ".join(repeat("gzip", 500))}),
    "headers": (story(""), {f"X-{number}": "x" for number in range(5_000)}),
    "announced": (b"x", {"Content-Length": "99999999999"}),
    "nested": (story("<div>" * 200_000), {}),
    "attributes": (story("<p " + " ".join(f"a{n}=b" for n in range(200_000)) + ">x</p>"), {}),
    "entities": (b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 5_000 + b'">]>' + story("&a;" * 100_000), {}),
    "external": (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + story("<p>&a;</p>"), {}),
    "json-ld": (
        story('<script type="application/ld+json">' + '{"@type":"NewsArticle","author":[' * 100_000 + "</script>"),
        {},
    ),
    "json-ld-numbers": (
        story('<script type="application/ld+json">{"@type":"NewsArticle","a":' + "1" * 5 * MEGABYTE + "}</script>"),
        {},
    ),
    "word": (story(f"<p>mit {'a' * 5 * MEGABYTE} abo</p>"), {}),
    "spaces": (story(f"<p>views{' ' * 5 * MEGABYTE}x</p>"), {}),
}
ENDLESS = {"endless": b"<p>x" * 20_000, "chunks": b"x"}


class Bombs(BaseHTTPRequestHandler):
    """Serves a bomb by its path; robots.txt allows all."""

    protocol_version = "HTTP/1.1"
    stories: ClassVar[int] = 20

    def do_GET(self) -> None:
        name = self.path.strip("/")
        if name in ENDLESS:
            self._send_for_ever(ENDLESS[name])
            return
        body, headers = BODIES.get(name, (b"", {}))
        if name.startswith("story"):
            body = story("")
        self.send_response(200 if body else 404)
        for key, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def _send_for_ever(self, piece: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        chunk = b"%x\r\n%s\r\n" % (len(piece), piece)
        try:
            while True:
                self.wfile.write(chunk * max(1, 60_000 // len(chunk)))
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class Quiet(ThreadingHTTPServer):
    """Clients that hang up are what is wanted."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass


def main() -> None:
    servers = [Quiet(("127.0.0.1", 0), Bombs) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    bad, good = (f"127.0.0.1:{server.server_port}" for server in servers)
    with db.open_pool(sys.argv[1], 8) as pool:
        with pool.connection() as conn:
            for host, names in ((bad, [*BODIES, *ENDLESS]), (good, [f"story-{n}" for n in range(Bombs.stories)])):
                conn.execute("insert into host (name, due_at) values (%s, now())", (host,))
                for name in names:
                    url = f"http://{host}/{name}"
                    conn.execute("insert into page (url, host, due_at) values (%s, %s, now())", (url, host))
        threads = [threading.Thread(target=make_visit, args=(pool,)) for _ in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with pool.connection() as conn:
            rows = conn.execute("select url, outcome from page").fetchall()
            reasons = conn.execute("select url, reason from fetch_log where kind = 'page'").fetchall()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {row["url"].rpartition("/")[2]: row["reason"] for row in reasons}
    json.dump({"reasons": found, "pages": len(rows), "peak_kb": peak}, sys.stdout)


def make_visit(pool: db.Pool) -> None:
    """One visit, as a worker makes it."""
    lease = frontier.take(pool, LEASE, "test")
    limits = Limits(requests=200, seconds=300, delay_s=0.0, agent="Dateline/test")
    with Fetcher(FetchLimits(), limits.agent, allow_private_hosts=True) as client:
        visit(pool, client, lease, limits, threading.Event())


if __name__ == "__main__":
    main()
