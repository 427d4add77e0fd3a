"""The change feed: events are numbered under a lock that lasts until commit, so that no reader skips a late one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from worker.db import Connection

EventKind = Literal["created", "updated", "copied", "separated", "gone", "restored"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an article; `changed` names the fields of an update."""

    kind: EventKind
    article_id: int
    changed: tuple[str, ...] = ()


def publish(conn: Connection, events: Sequence[Event]) -> None:
    """Write the events and wake the listeners of `dateline`; must be the last statements of their transaction.

    Ids are handed out under an advisory lock that is freed at commit, so they become visible in their order. Whoever
    holds it must wait for nothing else, or two transactions could wait for each other.
    """
    if not events:
        return
    with conn.pipeline():
        conn.execute("select pg_advisory_xact_lock(hashtextextended('dateline.events', 0))")
        conn.execute(
            """
            with happened as (
                select * from unnest(%s::text[], %s::bigint[], %s::text[]) with ordinality
                           as l (kind, article_id, changed, number)),
            written as (
                insert into event (at, kind, article_id, source_id, url, title, changed)
                select clock_timestamp(), h.kind, a.id, a.source_id, a.url, a.title, string_to_array(h.changed, ' ')
                  from happened h join article a on a.id = h.article_id order by h.number
                returning id)
            select pg_notify('dateline', max(id)::text) from written""",
            (
                [event.kind for event in events],
                [event.article_id for event in events],
                [" ".join(event.changed) for event in events],
            ),
        )
