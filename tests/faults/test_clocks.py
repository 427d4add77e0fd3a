"""Beat killed, doubled and missing, and clocks that jump."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.case import Case
from tests.faults.newsroom import Newsroom
from tests.faults.service import Kept, Service
from tests.waiting import until
from worker import processes

TEN_MINUTES = 600
HOUR = 3600
SHIFTED = """
    update host set leased_until = leased_until + %(by)s, due_at = due_at + %(by)s,
                    last_request_at = last_request_at + %(by)s, cooldown_until = cooldown_until + %(by)s,
                    slow_until = slow_until + %(by)s;
    update feed set due_at = due_at + %(by)s, polled_at = polled_at + %(by)s;
    update page set due_at = due_at + %(by)s, fetched_at = fetched_at + %(by)s;
    update worker set seen_at = seen_at + %(by)s;
    update clock set ticked_at = ticked_at + %(by)s"""


def test_a_beat_that_is_killed_is_missed_only_until_the_next(case: Case) -> None:
    case.follow()
    for _ in range(3):
        case.newsroom.publish(1)
        case.service.beat.kill()
        case.struck()
    case.over()
    case.settle("kill -9 of beat")


def test_two_beats_do_no_more_than_one(case: Case) -> None:
    service = case.service
    second = Kept("second beat", processes.beat_command(), service.environment, service.log)
    second.mend()
    try:
        case.newsroom.publish(3)
        case.follow()
        case.struck()
        until("some are stored", lambda: len(case.stored()) > 0)
        case.newsroom.publish(3)
        case.settle("two beats at once")
    finally:
        second.stop()
    assert case.newsroom.press.overlaps() == []


def test_no_beat_for_ten_minutes_is_a_late_start(case: Case) -> None:
    service = case.service
    case.newsroom.publish(2)
    case.follow()
    until("they are stored", lambda: len(case.stored()) == 2)
    service.beat.is_wanted = False
    service.beat.kill()
    case.newsroom.publish(3)
    _pass_time(service, TEN_MINUTES)
    case.struck()
    service.beat.is_wanted = True
    case.over()
    case.settle("no beat for ten minutes")


def _pass_time(service: Service, seconds: float) -> None:
    """Let so much time pass: what was written becomes so much older."""
    with service.conn() as conn, conn.transaction():
        for statement in SHIFTED.split(";"):
            conn.execute(statement.encode(), {"by": timedelta(seconds=-seconds)})


# Real clocks --------------------------------------------------------------------------------------------------------

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long offset(void) {
    char text[32] = {0};
    int file = open(getenv("JUMP_FILE"), O_RDONLY);
    if (file < 0) return 0;
    if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
    close(file);
    return atol(text);
}
int clock_gettime(clockid_t id, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(id, at);
    if (id == CLOCK_REALTIME) at->tv_sec += offset();
    return code;
}
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    int code = clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return code;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""


@pytest.fixture
def shim(folder: Path) -> dict[str, str]:
    """An environment in which the clock is ahead by as many seconds as a file says."""
    source, library, ahead = folder / "jump.c", folder / "jump.so", folder / "ahead"
    source.write_text(SHIM)
    ahead.write_text("0")
    try:
        subprocess.run(
            [shutil.which("cc") or "cc", "-shared", "-fPIC", "-o", library, source, "-ldl"],
            check=True,
            capture_output=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("there is no C compiler to make clocks jump with")
    return {"LD_PRELOAD": str(library), "JUMP_FILE": str(ahead)}


@pytest.fixture
def jumping(folder: Path, shim: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service of its own whose clocks, Postgres's too, can be set."""
    for name, value in shim.items():
        monkeypatch.setenv(name, value)
    with Service(folder, workers=1) as service:
        yield service


@pytest.mark.long
@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["ahead", "back"])
def test_all_clocks_jump_by_an_hour(
    jumping: Service, folder: Path, newsroom: Newsroom, make_case: Callable[[Service, Newsroom], Case], jump: int
) -> None:
    case = make_case(jumping, newsroom)
    newsroom.publish(3)
    case.follow()
    until("the first are stored", lambda: len(case.stored()) == 3)
    (folder / "ahead").write_text(str(jump))
    newsroom.publish(3)
    case.struck()
    case.over()
    case.settle(f"all clocks jump by an hour: {'ahead' if jump > 0 else 'back'}")
