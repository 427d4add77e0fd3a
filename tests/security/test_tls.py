"""Postgres and Redis with password and TLS, from settings: certificates are checked, and all works through them."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
import trustme
from kombu import Connection as Broker
from kombu.exceptions import OperationalError

from tests.security.terminator import Terminator
from tests.site.press import Press
from tests.test_service import DATELINE, count, environment, running, service
from tests.waiting import until
from worker import messages, stream
from worker.db import Connection, Pool
from worker.local import Access

__all__ = ["environment"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    """The file that an operator names: the authority whose certificates are to be believed."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    return tmp_path / "authority.pem"


def context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for these names."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(made)
    return made


@pytest.fixture
def secure_redis(authority: trustme.CA, embedded: Access) -> Iterator[Terminator]:
    with Terminator(context(authority, "localhost"), embedded.redis_port) as terminator:
        yield terminator


@pytest.fixture
def secure_postgres(authority: trustme.CA, embedded: Access) -> Iterator[Terminator]:
    with Terminator(context(authority, "localhost"), embedded.postgres_port, speaks_postgres=True) as terminator:
        yield terminator


def redis_url(embedded: Access, port: int, query: str, host: str = "localhost") -> str:
    return f"rediss://:{embedded.password}@{host}:{port}/0{query}"


def postgres_url(as_worker: str, port: int, query: str, host: str = "localhost") -> str:
    parts = urlsplit(as_worker)
    return parts._replace(netloc=f"{parts.username}:{parts.password}@{host}:{port}", query=query).geturl()


def test_the_whole_service_speaks_tls_to_both(
    environment: dict[str, str],
    embedded: Access,
    as_worker: str,
    bundle: Path,
    secure_redis: Terminator,
    secure_postgres: Terminator,
    press: Press,
    conn: Connection,
    tmp_path: Path,
) -> None:
    story = press.gazette.publish()
    secure = {
        **environment,
        "DATELINE_DATABASE_URL": postgres_url(
            as_worker, secure_postgres.port, f"sslmode=verify-full&sslrootcert={bundle}"
        ),
        "DATELINE_REDIS_URL": redis_url(embedded, secure_redis.port, f"?ssl_ca_certs={bundle}"),
    }
    with service(secure, tmp_path):
        until("the story is stored", lambda: count(conn, "select count(*) from article where url = %s", story.url) == 1)
        newest = "select max(id) from event"
        client = redis.Redis.from_url(embedded.redis_url)
        until("its event is in the stream", lambda: stream.newest(client) == count(conn, newest))

    assert secure_redis.connections >= 2
    assert secure_postgres.connections >= 2
    secrets = {embedded.password, embedded.worker_password}
    for log in tmp_path.glob("*.log"):
        assert not [secret for secret in secrets if secret in log.read_text()]


def test_a_worker_does_not_speak_to_a_redis_that_is_not_who_it_says(
    environment: dict[str, str], embedded: Access, secure_redis: Terminator, tmp_path: Path
) -> None:
    log, url = tmp_path / "worker.log", redis_url(embedded, secure_redis.port, "")
    with running([DATELINE, "worker"], {**environment, "DATELINE_REDIS_URL": url, "DATELINE_PROCESSES": "1"}, log):
        until("the certificate is refused", lambda: "CERTIFICATE_VERIFY_FAILED" in log.read_text())

    assert secure_redis.connections == 0
    assert embedded.password not in log.read_text()


def test_a_certificate_for_another_name_is_refused(embedded: Access, bundle: Path, secure_redis: Terminator) -> None:
    for host, kind in (("localhost", None), ("127.0.0.1", OperationalError)):
        url = redis_url(embedded, secure_redis.port, f"?ssl_ca_certs={bundle}", host)
        with (
            Broker(url, transport="worker.messages:Transport", ssl=messages.tls_options(url)) as broker,
            pytest.raises(kind, match="CERTIFICATE_VERIFY_FAILED") if kind else nullcontext(),
        ):
            broker.ensure_connection(max_retries=1)


def test_the_stream_is_not_written_to_such_a_redis_either(
    embedded: Access, secure_redis: Terminator, pool: Pool
) -> None:
    with pytest.raises(redis.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        stream.relay(pool, redis_url(embedded, secure_redis.port, ""), 10)


@pytest.mark.parametrize(
    ("query", "host"),
    [
        pytest.param("sslmode=verify-full&sslrootcert=system", "localhost", id="an-authority-nobody-knows"),
        pytest.param("sslmode=verify-full&sslrootcert={bundle}", "127.0.0.1", id="a-certificate-for-another-name"),
    ],
)
def test_a_postgres_that_is_not_who_it_says_is_refused(
    environment: dict[str, str], as_worker: str, bundle: Path, secure_postgres: Terminator, query: str, host: str
) -> None:
    url = postgres_url(as_worker, secure_postgres.port, query.format(bundle=bundle), host)
    done = subprocess.run(
        [DATELINE, "status"],
        env={**environment, "DATELINE_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "certificate" in done.stderr
    assert urlsplit(as_worker).password not in done.stderr
    assert "Traceback" not in done.stderr
