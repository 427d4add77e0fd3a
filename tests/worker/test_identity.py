"""One article however many addresses it has: which row a page belongs to, and what becomes of rows that are one."""

from __future__ import annotations

import pytest

from tests.worker.builders import STORY, address, article, articles, save, told
from worker import parameters


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://paper.example/story/1", id="http"),
        pytest.param("https://www.paper.example/story/1", id="www"),
        pytest.param("https://m.paper.example/story/1", id="mobile-host"),
        pytest.param("https://paper.example/story/1/", id="trailing-slash"),
        pytest.param("https://paper.example/story/1?utm_source=mail&fbclid=x", id="tracking"),
        pytest.param("https://paper.example/story/1/amp", id="amp"),
        pytest.param("https://paper.example/story/1?print=1#comments", id="print"),
    ],
)
def test_variants_of_an_address_are_one_article(pool, conn, url):
    first = save(pool, article())
    again = save(pool, article(url=url))
    assert (again.id, again.verdict) == (first.id, "unchanged")
    assert len(articles(conn)) == 1


def test_a_parameter_that_names_the_story_keeps_two_apart(pool, conn):
    for number in (1, 2):
        save(pool, article(number, url=f"https://paper.example/story.php?id={number}"))
    assert len(articles(conn)) == 2


@pytest.mark.parametrize(
    "new",
    [
        pytest.param("world/ferry-runs-again-after-storm-1234567", id="another-section"),
        pytest.param("news/storm-over-ferry-runs-1234567", id="another-slug"),
    ],
)
def test_a_story_that_moves_within_its_paper_stays_one_article(pool, conn, new):
    first = save(pool, article(url=address("news/ferry-runs-again-after-storm-1234567")))
    moved = save(pool, article(url=address(new)))
    assert moved.id == first.id
    [row] = articles(conn)
    assert row["url"] == address(new)
    assert conn.execute("select url from dateline.articles").fetchall() == [{"url": address(new)}]


def test_the_same_text_under_an_address_with_nothing_in_common_is_a_copy(pool, conn):
    save(pool, article(url=address("news/ferry")))
    assert save(pool, article(url=address("other"))).verdict == "copied"


def test_rows_are_joined_once_one_address_leads_to_the_other(pool, conn):
    old, new = address("old-place"), address("new-place")
    first = save(pool, article(url=old, canonical_url=old))
    second = save(pool, article(url=new, canonical_url=new))
    assert second.verdict == "copied"

    joined = save(pool, article(url=new, canonical_url=new), old)  # the first address redirects now

    assert joined.id == first.id
    rows = {row["id"]: row for row in articles(conn)}
    assert (rows[second.id]["copy_of"], rows[second.id]["method"]) == (first.id, "moved")
    assert rows[first.id]["url"] == new
    assert save(pool, article(url=new, canonical_url=new)).id == first.id
    assert [kind for kind, _ in told(conn)] == ["created", "created", "copied"]


def test_a_row_that_moved_stays_out_of_the_groups_of_copies(pool, conn):
    old, new = address("old-place"), address("new-place")
    save(pool, article(url=old, canonical_url=old))
    second = save(pool, article(url=new, canonical_url=new))
    save(pool, article(url=new, canonical_url=new), old)

    save(pool, article(url=address("third"), canonical_url=address("third")))  # mends the group

    methods = {row["id"]: row["method"] for row in articles(conn)}
    assert (methods[second.id], sorted(filter(None, methods.values()))) == ("moved", ["exact", "moved"])


def test_an_alias_that_leads_to_another_story_each_day_joins_none(pool, conn):
    latest = address("latest")
    for number in (1, 2, 3):
        save(pool, article(number), latest)
    assert [row["title"] for row in articles(conn)] == ["Headline 1", "Headline 2", "Headline 3"]


def test_a_parameter_that_never_changes_the_text_stops_counting(pool, conn):
    for number in range(parameters.ENOUGH):
        for value in ("?ed=uk", "?ed=us"):
            url = f"{STORY}{number}{value}"
            save(pool, article(number, url=url))
    apart = len(articles(conn))

    for value in ("?ed=uk", "?ed=us", ""):
        save(pool, article(99, url=f"{STORY}99{value}"))

    assert len(articles(conn)) == apart + 1
    [row] = conn.execute("select host, name, equal, different from url_parameter").fetchall()
    assert row == {"host": "paper.example", "name": "ed", "equal": parameters.ENOUGH + 1, "different": 0}


def test_one_other_text_and_the_parameter_counts_again(pool, conn):
    for number in range(parameters.ENOUGH):
        for value in ("?ed=uk", "?ed=us"):
            save(pool, article(number, url=f"{STORY}{number}{value}"))
    for number, value in ((70, "?ed=uk"), (71, "?ed=us")):
        save(pool, article(number, url=f"{STORY}{value}"))

    assert save(pool, article(80, url=f"{STORY}80?ed=uk")).id != save(pool, article(80, url=f"{STORY}80?ed=us")).id
    [row] = conn.execute("select different from url_parameter").fetchall()
    assert row == {"different": 1}


def test_a_parameter_that_may_name_stories_is_never_learnt(pool, conn):
    for number in range(parameters.ENOUGH):
        for value in ("?id=1", "?id=2"):
            save(pool, article(number, url=f"{STORY}{number}{value}"))
    assert conn.execute("select 1 from url_parameter").fetchall() == []
