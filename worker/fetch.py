"""One polite, bounded, safe GET: what the whole service knows of HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import urldefragauth

from scrapers import walls
from scrapers.urls import host_of, normalise
from worker import decoding
from worker import fetch_errors as errors
from worker.address import refuse_private
from worker.fetch_errors import FetchError, Redirected
from worker.pacer import Pacer
from worker.settings import Settings
from worker.transport import Adapter, Gate, prepared, translated

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
FAILURES: Mapping[int, type[FetchError]] = {
    401: errors.Forbidden,
    402: errors.Forbidden,
    403: errors.Forbidden,
    404: errors.NotFound,
    407: errors.ProxyFailed,  # only a proxy sends it
    410: errors.Gone,
    429: errors.RateLimited,
    503: errors.Unavailable,
}
SCRAP_BYTES, SCRAP_S = 65_536, 5.0  # read of a redirect or an error: the marks of a bot wall are near the top
LONGEST_RETRY = timedelta(days=1)  # a server that asks for more is asked again after a day
_SECONDS = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may take; all of its requests count together, waits between them do not."""

    connect_s: float = 10.0
    read_s: float = 30.0  # silence between two bytes
    total_s: float = 60.0
    max_bytes: int = 10_000_000  # of the decoded body
    max_hops: int = 10  # redirects


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: the page, or with status 304 the news that it has not changed."""

    url: str  # that answered, normalised
    status: int
    headers: Mapping[str, str]  # names in lower case
    wire: bytes  # the body as it came: `decoding.decode(wire, encoding, limit)` gives `body` again
    body: bytes
    encoding: str  # of `wire`: identity, gzip or deflate
    hops: tuple[str, ...]  # the addresses that redirected here, the requested one first
    elapsed_ms: float  # from the last request to the head of its answer
    permanent: bool  # every hop was a 301 or 308

    @property
    def is_not_modified(self) -> bool:
        """Whether the server says that nothing changed since the validators were given."""
        return self.status == 304


@dataclass(slots=True)
class _Trip:
    """A fetch under way: where it has been and where it is."""

    validators: dict[str, str]
    pacer: Pacer
    seen: list[str]
    permanent: bool = True
    elapsed_ms: float = 0.0


class Fetcher:
    """Fetches pages, one after another, keeping the connections; for one thread, as a context manager.

    `proxy`: address of an HTTP proxy that gets every request and is trusted to check where it leads. Without one, only
    public addresses are connected to, unless `allow_private_hosts`.
    """

    def __init__(self, limits: Limits, agent: str, proxy: str | None = None, allow_private_hosts: bool = False) -> None:
        """`agent`: the whole User-Agent."""
        self._limits = limits
        self._gate = Gate(limits.connect_s, limits.read_s, limits.max_bytes, allow_private_hosts)
        self._adapter = Adapter(self._gate, proxy)
        self._headers = {"User-Agent": agent, "Accept": ACCEPT, "Accept-Encoding": decoding.ACCEPTED}

    @classmethod
    def configured(cls, config: Settings) -> Self:
        """A fetcher as the settings want it."""
        return cls(Limits(), config.agent, config.http_proxy, config.allow_private_hosts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that were kept."""
        self._adapter.close()

    def get(self, url: str, pacer: Pacer, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Fetch a page, following redirects within its host; the pacer waits before each request.

        With validators (If-None-Match alone where there is an ETag, RFC 9110 13.1.3) the answer may be a 304. Raises a
        FetchError for everything else that is no page, Redirected where it lives at another host.
        """
        trip = _Trip(_validators(etag, last_modified), pacer, [])
        self._gate.start(self._limits.total_s)
        try:
            return self._follow(trip, url)
        except FetchError as error:
            error.elapsed_ms = trip.elapsed_ms
            raise

    def _follow(self, trip: _Trip, url: str) -> Fetched:
        request = self._prepare(url, trip)
        while True:
            trip.seen.append(str(request.url))
            with closing(self._ask_fresh(request, trip)) as answer:
                if answer.status_code not in REDIRECTS:
                    return self._finish(answer, trip)
                request = self._next(answer, trip)

    def _prepare(self, url: str, trip: _Trip, base: str = "") -> requests.PreparedRequest:
        """The request for an address, whose `url` is the one spelling that is checked, compared and sent."""
        try:
            plain = urldefragauth(urljoin(base, url))
            request = prepared(plain, {**self._headers, **trip.validators})
            parts = urlsplit(str(request.url))
            host, _ = parts.hostname, parts.port  # a port out of range raises
        except ValueError as error:  # so are all that requests and urllib3 raise here
            raise errors.BadUrl(f"no address: {url[:200]!r}: {error}") from error
        if parts.scheme not in ("http", "https") or not host:
            raise errors.BadUrl(f"no web address: {url[:200]!r}")
        if not self._gate.allow_private_hosts:
            refuse_private(host)
        return request

    def _ask_fresh(self, request: requests.PreparedRequest, trip: _Trip) -> requests.Response:
        """Ask, and once more if the server had closed the kept connection just then (RFC 9112, 9.3.1)."""
        try:
            return self._ask(request, trip)
        except errors.ConnectionLost:
            if self._gate.phase != "kept":
                raise
        return self._ask(request, trip)

    def _ask(self, request: requests.PreparedRequest, trip: _Trip) -> requests.Response:
        gate, limits = self._gate, self._limits
        with gate.paused():
            trip.pacer.wait()
        gate.start_request()
        timeout = (gate.wait_s(limits.connect_s), gate.wait_s(limits.read_s))
        try:
            with translated(gate):
                answer = self._adapter.ask(request, timeout)
        except FetchError:
            trip.elapsed_ms = trip.pacer.failed()
            raise
        trip.elapsed_ms = trip.pacer.answered()
        return answer

    def _next(self, answer: requests.Response, trip: _Trip) -> requests.PreparedRequest:
        """The request that a redirect leads to, or the error that it is."""
        status, here = answer.status_code, trip.seen[-1]
        location = _unmangled(answer.headers.get("location", "")).strip()
        trip.permanent = trip.permanent and status in PERMANENT
        try:
            request = self._prepare(location, trip, base=here)
        except errors.BadUrl as error:
            raise errors.BadRedirect(f"redirects to {location[:200]!r}", status=status) from error
        target = str(request.url)
        if wall := walls.wall_at(target):
            raise errors.Blocked(f"sent to the bot wall of {wall}", status=status)
        if not location or normalise(target) is None:
            raise errors.BadRedirect(f"redirects to {location[:200]!r}", status=status)
        if host_of(target) != host_of(here):
            raise Redirected(target, permanent=trip.permanent, status=status)
        if target in trip.seen or len(trip.seen) > self._limits.max_hops:
            raise errors.TooManyRedirects(f"redirects in a circle or without an end, at {target[:200]}", status=status)
        self._scrap(answer)
        return request

    def _finish(self, answer: requests.Response, trip: _Trip) -> Fetched:
        """The page, or the error that the answer is."""
        status = answer.status_code
        if status == 304 and trip.validators:
            self._scrap(answer)
            return _fetched(answer, trip, (b"", b"", "identity"))
        if 200 <= status < 300:
            fetched = _fetched(answer, trip, self._read(answer))
            _require_page(fetched)
            return fetched
        raise _failure(_fetched(answer, trip, self._scrap(answer)))

    def _read(self, answer: requests.Response) -> tuple[bytes, bytes, str]:
        """The body: as it came, decoded, and its encoding."""
        status, limit = answer.status_code, self._limits.max_bytes
        try:
            if (announced := answer.raw.length_remaining or 0) > limit:
                raise errors.TooLarge(f"the body has {announced} bytes, more than {limit}")
            decoder = decoding.Decoder(decoding.encoding_of(answer.headers.get("content-encoding", "")), limit)
            wire = []
            with translated(self._gate):
                for chunk in answer.raw.stream(decoding.CHUNK, decode_content=False):
                    wire.append(chunk)
                    decoder.feed(chunk)
                answer.raw.release_conn()
            body = decoder.finish()
        except FetchError as error:
            error.status = status
            raise
        return b"".join(wire), body, decoder.encoding

    def _scrap(self, answer: requests.Response) -> tuple[bytes, bytes, str]:
        """The beginning of a body that is no page, as far as it comes: what matters is the status."""
        wire, decoder = [], None
        try:
            decoder = decoding.Decoder(decoding.encoding_of(answer.headers.get("content-encoding", "")), SCRAP_BYTES)
            with self._gate.hurried(SCRAP_S), translated(self._gate):
                for chunk in answer.raw.stream(decoding.CHUNK, decode_content=False):
                    wire.append(chunk)
                    decoder.feed(chunk)
                answer.raw.release_conn()
        except FetchError:
            answer.close()
        return b"".join(wire), decoder.so_far() if decoder else b"", decoder.encoding if decoder else "identity"


def _validators(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The headers that ask for changes only; a validator that no header can carry is left out."""
    for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)):
        if value and (clean := value.strip()) and clean.isascii() and clean.isprintable():
            return {name: clean}
    return {}


def _unmangled(value: str) -> str:
    """A header's value as the server meant it: headers are read as Latin-1, addresses in them are often UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _fetched(answer: requests.Response, trip: _Trip, content: tuple[bytes, bytes, str]) -> Fetched:
    wire, body, encoding = content
    return Fetched(
        url=normalise(trip.seen[-1]) or trip.seen[-1],
        status=answer.status_code,
        headers={name.lower(): value for name, value in answer.headers.items()},
        wire=wire,
        body=body,
        encoding=encoding,
        hops=tuple(trip.seen[:-1]),
        elapsed_ms=trip.elapsed_ms,
        permanent=trip.permanent,
    )


def _require_page(fetched: Fetched) -> None:
    """Raise Blocked, Empty or NotText for a success that brought no page."""
    status, body = fetched.status, fetched.body
    if wall := walls.wall_of(status, fetched.headers, body):
        raise errors.Blocked(f"the bot wall of {wall}", status=status, fetched=fetched)
    if not body.strip():
        raise errors.Empty("the body is empty", status=status, fetched=fetched)
    declared = fetched.headers.get("content-type", "")
    if not decoding.is_text(declared, body):
        raise errors.NotText(f"no text but {declared[:100] or 'binary data'}", status=status, fetched=fetched)


def _failure(fetched: Fetched) -> FetchError:
    """The error for an answer that is neither a success nor a redirect."""
    status = fetched.status
    wait = retry_after(fetched.headers.get("retry-after", ""), datetime.now(UTC))
    if wall := walls.wall_of(status, fetched.headers, fetched.body):
        kind: type[FetchError] = errors.Blocked
        said = f"status {status} from the bot wall of {wall}"
    else:
        general = {4: errors.OtherClientError, 5: errors.ServerError}.get(status // 100, errors.BadAnswer)
        kind, said = FAILURES.get(status, general), f"status {status}"
    return kind(said, status=status, retry_after=wait, fetched=fetched)


def retry_after(header: str, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait, from nothing to a day; None if it says nothing that makes sense.

    Both forms of RFC 9110, 10.2.3: seconds, and a date, which is read as UTC if it names no zone.
    """
    text = header.strip()
    try:
        if _SECONDS.fullmatch(text):
            wait = timedelta(seconds=min(float(text), LONGEST_RETRY.total_seconds()))
        else:
            date = parsedate_to_datetime(text)
            wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_RETRY)
