"""Where a fetch connects to: addresses that are checked, proxies, TLS."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.worker.fetching import HASTY, STORY, brisk, fetcher
from tests.worker.rawserver import Answer, Dribble, Pause, RawServer, Reset, ok
from worker import fetch_errors, transport
from worker.address import is_public, literal
from worker.fetch_errors import FetchError

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # for `localhost`, signed by itself, valid for a hundred years
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True), ("64:ff9b::8.8.8.8", True),
        ("127.0.0.1", False), ("0.0.0.0", False), ("10.0.0.1", False), ("100.64.0.1", False),  # noqa: S104
        ("169.254.169.254", False), ("172.16.0.1", False), ("192.168.1.1", False), ("198.18.0.1", False),
        ("203.0.113.7", False), ("224.0.1.1", False), ("240.0.0.1", False), ("255.255.255.255", False),
        ("::", False), ("::1", False), ("::127.0.0.1", False), ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False),
        ("64:ff9b::127.0.0.1", False), ("64:ff9b::a00:1", False), ("64:ff9b:1::1", False), ("2002:7f00:1::1", False),
        ("2002:a00:1::1", False), ("2001:0:1::1", False), ("2001:db8::1", False), ("fc00::1", False),
        ("fe80::1", False), ("fec0::1", False), ("ff02::1", False), ("5f00::1", False), ("100::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    ip = literal(address)

    assert ip is not None
    assert is_public(ip) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://0x7f.1/", "http://127.0.0.1./", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/",
        "http://localhost/", "http://LOCALHOST./", "http://db.localhost/", "http://10.0.0.1:8080/",
        "http://169.254.169.254/latest/meta-data/", "http://0/", "http://paper.example@127.0.0.1/",
        "http://paper.example\\@127.0.0.1/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("by", ["itself", "proxy", "redirect"])
def test_private_addresses_are_refused(url: str, by: str) -> None:
    moved = ok(b"", status="302 Found").replace(b"\r\n\r\n", f"\r\nLocation: {url}\r\n\r\n".encode())
    with RawServer([moved]) as server:
        proxy = None if by == "itself" else f"http://127.0.0.1:{server.port}"
        with fetcher(allow_private_hosts=False, proxy=proxy) as one, pytest.raises(FetchError) as caught:
            one.get("http://paper.example/" if by == "redirect" else url, brisk())

    assert caught.value.reason == "private_address"
    assert len(server.requests) == (by == "redirect")


Look = dict[str, list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Look:
    """The resolver: a name's addresses, to be filled in; a name without any does not exist."""
    known: Look = {}
    ask = socket.getaddrinfo

    def look_up(host: str, port: int, *args: object, **options: object) -> list[object]:
        addresses = known.get(host, [host] if host[0].isdigit() else [])
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [found for address in addresses for found in ask(address, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["192.168.0.1", "8.8.8.8"], ["8.8.8.8", "::1"]])
def test_a_name_with_a_private_address_is_refused(names: Look, addresses: list[str]) -> None:
    names["paper.example"] = addresses
    with (
        RawServer([ok(STORY)]) as server,
        fetcher(allow_private_hosts=False) as one,
        pytest.raises(fetch_errors.PrivateAddress),
    ):
        one.get(server.url(host="paper.example"), brisk())

    assert server.connections == 0


def test_a_name_is_asked_for_once_and_its_address_is_the_one_connected_to(names: Look) -> None:
    names["paper.example"] = ["127.0.0.1"]
    with RawServer([ok(STORY)]) as server, fetcher() as one:
        one.get(server.url("/1", host="paper.example"), brisk())
        names.clear()
        one.get(server.url("/2", host="paper.example"), brisk())

    assert b"\r\nHost: paper.example:" in server.requests[1]


def test_a_name_without_an_address_is_a_dns_failure(names: Look) -> None:
    with fetcher() as one, pytest.raises(fetch_errors.DnsFailed) as caught:
        one.get("http://gone.example/", brisk())

    assert (caught.value.weight, caught.value.host_trouble) == (0.25, True)


def test_a_silent_resolver_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: is_over.wait(5) and [])
    with fetcher(connect_s=0.1) as one, pytest.raises(fetch_errors.DnsFailed):
        one.get("http://slow.example/", brisk())
    is_over.set()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux listens on all of 127.0.0.0/8")
def test_the_next_address_is_tried(names: Look) -> None:
    names["paper.example"] = ["127.0.0.9", "127.0.0.1"]
    with RawServer([ok(STORY)]) as server, fetcher() as one:
        assert one.get(server.url(host="paper.example"), brisk()).body == STORY


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue is full: connections to it are neither taken nor refused."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        yield port
        for one in waiting:
            one.close()


def test_a_closed_port_is_a_connect_failure(closed_port: int) -> None:
    with fetcher() as one, pytest.raises(fetch_errors.ConnectFailed) as caught:
        one.get(f"http://127.0.0.1:{closed_port}/", brisk())

    assert caught.value.host_trouble


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses")
def test_a_connection_that_is_not_taken_is_a_connect_timeout(full_port: int) -> None:
    with fetcher(connect_s=0.1) as one, pytest.raises(fetch_errors.ConnectTimedOut) as caught:
        one.get(f"http://127.0.0.1:{full_port}/", brisk())

    assert caught.value.host_trouble


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_down_is_not_the_page_s_fault(closed_port: int, scheme: str) -> None:
    with fetcher(proxy=f"http://127.0.0.1:{closed_port}") as one, pytest.raises(fetch_errors.ProxyFailed):
        one.get(f"{scheme}://paper.example/", brisk())


@pytest.mark.parametrize("answer", [b"HTTP/1.1 403 No\r\n\r\n", b"junk\r\n\r\n", [Reset], [Dribble(b"H" * 99, 0.02)]])
def test_a_proxy_that_makes_no_tunnel_is_not_the_page_s_fault(answer: Answer) -> None:
    with (
        RawServer([answer]) as server,
        fetcher(proxy=f"127.0.0.1:{server.port}", **HASTY) as one,
        pytest.raises(fetch_errors.Unreachable),
    ):
        one.get("https://paper.example/", brisk())


@pytest.mark.parametrize(
    "url",
    [
        "", "nonsense", "ftp://paper.example/", "file:///etc/passwd", "http://", "http:///path", "http://[::1",
        "http://paper.example:99999/", "http://paper.example:x/", f"http://{'a' * 64}.example/", "http://.example/",
        "http://a..example/", "http://\uff11\uff12\uff17.0.0.1/", "http://127\u30020\u30020\u30021/",
        "//paper.example/", "http://paper .example/", "javascript:alert(1)", "http://\ud800/",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("names")
def test_what_is_no_address_is_not_asked_for(url: str) -> None:
    pacer = brisk()
    with fetcher() as one, pytest.raises(FetchError) as caught:
        one.get(url, pacer)

    assert caught.value.reason in ("bad_url", "dns")


def test_line_breaks_in_an_address_do_not_reach_the_server() -> None:
    with RawServer([ok(STORY)]) as server, fetcher() as one:
        one.get(server.url("/a\r\nX-Injected: 1"), brisk())

    assert b"\r\nX-Injected" not in server.requests[0]


# TLS


@pytest.fixture
def tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The test's certificate is among those that the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    transport.tls_context.cache_clear()
    yield
    transport.tls_context.cache_clear()


@pytest.mark.usefixtures("trusted")
def test_tls_with_a_trusted_certificate(tls: ssl.SSLContext) -> None:
    with RawServer([ok(STORY)], tls) as server, fetcher() as one:
        for path in ("/1", "/2"):
            assert one.get(server.url(path, host="localhost"), brisk()).body == STORY

    assert server.connections == 1


@pytest.mark.usefixtures("trusted")
def test_tls_with_a_certificate_for_another_name(tls: ssl.SSLContext) -> None:
    with RawServer([ok(STORY)], tls) as server, fetcher() as one, pytest.raises(fetch_errors.TlsFailed):
        one.get(server.url(host="127.0.0.1"), brisk())


def test_tls_with_a_certificate_that_nobody_knows(tls: ssl.SSLContext) -> None:
    with RawServer([ok(STORY)], tls) as server, fetcher() as one, pytest.raises(fetch_errors.TlsFailed) as caught:
        one.get(server.url(host="localhost"), brisk())

    assert caught.value.host_trouble


def test_a_server_that_speaks_no_tls() -> None:
    with RawServer([ok(STORY)]) as server, fetcher() as one, pytest.raises(fetch_errors.Unreachable):
        one.get(server.url().replace("http:", "https:"), brisk())


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("answer", [[Pause(5)], [Dribble(HEAD * 9, 0.02)], [HEAD + b"\r\n", Dribble(b"x" * 300, 0.02)]])
def test_limits_hold_under_tls(tls: ssl.SSLContext, answer: Answer) -> None:
    with RawServer([answer], tls) as server, fetcher(total_s=2) as one, pytest.raises(fetch_errors.TimedOut):
        one.get(server.url(host="localhost"), brisk())


def test_a_handshake_that_never_comes_is_a_connect_timeout() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        fetcher(connect_s=0.1) as one,
        pytest.raises(fetch_errors.ConnectTimedOut),
    ):
        one.get(f"https://127.0.0.1:{silent.getsockname()[1]}/", brisk())


@pytest.mark.usefixtures("trusted")
def test_many_fetchers_work_at_once(tls: ssl.SSLContext) -> None:
    def fetch_twice(number: int) -> list[bytes]:
        with fetcher() as one:
            return [one.get(server.url(f"/{number}", host="localhost"), brisk()).body for _ in range(2)]

    with RawServer([ok(STORY)], tls) as server, ThreadPoolExecutor(8) as threads:
        assert list(threads.map(fetch_twice, range(16))) == [[STORY, STORY]] * 16

    assert server.connections == 16
