"""Whatever stands in a URL, robots.txt, sources file, answer or command line is read, or refused with a reason."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from scrapers.canonical import canonical
from scrapers.urls import normalise
from tests.cli.conftest import Dateline
from tests.worker.fetching import AGENT, LIMITS, brisk, dialled
from worker import transport
from worker.address import is_public, literal
from worker.fetch import Fetcher
from worker.fetch_errors import FetchError
from worker.robots import Robots
from worker.sourcefile import SourceFileError, dump, parse

quick = examples(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

PIECES = st.sampled_from([
    "http", "https", "://", "/", "//", "\\", "@", ":", "[", "]", "%", "%00", "%2f", "%2e", "?", "#", "&", "=", ".",
    "..", "localhost", "127.0.0.1", "0x7f.1", "::1", "[::ffff:7f00:1]", "xn--", "\uff0e", "\u3002", "\ud800", "\x00",
    "\t", "\n", "\u00e9", "99999", "a.example", "user:pw@", "-1", "file:", "javascript:",
])  # fmt: skip
ADDRESSES = st.lists(PIECES | st.text(max_size=6), max_size=12).map("".join)


@quick
@given(ADDRESSES | ADDRESSES.map("http://{}".format))
@example("http://[::1")
@example("http://a.example:99999/\ud800")
@example("%2e/x")
@example("..\x08;")
@example("?a&\x08#x")
@example(".1\x00.4")
@example("https://www.paper.ex" + "q" * 60 + "a=ple/2")
@example(".\\\\x")
@example("/.. #x")
@example("//\u00e9\u3002")
def test_any_address_is_normal_or_none(text: str) -> None:
    url = normalise(text, "https://paper.example/a/b")

    assert url is None or (url.startswith(("http://", "https://")) and normalise(url) == url)
    assert canonical(text) is None or isinstance(canonical(text), str)
    found = literal(text)
    assert found is None or is_public(found) in (True, False)


LINES = st.lists(
    st.sampled_from(
        ["User-agent: *", "Disallow: /", "Allow: /a*$", "Crawl-delay: ", "Sitemap: http://[", "\ufeff", "\x00"]
    )
    | st.text(max_size=30)
    | st.from_regex(r"(?:Disallow|Allow|Crawl-delay|Sitemap|Request-rate|Visit-time): ?.{0,30}"),
    max_size=12,
).map("\n".join)


@quick
@given(LINES, ADDRESSES)
def test_any_robots_txt_allows_or_does_not(text: str, url: str) -> None:
    robots = Robots.parse(text, AGENT)

    assert robots.allowed(url) in (True, False)
    assert robots.crawl_delay is None or robots.crawl_delay >= 0


SCALARS = st.text(max_size=12).map(repr) | st.sampled_from(
    ["true", "false", "-1", "1.5", '"https://a.example/f"', '"en"']
)
VALUES = SCALARS | st.lists(SCALARS, max_size=3).map(lambda items: f"[{', '.join(items)}]")
KEYS = st.sampled_from(
    [
        "name",
        "homepage",
        "feeds",
        "sitemaps",
        "sections",
        "language",
        "country",
        "timezone",
        "selectors",
        "enabled",
        "nonsense",
    ]
)
TABLES = st.lists(
    st.tuples(st.from_regex(r"[a-z]{1,5}(?:\.[a-z]{1,4})?", fullmatch=True), st.dictionaries(KEYS, VALUES, max_size=5)),
    max_size=3,
).map(lambda tables: "\n".join(f"[{k}]\n" + "".join(f"{n} = {v}\n" for n, v in t.items()) for k, t in tables))


@quick
@given(TABLES | st.text(max_size=60))
@example('[a]\nfeeds = ["https://a.example/f"]\nname = "\\u009b"\n')
def test_any_sources_file_is_read_or_refused(text: str) -> None:
    with suppress(SourceFileError):
        specs = parse(text)
        assert parse(dump(specs)) == specs


HEADERS = st.sampled_from([
    b"Content-Type: text/html", b"Content-Length: 9", b"Content-Length: -1", b"Content-Length: 9, 9",
    b"Content-Encoding: gzip", b"Content-Encoding: \xff", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Location: /x", b"Location: \xff", b"Location: http://[", b"Retry-After: \xb2",
    b"Retry-After: 1e9", b"Set-Cookie: =", b"Connection: close", b": x", b" folded",
    b"ETag: \x00", b"Content-Type: text/html; charset=\xff",
])  # fmt: skip
STATUSES = st.sampled_from(
    [b"200 OK", b"206", b"301 M", b"304 N", b"404 N", b"429 T", b"503 U", b"999 ?", b"100 C", b"101 S", b"-1"]
)
BODIES = st.binary(max_size=40) | st.sampled_from(
    [b"5\r\n<p>Hi\r\n0\r\n\r\n", b"ffffffff\r\n", b"\x1f\x8b\x08\x00", b"<p>Hi</p>"]
)
ANSWERS = st.builds(
    lambda status, headers, body: b"\r\n".join([b"HTTP/1.1 " + status, *headers, b"", body]),
    STATUSES, st.lists(HEADERS | st.binary(max_size=12), max_size=6), BODIES,
)  # fmt: skip


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the other ends of the next connections say before they close: sockets, without a listener for each."""
    answers: list[bytes] = []

    monkeypatch.setattr(transport, "dial", lambda gate, *_: dialled(gate, answers.pop() if answers else b""))
    return answers


@quick
@given(st.lists(ANSWERS | st.binary(max_size=80), min_size=1, max_size=3))
def test_any_answer_is_a_page_or_an_error_with_a_reason(wire: list[bytes], answers: list[bytes]) -> None:
    wire[:] = answers
    with Fetcher(LIMITS, AGENT, allow_private_hosts=True) as client, suppress(FetchError):
        assert len(client.get("http://paper.example/", brisk()).body) <= LIMITS.max_bytes


WORDS = (
    st.text(max_size=20)
    | ADDRESSES
    | st.integers(-(2**70), 2**70).map(str)
    | st.sampled_from(["", "-", "--", "--json", "../x"])
)
COMMANDS = st.sampled_from([
    ["articles", "show"], ["articles", "search"], ["articles", "diff", "1"], ["articles", "list", "--since"],
    ["articles", "list", "--source"], ["articles", "list", "--limit"], ["articles", "export", "--columns"],
    ["articles", "export", "--after"], ["events", "tail", "--after"], ["events", "register"],
    ["events", "register", "x", "--after"],
    ["events", "forget"], ["explain"], ["sources", "show"], ["sources", "pause"], ["sources", "remove"],
    ["compare", "1"],
    ["archive", "export", "-o", "x.warc", "--until"], ["archive", "repoint", "/x"], ["archive", "move", "--limit"],
    ["extract", "x", "--url"], ["extract", "--batch"],
])  # fmt: skip


@examples(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(COMMANDS, st.lists(WORDS, min_size=1, max_size=2))
@example(["events", "tail", "--after"], [str(2**63)])
@example(["articles", "show"], ["\ud800"])
@example(["articles", "list", "--limit"], [str(2**63)])
def test_any_words_end_a_command_in_good_order(dateline: Dateline, command: list[str], words: list[str]) -> None:
    shown = dateline(*command, *words)

    assert shown.exit_code in (0, 1, 2)
    assert isinstance(shown.exception, None | SystemExit), (command, words, shown.exception)
