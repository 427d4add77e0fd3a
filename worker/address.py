"""Which addresses may be connected to, and how a name becomes one of them within a time limit."""

from __future__ import annotations

import socket
import threading
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue

from worker.fetch_errors import DnsFailed, PrivateAddress

GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that IANA has given out for hosts (RFC 4291, 2.4)
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address that is meant
MAX_ADDRESSES = 4  # of one name; more attempts would not fit into the connect limit

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
Resolved = tuple[socket.AddressFamily, SocketAddress]


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    """Whether the address is one of a host on the public internet, also when it wraps an IPv4 address.

    Unwrapped are IPv4-mapped addresses (RFC 4291), 6to4 (RFC 3056) and NAT64 (RFC 6052).
    """
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not ip.is_reserved
    inner = ip.ipv4_mapped or ip.sixtofour or (IPv4Address(ip.packed[-4:]) if ip in NAT64 else None)
    if inner is not None:
        return is_public(inner)
    return ip in GLOBAL_UNICAST and ip.is_global


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a URL's host spells out, None if the host is a name.

    Knows what resolvers know: brackets, zones, and IPv4 with fewer parts, in octal or in hex (`0x7f.1`, `2130706433`).
    """
    bare = host.strip("[]").partition("%")[0].rstrip(".")
    try:
        return ip_address(bare)
    except ValueError:
        last = bare.rpartition(".")[2]
        if not (last.isdigit() or last.lower().startswith("0x")):
            return None
    try:
        return IPv4Address(socket.inet_aton(bare))
    except (OSError, ValueError):  # ValueError: a NUL in it, or what is no ASCII
        return None


def refuse_private(host: str) -> None:
    """Raise PrivateAddress if the host names this machine or is a literal address that is not public."""
    name = host.rstrip(".").lower()
    ip = literal(host)
    if name == "localhost" or name.endswith(".localhost") or (ip is not None and not is_public(ip)):
        raise PrivateAddress(f"{host} is not a public address")


def resolve(host: str, port: int, timeout_s: float) -> list[Resolved]:
    """The host's addresses in the system's order of preference, at most four. Raises DnsFailed.

    The look-up runs in a thread of its own, because getaddrinfo knows no time limit.
    """
    answers: SimpleQueue[list[Resolved] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(family, address) for family, _, _, _, address in found])  # type: ignore[misc]
        except (OSError, UnicodeError) as error:  # UnicodeError: a label too long for IDNA
            answers.put(error)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=max(timeout_s, 0))
    except Empty:
        raise DnsFailed(f"no answer for {host} within {timeout_s:.1f} s") from None
    if isinstance(answer, Exception):
        raise DnsFailed(f"{host}: {answer}") from answer
    return answer[:MAX_ADDRESSES]


def refuse_private_answers(host: str, resolved: list[Resolved]) -> None:
    """Raise PrivateAddress if any of the addresses is not public: a name that has both kinds is not to be trusted."""
    for _, address in resolved:
        if not is_public(ip_address(address[0].partition("%")[0])):
            raise PrivateAddress(f"{host} resolves to {address[0]}, which is not a public address")
