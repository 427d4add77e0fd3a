"""What is a change of an article, and what is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.worker.builders import NOON, article, articles, prose, save, told
from worker import substance

TEXT = (prose(1), prose(1001))


def revised_by(pool, **fields):
    """The fields that the store says have changed when the article is read again with these."""
    base = {"paragraphs": TEXT, "title": "Ferry runs again", "authors": ("Ann Lee",), "published": NOON}
    save(pool, article(**base))
    [*events] = save(pool, article(**{**base, **fields})).events
    return events[0].changed if events else ()


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"title": "Ferry  runs\u00a0again"}, id="spaces"),
        pytest.param({"title": "“Ferry runs again”"}, id="quotes"),
        pytest.param({"title": "FERRY RUNS AGAIN"}, id="capitals"),
        pytest.param({"authors": ("ANN LEE",)}, id="authors-in-capitals"),
        pytest.param({"published": NOON + timedelta(seconds=12)}, id="seconds"),
        pytest.param({"published": None}, id="no-time-any-more"),
        pytest.param({"paragraphs": (*TEXT, "1,204 views")}, id="counter"),
        pytest.param({"paragraphs": ("Updated 5 minutes ago", *TEXT)}, id="clock"),
        pytest.param({"paragraphs": (*TEXT, "Read more: Harbour opens to larger ships")}, id="pointer"),
        pytest.param({"paragraphs": (*TEXT[:1], "PKR/USD 278.40 ▲ 0.12%", *TEXT[1:])}, id="ticker"),
        pytest.param({"paragraphs": (" ".join(TEXT),)}, id="other-paragraphs"),
    ],
)
def test_no_change_in_substance_is_no_revision_and_no_event(pool, conn, fields):
    assert revised_by(pool, **fields) == ()
    [row] = articles(conn)
    assert (row["revision"], row["title"]) == (1, "Ferry runs again")
    assert len(told(conn)) == 1


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        pytest.param({"title": "Ferry runs no more"}, ("title",), id="title"),
        pytest.param({"subtitle": "It had stopped for weeks"}, ("subtitle",), id="subtitle"),
        pytest.param({"authors": ("Ann Lee", "Bo Hale")}, ("authors",), id="authors"),
        pytest.param({"published": NOON + timedelta(hours=1)}, ("published",), id="published"),
        pytest.param({"paragraphs": (*TEXT, "The mayor said 14 people were hurt.")}, ("body",), id="sentence"),
        pytest.param({"paragraphs": (TEXT[0] + " not", TEXT[1])}, ("body",), id="a-word"),
        pytest.param({"paragraphs": (TEXT[0] + " 15", TEXT[1])}, ("body",), id="a-figure"),
    ],
)
def test_a_change_in_substance_is_one_revision_and_one_event(pool, conn, fields, changed):
    assert revised_by(pool, **fields) == changed
    assert articles(conn)[0]["revision"] == 2
    assert [kind for kind, _ in told(conn)] == ["created", "updated"]
    [row] = conn.execute("select changed from dateline.article_revisions where revision = 2").fetchall()
    assert row["changed"] == list(changed)


def test_a_revision_says_how_much_of_the_words_changed(pool, conn):
    save(pool, article(paragraphs=("one two three four five six seven eight nine ten " * 3,), title="A"))
    save(pool, article(paragraphs=("one two three four five six seven eight nine two " * 3,), title="A"))
    [_, row] = conn.execute("select share from dateline.article_revisions order by revision").fetchall()
    assert row["share"] == pytest.approx(3 / 31)


def test_a_table_of_quotations_is_no_ticker():
    known = {"title": "", "subtitle": None, "authors": [], "published": None, "kind": "article"}
    lines = ["USD 278.40 +0.12%", "EUR 301.10 +0.40%", "GBP 352.00 -0.02%"]
    values = {**known, "body": "\n".join([*lines[:2], "GBP 353.10 -0.05%"])}
    assert substance.changed({**known, "body": "\n".join(lines)}, values) == ("body",)


def test_ten_looks_at_an_unchanged_page_write_nothing(pool, conn):
    save(pool, article(published=NOON))
    [before] = articles(conn)
    for _ in range(10):
        assert save(pool, article(published=NOON)).events == ()
    assert articles(conn) == [before]
    assert len(told(conn)) == 1
