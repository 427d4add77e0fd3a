"""robots.txt (RFC 9309): what a host asks of us, read by protego."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

from protego import Protego

from scrapers.urls import normalise

SHORT = 20_000  # characters, as nearly all have: longer ones are not kept in memory
PARSED_BYTES = 500 * 1024  # RFC 9309, 2.5: a crawler must read at least so much, and we read no more
_NAMED = re.compile(r".*\bcompatible;\s*([A-Za-z_-]+)|\s*([A-Za-z_-]+)")


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host for our crawler."""

    crawl_delay: float | None = None  # seconds, as written
    sitemaps: tuple[str, ...] = ()  # normalised addresses, each once, in the order of the file
    rules: Protego | None = None
    token: str = ""  # the product token that the rules are asked for
    allows_by_default: bool = True  # without rules

    ALLOW_ALL: ClassVar[Robots]
    DISALLOW_ALL: ClassVar[Robots]

    @classmethod
    def parse(cls, text: str, agent: str) -> Self:
        """Read a robots.txt for the crawler whose User-Agent is `agent`; unreadable lines count as absent."""
        rules = _parse("\n".join(_lines(text)))
        token = product_token(agent)
        found = (normalise(address) for address in rules.sitemaps if "://" in address)
        return cls(
            crawl_delay=rules.crawl_delay(token),
            sitemaps=tuple(dict.fromkeys(address for address in found if address)),
            rules=rules,
            token=token,
        )

    @classmethod
    def for_answer(cls, status: int | None, body: str | None, agent: str) -> Robots:
        """What an answer to the request for robots.txt means (RFC 9309, 2.3.1).

        A success is parsed. Unavailable (3xx that led nowhere, 4xx) allows everything. Unreachable (5xx, or no answer
        at all: `status` None) disallows everything.
        """
        if status is None or status >= 500:
            return cls.DISALLOW_ALL
        if not 200 <= status < 300:
            return cls.ALLOW_ALL
        text = body or ""
        return _remembered(text, agent) if len(text) <= SHORT else cls.parse(text, agent)

    def allowed(self, url: str) -> bool:
        """Whether the address may be fetched; one that is no address may not."""
        if self.rules is None:
            return self.allows_by_default
        try:
            return self.rules.can_fetch(url, self.token)
        except ValueError:  # urlsplit on a bad IPv6 host, or half of a surrogate pair
            return False


Robots.ALLOW_ALL = Robots()
Robots.DISALLOW_ALL = Robots(allows_by_default=False)


@lru_cache(maxsize=500)
def _remembered(text: str, agent: str) -> Robots:
    """Parsed once for many visits: that takes as long as a poll."""
    return Robots.parse(text, agent)


def product_token(agent: str) -> str:
    """The word of a User-Agent that robots.txt knows the crawler by: `Dateline` of `Dateline/1.0 (+https://...)`.

    In the browsers' form, `Mozilla/5.0 (compatible; Dateline/1.0)`, it is the word after `compatible`.
    """
    match = _NAMED.match(agent)
    return (match[1] or match[2]) if match else agent


def _lines(text: str) -> Iterator[str]:
    """The lines within the first 500 KiB, without a byte order mark and what cannot be encoded."""
    data = text.removeprefix("\ufeff").encode("utf-8", "replace")
    lines = data[:PARSED_BYTES].decode("utf-8", "replace").splitlines()
    yield from lines[:-1] if len(data) > PARSED_BYTES else lines  # half a rule may forbid more than the whole


def _parse(text: str) -> Protego:
    try:
        return Protego.parse(text)
    except ValueError:  # older releases split patterns as if they were addresses
        return Protego.parse("\n".join(line for line in text.splitlines() if _is_readable(line)))


def _is_readable(line: str) -> bool:
    try:
        Protego.parse(f"User-agent: *\n{line}")
    except ValueError:
        return False
    return True
