"""Child processes: they end with their parent, are started again, and none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.waiting import WITHIN_S, until
from worker import processes
from worker.processes import Child, Children

SLEEPER = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(600)"]
OURS = [
    sys.executable,
    "-c",
    "import time; from worker.processes import end_with_parent; end_with_parent();"
    " print('ready', flush=True); time.sleep(600)",
]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)",
]
PARENT = """
import subprocess, sys, time
from pathlib import Path
from worker.processes import Child, dies_with_parent
import signal
child = Child("child", {command!r}, Path({log!r}))
child.start()
other = subprocess.Popen(["sleep", "600"], preexec_fn=dies_with_parent(signal.SIGTERM))
print(child.process.pid, other.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "child.log"


@pytest.fixture
def started() -> Iterator[list[Child]]:
    """Children that are ended after the test, whatever became of it."""
    children: list[Child] = []
    yield children
    for child in children:
        if child.process is not None:
            child.process.kill()
            child.process.wait()
            child.process.stdin.close()


def child(command: list[str], log: Path, started: list[Child]) -> Child:
    made = Child("child", command, log)
    started.append(made)
    return made


def await_ready(log: Path, times: int = 1) -> None:
    until("the child is ready", lambda: log.exists() and log.read_text().count("ready") == times)


@pytest.mark.skipif(sys.platform != "linux", reason="children that are not ours end with their parent on Linux alone")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_children_end_with_their_parent_however_it_ends(log: Path, number: signal.Signals) -> None:
    code = PARENT.format(command=OURS, log=str(log))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        pids = [int(word) for word in parent.stdout.readline().split()]
        family = [psutil.Process(pid) for pid in pids]
        await_ready(log)
        parent.send_signal(number)
        parent.wait()

    _, left = psutil.wait_procs(family, timeout=WITHIN_S)
    assert left == []


def test_a_process_that_nobody_started_does_not_watch_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(processes.PARENT_PIPE, raising=False)
    code = "from worker.processes import end_with_parent; end_with_parent(); print('alive')"
    ended = subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, check=True)

    assert ended.stdout == b"alive\n"


def test_a_child_writes_to_its_log_and_has_a_session_of_its_own(log: Path, started: list[Child]) -> None:
    one = child(SLEEPER, log, started)
    one.start()
    await_ready(log)

    assert one.is_running
    assert os.getsid(one.process.pid) == one.process.pid != os.getsid(0)
    processes.stop(one.process, signal.SIGTERM, 20)
    assert not one.is_running
    assert one.process.stdin.closed


def test_a_child_has_our_environment_and_few_heaps_unless_we_have_said_how_many(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "1")
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    code = f"import os; print(*map(os.environ.get, ('OURS', 'MALLOC_ARENA_MAX', '{processes.PARENT_PIPE}')))"
    one = Child("child", [sys.executable, "-c", code], log)
    one.start()
    one.process.wait()
    one.process.stdin.close()

    assert log.read_text() == "1 2 1\n"


def test_a_child_that_ended_is_started_again_ever_later(
    log: Path, started: list[Child], caplog: pytest.LogCaptureFixture
) -> None:
    one = child([sys.executable, "-c", "print('ready'); raise SystemExit(3)"], log, started)
    group = Children([one])
    group.start()
    waits = []
    for _ in range(7):
        one.process.wait()
        before = time.monotonic()
        assert group.mend() == ["child"]  # its end is seen, and its next start planned
        waits.append(one.restart_at - before)
        assert group.mend() == ["child"]  # not yet
        assert one.process is None
        one.restart_at = time.monotonic()
        assert group.mend() in ([], ["child"])  # it may have ended already
        assert one.process is not None

    assert [round(wait) for wait in waits] == [1, 2, 4, 8, 16, 30, 30]
    one.process.wait()
    assert log.read_text().count("ready") == 8
    assert "child ended with code 3; started again in 1 s" in caplog.text


def test_a_child_that_ran_for_long_is_started_again_soon(log: Path, started: list[Child]) -> None:
    one = child(SLEEPER, log, started)
    one.ends = 5
    group = Children([one])
    group.start()
    one.started_at -= processes.STEADY_AFTER + 1
    one.process.kill()
    one.process.wait()
    before = time.monotonic()
    group.mend()

    assert one.ends == 1
    assert 1 <= one.restart_at - before < 2


def test_a_child_that_cannot_be_started_is_down_until_it_can(log: Path, started: list[Child]) -> None:
    one = child(SLEEPER, log, started)
    group = Children([one])
    log.parent.write_text("a file where the folder of its log should be")

    assert group.mend() == ["child"]
    assert group.mend() == ["child"]
    log.parent.unlink()
    one.restart_at = 0.0
    assert group.mend() == []


def test_children_that_run_are_left_alone(log: Path, started: list[Child]) -> None:
    group = Children([child(SLEEPER, log, started), child(SLEEPER, log, started)])
    group.start()
    pids = [one.process.pid for one in group.children]

    assert group.mend() == []
    assert [one.process.pid for one in group.children] == pids


def test_stopping_ends_all_of_them_and_kills_the_stubborn(
    log: Path, started: list[Child], caplog: pytest.LogCaptureFixture
) -> None:
    stubborn, willing, ended = (child(command, log, started) for command in (STUBBORN, OURS, SLEEPER))
    group = Children([stubborn, willing, ended, child(SLEEPER, log, started)])
    for one in (stubborn, willing, ended):  # the fourth waits for its restart
        one.start()
    await_ready(log, 3)
    ended.process.kill()
    group.stop(0.5)

    assert stubborn.process.returncode == -signal.SIGKILL
    assert willing.process.returncode == -signal.SIGTERM
    assert "did not end within" in caplog.text
    assert all(one.process.stdin.closed for one in (stubborn, willing, ended))
    group.stop(0.5)  # twice does no harm


def test_a_long_log_is_set_aside(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_LIMIT", 10)
    for text in (b"first 12345", b"second 1234", b"third"):
        with processes.open_log(log) as handle:
            handle.write(text)

    assert log.read_bytes() == b"third"
    assert log.with_name("child.log.1").read_bytes() == b"second 1234"


@pytest.mark.parametrize("command", [processes.worker_command(3), processes.beat_command()], ids=["worker", "beat"])
def test_the_commands_of_our_processes_are_understood(command: list[str], tmp_path: Path) -> None:
    shown = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert shown.returncode == 0, shown.stderr
    assert "Usage:" in shown.stdout
