"""Workers and the clock: who is alive, how much room they have, when the last tick ran."""

from __future__ import annotations

import logging
import os
import socket
import threading
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from psycopg_pool import PoolTimeout

from worker.db import Pool
from worker.settings import VERSION

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0
ALIVE_FOR = timedelta(seconds=30)  # six missed heartbeats
TICKED_WITHIN = timedelta(seconds=60)  # a service whose last tick is older is not healthy
CLAIMED_BY = "tick"  # leases that are on their way to a worker


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
    """Write that a worker is alive."""
    with pool.connection() as conn:
        conn.execute(
            """
            insert into worker (name, version, slots) values (%s, %s, %s)
                on conflict (name) do update set seen_at = now(), slots = excluded.slots""",
            (name, VERSION, slots),
        )


def leave(pool: Pool, name: str) -> None:
    """Write that a worker has ended."""
    with pool.connection() as conn:
        conn.execute("delete from worker where name = %s", (name,))


class Heartbeat:
    """A thread that signs for a worker every few seconds; a database that is away for a while does not end it."""

    def __init__(self, pool: Pool, name: str, slots: int) -> None:
        self._pool, self._name, self._slots = pool, name, slots
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Sign once now, then regularly."""
        sign(self._pool, self._name, self._slots)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.wait(HEARTBEAT_S):
            try:
                sign(self._pool, self._name, self._slots)
            except (psycopg.OperationalError, PoolTimeout) as error:
                log.warning("no heartbeat written: %s", error)

    def stop(self) -> None:
        """End, and sign off."""
        self._ending.set()
        self._thread.join()
        leave(self._pool, self._name)


def room(pool: Pool) -> int:
    """How many more visits the living workers could begin now."""
    with pool.connection() as conn:
        row = conn.execute(
            """
            select (select coalesce(sum(slots), 0) from worker where seen_at > now() - %(alive)s)
                 - (select count(*) from host
                     where leased_until > now() and (leased_by = %(claimed)s or leased_by in (select name from worker)))
                   as room""",
            {"alive": ALIVE_FOR, "claimed": CLAIMED_BY},
        ).fetchone()
    return max(0, int(row["room"])) if row else 0


def stamp(pool: Pool) -> None:
    """Write that a tick ran."""
    with pool.connection() as conn:
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


def forget_dead(pool: Pool) -> None:
    """Forget the workers that have been silent for an hour."""
    with pool.connection() as conn:
        conn.execute("delete from worker where seen_at < now() - interval '1 hour'")
