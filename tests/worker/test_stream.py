"""The Redis Stream `dateline:events`: the same lines under the same ids, whatever happens to Redis or the relay."""

from __future__ import annotations

import json

import pytest
import redis

from tests.worker.builders import article, save, together
from worker import stream


@pytest.fixture
def client(embedded):
    client = redis.Redis.from_url(embedded.redis_url)
    client.delete(stream.STREAM)
    yield client
    client.delete(stream.STREAM)
    client.close()


@pytest.fixture
def relay(pool, embedded):
    def run(length=1000):
        return stream.relay(pool, embedded.redis_url, length)

    return run


def entries(client):
    return [(number.decode(), json.loads(fields[b"event"])) for number, fields in client.xrange(stream.STREAM)]


def test_the_stream_has_the_lines_of_the_feed_under_their_ids(pool, conn, client, relay):
    for number in (1, 2):
        save(pool, article(number))
    assert relay() == 2
    rows = conn.execute("select * from dateline.events order by id").fetchall()
    assert entries(client) == [(f"{row['id']}-0", {**row, "at": row["at"].isoformat()}) for row in rows]


def test_a_relay_that_runs_twice_or_at_once_doubles_nothing(pool, client, relay):
    for number in range(30):
        save(pool, article(number))
    together([relay] * 4)
    relay()
    assert [number for number, _ in entries(client)] == [f"{number}-0" for number in range(1, 31)]


def test_a_lost_stream_is_filled_again(pool, client, relay):
    for number in range(5):
        save(pool, article(number))
    relay()
    before = entries(client)
    client.delete(stream.STREAM)
    assert relay() == 5
    assert entries(client) == before


def test_the_stream_is_bounded_and_a_new_one_takes_only_what_fits(pool, client, relay, monkeypatch):
    monkeypatch.setattr(stream, "BATCH", 50)
    for number in range(40):
        save(pool, article(number))
    assert relay(length=10) == 10
    assert [number for number, _ in entries(client)] == [f"{number}-0" for number in range(31, 41)]


def test_a_stream_of_a_database_that_is_gone_is_made_anew(pool, client, relay):
    save(pool, article())
    client.xadd(stream.STREAM, {"event": "{}"}, "900-0")
    relay()
    assert [number for number, _ in entries(client)] == ["1-0"]


def test_without_redis_the_table_goes_on(pool, conn):
    save(pool, article())
    with pytest.raises(redis.RedisError):
        stream.relay(pool, "redis://127.0.0.1:1/0", 10)
    assert len(conn.execute("select id from dateline.events").fetchall()) == 1
