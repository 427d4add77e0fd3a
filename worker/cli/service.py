"""dateline worker, dateline beat: what the containers run."""

from __future__ import annotations

import os
import signal

from worker import db, logs, processes
from worker.cli import output
from worker.settings import settings

GRACE_S = 75.0  # a visit ends after the fetch it is at, which takes at most 60 s


def worker() -> None:
    """Run the worker processes (DATELINE_PROCESSES of them, one per core by default) until SIGTERM or Ctrl-C."""
    config = settings()
    logs.configure(config.log_level)
    config.broker()
    with db.connect() as conn:
        db.require_schema(conn)
    children = processes.Children(
        [
            processes.Child(f"worker {number + 1}", processes.worker_command(config.concurrency))
            for number in range(config.processes)
        ]
    )
    ending = processes.asked_to_end(signal.SIGTERM, signal.SIGINT)
    children.start()
    try:
        while not ending.wait(1.0):
            children.mend()
    finally:
        children.stop(GRACE_S)
    output.note("worker: ended")


def beat() -> None:
    """Run the clock that asks the workers every second what is due. Two of them, or a late one, change nothing."""
    settings().broker()
    command = processes.beat_command()
    os.execv(command[0], command)  # noqa: S606  # a command of our own
