"""The service under fault: embedded Postgres and Valkey, beat and worker processes, proxies in between, a reader."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

from tests.faults.proxy import LOOPBACK, Proxy
from tests.faults.reader import Reader
from tests.waiting import until
from worker import db, faultpoints, local, processes

LEASE_S = 6  # a visit of a slow machine must end within it, or its page counts as one that kills
CONNECTIONS = 60
STOP_S = 90  # more than a fetch and the wait for a database take together
SETTINGS = {
    "ALLOW_PRIVATE_HOSTS": "true",
    "DELAY": "0.02",
    "POLL_FLOOR": "1",
    "POLL_CEILING": "2",
    "TICK": "0.2",
    "LEASE": str(LEASE_S),
    "VISIT_SECONDS": "2",
    "CONCURRENCY": "4",
    "LOG_LEVEL": "INFO",
}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class Server:
    """A server that runs again at the same port, with what it kept on disk, after it was stopped or killed."""

    def __init__(self, run: Callable[[], AbstractContextManager[None]], pid_file: Path) -> None:
        self._run, self.pid_file = run, pid_file
        self._running: AbstractContextManager[None] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; after a kill the rest of it may take a moment to go."""
        for attempt in range(20):
            running = self._run()
            try:
                running.__enter__()
            except local.LocalError:
                if attempt == 19:
                    raise
            else:
                self._running = running
                return

    def stop(self) -> None:
        """Stop it as an administrator would."""
        if self._running is not None:
            self._running.__exit__(None, None, None)
            self._running = None

    @property
    def is_running(self) -> bool:
        """Whether its first process is there."""
        try:
            return self.process.status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, FileNotFoundError):
            return False

    @property
    def process(self) -> psutil.Process:
        """Its first process."""
        return psutil.Process(int(self.pid_file.read_text().split()[0]))

    def kill(self) -> None:
        """End it as `kill -9` would; one that has gone down by itself is cleared away."""
        if self.is_running:
            self.process.kill()
        self.stop()


class Kept:
    """A process that is started again as soon as it ends, by whoever calls `mend`."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self.is_wanted = True

    def mend(self) -> None:
        """Start it unless it runs or is not wanted."""
        if self.is_wanted and (self.process is None or self.process.poll() is not None):
            self._close()
            with self.log.open("ab") as output:
                self.process = subprocess.Popen(
                    self.command,
                    env={**self.environment, processes.PARENT_PIPE: "1"},
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=self.log.parent,
                    start_new_session=True,
                )
            self.starts += 1

    def kill(self) -> None:
        """End it as `kill -9` would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End it for good, as it must within the time that a fetch takes; else its log tells what it was at."""
        self.is_wanted = False
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # faulthandler writes what every thread is at
            self.process.wait()
            raise AssertionError(
                f"{self.name} did not end:\n{self.log.read_text('utf-8', 'replace')[-20000:]}"
            ) from None
        finally:
            self._close()

    def _close(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()


class Service:
    """Everything, within `with`: servers, proxies, beat, workers, and a reader of the change feed from its start."""

    def __init__(self, home: Path, *, workers: int = 2, standby_port: int | None = None, **settings: str) -> None:
        """`standby_port`: where a standby may take over; `settings`: those that are not as `SETTINGS` has them."""
        self.home, self.standby_port = home, standby_port
        self.access = local.Access(free_port(), free_port(), secrets.token_urlsafe(8))
        self.points = home / "points"
        self.log = home / "service.log"
        self.postgres = Server(
            lambda: local.postgres(home, self.access, CONNECTIONS), home / "postgres" / "postmaster.pid"
        )
        self.valkey = Server(lambda: local.valkey(home, self.access), home / "valkey.pid")
        self.database_proxy, self.broker_proxy = Proxy(self.access.postgres_port), Proxy(self.access.redis_port)
        self._workers, self.settings = workers, {**SETTINGS, **settings}
        self._ending = threading.Event()

    def __enter__(self) -> Service:
        self.points.mkdir()
        self.valkey.start()
        self.postgres.start()
        with db.connect(self.url) as conn:
            conn.execute("alter system set fsync = off")
            conn.execute("select pg_reload_conf()")
            db.install_schema(conn)
        self.database_proxy.__enter__()
        self.broker_proxy.__enter__()
        self.reader = Reader(self.url)
        self.reader.start()
        self.beat = Kept("beat", processes.beat_command(), self.environment, self.log)
        self.workers = [
            Kept(
                f"worker {number + 1}",
                processes.worker_command(int(self.settings["CONCURRENCY"])),
                self.environment,
                self.log,
            )
            for number in range(self._workers)
        ]
        self._mender = threading.Thread(target=self._mend, daemon=True)
        self._mender.start()
        until("the service is up", lambda: self.is_up)
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as ending:
            for server in (self.valkey, self.postgres):
                ending.callback(server.stop)
            for part in (self.database_proxy, self.broker_proxy, self.reader):
                ending.callback(part.__exit__)
            for kept in self.children:
                ending.callback(kept.stop)
            self._ending.set()
            self._mender.join()

    def _mend(self) -> None:
        while not self._ending.wait(0.05):
            for kept in self.children:
                kept.mend()

    @property
    def children(self) -> list[Kept]:
        """Beat and the workers."""
        return [self.beat, *self.workers]

    @property
    def url(self) -> str:
        """The address of the database, past the proxy."""
        return self._address(self.access.postgres_port)

    def _address(self, port: int) -> str:
        """The address of Postgres at a port; where there is a standby, of the one of the two that takes writes."""
        hosts, asked = f"{LOOPBACK}:{port}", ""
        if self.standby_port is not None:
            hosts, asked = f"{hosts},{LOOPBACK}:{self.standby_port}", "?target_session_attrs=read-write"
        return f"postgresql://dateline:{self.access.password}@{hosts}/dateline{asked}"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
        password = self.access.password
        told = {
            **self.settings,
            "DATABASE_URL": self._address(self.database_proxy.port),
            "REDIS_URL": f"redis://:{password}@{LOOPBACK}:{self.broker_proxy.port}/0",
            "DATA_DIR": str(self.home / "data"),
            "SOURCES": str(self.home / "sources.toml"),
        }
        named = {f"DATELINE_{name}": value for name, value in told.items()}
        own["PYTHONFAULTHANDLER"] = "1"
        return {**own, **processes.ALLOCATOR, **named, faultpoints.VARIABLE: str(self.points)}

    @contextmanager
    def conn(self) -> Iterator[db.Connection]:
        """A connection past the proxy."""
        with db.connect(self.url) as conn:
            yield conn

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What the database says."""
        with self.conn() as conn:
            return conn.execute(query, values).fetchall()

    def count(self, query: str, *values: object) -> int:
        """The one number that a query returns."""
        return int(next(iter(self.rows(query, *values)[0].values())))

    def said(self, words: str) -> int:
        """How often the logs of beat and the workers have these words."""
        return self.log.read_text("utf-8", "replace").count(words)

    def postgres_said(self, words: str) -> int:
        """How often the log of Postgres has these words."""
        return (self.home / "logs" / "postgres.log").read_text("utf-8", "replace").count(words)

    @property
    def broker(self) -> redis.Redis:
        """A client of Valkey, past the proxy."""
        return redis.Redis.from_url(self.access.redis_url)

    @property
    def is_up(self) -> bool:
        """Whether all workers signed lately and a tick ran within two seconds; False while Postgres is away."""
        with suppress(psycopg.OperationalError):
            query = """
                select (select count(*) from worker where seen_at > now() - interval '30 s') >= %s
                   and exists (select from clock where ticked_at > now() - interval '2 s') as is_up"""
            return bool(self.rows(query, len(self.workers))[0]["is_up"])
        return False

    @contextmanager
    def armed(self, step: faultpoints.Step, where: str, *, always: bool = False) -> Iterator[Path]:
        """Let a worker die at a step of the visit of `where`, once or always; the file goes when it has happened."""
        trigger = self.points / (f"{step}.always" if always else step)
        fresh = trigger.with_name("." + trigger.name)
        fresh.write_text(where, "utf-8")
        fresh.replace(trigger)
        try:
            yield trigger
        finally:
            trigger.unlink(missing_ok=True)
