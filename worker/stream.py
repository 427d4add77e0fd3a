"""The Redis Stream `dateline:events`: a copy of the change feed's newest lines, under the same ids."""

from __future__ import annotations

import json
import logging
from itertools import chain
from typing import Any

import redis

from worker.db import Pool, one

log = logging.getLogger(__name__)

STREAM = "dateline:events"
BATCH = 500  # events a script: Redis serves nobody else meanwhile
BROKER_WAIT_S = 10.0
APPEND = """
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if (newest[1] and newest[1][1] or '0-0') ~= ARGV[1] then return 0 end
for i = 3, #ARGV, 2 do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i], 'event', ARGV[i + 1])
end
return 1"""  # appends only to what the caller saw, so neither a second relay nor a FLUSHALL doubles or skips a line


def relay(pool: Pool, broker: str, length: int) -> int:
    """Bring the stream up to the change feed, keeping about `length` entries; how many were added.

    An entry has the event's id (as ID-0) and one field, `event`: the line of dateline.events as JSON. A stream that was
    lost is filled again with the newest events. Raises redis.RedisError if Redis cannot be used.
    """
    added = 0
    with redis.Redis.from_url(broker, socket_timeout=BROKER_WAIT_S, socket_connect_timeout=BROKER_WAIT_S) as client:
        while True:
            top = newest(client)
            events = _next(pool, top, length)
            if not events:
                if _is_ahead(pool, top):
                    log.error("the stream has event %s, which the database never had: it is made anew", top)
                    client.delete(STREAM)
                    continue
                return added
            lines = chain.from_iterable((f"{event['id']}-0", _line(event)) for event in events)
            if client.eval(APPEND, 1, STREAM, f"{top}-0", str(length), *lines):
                added += len(events)


def newest(client: redis.Redis) -> int:
    """Id of the newest event in the stream; 0 where there is none."""
    entries: Any = client.xrevrange(STREAM, count=1)
    return int(entries[0][0].partition(b"-")[0]) if entries else 0


def _next(pool: Pool, after: int, length: int) -> list[dict[str, Any]]:
    """The events to add: those after the newest in the stream, but none that would be cut off again at once."""
    with pool.connection() as conn:
        return conn.execute(
            """
            select * from dateline.events
             where id > greatest(%(after)s, (select id from event order by id desc offset %(length)s limit 1))
               and kind <> 'expired'
             order by id limit %(batch)s""",
            {"after": after, "length": length, "batch": BATCH},
        ).fetchall()


def _is_ahead(pool: Pool, top: int) -> bool:
    """Whether the stream has an event that the database lacks: it was restored from an older copy."""
    with pool.connection() as conn:
        row = one(conn.execute("select coalesce(max(id), %s) < %s as is_ahead from dateline.events", (top, top)))
    return bool(row["is_ahead"])


def _line(event: dict[str, Any]) -> str:
    return json.dumps({**event, "at": event["at"].isoformat()}, ensure_ascii=False)
