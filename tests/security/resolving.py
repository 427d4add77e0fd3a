"""Fetches by hostile names, in a network of its own: a real resolver asks a real DNS server that lies as it is told.

Runs as a process below `unshare --mount --net`: it has a loopback, one address that counts as public, a DNS server on
port 53 and a web server on port 80 of every address. Prints what became of each fetch, and which addresses it reached.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import ClassVar

from dnslib import AAAA, CNAME, QTYPE, RR, A
from dnslib.server import DNSLogger, DNSServer

from worker.fetch import Fetcher, Limits
from worker.fetch_errors import FetchError, Redirected
from worker.pacer import Pacer

PUBLIC = "8.8.4.4"  # of nobody here: the network has no way out
NAMES: dict[str, list[str]] = {
    "public.test": [PUBLIC],
    "loopback.test": ["127.0.0.1"],
    "zero.test": ["0.0.0.0"],  # noqa: S104  # Linux takes it for loopback
    "private.test": ["10.0.0.1"],
    "metadata.test": ["169.254.169.254"],
    "mixed.test": [PUBLIC, "127.0.0.1"],
    "six.test": ["::1"],
    "mapped.test": ["::ffff:7f00:1"],
    "compatible.test": ["::7f00:1"],
    "nat64.test": ["64:ff9b::7f00:1"],
    "sixtofour.test": ["2002:7f00:1::1"],
    "link-local.test": ["fe80::1"],
    "unique-local.test": ["fd00::1"],
    "mixed-six.test": [PUBLIC, "::1"],
    "alias.test": ["cname:loopback.test"],
    "alias-of-localhost.test": ["cname:localhost"],
    "rebinding.test": [PUBLIC, "then", "127.0.0.1"],
    "rebinding-back.test": ["127.0.0.1", "then", PUBLIC],
}
REDIRECTS = {
    "/to-loopback": "http://loopback.test/", "/to-rebinding": "http://rebinding-2.test/", "/to-literal": "http://127.0.0.1/",
    "/to-user": "http://public.test@127.0.0.1/", "/to-backslash": "http://127.0.0.1\\@public.test/",
    "/to-decimal": "http://2130706433/", "/to-octal": "http://0177.0.0.1/", "/to-hex": "http://0x7f.1/",
    "/to-short": "http://127.1/", "/to-six": "http://[::1]/", "/to-mapped": "http://[::ffff:7f00:1]/",
    "/to-zone": "http://[fe80::1%25lo]/", "/to-file": "file:///etc/passwd", "/to-ftp": "ftp://loopback.test/",
    "/to-gopher": "gopher://127.0.0.1:80/_GET%20/", "/to-data": "data:text/html,x", "/to-dot": "http://127.0.0.1./",
    "/to-wide": "http://\uff11\uff12\uff17.0.0.1/", "/to-local": "//localhost/", "/to-jar": "jar:http://127.0.0.1/!/",
}  # fmt: skip
NAMES["rebinding-2.test"] = NAMES["rebinding.test"]


class Liar:
    """Answers with NAMES; a name with `then` changes its address after the first look-up of it."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, str], count[int]] = {}

    def resolve(self, request: object, handler: object) -> object:
        reply = request.reply()
        name, kind = str(request.q.qname).rstrip(".").lower(), QTYPE[request.q.qtype]
        turn = next(self.asked.setdefault((name, kind), count()))
        answers = NAMES.get(name, [])
        if "then" in answers:
            at = answers.index("then")
            answers = answers[:at] if turn == 0 else answers[at + 1 :]
        for answer in answers:
            if answer.startswith("cname:"):
                target = answer.removeprefix("cname:")
                reply.add_answer(RR(name, QTYPE.CNAME, rdata=CNAME(target), ttl=0))
                reply.add_answer(RR(target, QTYPE.A, rdata=A("127.0.0.1"), ttl=0))
            elif kind == ("AAAA" if ":" in answer else "A"):
                made = AAAA(answer) if kind == "AAAA" else A(answer)
                reply.add_answer(RR(name, request.q.qtype, rdata=made, ttl=0))
        return reply


class Site(BaseHTTPRequestHandler):
    """A page at every address; redirects by path, and every connection closed, so that each request looks up anew."""

    reached: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.reached.append(self.connection.getsockname()[0].removeprefix("::ffff:"))
        target = REDIRECTS.get(self.path)
        body = b"" if target else b"<p>A page of this address</p>"
        self.send_response(302 if target else 200)
        if target:
            self.send_header("Location", target.encode().decode("latin-1"))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "text/html")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Everywhere(ThreadingHTTPServer):
    """On port 80 of every address, of both families."""

    address_family = socket.AF_INET6


def build_network() -> None:
    """Bring up loopback and the public address, and let this process alone ask our DNS server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for name, address in ((b"lo", "127.0.0.1"), (b"lo:1", PUBLIC)):
            given = struct.pack("16sH2s4s8x", name, socket.AF_INET, b"", socket.inet_aton(address))
            fcntl.ioctl(sock, 0x8916, given)  # SIOCSIFADDR
            fcntl.ioctl(
                sock, 0x8914, struct.pack("16sH14x", name, 0x1 | 0x8 | 0x40)
            )  # SIOCSIFFLAGS: up, loopback, running
    for path, text in (("/etc/resolv.conf", "nameserver 127.0.0.1\n"), ("/etc/hosts", "127.0.0.1 localhost\n")):
        with tempfile.NamedTemporaryFile("w", delete=False) as file:
            file.write(text)
        subprocess.run(["mount", "--bind", file.name, path], check=True)  # noqa: S607  # of util-linux, as unshare is


def main() -> None:
    build_network()
    server = Everywhere(("::", 80), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    DNSServer(Liar(), address="127.0.0.1", port=53, logger=DNSLogger(logf=lambda _: None)).start_thread()
    found = {}
    urls = [f"http://{name}/" for name in NAMES if name != "rebinding-2.test"]
    urls += ["http://rebinding.test/again", "http://rebinding-back.test/again", "http://missing.test/"]
    urls += [f"http://public.test{path}" for path in REDIRECTS]
    with Fetcher(Limits(connect_s=20, read_s=20, total_s=60), "Dateline/test") as client:
        for url in urls:
            Site.reached.clear()
            found[url] = {"reason": reason(client, url), "reached": list(Site.reached)}
    sys.stdout.write(json.dumps(found))


def reason(client: Fetcher, url: str) -> str:
    """What a fetch came to, another host's page fetched in its turn, as a visit there would."""
    for _ in range(3):
        try:
            client.get(url, Pacer(0.0, float("inf")))
        except Redirected as moved:
            url = moved.target
        except FetchError as error:
            return error.reason
        else:
            return "page"
    return "redirects"


if __name__ == "__main__":
    main()
