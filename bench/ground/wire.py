"""A lean web server of many hosts with a feed each: `wire.py HOSTS SECONDS` prints its port, ends with its input.

Every host is an address of the loopback network. A feed answers 304 to whoever knows its ETag. With SECONDS above zero
a new story comes out every so many seconds, in one feed after the other; its address ends in the millisecond at which
it did.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import random
import sys
import time
from collections import deque
from email.utils import formatdate

FIRST_PORT = 20_000
LISTED = 15  # stories of a feed
WORDS = 250  # of a story
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]


def address(number: int) -> str:
    """The address of a host."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Papers:
    """What is published: the addresses of each host's stories, newest first, and the feed that lists them."""

    def __init__(self, hosts: list[str]) -> None:
        self.stories = {host: deque(maxlen=LISTED) for host in hosts}
        self.feeds: dict[str, tuple[bytes, bytes]] = {}
        for host in hosts:
            self.list(host)

    def publish(self, host: str, at: float) -> None:
        """A story comes out."""
        self.stories[host].appendleft(f"/story/{int(at * 1000)}")
        self.list(host)

    def list(self, host: str) -> None:
        """Write the host's feed anew."""
        items = "".join(
            f"<item><title>{headline(host, path)}</title><link>http://{host}{path}</link>"
            f"<pubDate>{formatdate(int(path.rpartition('/')[2]) / 1000)}</pubDate></item>"
            for path in self.stories[host]
        )
        body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>".encode()
        self.feeds[host] = b'"' + hashlib.md5(body, usedforsecurity=False).hexdigest().encode() + b'"', body

    async def go_on(self, every_s: float) -> None:
        """Publish for ever."""
        for host in itertools.cycle(self.stories):
            self.publish(host, time.time())
            await asyncio.sleep(every_s)


def prose(seed: str, words: int) -> str:
    """Invented words, the same for the same seed."""
    chance = random.Random(seed)
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(words)).capitalize()


def headline(host: str, path: str) -> str:
    """The headline of a story."""
    return prose(f"title {host}{path}", 7)


def page(host: str, path: str) -> bytes:
    """The page of a story."""
    paragraphs = "".join(f"<p>{prose(f'{host}{path}{number}', WORDS // 5)}.</p>" for number in range(5))
    title, date = headline(host, path), formatdate(int(path.rpartition("/")[2]) / 1000)
    return (
        f"<html><head><title>{title}</title><meta property='og:type' content='article'><meta name='date'"
        f" content='{date}'></head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()


class Connection(asyncio.Protocol):
    """Answers one request after another."""

    papers: Papers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the way back."""
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            self.transport.write(self.answer(head))

    def answer(self, head: bytes) -> bytes:
        """The answer to a request."""
        path = head.split(b" ", 2)[1].decode()
        named = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        host = named[b"host"].decode()
        if path == "/feed.xml":
            etag, body = self.papers.feeds[host]
            if named.get(b"if-none-match") == etag:
                return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
            return ok(b"application/rss+xml", body, b"ETag: " + etag + b"\r\n")
        if path.startswith("/story/"):
            return ok(b"text/html", page(host, path))
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def ok(kind: bytes, body: bytes, more: bytes = b"") -> bytes:
    """A whole answer."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s" % (kind, len(body), more, body)


async def main(hosts: int, every_s: float) -> None:
    """Listen on the first port that is free at all addresses, and publish."""
    loop = asyncio.get_running_loop()
    addresses = [address(number) for number in range(hosts)]
    for port in itertools.count(FIRST_PORT + random.randrange(10_000)):
        try:
            server = await loop.create_server(Connection, addresses, port, backlog=16)
            break
        except OSError:
            continue
    Connection.papers = Papers([f"{name}:{port}" for name in addresses])
    print(port, flush=True)
    publishing = loop.create_task(Connection.papers.go_on(every_s)) if every_s else None
    await loop.run_in_executor(None, sys.stdin.read)
    if publishing:
        publishing.cancel()
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
