"""What `dateline up` shows: a picture on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from rich.console import Console

from tests.site.press import Press
from tests.worker.builders import article
from tests.worker.visiting import Visitor
from worker import store
from worker.cli import view
from worker.cli.view import Lines, Picture
from worker.db import Pool
from worker.workers import Health


def picture(*titles: str, **fields: object) -> Picture:
    """A look at a service with these headlines, the newest first."""
    now = datetime.now(UTC)
    headlines = [
        {"id": len(titles) - place, "source": "paper", "title": title, "first_seen": now - timedelta(hours=place + 1)}
        for place, title in enumerate(titles)
    ]
    quiet = Picture(Health(2, 32, 0.5), 1, 7, 3, 1, 0.6, {}, headlines, {}, 1, [])
    return replace(quiet, **fields)


def drawn(shown: Picture) -> str:
    """What a terminal shows."""
    console = Console(width=100, file=io.StringIO(), record=True, color_system=None)
    console.print(view.draw(shown))
    return console.export_text()


def test_a_look_counts_what_the_database_has(pool: Pool, conn: psycopg.Connection, press: Press) -> None:
    visitor = Visitor(pool, press)
    story = press.gazette.publish()
    copy = press.wire.syndicate(story)
    press.gazette.fail(press.gazette.publish().path, 404)
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.follow("wire", press.wire.url("/feed.json"))
    for host in (press.gazette.host, press.wire.host):
        visitor.visit(host)
    conn.execute("update page set due_at = now() + interval '1 day'")
    conn.execute("update page set due_at = now() where url = %s", (story.url,))
    conn.execute("update host set leased_until = now() + interval '1 minute' where name = %s", (press.wire.host,))
    looked = view.look(pool, ["beat"])

    assert (looked.articles, looked.copies, looked.visits, looked.pages_due) == (2, 1, 1, 1)
    assert looked.per_minute == pytest.approx(2 / 5)
    assert looked.failures == {"not_found": 1}
    assert {row["title"] for row in looked.headlines} == {story.title, copy.title}
    assert (looked.unreachable, looked.reachable, looked.down) == ({}, 2, ["beat"])
    assert looked.health == Health(0, 0, None)


def test_a_look_at_an_empty_archive_finds_nothing(pool: Pool) -> None:
    assert view.look(pool, []) == Picture(Health(0, 0, None), 0, 0, 0, 0, 0.0, {}, [], {}, 0, [])


def test_the_newest_headlines_come_first_and_no_more_than_fit(pool: Pool, conn: psycopg.Connection) -> None:
    for number in range(view.HEADLINES + 3):
        with conn.transaction():
            store.save(conn, article(number), [f"https://paper.example/story/{number}"], None)
    titles = [row["title"] for row in view.look(pool, []).headlines]

    assert titles == [f"Headline {number}" for number in range(view.HEADLINES + 2, 2, -1)]


def test_a_host_whose_feeds_never_answered_is_unreachable(pool: Pool, conn: psycopg.Connection, press: Press) -> None:
    visitor = Visitor(pool, press)
    press.gazette.publish()
    press.valley.fail("/robots.txt", "reset", times=99)
    press.valley.fail("/atom.xml", "reset", times=99)
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.follow("valley", press.valley.url("/atom.xml"))
    assert view.look(pool, []).unreachable == {}  # not asked yet

    visitor.visit(press.valley.host)
    looked = view.look(pool, [])
    assert list(looked.unreachable) == [press.valley.host]
    assert looked.reachable == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({}, [], id="all-is-well"),
        pytest.param({"down": ["worker-1"]}, ["worker-1 ended and is being started again; see its log"], id="down"),
        pytest.param(
            {"unreachable": {"a.test": "dns"}},
            ["Cannot be reached at the moment: a.test (dns). It is tried again, ever less often."],
            id="one-source-away",
        ),
        pytest.param(
            {"unreachable": {"a.test": "dns", "b.test": "dns"}, "reachable": 0},
            [
                "No source can be reached: a.test (dns), b.test (dns). Is this machine connected to the internet, or"
                " does it need DATELINE_HTTP_PROXY? `make demo` shows the service at work without internet."
            ],
            id="no-internet",
        ),
    ],
)
def test_what_a_person_should_know_is_a_warning(fields: dict[str, object], says: list[str]) -> None:
    assert view.warnings(picture(**fields)) == says


def test_the_figures_are_one_line() -> None:
    assert view.figures(picture(failures={"timed_out": 2, "blocked": 1})) == (
        "3 articles (1 copies), 0.6 a minute; 1 visits, 7 pages due; failures: timed_out 2, blocked 1"
    )
    assert view.figures(picture()).endswith("failures: none")


def test_the_terminal_shows_figures_warnings_and_headlines_as_they_are() -> None:
    shown = drawn(picture("Harbour [draft] opens :smile:", "[/] closes", unreachable={"a.test": "dns"}))

    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[0] == "Dateline"
    assert lines[1].startswith("3 articles (1 copies)")
    assert "Cannot be reached at the moment: a.test (dns)." in shown
    assert lines[-2:] == ["1 h  paper  Harbour [draft] opens :smile:", "2 h  paper  [/] closes"]


def test_lines_name_each_article_once_and_the_oldest_first(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(every_s=3600)
    lines.show(picture("second [draft] :smile:", "first"))
    lines.show(picture("second [draft] :smile:", "first"))
    lines.show(picture("third", "second [draft] :smile:", "first"))

    assert capsys.readouterr().out == "paper: first\npaper: second [draft] :smile:\npaper: third\n"


def test_lines_warn_once_for_as_long_as_it_lasts_and_again_when_it_comes_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = Lines(every_s=3600)
    for down in (["beat"], ["beat"], [], ["beat"]):
        lines.show(picture(down=down))

    assert capsys.readouterr().out.splitlines() == ["beat ended and is being started again; see its log"] * 2


def test_lines_give_the_figures_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    Lines(every_s=3600).show(picture())
    assert capsys.readouterr().out == ""

    Lines(every_s=0).show(picture())
    assert capsys.readouterr().out == view.figures(picture()) + "\n"
