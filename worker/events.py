"""The change feed: events are numbered within the commit that makes them visible, so no reader skips a late one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from psycopg.types.json import Jsonb

from worker.db import Connection

EventKind = Literal["created", "updated", "copied", "separated", "gone", "restored"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an article; `changed` names the fields of an update."""

    kind: EventKind
    article_id: int
    changed: tuple[str, ...] = ()


def publish(conn: Connection, events: Sequence[Event]) -> None:
    """Let the commit of this transaction number the events, write them and wake the listeners of `dateline`.

    A deferred trigger does so under an advisory lock that is freed when the commit is visible, so ids become visible
    in their order, however late a transaction commits. `bench/events.py` compares this way with two others.
    """
    if events:
        conn.execute(
            """
            insert into event_pending (kind, article_id, changed)
            select kind, article_id, changed
              from rows from (jsonb_to_recordset(%s) as (kind text, article_id bigint, changed text[])) with ordinality
                   as l (kind, article_id, changed, number)
             order by number""",
            (Jsonb([asdict(event) for event in events]),),
        )
