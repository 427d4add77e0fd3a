"""The one exit: an attempt, what it brought and what is due next are written together, or not at all."""

from __future__ import annotations

import logging
from dataclasses import replace
from random import Random
from string import ascii_letters

import psycopg
import pytest
from psycopg import sql

from tests.worker.builders import (
    HOST,
    NOON,
    POSTGRES,
    STORY,
    add_page,
    answered,
    article,
    fetched,
    page_target,
    row_of,
)
from worker import db, frontier, record
from worker.outcome import Outcome


def log(conn):
    return conn.execute("select * from fetch_log order by id").fetchall()


def kinds(conn):
    return [row["kind"] for row in conn.execute("select kind from event order by id")]


def story(number=1, body=b"<p>one</p>", **fields):
    """The outcome of a fetch that brought an article."""
    item = article(number, **fields)
    return answered("article", fetched(item.url, body, etag='"e"'), article=item)


def write(pool, lease, target, outcome, keeper=POSTGRES):
    return record.record(pool, lease, target, outcome, keeper)


@pytest.fixture
def page(conn, lease):
    return page_target(add_page(conn, STORY, source_id="paper", attempts=1), STORY, source_id="paper")


@pytest.fixture
def read_page(pool, conn, lease, page):
    """A page whose article is stored."""
    write(pool, lease, page, story(published=NOON))
    row = row_of(conn, "page", "id", page.id)
    return replace(page, article_id=row["article_id"], body_hash=row["body_hash"], etag=row["etag"])


# Pages ------------------------------------------------------------------------------------------------------------


def test_an_article_its_page_its_bytes_and_its_attempt_are_written_together(pool, conn, lease, page):
    outcome = write(pool, lease, page, story())
    assert outcome.reason == "new"
    [stored] = conn.execute("select id, title from article").fetchall()
    row = row_of(conn, "page", "id", page.id)
    assert (row["outcome"], row["article_id"], row["attempts"], row["etag"]) == ("new", stored["id"], 0, '"e"')
    [attempt] = log(conn)
    assert (attempt["kind"], attempt["page_id"], attempt["feed_id"], attempt["reason"]) == (
        "page",
        page.id,
        None,
        "new",
    )
    assert (attempt["status"], attempt["bytes"], attempt["worker"], attempt["host"]) == (200, 10, "worker@test", HOST)
    [kept] = conn.execute("select * from archive").fetchall()
    assert (kept["page_id"], kept["body"], kept["encoding"], kept["headers"]) == (
        page.id,
        b"<p>one</p>",
        "identity",
        {"etag": '"e"'},
    )
    assert kinds(conn) == ["created"]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        pytest.param(story(published=NOON), "unchanged", id="unchanged"),
        pytest.param(story(published=NOON, title="Corrected"), "revised", id="revised"),
    ],
)
def test_the_store_says_what_became_of_an_article(pool, conn, lease, read_page, outcome, reason):
    assert write(pool, lease, read_page, outcome).reason == reason
    assert row_of(conn, "page", "id", read_page.id)["outcome"] == reason
    assert log(conn)[-1]["reason"] == reason


def test_all_addresses_on_the_way_lead_to_the_article(pool, conn, lease, page):
    answer = replace(fetched(f"{STORY}/final"), hops=(STORY, f"{STORY}/hop"))
    write(pool, lease, page, answered("article", answer, article=article(url=f"{STORY}/final")))
    rows = conn.execute("select url from article_url order by url").fetchall()
    assert [row["url"] for row in rows] == [STORY, f"{STORY}/final", f"{STORY}/hop"]


@pytest.mark.parametrize(
    ("outcome", "keeper"),
    [
        pytest.param(story(), None, id="operator-keeps-none"),
        pytest.param(Outcome("timed_out", weight=0.5), POSTGRES, id="no-answer"),
        pytest.param(answered("not_modified", fetched(STORY, b"", 304)), POSTGRES, id="304"),
    ],
)
def test_no_bytes_are_kept(pool, conn, lease, page, outcome, keeper):
    write(pool, lease, page, outcome, keeper)
    assert conn.execute("select from archive").rowcount == 0
    assert len(log(conn)) == 1


def test_the_same_bytes_are_kept_once(pool, conn, lease, read_page):
    write(pool, lease, read_page, story(published=NOON))
    assert conn.execute("select from archive").rowcount == 1
    write(pool, lease, read_page, story(published=NOON, body=b"<p>two</p>"))
    assert conn.execute("select from archive").rowcount == 2


def test_a_failure_is_an_attempt_like_any_other(pool, conn, lease, page):
    outcome = Outcome("timed_out", weight=0.5, detail="30 s\x00", elapsed_ms=30000.0)
    assert write(pool, lease, page, outcome) == outcome
    [attempt] = log(conn)
    assert (attempt["reason"], attempt["weight"], attempt["detail"], attempt["status"]) == (
        "timed_out",
        0.5,
        "30 s\ufffd",
        None,
    )
    assert row_of(conn, "page", "id", page.id)["failures"] == 0.5


def test_an_outcome_that_cannot_be_written_is_recorded_as_our_bug(pool, conn, lease, page):
    outcome = write(pool, lease, page, story(access="by invitation"))
    assert (outcome.reason, outcome.status) == ("bug", 200)
    assert "article_access_check" in log(conn)[0]["detail"]
    row = row_of(conn, "page", "id", page.id)
    assert (row["outcome"], row["failures"]) == ("bug", 1.0)
    assert conn.execute("select from article").rowcount == 0
    assert kinds(conn) == []


def test_what_no_index_can_hold_is_a_bug_and_no_failure_of_the_database(pool, conn, lease, page):
    noise = "".join(Random(1).choices(ascii_letters, k=4_000))
    assert write(pool, lease, page, story(source_article_id=noise)).reason == "bug"
    assert row_of(conn, "page", "id", page.id)["failures"] == 1.0


def test_a_bug_that_cannot_be_written_either_is_raised(pool, lease, page):
    with pytest.raises(psycopg.Error):
        write(pool, lease, page, replace(Outcome("bug", weight=1.0), elapsed_ms=10.0**300))


def test_an_attempt_is_written_although_its_connection_is_cut(pool, conn, lease, page):
    conn.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where pid <> pg_backend_pid() and datname = current_database()"
    )
    assert write(pool, lease, page, story()).reason == "new"


class Letting(logging.Handler):
    """Ends a transaction as soon as something is logged."""

    def __init__(self, holder):
        super().__init__(logging.WARNING)
        self.holder = holder

    def emit(self, entry):
        self.holder.rollback()


@pytest.fixture
def hurried_pool(conn, database):
    """A pool whose statements wait for locks only briefly; they then fail as in a deadlock."""
    conn.execute(sql.SQL("alter database {} set lock_timeout = '50ms'").format(sql.Identifier(conn.info.dbname)))
    with db.open_pool(database, size=2) as pool:
        yield pool


def test_an_attempt_that_the_database_refused_is_written_at_the_next_try(hurried_pool, conn, lease, page):
    with hurried_pool.connection() as holder:
        holder.execute("select from page where id = %s for update", [page.id])
        letting = Letting(holder)
        record.log.addHandler(letting)
        try:
            assert write(hurried_pool, lease, page, story()).reason == "new"
        finally:
            record.log.removeHandler(letting)
    assert kinds(conn) == ["created"]
    assert len(log(conn)) == 1


def test_an_attempt_that_the_database_refuses_again_and_again_is_raised(hurried_pool, conn, lease, page):
    with hurried_pool.connection() as holder:
        holder.execute("select from page where id = %s for update", [page.id])
        with pytest.raises(psycopg.OperationalError):
            write(hurried_pool, lease, page, story())
    assert kinds(conn) == []
    assert log(conn) == []


def test_a_redirect_to_another_host_wakes_it(pool, conn, lease, page):
    write(pool, lease, page, Outcome("redirected", status=301, moved_to="https://new.example/story/1"))
    assert conn.execute("select due_at <= now() as is_due from host where name = 'new.example'").fetchone() == {
        "is_due": True
    }
    row = row_of(conn, "page", "id", page.id)
    assert (row["due_at"], row["outcome"]) == (None, "redirected")
    assert row_of(conn, "page", "id", row["redirected_to"])["url"] == "https://new.example/story/1"


def test_a_redirect_too_many_is_a_failure(pool, conn, lease):
    number = None
    for hop in range(frontier.MAX_HOST_HOPS):
        address = f"https://{HOST}/{hop}"
        later = add_page(conn, address, redirected_to=None)
        if number:
            conn.execute("update page set redirected_to = %s where id = %s", [later, number])
        number = later
    outcome = write(pool, lease, page_target(number, address), Outcome("redirected", moved_to="https://new.example/"))
    assert (outcome.reason, outcome.moved_to) == ("too_many_redirects", None)
    assert row_of(conn, "page", "id", number)["failures"] == 1.0


# Articles that are taken down -------------------------------------------------------------------------------------


GONE = Outcome("gone", weight=1.0, status=410)


def is_gone(conn):
    return conn.execute("select gone_at is not null as gone from article").fetchone()["gone"]


def failing(conn, page):
    return replace(page, failures=row_of(conn, "page", "id", page.id)["failures"])


def a_day_passes(conn):
    conn.execute(
        "update article set missing_at = missing_at - d, missing_since = missing_since - d"
        " from (values (interval '1 day')) as a (d)"
    )


def take_down(pool, conn, lease, page, outcome=GONE):
    for _ in range(3):
        write(pool, lease, failing(conn, page), outcome)
        a_day_passes(conn)


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Outcome("not_found", weight=1.0, status=404), id="404"),
        pytest.param(GONE, id="410"),
        pytest.param(Outcome("soft_404", weight=1.0, status=200), id="soft-404"),
        pytest.param(Outcome("redirected_home", weight=1.0, status=200), id="home-page"),
        pytest.param(Outcome("redirected", weight=1.0, moved_to="https://other.example/"), id="home-page-elsewhere"),
    ],
)
def test_an_article_is_gone_after_three_looks_on_different_days(pool, conn, lease, read_page, outcome):
    for _ in range(3):
        assert not is_gone(conn)
        write(pool, lease, failing(conn, read_page), outcome)
        assert conn.execute("select due_at - now() > '23 hours' as long from page").fetchone()["long"]
        a_day_passes(conn)
    assert is_gone(conn)
    write(pool, lease, failing(conn, read_page), outcome)
    assert kinds(conn) == ["created", "gone"]


def test_many_looks_on_one_day_are_one(pool, conn, lease, read_page):
    for _ in range(5):
        write(pool, lease, failing(conn, read_page), GONE)
    assert not is_gone(conn)


def test_a_look_that_finds_it_starts_the_count_again(pool, conn, lease, read_page):
    for outcome in (GONE, GONE, answered("not_modified", fetched(STORY, b"", 304)), GONE, GONE):
        write(pool, lease, failing(conn, read_page), outcome)
        a_day_passes(conn)
    assert not is_gone(conn)


def test_other_failures_do_not_take_an_article_down(pool, conn, lease, read_page):
    for _ in range(5):
        write(pool, lease, failing(conn, read_page), Outcome("forbidden", weight=1.0, status=403))
    assert not is_gone(conn)


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(story(published=NOON), id="read-again"),
        pytest.param(answered("same", fetched(STORY, b"<p>one</p>")), id="the-same-bytes"),
        pytest.param(answered("not_modified", fetched(STORY, b"", 304)), id="304"),
    ],
)
def test_an_article_that_is_there_again_is_restored(pool, conn, lease, read_page, outcome):
    take_down(pool, conn, lease, read_page)
    assert is_gone(conn)
    write(pool, lease, failing(conn, read_page), outcome)
    assert not is_gone(conn)
    write(pool, lease, failing(conn, read_page), outcome)
    assert kinds(conn) == ["created", "gone", "restored"]


def test_a_page_that_is_no_article_any_more_keeps_its_article(pool, conn, lease, read_page):
    write(pool, lease, read_page, answered("paywall", fetched(STORY, b"stub")))
    assert not is_gone(conn)
    assert row_of(conn, "page", "id", read_page.id)["article_id"] == read_page.article_id
