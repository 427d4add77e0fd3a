"""Sources: a file or a person adds them, commands pause and remove them, and the file does not undo a command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scrapers.selectors import Selectors
from tests.worker.builders import FUTURE, add_feed, article, insert, save
from worker import sources
from worker.sourcefile import FeedSpec, SourceSpec

FEED = "https://paper.example/feed"
SECTION = FeedSpec("https://paper.example/world", "section", "/story/")
PAPER = SourceSpec("paper", "The Paper", "https://www.paper.example/", (FeedSpec(FEED),), "en", "pk", "Asia/Karachi")


def source(conn, source_id="paper"):
    return conn.execute("select * from source where id = %s", [source_id]).fetchone()


def feeds_due(conn):
    return conn.execute("select url from feed where enabled and due_at <= now() order by url").fetchall()


def test_a_source_comes_with_its_feeds_due_and_their_hosts_awake(conn):
    added = sources.add(conn, PAPER, "added")
    assert added == sources.Added("paper", (FEED,), ())
    row = source(conn)
    assert (row["name"], row["site"], row["country"], row["language"]) == ("The Paper", "paper.example", "pk", "en")
    assert (row["timezone"], row["origin"], row["enabled"], row["removed_at"]) == ("Asia/Karachi", "added", True, None)
    assert feeds_due(conn) == [{"url": FEED}]
    assert conn.execute("select name from host where due_at <= now()").fetchall() == [{"name": "paper.example"}]


def test_a_source_without_a_home_page_has_the_site_of_its_feed(conn):
    sources.add(conn, replace(PAPER, homepage=None), "added")
    assert source(conn)["site"] == "paper.example"


def test_adding_again_brings_up_to_date_and_forgets_nothing(conn):
    sources.add(conn, PAPER, "added")
    changed = replace(PAPER, name="Paper", homepage=None, country=None, language=None, timezone=None, feeds=(SECTION,))
    assert sources.add(conn, changed, "added").new == (SECTION.url,)
    row = source(conn)
    assert (row["name"], row["homepage"], row["country"], row["timezone"]) == (
        "Paper",
        PAPER.homepage,
        "pk",
        "Asia/Karachi",
    )
    assert len(feeds_due(conn)) == 2


def test_selectors_are_kept_replaced_as_a_whole_and_taken_back_by_an_empty_table(conn):
    sources.add(conn, replace(PAPER, selectors=Selectors(title="h1", body=".text p")), "file")
    sources.add(conn, PAPER, "added")
    assert source(conn)["selectors"] == {"title": "h1", "body": ".text p"}
    assert sources.details(conn, "paper")["selectors"] == {"title": "h1", "body": ".text p"}
    sources.sync(conn, [replace(PAPER, selectors=Selectors(body=".story p"))])
    assert source(conn)["selectors"] == {"body": ".story p"}
    sources.sync(conn, [replace(PAPER, selectors=Selectors())])
    assert source(conn)["selectors"] == {}


def test_adding_again_does_not_make_feeds_due_before_their_time(conn):
    sources.add(conn, PAPER, "file")
    conn.execute("update feed set due_at = %s", [FUTURE])
    sources.sync(conn, [PAPER])
    assert feeds_due(conn) == []


def test_a_feed_of_another_source_is_named_and_stays_there(conn):
    sources.add(conn, PAPER, "added")
    added = sources.add(conn, SourceSpec("copycat", "Copycat", None, (FeedSpec(FEED),)), "added")
    assert added == sources.Added("copycat", (), (f"{FEED} (paper)",))


def test_a_source_that_a_crawl_met_becomes_a_followed_one(pool, conn):
    save(pool, article())
    assert source(conn)["origin"] == "crawl"
    sources.sync(conn, [PAPER])
    assert (source(conn)["origin"], source(conn)["enabled"]) == ("file", True)
    assert feeds_due(conn) == [{"url": FEED}]


def test_a_paused_source_is_not_polled_until_it_is_resumed(conn):
    sources.add(conn, PAPER, "added")
    assert sources.set_enabled(conn, "paper", is_on=False)
    assert conn.execute("select enabled, due_at from feed").fetchall() == [{"enabled": False, "due_at": None}]
    assert conn.execute("select enabled from dateline.sources").fetchall() == [{"enabled": False}]
    conn.execute("update host set due_at = null")
    assert sources.set_enabled(conn, "paper", is_on=True)
    assert feeds_due(conn) == [{"url": FEED}]
    assert conn.execute("select from host where due_at <= now()").rowcount == 1


@pytest.mark.parametrize(
    "stop", [lambda conn: sources.set_enabled(conn, "paper", is_on=False), lambda conn: sources.remove(conn, "paper")]
)
def test_the_file_does_not_undo_a_command(conn, stop):
    sources.sync(conn, [PAPER])
    stop(conn)
    sources.sync(conn, [replace(PAPER, feeds=(*PAPER.feeds, SECTION))])
    assert feeds_due(conn) == []


@pytest.mark.parametrize(
    "stop", [lambda conn: sources.set_enabled(conn, "paper", is_on=False), lambda conn: sources.remove(conn, "paper")]
)
def test_a_person_who_adds_a_stopped_source_starts_it_again(conn, stop):
    sources.add(conn, PAPER, "added")
    stop(conn)
    sources.add(conn, PAPER, "added")
    assert feeds_due(conn) == [{"url": FEED}]
    assert source(conn)["removed_at"] is None


def test_the_file_can_pause_a_source(conn):
    sources.sync(conn, [PAPER])
    sources.sync(conn, [replace(PAPER, enabled=False)])
    assert feeds_due(conn) == []


def test_a_source_that_left_the_file_stays(conn):
    sources.sync(conn, [PAPER])
    sources.sync(conn, [])
    assert feeds_due(conn) == [{"url": FEED}]


def test_a_removed_source_loses_its_feeds_and_keeps_its_articles(pool, conn):
    sources.add(conn, PAPER, "added")
    save(pool, article())
    assert sources.remove(conn, "paper")
    assert not sources.remove(conn, "paper")
    assert conn.execute("select from feed").rowcount == 0
    assert conn.execute("select source from dateline.articles").fetchall() == [{"source": "paper"}]
    assert sources.overview(conn) == []
    assert sources.specs(conn) == []


def test_a_source_that_is_not_there_is_neither_paused_nor_removed(conn):
    assert not sources.set_enabled(conn, "nobody", is_on=False)
    assert not sources.remove(conn, "nobody")
    assert sources.details(conn, "nobody") is None


def test_what_was_added_can_be_written_down_again(conn):
    both = replace(PAPER, feeds=(*PAPER.feeds, SECTION), selectors=Selectors(title="h1"))
    sources.add(conn, both, "file")
    sources.add(conn, SourceSpec("wire", "Wire", "https://wire.example/"), "added")
    sources.set_enabled(conn, "wire", is_on=False)
    [index] = conn.execute("select id from feed where url = %s", [FEED])
    add_feed(conn, f"{FEED}/child", parent_id=index["id"])  # found again by itself
    insert(conn, "source", id="met", name="met", site="met.example", origin="crawl")
    assert sources.specs(conn) == [both, SourceSpec("wire", "Wire", "https://wire.example/", enabled=False)]


def test_the_overview_counts_feeds_and_articles_of_the_followed(pool, conn):
    sources.add(conn, PAPER, "added")
    save(pool, article(1))
    save(pool, article(2))
    save(pool, article(url="https://met.example/1", source="met.example"))
    [line] = sources.overview(conn)
    assert (line["id"], line["feeds"], line["articles"], line["enabled"]) == ("paper", 1, 2, True)


def test_the_details_name_each_feed(conn):
    sources.add(conn, replace(PAPER, feeds=(*PAPER.feeds, SECTION)), "added")
    found = sources.details(conn, "paper")
    assert [feed["url"] for feed in found["feeds"]] == [FEED, SECTION.url]
    assert found["feeds"][1]["link_pattern"] == "/story/"
