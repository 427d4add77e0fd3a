"""The wires of a fetch: sockets that keep its limits, connections to checked addresses only, requests on top."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import exceptions as urllib3_errors
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from worker import address
from worker import fetch_errors as errors

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_ROOM = 1_000_000  # bytes of headers, chunk sizes and trailers that an answer may have on top of its body
SHORTEST_WAIT = 0.001  # seconds; a timeout of zero would mean a socket that does not wait at all


class Gate:
    """What the fetch under way may still take, in seconds and bytes; its sockets ask at each read."""

    def __init__(self, connect_s: float, read_s: float, max_bytes: int, allow_private_hosts: bool) -> None:
        self.connect_s = connect_s
        self.read_s = read_s
        self.max_bytes = max_bytes
        self.allow_private_hosts = allow_private_hosts
        self.phase: Literal["kept", "connecting", "connected"] = "kept"  # of the connection of the latest request
        self._ends_at = 0.0
        self._bytes_left = 0

    def start(self, total_s: float) -> None:
        """A fetch begins and has so many seconds, over all its requests."""
        self._ends_at = time.monotonic() + total_s

    def start_request(self) -> None:
        """A request begins; unless `phase` changes, it travels on a connection kept from the one before."""
        self._bytes_left = self.max_bytes + HEAD_ROOM
        self.phase = "kept"

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The time spent in this block does not count: we wait, not the server."""
        began_at = time.monotonic()
        try:
            yield
        finally:
            self._ends_at += time.monotonic() - began_at

    @contextmanager
    def hurried(self, most_s: float) -> Iterator[None]:
        """At most so many seconds for this block, for something that is not worth more."""
        ends_at = self._ends_at
        self._ends_at = min(ends_at, time.monotonic() + most_s)
        try:
            yield
        finally:
            self._ends_at = ends_at

    def wait_s(self, most_s: float) -> float:
        """How long to wait for the next bytes, at most `most_s`. Raises TimedOut once the time is used up."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise errors.TimedOut("no complete answer within the time limit")
        return max(min(most_s, left), SHORTEST_WAIT)

    def take(self, size: int) -> None:
        """So many bytes were read. Raises TooLarge once they are more than body and headers may have."""
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise errors.TooLarge(f"the answer has more than {self.max_bytes + HEAD_ROOM} bytes")


class GatedSocket(socket.socket):
    """A socket that waits no longer, and reads no more, than its gate allows."""

    gate: Gate

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """Read into the buffer. Raises TimedOut, TooLarge."""
        self.settimeout(self.gate.wait_s(self.gate.read_s))
        size = super().recv_into(buffer, nbytes, flags)
        self.gate.take(size)
        return size


class GatedTlsSocket(ssl.SSLSocket):
    """The same under TLS. Its handshake is bounded as a whole by the timeout that the socket below had."""

    gate: Gate

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Read into the buffer. Raises TimedOut, TooLarge."""
        self.settimeout(self.gate.wait_s(self.gate.read_s))
        size = super().recv_into(buffer, nbytes, flags)
        self.gate.take(size)
        return size


def dial(gate: Gate, host: str, port: int) -> GatedSocket:
    """Connect to one of the host's addresses, all of which must be public unless the gate allows private ones.

    Raises DnsFailed, PrivateAddress, ConnectFailed, ConnectTimedOut.
    """
    ends_at = time.monotonic() + gate.wait_s(gate.connect_s)
    resolved = address.resolve(host, port, ends_at - time.monotonic())
    if not gate.allow_private_hosts:
        address.refuse_private_answers(host, resolved)
    problem: OSError | None = None
    for tried, (family, target) in enumerate(resolved):
        share_s = (ends_at - time.monotonic()) / (len(resolved) - tried)
        sock = GatedSocket(family, socket.SOCK_STREAM)
        sock.gate = gate
        try:
            sock.settimeout(max(share_s, SHORTEST_WAIT))
            sock.connect(target)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            problem = error
        else:
            sock.settimeout(max(ends_at - time.monotonic(), SHORTEST_WAIT))  # what is left is for the TLS handshake
            return sock
    if isinstance(problem, TimeoutError):
        raise errors.ConnectTimedOut(f"no connection to {host} within {gate.connect_s:g} s")
    raise errors.ConnectFailed(f"no connection to {host}: {problem or 'it has no address'}")


class GatedConnection(HTTPConnection):
    """A connection whose socket comes from `dial`."""

    def __init__(self, *args: Any, gate: Gate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gate = gate

    def _new_conn(self) -> socket.socket:
        if self.proxy is None:
            return dial(self.gate, self._dns_host, self.port)
        try:
            return dial(_trusting(self.gate), self._dns_host, self.port)
        except errors.Unreachable as error:
            raise errors.ProxyFailed(f"the proxy: {error}") from error

    def connect(self) -> None:
        """Connect, through the proxy and with TLS as need be, and put the socket under the gate."""
        self.gate.phase = "connecting"
        super().connect()
        self.gate.phase = "connected"
        if isinstance(self.sock, GatedSocket | GatedTlsSocket):
            self.sock.gate = self.gate

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as in urllib3's own
        """Read the head of the answer."""
        sock = self.sock
        try:
            return super().getresponse()
        except urllib3_errors.HTTPError:  # contradictory lengths: urllib3 forgets the answer, which holds the socket
            if sock is not None and (number := sock.detach()) >= 0:
                socket.close(number)
            raise


class GatedTlsConnection(GatedConnection, HTTPSConnection):
    """The same for https."""


class GatedPool(HTTPConnectionPool):
    """Connections to one http host."""

    ConnectionCls = GatedConnection


class GatedTlsPool(HTTPSConnectionPool):
    """Connections to one https host."""

    ConnectionCls = GatedTlsConnection


def _trusting(gate: Gate) -> Gate:
    """The gate for the way to the operator's own proxy, which may well be on this machine."""
    trusting = Gate(gate.connect_s, gate.read_s, gate.max_bytes, allow_private_hosts=True)
    trusting.start_request()
    trusting.start(gate.wait_s(gate.connect_s))
    return trusting


@cache
def tls_context() -> ssl.SSLContext:
    """The TLS settings of every connection: reading the certificates takes longer than a fetch, so they are shared."""
    context = create_urllib3_context()
    context.load_default_certs()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = GatedTlsSocket
    return context


class Adapter(HTTPAdapter):
    """Makes requests use gated connections and the shared TLS context; keeps connections, and no cookies.

    It is used without a session: a fetch needs nothing of it, and it takes as long as all the rest of a request.
    """

    def __init__(self, gate: Gate, proxy: str | None) -> None:
        if proxy and "://" in proxy and not proxy.lower().startswith("http://"):
            raise ValueError("the proxy must be spoken to in plain HTTP: http://host:port")
        self._proxies = {"http": proxy, "https": proxy} if proxy else None
        self._pools = {"http": partial(GatedPool, gate=gate), "https": partial(GatedTlsPool, gate=gate)}
        super().__init__(pool_connections=4, pool_maxsize=1)

    def ask(self, request: requests.PreparedRequest, timeout: tuple[float, float]) -> requests.Response:
        """Send a request and read the head of the answer. `timeout`: seconds to connect, and between two bytes."""
        return self.send(request, stream=True, timeout=timeout, proxies=self._proxies)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Called by requests: the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs, ssl_context=tls_context())
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Called by requests: the pools of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs, ssl_context=tls_context())
        manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Called by requests, to name a file of certificates that would be read anew for each connection."""
        conn.cert_reqs = "CERT_REQUIRED"

    def close(self) -> None:
        """Close every connection now: urllib3 waits until nobody knows of the pool, a traceback for one."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118  # it is no dict, and cannot be iterated
                manager.pools[key].close()
        super().close()


def prepared(url: str, headers: dict[str, str]) -> requests.PreparedRequest:
    """A GET with exactly these headers. Raises ValueError for what is no address."""
    request = requests.PreparedRequest()
    request.prepare_method("GET")
    request.prepare_url(url, None)
    request.prepare_headers(headers)  # no Connection: keep-alive, at which some hosts behind Akamai stall
    return request


@contextmanager
def translated(gate: Gate) -> Iterator[None]:
    """Turn whatever the libraries below raise into a FetchError; what requests raises are OSErrors."""
    try:
        yield
    except errors.FetchError:
        raise
    except (urllib3_errors.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        raise _ours(error, gate) from error


def _ours(error: Exception, gate: Gate) -> errors.FetchError:
    causes = list(_causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    return _kind(has, gate)(f"{type(causes[-1]).__name__}: {causes[-1]}"[:500])


def _kind(has: Any, gate: Gate) -> type[errors.FetchError]:
    """The class of error for a chain of causes, the most telling cause first."""
    is_timeout = has(TimeoutError, urllib3_errors.TimeoutError)
    if has(*_URL_ERRORS):
        return errors.BadUrl
    if gate.phase == "connecting" and has(requests.exceptions.ProxyError, urllib3_errors.ProxyError):
        return errors.ProxyFailed  # later, urllib3 calls every broken connection of a plain proxy the proxy's fault
    if gate.phase == "connecting" and is_timeout:
        return errors.ConnectTimedOut
    if gate.phase == "connecting":
        return errors.TlsFailed if has(ssl.SSLError, ssl.CertificateError) else errors.ConnectFailed
    if is_timeout:
        return errors.TimedOut
    if has(ConnectionError, ssl.SSLError):
        return errors.ConnectionLost
    if has(urllib3_errors.InvalidChunkLength):
        return errors.BadAnswer
    if has(http.client.IncompleteRead):
        return errors.Truncated
    if has(http.client.HTTPException):
        return errors.BadAnswer
    if has(urllib3_errors.ProtocolError):
        return errors.Truncated  # what urllib3 raises without a cause: the chunks end early
    return errors.BadAnswer if has(ValueError) else errors.ConnectionLost


_URL_ERRORS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    urllib3_errors.LocationValueError,
    http.client.InvalidURL,
    UnicodeError,
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it was made from: libraries hide causes in arguments and in `reason`."""
    seen: set[int] = set()
    queue: list[object] = [error]
    while queue:
        cause = queue.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            queue += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
