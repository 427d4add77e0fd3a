"""A web of newspapers on loopback that takes little CPU: pages are packed before anybody asks.

    python -m ground.web HOSTS BACKLOG RATE SECONDS LATENCY_MS CORPUS...

Each of HOSTS (0: as many as the corpora have) has BACKLOG stories at the start; then RATE stories a second appear on
all hosts together, for SECONDS. Plain HTTP, as a proxy (absolute addresses) and as the hosts themselves (Host header).
It prints its port once it is ready, and runs until its standard input ends. Each host has /robots.txt and /feed.xml
(RSS, with ETag). http://web.test/restart begins anew, http://web.test/log tells who was asked for what, and when.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from html import escape
from urllib.parse import quote, unquote_to_bytes

from ground.sites import Sites, saved_sites, written
from ground.stories import Story

LISTED = 100  # stories in a feed, at most
BACKLOG_S = 60.0  # between two stories that were out before the start
FEED_LEVEL = 3
ROBOTS = b"User-agent: *\nDisallow: /private/\nDisallow: /search\nAllow: /\n"
HTML, XML, PLAIN, JSON = (
    b"text/html; charset=utf-8",
    b"application/rss+xml; charset=utf-8",
    b"text/plain",
    b"application/json",
)
PATH_SAFE = "/?&=%:;,+~!@$()*'"


@dataclass(slots=True)
class Paper:
    """One host: its stories in the order of publication, and when it was asked."""

    host: str
    stories: Sequence[Story]
    backlog: int
    first_s: float  # after the start its first new story appears
    every_s: float  # then one after another; infinity: none
    items: list[bytes] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    _feed: bytes = b""

    def restart(self) -> None:
        """As it was."""
        self.items, self.asked, self._feed = [], [], b""

    def out(self, age_s: float) -> int:
        """How many stories are out."""
        new = int((age_s - self.first_s) / self.every_s + 1) if age_s >= self.first_s else 0
        return min(self.backlog + new, len(self.stories))

    def feed(self, started: float, now: float) -> tuple[int, bytes]:
        """How many stories are out, and the feed, packed."""
        out = self.out(now - started)
        if out > len(self.items):
            self.items += [self._item(place, started) for place in range(len(self.items), out)]
            listed = b"".join(reversed(self.items[-LISTED:]))
            top = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{self.host}</title><link>http://{self.host}/</link>'
            self._feed = gzip.compress(top.encode() + listed + b"</channel></rss>", FEED_LEVEL)
        return out, self._feed

    def _item(self, place: int, started: float) -> bytes:
        late = place - self.backlog
        at = started + (self.first_s + late * self.every_s if late >= 0 else late * BACKLOG_S)
        story = self.stories[place]
        url = escape(f"http://{self.host}{quote(story.path, safe=PATH_SAFE)}").encode()
        return (
            b"<item><title>%b</title><link>%b</link><guid>%b</guid><pubDate>%b</pubDate><description>%b</description></item>\n"
            % (
                *(story.title, url, url),
                *(formatdate(at, usegmt=True).encode(), story.summary),
            )
        )


class Web:
    """All papers, and the answers to requests."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.papers = {paper.host.encode(): paper for paper in papers}
        self.pages = {_key(paper.host, story.path): story for paper in papers for story in paper.stories}
        self.started, self.counts = time.time(), Counter[str]()

    def answer(self, host: bytes, path: bytes, head: bytes) -> bytes:
        """The whole answer."""
        if host == b"web.test":
            return self._about_itself(path)
        story = self.pages.get(host + path) or self.pages.get(host + unquote_to_bytes(path))
        if story is not None:
            self.counts["page"] += 1
            return b"".join((_head(200, HTML, sum(map(len, story.page)), b"Content-Encoding: gzip\r\n"), *story.page))
        if path == b"/feed.xml" and host in self.papers:
            out, packed = self.papers[host].feed(self.started, time.time())
            tag = b'"%d"' % out
            is_known = b"if-none-match: " + tag in head.lower()
            self.counts["feed, unchanged" if is_known else "feed"] += 1
            fields = b"ETag: " + tag + b"\r\n"
            if is_known:
                return _head(304, XML, 0, fields)
            return _head(200, XML, len(packed), fields + b"Content-Encoding: gzip\r\n") + packed
        if path == b"/robots.txt" and host in self.papers:
            self.counts["robots"] += 1
            return _head(200, PLAIN, len(ROBOTS)) + ROBOTS
        self.counts["missing"] += 1
        return _head(404, PLAIN, 0)

    def note(self, host: bytes, now: float) -> None:
        """A request has arrived."""
        if host in self.papers:
            self.papers[host].asked.append(now)

    def _about_itself(self, path: bytes) -> bytes:
        said: object = sorted(host.decode() for host in self.papers)
        if path == b"/restart":
            self.started, self.counts = time.time(), Counter()
            for paper in self.papers.values():
                paper.restart()
            said = {"started": self.started}
        elif path == b"/log":
            out = sum(paper.out(time.time() - self.started) for paper in self.papers.values())
            asked = {paper.host: paper.asked for paper in self.papers.values()}
            said = {"answers": self.counts, "published": out, "asked": asked}
        body = json.dumps(said).encode()
        return _head(200, JSON, len(body)) + body


class Connection(asyncio.Protocol):
    """One connection: a request, a wait, an answer, and so on."""

    def __init__(self, web: Web, latency_s: float) -> None:
        self.web, self.latency_s = web, latency_s
        self.loop = asyncio.get_running_loop()
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio. Nobody sends a request before the answer to the one before."""
        self.received += data
        if not self.received.endswith(b"\r\n\r\n"):
            return
        head, self.received = self.received, b""
        host, path = _target(head)
        self.web.note(host, self.loop.time())
        self.loop.call_later(self.latency_s, self._answer, host, path, head)

    def _answer(self, host: bytes, path: bytes, head: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(self.web.answer(host, path, head))  # type: ignore[attr-defined]


def _target(head: bytes) -> tuple[bytes, bytes]:
    """Host and path of a request in either form."""
    target = head.split(b" ", 2)[1]
    if target.startswith(b"http://"):
        host, slash, path = target[7:].partition(b"/")
        return host.lower(), slash + path or b"/"
    host = head.lower().partition(b"\r\nhost:")[2].partition(b"\r\n")[0]
    return host.strip(), target


def _head(status: int, kind: bytes, size: int, fields: bytes = b"") -> bytes:
    line = {200: b"200 OK", 304: b"304 Not Modified", 404: b"404 Not Found"}[status]
    return b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n%b\r\n" % (line, kind, size, fields)


def _key(host: str, path: str) -> bytes:
    return host.encode() + unquote_to_bytes(path)


def papers(sites: Sites, hosts: int, backlog: int, rate: float, seconds: float) -> list[Paper]:
    """The papers, whose new stories come by turns."""
    hosts = hosts or len(sites)
    every_s = hosts / rate if rate else math.inf
    told = written(sites, hosts, backlog + math.ceil(rate * seconds / hosts)).items()
    return [Paper(*one, backlog, every_s * (place + 1) / hosts, every_s) for place, one in enumerate(told)]


async def serve(web: Web, latency_s: float) -> None:
    """Until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(web, latency_s), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main(hosts: int, backlog: int, rate: float, seconds: float, latency_ms: float, corpora: Sequence[str]) -> None:
    """Write the stories, and serve them."""
    web = Web(papers(saved_sites(corpora), hosts, backlog, rate, seconds))
    gc.collect()
    gc.freeze()
    asyncio.run(serve(web, latency_ms / 1000))


if __name__ == "__main__":
    hosts, backlog, rate, seconds, latency_ms, *names = sys.argv[1:]
    main(int(hosts), int(backlog), float(rate), float(seconds), float(latency_ms), names)
