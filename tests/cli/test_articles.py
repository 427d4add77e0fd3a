"""`dateline articles`: list, search, show and export what is stored."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from scrapers.page import Page
from scrapers.registry import scrape
from tests.cli.conftest import Dateline, values
from tests.site.press import Press
from tests.site.story import Story
from worker import sources, store
from worker.cli import output
from worker.sourcefile import SourceSpec

NOW = datetime.now(UTC).replace(microsecond=0)
TOMORROW = str((NOW + timedelta(days=1)).date())
LISTED = [
    "id",
    "url",
    "source",
    "title",
    "authors",
    "published",
    "first_seen",
    "language",
    "section",
    "revision",
    "kind",
]


@pytest.fixture
def stories(press: Press, conn: psycopg.Connection) -> list[Story]:
    """Three originals, the oldest first, and a copy of the first."""
    stories = [
        press.gazette.publish(title="Council [draft] approves :smile: interest rate"),
        press.valley.publish(title="Harbour: rate of interest, again"),
        press.star.publish(title="Zinssätze für Fähren"),
    ]
    copy = press.wire.syndicate(stories[0])
    for story in [*stories, copy]:
        answer = press.papers[story.host].answer(story.path, {})
        with conn.transaction():
            sources.add(conn, SourceSpec(story.host, story.host, f"http://{story.host}/"), "added")
            store.save(conn, scrape(Page(answer.body, story.url, answer.headers)), [story.url], story.host)
    return stories


def titles(shown: object) -> list[str]:
    return [row["title"] for row in values(shown)]


def test_the_newest_articles_are_listed_without_copies(dateline: Dateline, stories: list[Story]) -> None:
    rows = values(dateline("articles", "list", "--json"))

    assert [row["url"] for row in rows] == [story.url for story in reversed(stories)]
    assert all(list(row) == LISTED for row in rows)
    assert rows[-1]["authors"] == list(stories[0].authors)
    assert rows[-1]["published"] == stories[0].published.isoformat()


def test_a_table_is_for_people(dateline: Dateline, stories: list[Story]) -> None:
    lines = dateline("articles", "list").stdout.splitlines()

    assert lines[0].split() == ["id", "seen", "source", "title"]
    assert [line.rstrip().endswith(story.title) for line, story in zip(lines[1:], reversed(stories), strict=True)]
    assert stories[0].title in lines[-1]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param([], [2, 1, 0], id="all"),
        pytest.param(["--limit", 1], [2], id="limit"),
        pytest.param(["--source", "valley-post.test"], [1], id="source"),
        pytest.param(["--source", "nobody"], [], id="unknown-source"),
        pytest.param(["--since", "2020-01-31"], [2, 1, 0], id="since-long-ago"),
        pytest.param(["--since", TOMORROW], [], id="since-tomorrow"),
        pytest.param(["--since", f"{TOMORROW}T08:00+05:00"], [], id="since-an-hour"),
    ],
)
def test_a_list_can_be_narrowed(dateline: Dateline, stories: list[Story], words: list[str], found: list[int]) -> None:
    shown = dateline("articles", "list", "--json", *words)

    assert shown.exit_code == 0
    assert titles(shown) == [stories[number].title for number in found]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param(["rate", "interest"], {0, 1}, id="all-words"),
        pytest.param(["RATE"], {0, 1}, id="any-case"),
        pytest.param(['"interest rate"'], {0}, id="phrase"),
        pytest.param(["draft", "or", "again"], {0, 1}, id="or"),
        pytest.param(["--", "rate", "-draft"], {1}, id="without"),
        pytest.param(["rate -draft"], {1}, id="without-in-one-word"),
        pytest.param(["FÄHREN"], {2}, id="letters-of-other-languages"),
        pytest.param(["rate", "--source", "valley-post.test"], {1}, id="of-a-source"),
        pytest.param(["xyzzy"], set(), id="nothing"),
        pytest.param(["'; drop table article; --"], set(), id="no-sql"),
        pytest.param(["\0(&|!:*"], set(), id="no-query-language"),
    ],
)
def test_a_search_finds_words(dateline: Dateline, stories: list[Story], words: list[str], found: set[int]) -> None:
    shown = dateline("articles", "search", "--json", *words)

    assert shown.exit_code == 0
    assert set(titles(shown)) == {stories[number].title for number in found}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["list"], "No articles yet.\n"),
        (["list", "--source", "nobody"], "No articles match.\n"),
        (["search", "xyzzy"], "No articles match.\n"),
    ],
)
def test_nothing_found_is_said_and_is_no_failure(dateline: Dateline, words: list[str], says: str) -> None:
    shown = dateline("articles", *words)

    assert (shown.exit_code, shown.stdout, shown.stderr) == (0, "", says)


@pytest.mark.parametrize("command", [["list"], ["search", "word"], ["export"]])
@pytest.mark.parametrize("since", ["yesterday", "2026-02-30", "31.01.2026"])
def test_a_since_that_is_no_day_is_wrong_usage(dateline: Dateline, command: list[str], since: str) -> None:
    shown = dateline("articles", *command, "--since", since)

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert f"--since {since}: not a day; write it as 2026-01-31" in shown.stderr


def test_an_article_is_shown_by_number_and_by_any_address(
    dateline: Dateline, stories: list[Story], conn: psycopg.Connection
) -> None:
    row = conn.execute("select id from article where url = %s", (stories[0].url,)).fetchone()
    [shown] = values(dateline("articles", "show", row["id"]))

    assert shown["url"] == stories[0].url
    assert shown["body"] == stories[0].body
    assert shown["urls"] == [stories[0].url]
    assert shown["revision"] == 1
    assert shown["copy_of"] is None
    assert shown["provenance"]["title"]
    assert values(dateline("articles", "show", stories[0].url)) == [shown]
    assert values(dateline("articles", "show", f"{stories[0].url}?utm_source=letter#top")) == [shown]


def test_a_copy_is_shown_with_its_original(dateline: Dateline, stories: list[Story], press: Press) -> None:
    [copy] = values(dateline("articles", "show", press.wire.stories[0].url))
    [original] = values(dateline("articles", "show", stories[0].url))

    assert (copy["copy_of"], copy["similarity"]) == (original["id"], 1.0)


@pytest.mark.parametrize("target", ["0", "999", "9" * 30, "http://paper.test/missing", "nonsense", "\0", ""])
def test_an_article_that_is_not_there_is_a_failure(dateline: Dateline, target: str) -> None:
    shown = dateline("articles", "show", target)

    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "Not in the archive" in shown.stderr
    assert "dateline crawl" in shown.stderr


def test_an_export_has_every_original_whole_and_the_oldest_first(dateline: Dateline, stories: list[Story]) -> None:
    rows = values(dateline("articles", "export"))

    assert [row["url"] for row in rows] == [story.url for story in stories]
    assert [row["body"] for row in rows] == [story.body for story in stories]
    assert rows[0]["provenance"]["title"]


def test_an_export_in_csv_says_the_same(dateline: Dateline, stories: list[Story]) -> None:
    rows = list(csv.DictReader(io.StringIO(dateline("articles", "export", "--format", "csv").stdout, newline="")))
    objects = values(dateline("articles", "export"))

    assert [list(row) for row in rows] == [list(thing) for thing in objects]
    assert [row["title"] for row in rows] == [story.title for story in stories]
    assert [row["body"] for row in rows] == [story.body for story in stories]
    assert [row["authors"] for row in rows] == ["; ".join(story.authors) for story in stories]
    assert [row["published"] for row in rows] == [story.published.isoformat() for story in stories]
    assert [json.loads(row["provenance"]) for row in rows] == [thing["provenance"] for thing in objects]
    assert {row["gone_at"] for row in rows} == {""}


def test_an_empty_export_in_csv_still_has_its_heading(dateline: Dateline) -> None:
    shown = dateline("articles", "export", "--format", "csv")

    assert shown.exit_code == 0
    assert shown.stdout.startswith("id,url,source,title,body,")
    assert shown.stdout.count("\n") == 1


def test_an_export_can_be_narrowed(dateline: Dateline, stories: list[Story]) -> None:
    narrowed = dateline("articles", "export", "--source", "valley-post.test", "--since", "2020-01-31")

    assert titles(narrowed) == [stories[1].title]
    assert titles(dateline("articles", "export", "--since", TOMORROW)) == []


@pytest.mark.parametrize("text", ["half a pair: \ud83d", "line\u2028separator", "two\nlines", "\x1b[31mred"])
def test_any_text_is_one_line_of_json(capsys: pytest.CaptureFixture[str], text: str) -> None:
    output.print_json({"title": text})
    printed = capsys.readouterr().out

    assert printed.split("\n")[1:] == [""]
    assert json.loads(printed) == {"title": text}
