"""A fetch from a server that behaves."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from tests.worker.fetching import AGENT, STORY, brisk, failure, fetcher, get
from tests.worker.rawserver import Close, RawServer, ok
from worker import decoding, fetch_errors
from worker.fetch import Fetcher, Limits, retry_after
from worker.fetch_errors import FetchError, Redirected
from worker.pacer import Pacer

NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)
RAW_DEFLATE = zlib.compressobj(wbits=-15)
RAW_STORY = RAW_DEFLATE.compress(STORY) + RAW_DEFLATE.flush()


def test_a_page_arrives_whole() -> None:
    fetched = get(ok(STORY, 'ETag: "a1"', "X-Cache: HIT"))

    assert (fetched.status, fetched.body, fetched.wire, fetched.encoding) == (200, STORY, STORY, "identity")
    assert fetched.headers["etag"] == '"a1"'
    assert fetched.headers["x-cache"] == "HIT"
    assert fetched.hops == ()
    assert fetched.elapsed_ms > 0
    assert not fetched.is_not_modified


def test_the_request_says_who_asks_and_keeps_nothing() -> None:
    with RawServer([ok(STORY, "Set-Cookie: id=7; Path=/")]) as server, fetcher() as one:
        for _ in range(2):
            one.get(server.url("/story?a=1"), brisk())

    head = server.requests[1].decode().split("\r\n")
    assert head[0] == "GET /story?a=1 HTTP/1.1"
    assert f"User-Agent: {AGENT}" in head
    assert f"Host: 127.0.0.1:{server.port}" in head
    assert "Accept-Encoding: gzip, deflate" in head
    assert not any(line.lower().startswith(("cookie:", "connection:", "authorization:")) for line in head)


def test_one_connection_serves_many_requests() -> None:
    with RawServer([ok(STORY), ok(b"", status="404 Not Found"), ok(STORY)]) as server, fetcher() as one:
        one.get(server.url("/1"), brisk())
        with pytest.raises(fetch_errors.NotFound):
            one.get(server.url("/2"), brisk())
        one.get(server.url("/3"), brisk())

    assert (len(server.requests), server.connections) == (3, 1)


def test_a_kept_connection_that_the_server_closed_is_replaced() -> None:
    with RawServer([ok(STORY), [Close], ok(STORY)]) as server, fetcher() as one:
        one.get(server.url("/1"), brisk())
        pacer = brisk()
        fetched = one.get(server.url("/2"), pacer)

    assert fetched.body == STORY
    assert (pacer.requests, server.connections) == (2, 2)


def test_a_fresh_connection_that_the_server_closes_is_a_failure() -> None:
    assert failure([Close]).reason == "reset"


@pytest.mark.parametrize(
    ("encoding", "wire", "recorded"),
    [
        pytest.param("gzip", gzip.compress(STORY), "gzip", id="gzip"),
        pytest.param("x-gzip", gzip.compress(STORY), "gzip", id="x-gzip"),
        pytest.param("GZIP", gzip.compress(STORY), "gzip", id="upper-case"),
        pytest.param("gzip", gzip.compress(STORY[:20]) + gzip.compress(STORY[20:]), "gzip", id="two-members"),
        pytest.param("gzip", gzip.compress(STORY) + b"\0\0\0\0", "gzip", id="padding-after-the-end"),
        pytest.param("gzip", gzip.compress(STORY) + b"x", "gzip", id="one-byte-after-the-end"),
        pytest.param("gzip", gzip.compress(STORY) + b"\x1f\x8bjunk", "gzip", id="garbage-like-a-member"),
        pytest.param("deflate", zlib.compress(STORY), "deflate", id="deflate-in-zlib"),
        pytest.param("deflate", RAW_STORY, "deflate", id="deflate-bare"),
        pytest.param("deflate", zlib.compress(STORY) + b"junk", "deflate", id="garbage-after-deflate"),
        pytest.param("gzip", STORY, "identity", id="not-compressed-at-all"),
        pytest.param("gzip", b"<", "identity", id="a-single-byte"),
        pytest.param("utf-8", STORY, "identity", id="a-charset-instead"),
        pytest.param("identity", STORY, "identity", id="identity"),
    ],
)
def test_encodings(encoding: str, wire: bytes, recorded: str) -> None:
    fetched = get(ok(wire, f"Content-Encoding: {encoding}"))

    assert fetched.body == (b"<" if wire == b"<" else STORY)
    assert (fetched.wire, fetched.encoding) == (wire, recorded)
    assert decoding.decode(fetched.wire, fetched.encoding, 100_000) == fetched.body


@pytest.mark.parametrize("header", [(), ("Content-Encoding: gzip",)])
def test_a_compressed_file_is_unpacked(header: tuple[str, ...]) -> None:
    file = gzip.compress(STORY)
    wire = gzip.compress(file) if header else file
    fetched = get(ok(wire, "Content-Type: application/gzip", *header), path="/sitemap.xml.gz")

    assert fetched.body == STORY
    assert decoding.decode(fetched.wire, fetched.encoding, 100_000) == STORY


def test_a_chunked_body_is_put_together() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"5;note=1\r\n<p>It\r\n6\r\n rains\r\n0\r\nX-Trailer: 1\r\n\r\n"
    with RawServer([head + body]) as server, fetcher() as one:
        assert [one.get(server.url(), brisk()).body for _ in range(2)] == [b"<p>It rains"] * 2

    assert server.connections == 1


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    assert get([b"HTTP/1.0 200 OK\r\n\r\n", STORY, Close]).body == STORY


@pytest.mark.parametrize(
    ("etag", "last_modified", "sent"),
    [
        pytest.param('W/"a"', None, ['If-None-Match: W/"a"'], id="etag"),
        pytest.param('"a"', "Fri, 10 Apr 2026 12:00:00 GMT", ['If-None-Match: "a"'], id="etag-alone"),
        pytest.param(None, "yesterday", ["If-Modified-Since: yesterday"], id="last-modified"),
        pytest.param('"a"\r\nX-Injected: 1', "b", ["If-Modified-Since: b"], id="injection"),
        pytest.param("\u2014", None, [], id="not-ascii"),
    ],
)
def test_validators(etag: str | None, last_modified: str | None, sent: list[str]) -> None:
    not_modified = b'HTTP/1.1 304 Not Modified\r\nETag: "b"\r\n\r\n'
    with RawServer([not_modified if sent else ok(STORY)]) as server, fetcher() as one:
        for _ in range(2):
            fetched = one.get(server.url(), brisk(), etag, last_modified)
            assert fetched.is_not_modified == bool(sent)

    head = server.requests[0].decode().split("\r\n")
    assert [line for line in head if line.startswith(("If-", "X-"))] == sent
    assert server.connections == 1


@pytest.mark.parametrize(
    ("status", "reason", "weight", "host_trouble"),
    [
        (304, "bad_answer", 0.5, False),  # though no validators were sent
        (300, "bad_answer", 0.5, False),
        (400, "http_4xx", 1, False),
        (401, "forbidden", 1, False),
        (402, "forbidden", 1, False),
        (403, "forbidden", 1, False),
        (404, "not_found", 1, False),
        (410, "gone", 1, False),
        (429, "rate_limited", 0.25, True),
        (451, "http_4xx", 1, False),
        (500, "server_error", 0.5, False),
        (502, "server_error", 0.5, False),
        (503, "unavailable", 0.25, True),
        (530, "server_error", 0.5, False),
        (999, "bad_answer", 0.5, False),
    ],
)
def test_statuses(status: int, reason: str, weight: float, host_trouble: bool) -> None:
    error = failure(ok(b"" if status == 304 else b"<h1>No</h1>", status=f"{status} No"))

    assert (error.reason, error.weight, error.host_trouble) == (reason, weight, host_trouble)
    assert error.status == status
    assert error.fetched
    assert error.fetched.body == (b"" if status == 304 else b"<h1>No</h1>")
    assert error.elapsed_ms


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        pytest.param("120", timedelta(seconds=120), id="seconds"),
        pytest.param("0.5", timedelta(seconds=0.5), id="fraction"),
        pytest.param("-5", timedelta(0), id="negative"),
        pytest.param("900000", timedelta(days=1), id="seconds-capped-at-a-day"),
        pytest.param("9" * 20, timedelta(days=1), id="astronomic"),
        pytest.param("9" * 5000, None, id="absurd"),
        pytest.param("Fri, 10 Apr 2026 12:05:00 GMT", timedelta(minutes=5), id="http-date"),
        pytest.param("Fri, 10 Apr 2026 12:05:00", timedelta(minutes=5), id="date-without-zone"),
        pytest.param("Fri, 10 Apr 2026 14:05:00 +0200", timedelta(minutes=5), id="date-with-offset"),
        pytest.param("Thu, 09 Apr 2026 12:00:00 GMT", timedelta(0), id="date-gone-by"),
        pytest.param("Fri, 10 Apr 2099 12:05:00 GMT", timedelta(days=1), id="date-capped-at-a-day"),
        pytest.param("Fri, 99 Apr 2026 12:05:00 GMT", None, id="no-such-date"),
        pytest.param("later", None, id="words"),
        pytest.param("nan", None, id="nan"),
        pytest.param("", None, id="empty"),
    ],
)
def test_retry_after(header: str, wait: timedelta | None) -> None:
    assert retry_after(header, NOON) == wait


@pytest.mark.parametrize("status", [403, 429, 503])
def test_an_error_tells_when_to_come_back(status: int) -> None:
    assert failure(ok(b"", "Retry-After: 90", status=f"{status} No")).retry_after == timedelta(seconds=90)


def redirect(location: str, status: int = 301) -> bytes:
    return ok(b"moved", f"Location: {location}", status=f"{status} Moved")


def test_redirects_within_a_host_are_followed() -> None:
    pacer = brisk()
    with RawServer([redirect("/b"), redirect("c?x=1#top", 308), ok(STORY)]) as server, fetcher() as one:
        fetched = one.get(server.url("/a"), pacer)

    assert fetched.url == server.url("/c?x=1")
    assert fetched.hops == (server.url("/a"), server.url("/b"))
    assert fetched.permanent
    assert (pacer.requests, server.connections) == (3, 1)


@pytest.mark.parametrize("status", [302, 303, 307])
def test_one_temporary_redirect_makes_the_whole_way_temporary(status: int) -> None:
    assert not get(redirect("/b"), redirect("/c", status), ok(STORY)).permanent


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        pytest.param("/story", "too_many_redirects", id="to-itself"),
        pytest.param("", "bad_redirect", id="empty"),
        pytest.param("file:///etc/passwd", "bad_redirect", id="file"),
        pytest.param("javascript:alert(1)", "bad_redirect", id="javascript"),
        pytest.param("mailto:desk@paper.example", "bad_redirect", id="mail"),
        pytest.param("http://", "too_many_redirects", id="to-itself-without-host"),
        pytest.param("http://[::1", "bad_redirect", id="half-an-ipv6-host"),
        pytest.param("http://paper.example:99999/", "bad_redirect", id="port-out-of-range"),
        pytest.param("http://paper.example:port/", "bad_redirect", id="port-no-number"),
        pytest.param(f"http://{'a' * 300}.example/", "bad_redirect", id="label-too-long"),
        pytest.param("http://.example/", "bad_redirect", id="empty-label"),
        pytest.param("http://*.example/", "bad_redirect", id="wildcard"),
        pytest.param("http://paper .example/", "bad_redirect", id="space-in-host"),
        pytest.param("http://paper.example/a", "redirected", id="other-host"),
        pytest.param("//paper.example/a", "redirected", id="other-host-same-scheme"),
        pytest.param("http://geo.captcha-delivery.com/captcha/?a", "blocked", id="bot-wall"),
    ],
)
def test_redirects_that_are_not_followed(location: str, reason: str) -> None:
    error = failure(redirect(location))

    assert error.reason == reason
    assert error.status == 301


def test_a_redirect_without_location_is_bad() -> None:
    assert failure(ok(b"", status="302 Found")).reason == "bad_redirect"


def test_redirects_are_counted() -> None:
    answers = [redirect(f"/{n}") for n in range(9)]

    assert failure(*answers, max_hops=3).reason == "too_many_redirects"
    assert get(*answers[:3], ok(STORY), max_hops=3).body == STORY


def test_a_redirect_in_utf_8_is_understood() -> None:
    moved = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /caf\u00e9 bar\r\n\r\n".encode()

    assert get(moved, ok(STORY)).url.endswith("/caf%C3%A9%20bar")


@pytest.mark.parametrize(
    ("location", "target", "is_followed"),
    [
        pytest.param("http://paper.example/b", None, True, id="same-host"),
        pytest.param("http://PAPER.example:80/b", None, True, id="same-host-spelled-otherwise"),
        pytest.param("http://user:pass@paper.example/b", None, True, id="same-host-with-a-user"),
        pytest.param("http://www.paper.example/b", "http://www.paper.example/b", False, id="www-is-another-host"),
        pytest.param("http://paper.example:8080/b", "http://paper.example:8080/b", False, id="other-port"),
        pytest.param(
            "http://b\u00fccher.example/?utm_source=x", "http://xn--bcher-kva.example/?utm_source=x", False, id="idna"
        ),
        pytest.param("http://other.example\\@paper.example/b", None, True, id="same-host-with-a-strange-user"),
    ],
)
def test_what_another_host_is(location: str, target: str | None, is_followed: bool) -> None:
    moved = ok(b"", status="308 Moved").replace(b"\r\n\r\n", f"\r\nLocation: {location}\r\n\r\n".encode())
    with RawServer([moved, ok(STORY)]) as server, fetcher(proxy=f"http://127.0.0.1:{server.port}") as one:
        if is_followed:
            assert one.get("http://paper.example/a", brisk()).url == "http://paper.example/b"
            assert b"authorization" not in server.requests[1].lower()
        else:
            with pytest.raises(Redirected) as caught:
                one.get("http://paper.example/a", brisk())
            assert (caught.value.target, caught.value.permanent) == (target, True)


def test_every_request_waits_for_its_turn() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pacer = Pacer(7.0, 0.0, lambda: now[0], sleep)
    with RawServer([redirect("/b"), ok(b"", status="500 No")]) as server, fetcher() as one, pytest.raises(FetchError):
        one.get(server.url("/a"), pacer)

    assert slept == [7.0, 7.0]


def test_a_proxy_gets_the_whole_address() -> None:
    with RawServer([ok(STORY)]) as server, fetcher(proxy=f"http://me:pw@127.0.0.1:{server.port}") as one:
        fetched = one.get("http://paper.example/a?b=c", brisk())

    assert server.requests[0].startswith(b"GET http://paper.example/a?b=c HTTP/1.1\r\n")
    assert b"\r\nProxy-Authorization: Basic " in server.requests[0]
    assert fetched.url == "http://paper.example/a?b=c"


def test_a_proxy_in_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert get(ok(STORY)).body == STORY


def test_a_proxy_that_is_spoken_to_in_tls_is_refused() -> None:
    with pytest.raises(ValueError, match="plain HTTP"):
        Fetcher(Limits(), AGENT, "https://127.0.0.1:1")


def test_every_reason_is_its_own() -> None:
    def tree(kind: type[FetchError]) -> list[type[FetchError]]:
        return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]

    kinds = [kind for kind in tree(FetchError) if "reason" in vars(kind)]
    assert len({kind.reason for kind in kinds}) == len(kinds)
    for kind in kinds:
        row = f"{kind.__name__} {kind.reason} {kind.weight:g}{' yes' * kind.host_trouble}"
        assert row in {" ".join(line.strip(" |-'").split()) for line in (fetch_errors.__doc__ or "").splitlines()}
