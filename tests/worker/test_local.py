"""The embedded servers: one owner of a data folder, private addresses that stay, leftovers ended, clear refusals."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.waiting import WITHIN_S, until
from worker import db, local, processes
from worker.local import LocalError
from worker.settings import Settings, SettingsError

OWNER = """
import sys, time
from pathlib import Path
from worker import local, processes
from worker.settings import Settings
with local.servers(Settings(data_dir=Path(sys.argv[1]), processes=1), wants_broker=sys.argv[2] == "broker"):
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data folder that the account of Postgres can reach, with a cluster in it."""
    folder = Path(tempfile.mkdtemp(prefix="dateline-local-"))
    folder.chmod(0o755)
    yield folder
    pid_file = folder / "postgres" / "postmaster.pid"  # a server whose parent was killed ends by itself
    until("no server is left", lambda: not pid_file.exists())
    shutil.rmtree(folder)


@pytest.fixture
def config(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(f"DATELINE_{name}", raising=False)
    return Settings(data_dir=home, processes=1, concurrency=4)


def access(home: Path) -> dict[str, object]:
    return json.loads((home / "access.json").read_text())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_servers_run_while_they_are_wanted_and_their_addresses_are_private(config: Settings) -> None:
    with local.servers(config):
        assert local.is_running(config)
        assert mode(config.servers_file) == 0o600
        assert mode(config.data_dir / "access.json") == 0o600
        with db.connect(config.database()) as conn:
            assert conn.execute("select current_database() as name").fetchone() == {"name": "dateline"}
            assert conn.execute("show listen_addresses").fetchone() == {"listen_addresses": "127.0.0.1"}
        address = psycopg.conninfo.conninfo_to_dict(config.database())
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(config.database().replace(str(address["password"]), "wrong"))
        assert config.broker().startswith("redis://:")
        with socket.create_connection(("127.0.0.1", access(config.data_dir)["redis_port"])) as client:
            client.sendall(b"PING\r\n")
            assert client.recv(99).startswith(b"-NOAUTH")

    assert not local.is_running(config)
    assert not config.servers_file.exists()
    assert not (config.data_dir / "postgres" / "postmaster.pid").exists()
    with pytest.raises(SettingsError, match="dateline up"):
        config.database()


def test_data_ports_and_password_survive_a_restart(config: Settings) -> None:
    with local.servers(config, wants_broker=False):
        with db.connect(config.owner()) as conn:
            conn.execute("create table if not exists kept (text text)")
            conn.execute("insert into kept values ('here')")
        before, url = access(config.data_dir), config.database()
        with pytest.raises(SettingsError):
            config.broker()

    with local.servers(config, wants_broker=False):
        assert access(config.data_dir) == before
        assert config.database() == url
        with db.connect(config.owner()) as conn:
            assert conn.execute("select text from kept limit 1").fetchone() == {"text": "here"}


def test_a_port_that_somebody_took_is_given_up(config: Settings) -> None:
    with local.servers(config, wants_broker=False):
        before = access(config.data_dir)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections to the first server may linger
        taken.bind(("127.0.0.1", before["postgres_port"]))
        taken.listen()
        with local.servers(config, wants_broker=False), db.connect(config.database()) as conn:
            assert conn.execute("select 1 as one").fetchone() == {"one": 1}
        after = access(config.data_dir)

    assert after["postgres_port"] != before["postgres_port"]
    assert after["password"] == before["password"]


def test_servers_that_are_set_are_used_in_place_of_embedded_ones(home: Path, tmp_path: Path) -> None:
    config = Settings(
        data_dir=tmp_path / "data", database_url="postgresql://elsewhere/x", redis_url="redis://elsewhere"
    )
    with local.servers(config):
        assert config.database() == "postgresql://elsewhere/x"
        assert config.broker() == "redis://elsewhere"
        assert not (tmp_path / "data" / "postgres").exists()


def owner(home: Path, broker: str = "no") -> subprocess.Popen[str]:
    """Another process that runs the servers of the folder."""
    process = subprocess.Popen([sys.executable, "-c", OWNER, home, broker], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_second_starter_is_refused_and_told_who_is_there(config: Settings) -> None:
    with owner(config.data_dir) as process:
        try:
            assert local.is_running(config)
            refused = pytest.raises(LocalError, match=f"already runs in {config.data_dir} .process {process.pid}.")
            with refused, local.servers(config):
                raise AssertionError("two owners")
            assert config.database()  # the first one's servers are untouched
            with db.connect(config.database()) as conn:
                assert conn.execute("select 1 as one").fetchone() == {"one": 1}
        finally:
            process.kill()


def test_a_look_whether_servers_run_does_not_keep_a_starter_out(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("a+") as looker:
        fcntl.flock(looker, fcntl.LOCK_SH)
        leaving = threading.Timer(0.06, fcntl.flock, (looker, fcntl.LOCK_UN))
        leaving.start()
        with local.locked(tmp_path):
            assert (tmp_path / "lock").read_text() == str(os.getpid())
        leaving.join()


def test_the_servers_end_with_an_owner_that_is_killed_and_start_again(config: Settings) -> None:
    with owner(config.data_dir, "broker") as process:
        family = psutil.Process(process.pid).children(recursive=True)
        assert {"postgres", "valkey-server"} <= {child.name() for child in family}
        process.kill()
    _, left = psutil.wait_procs(family, timeout=WITHIN_S)

    assert left == []
    assert not local.is_running(config)
    with local.servers(config), db.connect(config.database()) as conn:
        assert conn.execute("select 1 as one").fetchone() == {"one": 1}


def test_a_postgres_that_a_killed_owner_left_behind_is_ended(config: Settings, home: Path) -> None:
    with local.servers(config, wants_broker=False):
        pass
    account = local._account(home)
    binaries = local._postgres_binaries(home, account)
    with (home / "logs" / "postgres.log").open("ab") as log:
        leftover = subprocess.Popen(
            [binaries / "postgres", "-D", home / "postgres", "-c", "unix_socket_directories=", "-p", str(free_port())],
            cwd=home / "postgres",
            stdout=log,
            stderr=log,
            **local._as(account),
        )
    try:
        pid_file = home / "postgres" / "postmaster.pid"
        until("the leftover is up", lambda: pid_file.exists() and "ready" in pid_file.read_text())
        with local.servers(config, wants_broker=False), db.connect(config.database()) as conn:
            assert conn.execute("select 1 as one").fetchone() == {"one": 1}
            assert leftover.wait(WITHIN_S) == 0
            assert int(pid_file.read_text().split()[0]) != leftover.pid
    finally:
        leftover.kill()
        leftover.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "text", ["", "nonsense", "999999999", str(os.getpid()), "-1"], ids=["empty", "words", "nobody", "ours", "negative"]
)
def test_a_pid_file_of_no_server_ends_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "postmaster.pid").write_text(text)

    processes.end_leftover(tmp_path / "postmaster.pid", "postgres", signal.SIGTERM, 1)
    processes.end_leftover(tmp_path / "missing.pid", "postgres", signal.SIGTERM, 1)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    for folder in (tmp_path / "data", tmp_path / "data" / "inner"):
        refused = pytest.raises(LocalError, match=r"Cannot use the data folder .* Set DATELINE_DATA_DIR")
        with refused, local.servers(Settings(data_dir=folder)):
            raise AssertionError("it ran")
        assert not local.is_running(Settings(data_dir=folder))


@pytest.mark.skipif(os.geteuid() != 0, reason="for root alone Postgres runs under another account")
def test_a_folder_that_the_account_of_postgres_cannot_reach_is_refused(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    config = Settings(data_dir=tmp_path / "private" / "data")

    says = r"cannot reach .* Set DATELINE_DATA_DIR to a folder that others may enter"
    with pytest.raises(LocalError, match=says), local.servers(config):
        raise AssertionError("it ran")
    assert not local.is_running(config)


def test_a_server_that_does_not_start_shows_the_end_of_its_log(config: Settings, home: Path) -> None:
    with local.servers(config, wants_broker=False):
        pass
    version = home / "postgres" / "PG_VERSION"
    kept = version.read_text()
    version.write_text("9.0\n")
    try:
        refused = pytest.raises(LocalError, match=r"postgres did not start; its log .* ends:\n(?s:.*)version")
        with refused, local.servers(config, wants_broker=False):
            raise AssertionError("it ran")
    finally:
        version.write_text(kept)
    assert not config.servers_file.exists()
    with local.servers(config, wants_broker=False):
        assert config.database()
