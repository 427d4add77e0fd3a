"""Workers and the clock: who is alive, how much room they have, when the last tick ran."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import kombu.exceptions
import psycopg

from worker.db import Connection, Pool, one, statement
from worker.settings import VERSION

log = logging.getLogger(__name__)

PULSE_S = 4.0  # between two tasks that a worker sends itself
SIGN_WITHIN_S = 11.0  # nearly three of them; a worker at its limits takes a second or two
PATIENCE_S = 7.0  # for which a sign must be overdue although both servers answer: then the worker is deaf
ALIVE_FOR = timedelta(seconds=30)  # a worker that has not signed for so long has no room
TICKED_WITHIN = timedelta(seconds=60)  # a service whose last tick is older is not healthy
CLOCK_SLACK = timedelta(minutes=1)  # a clock that is corrected by less needs no correction of ours


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the service does its work."""

    workers: int
    slots: int
    tick_age_s: float | None

    @property
    def is_up(self) -> bool:
        """Whether workers are alive and the last tick is recent."""
        return self.workers > 0 and self.tick_age_s is not None and self.tick_age_s < TICKED_WITHIN.total_seconds()


def process_name(role: str = "worker") -> str:
    """A name for this process that no other has."""
    return f"{role}@{socket.gethostname()}-{os.getpid()}"


def sign(pool: Pool, name: str, slots: int) -> None:
    """Write that a worker is alive: it got a task through the broker, or has all hands full."""
    with statement(pool) as conn:
        conn.execute(
            """
            insert into worker (name, version, slots) values (%s, %s, %s)
                on conflict (name) do update set seen_at = now(), slots = excluded.slots""",
            (name, VERSION, slots),
        )


def leave(pool: Pool, name: str) -> None:
    """Write that a worker has ended."""
    with statement(pool) as conn:
        conn.execute("delete from worker where name = %s", (name,))


def age_s(conn: Connection, name: str) -> float | None:
    """Seconds since a worker signed last; None if it never did."""
    row = conn.execute(
        "select extract(epoch from clock_timestamp() - seen_at)::float8 as age_s from worker where name = %s", (name,)
    ).fetchone()
    return row["age_s"] if row else None


class Pulse:
    """A thread that sends its worker a task every few seconds, and ends a worker which no longer gets or does it.

    The task signs for the worker. While signs fail to come although broker and database answer on fresh connections,
    the worker is deaf, or cut off from the database, and only a new process helps. `send` puts the task into the
    worker's own queue, over a fresh connection; `age_s` asks the database over a fresh one how old the last sign is;
    `sign` signs at once, for a worker that is so busy that it takes no task; `give_up` ends the process.
    """

    def __init__(
        self,
        send: Callable[[], object],
        age_s: Callable[[], float | None],
        is_full: Callable[[], bool],
        sign: Callable[[], object],
        give_up: Callable[[], object],
    ) -> None:
        self._send, self._age_s, self._is_full, self._sign, self._give_up = send, age_s, is_full, sign, give_up
        self._ending = threading.Event()
        self._silent_since: float | None = None
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.wait(PULSE_S):
            if self.is_deaf(time.monotonic()):
                self._give_up()
                return

    def is_deaf(self, now: float) -> bool:
        """Send the task, and look for the sign of those before. `now`: seconds of any clock that only goes forward."""
        try:
            if self._is_full():
                self._silent_since = None
                self._sign()
                return False
            self._send()
            age_s = self._age_s()
        except (psycopg.OperationalError, kombu.exceptions.OperationalError, OSError) as error:
            log.warning("no sign of life: broker or database do not answer: %s", error)
            self._silent_since = None  # a new process would do no better
            return False
        if age_s is not None and age_s < SIGN_WITHIN_S:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = now
        return self._silent_since is not None and now - self._silent_since >= PATIENCE_S

    def stop(self) -> None:
        """End the thread."""
        self._ending.set()
        self._thread.join()


def room(pool: Pool) -> int:
    """How many more visits the living workers could begin now."""
    with statement(pool) as conn:
        row = conn.execute(
            """
            select (select coalesce(sum(slots), 0) from worker where seen_at > now() - %(alive)s)
                 - (select count(*) from host
                     where leased_until > '-infinity' and leased_until > now()
                       and leased_by in (select name from worker)) as room""",
            {"alive": ALIVE_FOR},
        ).fetchone()
    return max(0, int(row["room"])) if row else 0


def now(pool: Pool) -> datetime:
    """The time by the clock of Postgres, by which everything is kept: that of one worker may be wrong by years."""
    with statement(pool) as conn:
        found: datetime = one(conn.execute("select now() as now"))["now"]
    return found


def follow_clock(pool: Pool) -> bool:
    """Bring what is due and leased back by as much as the database's clock was set back since the last tick.

    Otherwise everything would wait for that time, and lost visits keep their hosts for as long. True if it was.
    """
    with pool.connection() as conn:
        row = conn.execute(
            "select ticked_at - now() as ahead from clock where ticked_at > now() + %s for update", (CLOCK_SLACK,)
        ).fetchone()
        if row is None:
            return False
        log.warning("the clock of Postgres was set back by %s: what is due is brought back with it", row["ahead"])
        conn.execute(
            """
            with feeds as (update feed set due_at = due_at - %(ahead)s where due_at > now()),
                 pages as (update page set due_at = due_at - %(ahead)s where due_at > now()),
                 seen as (update worker set seen_at = seen_at - %(ahead)s where seen_at > now()),
                 tick as (update clock set ticked_at = now())
            update host set due_at = due_at - %(ahead)s, leased_until = leased_until - %(ahead)s,
                   cooldown_until = cooldown_until - %(ahead)s, slow_until = slow_until - %(ahead)s,
                   last_request_at = last_request_at - %(ahead)s""",
            {"ahead": row["ahead"]},
        )
    return True


def stamp(pool: Pool) -> None:
    """Write that a tick ran."""
    with statement(pool) as conn:
        conn.execute(
            "insert into clock (ticked_at) values (now()) on conflict (only_row) do update set ticked_at = now()"
        )


def health(pool: Pool) -> Health:
    """Who is alive, and how long ago the last tick ran."""
    with pool.connection() as conn:
        row = conn.execute(
            """
            select count(*)::int as workers, coalesce(sum(slots), 0)::int as slots,
                   (select extract(epoch from clock_timestamp() - ticked_at)::float8 from clock) as tick_age_s
              from worker where seen_at > now() - %s""",
            (ALIVE_FOR,),
        ).fetchone()
    return Health(**row) if row else Health(0, 0, None)


def is_alive_here(pool: Pool) -> bool:
    """Whether a worker process of this machine, or of this container, is alive."""
    with pool.connection() as conn:
        row = one(
            conn.execute(
                """
                select exists (select from worker where starts_with(name, %s) and seen_at > now() - %s) as is_alive""",
                (f"worker@{socket.gethostname()}-", ALIVE_FOR),
            )
        )
    return bool(row["is_alive"])


def forget_dead(pool: Pool) -> None:
    """Forget the workers that have been silent for an hour."""
    with pool.connection() as conn:
        conn.execute("delete from worker where seen_at < now() - interval '1 hour'")
