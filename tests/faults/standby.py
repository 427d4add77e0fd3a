"""A streaming standby of a service's Postgres, without which no commit is acknowledged, and which can take over."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Self

from tests.faults.service import CONNECTIONS, LOOPBACK, STOP_S, Service
from tests.waiting import until
from worker import db, local, processes

SYNCHRONOUS = "select count(*) from pg_stat_replication where sync_state = 'sync'"


class Standby:
    """Stopped at the end of `with`, which is to enclose that of the service."""

    def __init__(self, service: Service, port: int) -> None:
        self.service = service
        self.access = local.Access(port, service.access.redis_port, service.access.password)
        self.cluster = service.home / "standby" / "postgres"
        self._process: subprocess.Popen[bytes] | None = None

    def follow(self) -> None:
        """Make a copy of the service's Postgres, which runs, and follow it."""
        account = local._account(self.service.home)
        binaries = local._postgres_binaries(self.service.home, account)
        self.cluster.parent.mkdir()
        if account:
            os.chown(self.cluster.parent, account.pw_uid, account.pw_gid)
        primary = self.service.access
        address = f"host={LOOPBACK} port={primary.postgres_port} user=dateline password={primary.password}"
        copy = [binaries / "pg_basebackup", "-D", self.cluster, "-d", address, "-R", "--checkpoint=fast"]
        subprocess.run(copy, check=True, cwd=self.cluster.parent, **local._as(account))
        self._process = local._start_postgres(binaries, self.cluster, self.access, account, CONNECTIONS)
        with self.service.conn() as conn:
            conn.execute("alter system set synchronous_standby_names = '*'")
            conn.execute("select pg_reload_conf()")
        until("the standby is synchronous", lambda: self.service.count(SYNCHRONOUS) == 1)

    def promote(self, later_s: float) -> None:
        """Let it take over after so many seconds, in which nobody can write."""
        with db.connect(self.access.database_url) as conn:
            conn.execute("select pg_sleep(%s)", (later_s,))
            conn.execute("select pg_promote()")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            processes.stop(self._process, signal.SIGINT, STOP_S)
