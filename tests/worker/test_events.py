"""The change feed: a reader with a cursor sees every event once, in order, whoever writes at the same time."""

from __future__ import annotations

import threading

from tests.worker.builders import article, save, together
from worker import db, events
from worker.events import Event


def ids(conn, cursor=0):
    return [row["id"] for row in conn.execute("select id from dateline.events where id > %s order by id", [cursor])]


def publish(pool, happened):
    with pool.connection() as conn:
        events.publish(conn, happened)


def test_an_event_tells_what_happened_to_what(pool, conn):
    saved = save(pool, article())
    publish(pool, [Event("updated", saved.id, ("title", "body"))])
    [_, event] = conn.execute("select * from dateline.events order by id").fetchall()
    assert (event["kind"], event["article_id"], event["source"]) == ("updated", saved.id, "paper")
    assert (event["url"], event["title"], event["changed"]) == (article().url, "Headline 1", ["title", "body"])


def test_an_event_without_changed_fields_has_an_empty_list(pool, conn):
    save(pool, article())
    assert conn.execute("select changed from dateline.events").fetchall() == [{"changed": []}]


def test_events_of_a_transaction_keep_their_order(pool, conn):
    numbers = [save(pool, article(number)).id for number in (1, 2, 3)]
    happened = [
        Event("gone", numbers[2]),
        Event("gone", numbers[0]),
        Event("restored", numbers[2]),
        Event("gone", numbers[1]),
    ]
    publish(pool, happened)
    rows = conn.execute("select kind, article_id from event where kind <> 'created' order by id").fetchall()
    assert [Event(row["kind"], row["article_id"]) for row in rows] == happened


def test_nothing_happened_is_no_event_and_no_notice(pool, conn):
    conn.execute("listen dateline")
    publish(pool, [])
    assert ids(conn) == []
    assert list(conn.notifies(timeout=0)) == []


def test_listeners_are_woken_with_the_newest_id(pool, conn):
    conn.execute("listen dateline")
    saved = save(pool, article())
    publish(pool, [Event("gone", saved.id), Event("restored", saved.id)])
    notices = list(conn.notifies(timeout=5, stop_after=2))
    assert [(notice.channel, int(notice.payload)) for notice in notices] == [
        ("dateline", ids(conn)[0]),
        ("dateline", ids(conn)[-1]),
    ]


def test_what_was_rolled_back_is_never_told(pool, conn):
    saved = save(pool, article())
    conn.execute("listen dateline")
    with pool.connection() as writer:
        events.publish(writer, [Event("gone", saved.id)])
        writer.rollback()
    assert len(ids(conn)) == 1
    assert list(conn.notifies(timeout=0)) == []


def test_no_event_becomes_visible_before_one_with_a_lower_id(pool, database):
    """A second writer must wait for the first to commit, else its higher id would be read first."""
    saved = save(pool, article())
    with db.connect(database) as watcher, pool.connection() as first:
        events.publish(first, [Event("gone", saved.id)])
        second = threading.Thread(target=publish, args=(pool, [Event("restored", saved.id)]))
        second.start()
        while not watcher.execute("select from pg_locks where locktype = 'advisory' and not granted").fetchall():
            pass  # until the second waits
        assert len(ids(watcher)) == 1
        first.commit()
        second.join()
        rows = watcher.execute("select kind from event order by id").fetchall()
    assert [row["kind"] for row in rows] == ["created", "gone", "restored"]


def test_a_reader_with_a_cursor_misses_and_repeats_nothing(pool, database):
    saved = save(pool, article())
    done = threading.Event()

    def write(number):
        for step in range(20):
            publish(pool, [Event("updated", saved.id, (f"{number}-{step}",))] * (1 + step % 3))

    def read():
        seen, cursor = [], 0
        with db.connect(database) as conn:
            while True:
                ended = done.is_set()
                new = ids(conn, cursor)
                seen += new
                cursor = max([cursor, *new])
                if ended:
                    return seen, ids(conn)

    def write_all():
        together([lambda n=n: write(n) for n in range(10)])
        done.set()

    *readings, _ = together([read, read, write_all])
    for seen, every in readings:
        assert seen == every
        assert len(every) == 1 + 10 * sum(1 + step % 3 for step in range(20))
