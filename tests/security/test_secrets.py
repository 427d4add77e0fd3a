"""Passwords of the operator do not show: not in errors, logs, tracebacks or `repr`, nor in what is kept of a fetch."""

from __future__ import annotations

import os
import subprocess
import traceback
from pathlib import Path

import pytest

from tests.test_service import DATELINE
from tests.waiting import WITHIN_S
from tests.worker.fetching import brisk, fetcher
from tests.worker.rawserver import RawServer
from worker.fetch_errors import FetchError
from worker.local import Access
from worker.settings import Settings, SettingsError, settings

HALVES = ("qx7", "zk9")  # of the password, between which stands what should have been encoded
NOWHERE = "127.0.0.1:1"


def hidden(said: str) -> None:
    assert [half for half in HALVES if half in said] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://u:qx7/zk9@127.0.0.1/x"), ("DATABASE_URL", "postgresql://u:qx7%zk9@127.0.0.1/x"),
        ("DATABASE_URL", "postgresql://u:qx7@zk9@127.0.0.1/x"), ("DATABASE_URL", "postgres//u:qx7zk9@127.0.0.1/x"),
        ("DATABASE_URL", "host=127.0.0.1 password=qx7 zk9"), ("DATABASE_URL", "mysql://u:qx7zk9@127.0.0.1/x"),
        ("DATABASE_URL", "postgresql://u:x@127.0.0.1/x?qx7=zk9"), ("OWNER_URL", "postgresql://u:qx7/zk9@127.0.0.1/x"),
        ("REDIS_URL", "redis://:qx7#zk9@127.0.0.1/0"), ("REDIS_URL", "redis://:qx7/zk9@127.0.0.1/0"),
        ("REDIS_URL", "redis://:qx7?zk9@127.0.0.1/0"), ("REDIS_URL", "redis://:qx7@zk9@127.0.0.1/0"),
        ("REDIS_URL", "redis://:qx7%zk9@127.0.0.1/0"), ("REDIS_URL", "redis://:qx7zk9@127.0.0.1:99999/0"),
        ("REDIS_URL", "redis:qx7zk9"), ("REDIS_URL", "http://:qx7zk9@127.0.0.1"), ("REDIS_URL", "redis://:qx7 zk9@x"),
        ("REDIS_URL", "rediss://:qx7zk9@127.0.0.1/0?ssl_cert_reqs=zk9"),
        ("HTTP_PROXY", "http://u:qx7#zk9@127.0.0.1:1"), ("HTTP_PROXY", "http://u:qx7/zk9@127.0.0.1:1"),
        ("HTTP_PROXY", "u:qx7@zk9@127.0.0.1:1"), ("HTTP_PROXY", "socks5://u:qx7zk9@127.0.0.1:1"),
        ("HTTP_PROXY", "http://u:qx7zk9@127.0.0.1:zk9"), ("HTTP_PROXY", "https://u:qx7zk9@127.0.0.1:1"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_taken_apart_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, alone: Path, name: str, value: str
) -> None:
    monkeypatch.setenv(f"DATELINE_{name}", value)
    with pytest.raises(SettingsError, match=f"^DATELINE_{name}: is no .* percent-encoded") as caught:
        settings()

    hidden("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://u:p%40ss@db.example:5432/x?sslmode=verify-full"), ("DATABASE_URL", "postgresql:///x"),
        ("DATABASE_URL", "postgresql://u@a.example:5432,b.example:5433/x?target_session_attrs=primary"),
        ("DATABASE_URL", "host=/run/postgresql dbname=x"), ("DATABASE_URL", "postgresql://[::1]:5432/x"),
        ("REDIS_URL", "redis://:p%40ss@cache.example:6379/0"), ("REDIS_URL", "redis://cache.example"),
        ("REDIS_URL", "rediss://u:p@[::1]:6380/1?ssl_ca_certs=/etc/ca.pem&ssl_cert_reqs=required"),
        ("HTTP_PROXY", "http://u:p%40ss@proxy.example:3128"), ("HTTP_PROXY", "proxy.example:3128"),
    ],
)  # fmt: skip
def test_proper_addresses_are_taken(monkeypatch: pytest.MonkeyPatch, alone: Path, name: str, value: str) -> None:
    monkeypatch.setenv(f"DATELINE_{name}", value)
    assert getattr(settings(), name.lower()) == value


def test_no_record_shows_a_password() -> None:
    config = Settings(
        database_url="postgresql://u:qx7zk9@x/x", owner_url="postgresql://o:qx7zk9@x/x", redis_url="redis://:qx7zk9@x",
        http_proxy="http://u:qx7zk9@x:1",
    )  # fmt: skip
    for shown in (repr(config), str(config), repr(Access(1, 2, "qx7zk9", "qx7zk9"))):
        hidden(shown)


@pytest.mark.parametrize(
    ("command", "level"), [(["status"], "DEBUG"), (["worker"], "DEBUG"), (["db", "init"], "INFO"), (["up"], "DEBUG")]
)
def test_a_server_that_refuses_the_password_is_named_without_it(
    alone: Path, embedded: Access, command: list[str], level: str
) -> None:
    database = f"postgresql://dateline:qx7zk9@127.0.0.1:{embedded.postgres_port}/dateline"
    done = subprocess.run(
        [DATELINE, *command],
        env={**os.environ, "DATELINE_DATABASE_URL": database, "DATELINE_REDIS_URL": f"redis://:qx7zk9@{NOWHERE}/0",
             "DATELINE_HTTP_PROXY": f"http://u:qx7zk9@{NOWHERE}", "DATELINE_LOG_LEVEL": level},
        capture_output=True, text=True, timeout=WITHIN_S,
    )  # fmt: skip

    assert done.returncode == 1
    assert "password authentication failed" in done.stderr
    hidden(done.stdout + done.stderr)


@pytest.mark.parametrize("url", ["http://paper.example/", "https://paper.example/"])
@pytest.mark.parametrize("answer", [b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", b"nonsense\r\n\r\n"])
def test_what_is_kept_of_a_fetch_through_a_proxy_has_no_password(url: str, answer: bytes) -> None:
    with RawServer([answer]) as server:
        proxy = f"http://ann:qx7zk9@127.0.0.1:{server.port}"
        with fetcher(proxy=proxy) as one, pytest.raises(FetchError) as caught:
            one.get(url, brisk())

    hidden("".join(traceback.format_exception(caught.value)))
    with fetcher(proxy=f"http://ann:qx7zk9@{NOWHERE}") as one, pytest.raises(FetchError) as caught:
        one.get(url, brisk())
    hidden("".join(traceback.format_exception(caught.value)))


def test_a_proxy_s_password_goes_to_the_proxy_and_not_to_the_site() -> None:
    with RawServer([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<p>Hi</p>"]) as server:
        with fetcher(proxy=f"http://ann:qx7zk9@127.0.0.1:{server.port}") as one:
            one.get("http://paper.example/", brisk())
        with fetcher() as one:
            one.get(server.url(), brisk())

    assert [b"Proxy-Authorization" in request for request in server.requests] == [True, False]
