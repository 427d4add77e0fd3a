"""A fetch from servers that are broken, hostile or not where they should be."""

from __future__ import annotations

import gzip
import random
import zlib
from contextlib import suppress

import pytest

from tests.worker.fetching import HASTY, STORY, brisk, failure, fetcher, get
from tests.worker.rawserver import Answer, Close, Dribble, Pause, RawServer, Reset, ok
from worker.fetch_errors import FetchError

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GZIPPED = gzip.compress(STORY * 50)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param([Reset], "reset", id="reset-before-the-answer"),
        pytest.param([b"HTTP/1.1 200", Close], "empty", id="status-line-cut"),
        pytest.param([HEAD + b"Content-Length: 100\r\n\r\nshort", Close], "truncated", id="shorter-than-its-length"),
        pytest.param([HEAD + b"Content-Length: 100\r\n\r\nshort", Reset], "reset", id="reset-within-the-body"),
        pytest.param([CHUNKED + b"5\r\n<p>It\r\n", Close], "truncated", id="last-chunk-missing"),
        pytest.param([CHUNKED + b"50\r\n<p>It", Close], "truncated", id="chunk-cut"),
        pytest.param([CHUNKED + b"xyz\r\n<p>It", Close], "bad_answer", id="chunk-size-no-number"),
        pytest.param([CHUNKED + b"-5\r\n<p>It", Close], "bad_answer", id="chunk-size-negative"),
        pytest.param([CHUNKED + b"f" * 70_000, Close], "truncated", id="chunk-size-endless"),
        pytest.param([CHUNKED + b"ffffffffffffffffffff\r\n" + STORY, Close], "truncated", id="chunk-size-huge"),
        pytest.param(ok(GZIPPED[:-20], "Content-Encoding: gzip"), "truncated", id="gzip-cut"),
        pytest.param(ok(GZIPPED[:5], "Content-Encoding: gzip"), "truncated", id="gzip-header-cut"),
        pytest.param(ok(zlib.compress(STORY)[:-9], "Content-Encoding: deflate"), "truncated", id="deflate-cut"),
        pytest.param(ok(b"\x1f\x8b\x08" + b"junk" * 9, "Content-Encoding: gzip"), "bad_encoding", id="gzip-broken"),
        pytest.param(ok(b"\xff\xff" + STORY, "Content-Encoding: deflate"), "bad_encoding", id="deflate-broken"),
        pytest.param(ok(STORY, "Content-Encoding: br"), "bad_encoding", id="brotli-unasked"),
        pytest.param(ok(STORY, "Content-Encoding: gzip, gzip"), "bad_encoding", id="twice-encoded"),
        pytest.param(ok(b""), "empty", id="empty"),
        pytest.param(ok(b" \r\n"), "empty", id="blank"),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", "empty", id="no-content"),
        pytest.param(ok(gzip.compress(b""), "Content-Encoding: gzip"), "empty", id="nothing-compressed"),
        pytest.param(ok(b"%PDF-1.7 " + bytes(99), "Content-Type: application/pdf"), "not_text", id="pdf"),
        pytest.param(ok(b"%PDF-1.7 " + bytes(99)), "not_text", id="pdf-called-html"),
        pytest.param(ok(b"\x89PNG\r\n\x1a\n" + bytes(99), "Content-Type: image/png"), "not_text", id="png"),
        pytest.param(ok(bytes(4) + b"ftypmp42" + bytes(99), "Content-Type: video/mp4"), "not_text", id="mp4"),
        pytest.param(ok(b"\x01\x02" * 99, "Content-Type: application/x"), "not_text", id="unknown-binary"),
        pytest.param(HEAD + b"Content-Length: 100001\r\n\r\n", "too_large", id="announces-too-much"),
        pytest.param(HEAD + b"Content-Length: 9999999999999999999\r\n\r\n", "too_large", id="announces-absurdly"),
        pytest.param(ok(gzip.compress(bytes(3_000_000)), "Content-Encoding: gzip"), "too_large", id="gzip-bomb"),
        pytest.param(ok(gzip.compress(bytes(3_000_000))), "too_large", id="gzip-file-bomb"),
        pytest.param([HEAD + b"\r\n", STORY * 2000], "too_large", id="endless-body"),
        pytest.param([CHUNKED, b"1\r\nx\r\n" * 250_000], "too_large", id="endless-tiny-chunks"),
        pytest.param([CHUNKED, b"0\r\n", b"X: y\r\n" * 250_000], "too_large", id="endless-trailers"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * 60_000, "too_large", id="endless-continue"),
        pytest.param([HEAD, b"X-A: b\r\n" * 5000, b"\r\n"], "bad_answer", id="many-headers"),
        pytest.param([HEAD, b"X-A: " + b"b" * 70_000 + b"\r\n\r\n"], "bad_answer", id="huge-header"),
        pytest.param(b"HTTP/1.1 OK\r\n\r\n", "bad_answer", id="status-no-number"),
        pytest.param(b"HTTP/1.1 20000 OK\r\n\r\n", "bad_answer", id="status-out-of-range"),
        pytest.param(b"HTTP/3.9 200 OK\r\n\r\n", "bad_answer", id="unknown-version"),
        pytest.param([b"SSH-2.0-OpenSSH_9.6\r\n", Close], "bad_answer", id="another-protocol"),
        pytest.param([b"\r\n\r\n\r\n", Close], "bad_answer", id="blank-lines"),
        pytest.param([HEAD + b"Content-Length: 3, 4\r\n\r\nabc"], "bad_answer", id="two-lengths"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "bad_answer", id="upgrade"),
    ],
)
def test_broken_answers(answer: Answer, reason: str) -> None:
    error = failure(answer)

    assert error.reason == reason
    assert error.weight in (0.25, 0.5, 1)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([Pause(5)], id="silence"),
        pytest.param([HEAD, Pause(5)], id="silence-within-the-head"),
        pytest.param([HEAD + b"\r\n<p>", Pause(5)], id="silence-within-the-body"),
        pytest.param([Dribble(HEAD * 9, 0.02)], id="dribbled-head"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", Dribble(b"X: y\r\n" * 50, 0.02)], id="dribbled-headers"),
        pytest.param([HEAD + b"\r\n", Dribble(b"x" * 200, 0.02)], id="dribbled-body"),
        pytest.param([CHUNKED, Dribble(b"1\r\nx\r\n" * 50, 0.02)], id="dribbled-chunks"),
        pytest.param([CHUNKED, b"1\r\nx\r\n0\r\n", Dribble(b"X: y\r\n" * 50, 0.02)], id="dribbled-end"),
    ],
)
def test_slow_answers_end_in_time(answer: Answer) -> None:
    error = failure(answer, **HASTY)

    assert error.reason == "timed_out"
    assert error.weight in (0.25, 0.5, 1)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([HEAD + b"Content-Length: -5\r\n\r\n" + STORY, Close], id="negative-length"),
        pytest.param([HEAD + b"Content-Length: many\r\n\r\n" + STORY, Close], id="length-no-number"),
        pytest.param([HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + STORY, Close], id="length-too-long"),
        pytest.param([HEAD + b"no colon here\r\n\r\n" + STORY, Close], id="header-without-colon"),
        pytest.param([HEAD + b"X\xff\x00Y: \xfe\x01\r\n: empty\r\n\r\n" + STORY, Close], id="header-of-junk"),
        pytest.param([HEAD + b"X-A: one\r\n\ttwo\r\n\r\n" + STORY, Close], id="folded-header"),
        pytest.param([b"HTTP/1.1 200\r\n\r\n" + STORY, Close], id="no-reason-phrase"),
        pytest.param([b"HTTP/1.1 200 OK\n\n" + STORY, Close], id="bare-newlines"),
        pytest.param([HEAD + b"Set-Cookie: \xff=;;;=; expires=never\r\n\r\n" + STORY, Close], id="cookie-of-junk"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + ok(STORY), id="continue-first"),
    ],
)
def test_small_faults_are_forgiven(answer: Answer) -> None:
    assert get(answer).body.endswith(STORY)


@pytest.mark.parametrize("declared", ["application/octet-stream", "image/jpeg", "application/pdf", "", "\x00"])
def test_a_page_with_a_wrong_type_is_a_page(declared: str) -> None:
    assert get(ok(STORY, f"Content-Type: {declared}")).body == STORY


def test_a_page_in_utf_16_is_text() -> None:
    body = STORY.decode().encode("utf-16")

    assert get(ok(body, "Content-Type: application/octet-stream")).body == body


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        pytest.param(403, ["Server: cloudflare"], b"<title>Just a moment...</title>", id="cloudflare"),
        pytest.param(503, [], b"<title>Just a moment...</title>", id="cloudflare-older"),
        pytest.param(403, ["CF-Mitigated: challenge"], b"", id="cloudflare-header"),
        pytest.param(200, [], b"<script>window._cf_chl_opt={}</script>", id="cloudflare-success"),
        pytest.param(403, ["X-DataDome: protected"], b"", id="datadome-header"),
        pytest.param(200, [], b'<script src="https://ct.captcha-delivery.com/c.js"></script>', id="datadome-success"),
        pytest.param(403, [], b"<script>window._pxAppId='PX1'</script>", id="perimeterx"),
        pytest.param(200, [], b'<div id="px-captcha"></div>', id="perimeterx-success"),
        pytest.param(403, [], b"<a href='https://errors.edgesuite.net/18.2'>", id="akamai"),
        pytest.param(200, [], b'<div id="sec-if-cpt-container">', id="akamai-success"),
        pytest.param(200, [], b"Request unsuccessful. Incapsula incident ID: 1-2", id="incapsula-success"),
        pytest.param(202, ["X-Amzn-Waf-Action: challenge"], b"", id="aws-waf-accepted"),
        pytest.param(405, ["X-Amzn-Waf-Action: captcha"], b"", id="aws-waf-captcha"),
        pytest.param(429, ["X-Kpsdk-Ct: 1"], b"", id="kasada"),
        pytest.param(429, ["X-Vercel-Mitigated: challenge"], b"", id="vercel"),
        pytest.param(200, [], b'<script id="anubis_challenge">', id="anubis"),
    ],
)
def test_bot_walls_are_named(status: int, headers: list[str], body: bytes) -> None:
    error = failure(ok(body, *headers, "Retry-After: 60", status=f"{status} No"))

    assert (error.reason, error.host_trouble, error.status) == ("blocked", True, status)
    assert "bot wall of" in str(error)


def test_a_story_about_bot_walls_is_a_story() -> None:
    body = STORY + b"<p>Just a moment... px-captcha, captcha-delivery.com, _Incapsula_Resource</p>"

    assert get(ok(body, "X-DataDome: protected", "CF-Ray: 1")).body == body


def test_the_body_of_an_error_is_cut_short() -> None:
    error = failure([b"HTTP/1.1 404 Not Found\r\n\r\n", STORY * 5000, Close])

    assert error.reason == "not_found"
    assert error.fetched
    assert len(error.fetched.body) <= 65_536


def test_a_stalled_body_of_an_error_does_not_hide_its_status() -> None:
    assert failure([b"HTTP/1.1 410 Gone\r\nContent-Length: 9\r\n\r\nx", Pause(5)], read_s=0.5).reason == "gone"


def test_a_bomb_behind_a_redirect_is_not_opened() -> None:
    bomb = gzip.compress(bytes(3_000_000))
    moved = ok(bomb, "Content-Encoding: gzip", "Location: /b", status="302 Found")

    assert get(moved, ok(STORY)).body == STORY


def test_all_requests_of_a_fetch_share_its_time() -> None:
    hop = [Pause(0.2), ok(b"", "Location: /next", status="302 Found")]
    answers = [[*hop[:1], hop[1].replace(b"next", b"%d" % n)] for n in range(9)]

    assert failure(*answers, max_hops=9, total_s=0.5).reason == "timed_out"


def test_the_wait_between_requests_does_not_count() -> None:
    pacer = brisk()
    pacer.delay_s = 0.3
    moved = [ok(b"", f"Location: /{n}", status="302 Found") for n in range(2)]
    with RawServer([*moved, ok(STORY)]) as server, fetcher() as one:
        assert one.get(server.url("/a"), pacer).body == STORY


@pytest.mark.parametrize("seed", range(60))
def test_no_bytes_raise_anything_else(seed: int) -> None:
    chance = random.Random(seed)
    answer = bytearray(chance.choice([ok(GZIPPED, "Content-Encoding: gzip"), CHUNKED + b"5\r\n<p>It\r\n0\r\n\r\n"]))
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(min(len(answer), 160))
        answer[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))

    with RawServer([[bytes(answer), Close]]) as server, fetcher() as one, suppress(FetchError):
        assert one.get(server.url(), brisk()).body
