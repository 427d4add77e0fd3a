"""A fetch of every address of the newsstand's hostile host, through the newsstand as a proxy."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.fetching import AGENT, brisk
from worker.fetch import Fetcher, Limits
from worker.fetch_errors import FetchError

NEWSSTAND = Path(__file__).parents[3] / "shared" / "newsstand" / "newsstand.py"
LIMITS = Limits(connect_s=5, read_s=10, total_s=20, max_bytes=1_000_000)  # its bombs are made on demand, slowly
SHORT = Limits(connect_s=5, read_s=0.8, total_s=0.8)
pytestmark = pytest.mark.skipif(not NEWSSTAND.exists(), reason="the newsstand is not beside this repository")

EXPECTED = {  # path: the reason of the error; the others are pages
    "to-decimal-ip": "private_address",
    "to-file": "bad_redirect",
    "to-ipv6-loopback": "private_address",
    "to-loopback": "private_address",
    "to-metadata": "private_address",
    "to-private": "private_address",
    "loop": "too_many_redirects",
    "not-html": "not_text",
    "huge": "too_large",
    "empty": "empty",
    "attributes": "too_large",
    "deep": "too_large",
    "gzip-bomb": "too_large",
    "endless": "too_large",
    "drip": "timed_out",
    "many-headers": "bad_answer",
    "gone": "gone",
}


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(NEWSSTAND), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert "newsstand" in process.stdout.readline()  # it listens
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def test_every_hostile_address_ends_within_the_limits(proxy: str) -> None:
    reasons = {}
    with Fetcher(LIMITS, AGENT, proxy) as one, Fetcher(SHORT, AGENT, proxy) as hasty:
        paths = one.get("http://hostile.test/", brisk()).body.decode().split()
        for path in paths:
            try:
                fetched = (hasty if path == "/drip" else one).get(f"http://hostile.test{path}", brisk())
            except FetchError as error:
                reasons[path.strip("/")] = error.reason
            else:
                assert len(fetched.body) <= LIMITS.max_bytes

    assert len(paths) >= len(EXPECTED)
    assert reasons == EXPECTED
