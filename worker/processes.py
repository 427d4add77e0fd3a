"""Child processes: they end with their parent, are watched and restarted, and stopped without leaving one behind."""

from __future__ import annotations

import _thread
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

import psutil

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PARENT_PIPE = "_DATELINE_PARENT_PIPE"  # set for our own children: their standard input ends when we do
ALLOCATOR = {"MALLOC_ARENA_MAX": "2"}  # glibc keeps a heap per thread otherwise, and never gives their tops back
LOG_LIMIT = 10_000_000  # bytes; a longer log is set aside when its process starts
RESTART_FIRST, RESTART_CAP = 1.0, 30.0  # seconds; a process that ends by itself is started again, ever later
STEADY_AFTER = 60.0  # seconds of running after which an end counts as the first again


def dies_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What a child is to run before exec so that Linux sends it `number` when its parent dies; None elsewhere.

    For programs that are not ours and do not watch their standard input.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up before the fork: nothing may be loaded after it
    return lambda: prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def asked_to_end(*numbers: signal.Signals, patient: bool = True) -> threading.Event:
    """An event that is set once one of these signals comes; unless `patient`, the same again ends the process at once.

    Another thread sets it: the signal may find this one where it holds the event's lock, and would wait for itself.
    """
    asked = threading.Event()

    def ask(number: int, _: FrameType | None) -> None:
        _thread.start_new_thread(asked.set, ())
        if not patient:
            signal.signal(number, signal.SIG_DFL)

    for number in numbers:
        signal.signal(number, ask)
    return asked


def end_with_parent() -> None:
    """In a child of ours: ask this process to end, as SIGTERM would, once the parent is gone."""
    if os.environ.get(PARENT_PIPE) != "1":
        return

    def watch() -> None:
        while os.read(0, 1024):
            continue
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def open_log(path: Path) -> IO[bytes]:
    """The log file at `path`, to append to; a long one is first renamed to `<name>.1`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab")


def stop(process: subprocess.Popen[bytes], number: signal.Signals, grace_s: float) -> None:
    """Send `number`, wait, and kill what is still there after `grace_s`."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            log.warning("process %s did not end within %s s: killed", process.pid, grace_s)
            process.kill()
            process.wait()
    if process.stdin is not None:
        process.stdin.close()


def end_leftover(pid_file: Path, program: str, number: signal.Signals, grace_s: float) -> None:
    """End a server that a killed parent left behind: the caller holds the data folder's lock, so it is nobody's."""
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if process.name() == program:
            process.send_signal(number)
            process.wait(grace_s)
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return


@dataclass(slots=True)
class Child:
    """A process of ours that is meant to run for as long as its parent."""

    name: str
    command: Sequence[str]
    log_path: Path | None = None  # None: it writes where its parent does
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    ends: int = 0

    def start(self) -> None:
        """Start it in a session of its own, so that a Ctrl-C at the terminal reaches the parent alone."""
        output = open_log(self.log_path) if self.log_path else None
        try:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env={**ALLOCATOR, **os.environ, PARENT_PIPE: "1"},
                start_new_session=True,
            )
        finally:
            if output:
                output.close()
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Whether the process is there now."""
        return self.process is not None and self.process.poll() is None


class Children:
    """A group of processes that are started together, kept running, and stopped together."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = list(children)

    def start(self) -> None:
        """Start them all."""
        for child in self.children:
            child.start()

    def mend(self) -> list[str]:
        """Start again what has ended, each at most every so often; the names of those that are down now."""
        now = time.monotonic()
        down = [child for child in self.children if not child.is_running]
        for child in down:
            if child.process is not None:
                self._plan_restart(child, child.process, now)
            if now >= child.restart_at:
                self._start(child, now)
        return [child.name for child in down if not child.is_running]

    def _start(self, child: Child, now: float) -> None:
        """Start it; where the machine has no room for its log or for another process, there may be some later."""
        try:
            child.start()
        except OSError as error:
            log.error("%s cannot be started: %s; tried again in %.0f s", child.name, error, RESTART_CAP)
            child.restart_at = now + RESTART_CAP

    def _plan_restart(self, child: Child, ended: subprocess.Popen[bytes], now: float) -> None:
        if ended.stdin is not None:
            ended.stdin.close()
        child.ends = 1 if now - child.started_at > STEADY_AFTER else child.ends + 1
        wait = min(RESTART_FIRST * 2 ** (child.ends - 1), RESTART_CAP)
        log.error("%s ended with code %s; started again in %.0f s", child.name, ended.returncode, wait)
        child.process, child.restart_at = None, now + wait

    def stop(self, grace_s: float) -> None:
        """End them all at once, as SIGTERM asks; kill what is still there after `grace_s`."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + grace_s
        for process in running:
            stop(process, signal.SIGTERM, max(0.1, deadline - time.monotonic()))


def worker_command(slots: int) -> list[str]:
    """The command of one worker process: `slots` visits at once, and one thread that is always free for the clock."""
    return [
        *(
            sys.executable,
            "-P",
            "-m",
            "worker",
            "--quiet",
            "worker",
            "--pool",
            "threads",
            "--concurrency",
            str(slots + 1),
        ),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
    ]


def beat_command() -> list[str]:
    """The command of beat: a clock that keeps nothing on disk."""
    scheduler = "worker.beat:Clock"
    return [
        sys.executable,
        "-P",
        "-m",
        "worker",
        "beat",
        "--scheduler",
        scheduler,
        "--pidfile",
        "",
        "--loglevel",
        "WARNING",
    ]
