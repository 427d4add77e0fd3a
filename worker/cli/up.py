"""dateline up: everything on this machine, with a live view."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import psycopg
from rich.live import Live

from worker import db, local, logs, processes
from worker.cli import output, session, view
from worker.db import Pool
from worker.settings import Settings, settings

log = logging.getLogger(__name__)

REFRESH_S = 1.0
LOOK_S = 5.0  # that a look at the database may wait for a connection
REPORT_S = 30.0  # between two lines of figures where there is no terminal
GRACE_S = 75.0  # a visit ends after the fetch it is at, which takes at most 60 s


def up() -> None:
    """Run the whole service on this machine: embedded Postgres and Valkey, workers and beat, with a live view.

    Servers that DATELINE_DATABASE_URL and DATELINE_REDIS_URL name are used instead of embedded ones. Ends cleanly on
    Ctrl-C and SIGTERM; what was stored stays in the data folder.
    """
    config = settings()
    logs.configure("WARNING" if sys.stderr.isatty() else config.log_level)
    specs = session.configured_sources(config)
    ending = processes.asked_to_end(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    output.note(f"Starting in {config.data_dir}; logs are in {config.data_dir / 'logs'} ...")
    with local.servers(config) as servers, ExitStack() as running:
        session.prepare(config)
        pool = db.open_pool(config.database(), 2)
        pool.timeout = LOOK_S
        running.callback(pool.close)
        _forget_leases(pool)
        children = _children(config)
        running.callback(children.stop, GRACE_S)
        children.start()
        output.note('Database: psql "$(dateline db url)"')  # not the address: this may well be a log
        output.note(
            f"Sources: {', '.join(spec.id for spec in specs if spec.enabled) or 'none'} and those added before."
        )
        output.note("Stop with Ctrl-C.")
        _watch(pool, servers, children, ending)
        output.note("Stopping: visits end after the fetch they are at ...")
    output.note("Stopped. Nothing is running any more; `dateline up` goes on from here.")


def _children(config: Settings) -> processes.Children:
    logs_dir = config.data_dir / "logs"

    def child(name: str, command: list[str]) -> processes.Child:
        return processes.Child(name, command, Path(logs_dir / f"{name}.log"))

    workers_ = [child(f"worker-{n + 1}", processes.worker_command(config.concurrency)) for n in range(config.processes)]
    return processes.Children([child("beat", processes.beat_command()), *workers_])


def _forget_leases(pool: Pool) -> None:
    """Free the hosts that workers of an earlier run held: this folder is ours, so they are gone."""
    if settings().database_url:
        return  # others may work on a database of your own
    with pool.connection() as conn:
        conn.execute(
            "update host set token = null, leased_by = null, leased_until = '-infinity' where token is not null"
        )
        conn.execute("delete from worker")


def _watch(pool: Pool, servers: Sequence[local.Server], children: processes.Children, ending: threading.Event) -> None:
    """Show what happens until the end is asked for, and keep servers and processes running."""
    with ExitStack() as screen:
        live = screen.enter_context(Live(console=output.out, auto_refresh=False)) if output.out.is_terminal else None
        lines = view.Lines(REPORT_S)
        while not ending.wait(REFRESH_S):
            down = [*(server.name for server in servers if not server.mend()), *children.mend()]
            try:
                picture = view.look(pool, down)
            except psycopg.OperationalError as error:  # it is away for a moment: the workers wait for it, too
                log.warning("Postgres does not answer: %s", error)
                continue
            if live:
                live.update(view.draw(picture), refresh=True)
            else:
                lines.show(picture)
