"""`dateline crawl`: stories, lists, home pages and sources, fetched now; what it says, and its exit codes."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Dateline, values
from tests.site.paper import SOFT_404
from tests.site.press import Press
from tests.waiting import WITHIN_S, until
from worker import crawls, oneoff
from worker.db import Pool
from worker.oneoff import Summary
from worker.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)


def stored(conn: psycopg.Connection) -> set[str]:
    return {row["url"] for row in conn.execute("select url from article")}


def test_a_story_is_fetched_and_stored(dateline: Dateline, press: Press, conn: psycopg.Connection) -> None:
    story = press.gazette.publish(title="Council [draft] approves :smile: budget")
    shown = dateline("crawl", story.url)

    assert shown.exit_code == 0
    assert shown.stdout == ("Found 1 pages: 1 new, 0 revised, 0 copies, 0 unchanged, 0 known already.\nFailed: 0.\n")
    assert shown.stderr == f"new          {story.url}  {story.title}\n"
    assert stored(conn) == {story.url}


@pytest.mark.parametrize(
    ("host", "path", "lists"),
    [
        pytest.param("harbour-gazette.test", "/feed.xml", 1, id="rss"),
        pytest.param("valley-post.test", "/atom.xml", 1, id="atom"),
        pytest.param("valley-post.test", "/news-sitemap.xml.gz", 1, id="sitemap"),
        pytest.param("wire.test", "/feed.json", 1, id="json-feed"),
        pytest.param("north-star.test", "/", 1, id="home-page-without-a-feed"),
        pytest.param("north-star.test", "/news", 1, id="section-page"),
        pytest.param("harbour-gazette.test", "/", 2, id="home-page-and-its-feed"),
    ],
)
def test_a_list_brings_its_stories(
    dateline: Dateline, press: Press, conn: psycopg.Connection, host: str, path: str, lists: int
) -> None:
    stories = [press.papers[host].publish(at=NOW - timedelta(hours=number)) for number in range(3)]
    shown = dateline("crawl", press.papers[host].url(path))

    assert shown.exit_code == 0
    assert shown.stdout.startswith("Found 3 pages: 3 new, ")
    assert stored(conn) == {story.url for story in stories}
    words = sorted(line.split()[0] for line in shown.stderr.splitlines())
    assert words == ["listing"] * lists + ["new"] * 3
    assert press.overlaps() == []


def test_a_source_brings_what_its_feeds_list(dateline: Dateline, press: Press, conn: psycopg.Connection) -> None:
    story = press.valley.publish()
    dateline("sources", "add", press.valley.url("/atom.xml"))
    shown = dateline("crawl", "Valley-Post.test")

    assert shown.exit_code == 0
    assert stored(conn) == {story.url}
    assert [row["source_id"] for row in conn.execute("select source_id from article")] == ["valley-post.test"]


def test_several_targets_are_one_crawl(dateline: Dateline, press: Press, conn: psycopg.Connection) -> None:
    stories = [paper.publish() for paper in press.papers.values()]
    shown = dateline("crawl", *(story.url for story in stories), stories[0].url)

    assert "Found 4 pages: 4 new" in shown.stdout
    assert stored(conn) == {story.url for story in stories}


def test_a_limit_takes_the_newest_pages_of_a_list(dateline: Dateline, press: Press, conn: psycopg.Connection) -> None:
    stories = [press.gazette.publish(at=NOW - timedelta(hours=number)) for number in range(5)]
    shown = dateline("crawl", press.gazette.url("/feed.xml"), "--limit", 2)

    assert "Found 2 pages: 2 new" in shown.stdout
    assert stored(conn) == {story.url for story in stories[:2]}


@pytest.mark.parametrize(
    "since", [str((NOW - timedelta(days=3)).date()), (NOW - timedelta(days=3)).isoformat()], ids=["day", "instant"]
)
def test_pages_that_a_list_dates_before_a_day_are_left_out(
    dateline: Dateline, press: Press, conn: psycopg.Connection, since: str
) -> None:
    fresh = press.gazette.publish(at=NOW - timedelta(days=1))
    press.gazette.publish(at=NOW - timedelta(days=9))
    shown = dateline("crawl", press.gazette.url("/feed.xml"), "--since", since)

    assert "Found 1 pages: 1 new" in shown.stdout
    assert stored(conn) == {fresh.url}


def test_the_second_crawl_of_a_list_knows_its_stories(dateline: Dateline, press: Press) -> None:
    stories = [press.gazette.publish() for _ in range(2)]
    dateline("crawl", press.gazette.url("/feed.xml"))
    asked = len(press.requests(press.gazette.host, stories[0].path))
    shown = dateline("crawl", press.gazette.url("/feed.xml"))

    assert shown.exit_code == 0
    assert "Found 2 pages: 0 new, 0 revised, 0 copies, 0 unchanged, 2 known already." in shown.stdout
    assert {line.split()[0] for line in shown.stderr.splitlines()} == {"listing", "known"}
    assert len(press.requests(press.gazette.host, stories[0].path)) == asked


def test_a_story_that_is_named_again_is_read_again(dateline: Dateline, press: Press) -> None:
    story = press.gazette.publish()
    dateline("crawl", story.url)

    assert "1 unchanged" in dateline("crawl", story.url).stdout
    press.gazette.edit(story)
    assert "1 revised" in dateline("crawl", story.url).stdout


def test_a_copy_of_a_known_story_is_counted_as_one(dateline: Dateline, press: Press) -> None:
    story = press.gazette.publish()
    copy = press.wire.syndicate(story)
    dateline("crawl", story.url)

    assert "Found 1 pages: 0 new, 0 revised, 1 copies" in dateline("crawl", copy.url).stdout


def test_pages_that_fail_are_named_with_their_reasons(
    dateline: Dateline, press: Press, conn: psycopg.Connection
) -> None:
    story = press.gazette.publish()
    press.gazette.fail("/forbidden", 403, times=9)
    urls = [press.gazette.url(path) for path in ("/nowhere", "/forbidden", SOFT_404, "/private/desk")]
    shown = dateline("crawl", *urls, story.url, press.valley.url("/missing"))

    assert shown.exit_code == 1
    assert "not_found 2" in shown.stdout
    assert "soft_404 1" in shown.stdout
    assert "1 robots_disallowed" in shown.stdout
    assert "1 new" in shown.stdout
    assert stored(conn) == {story.url}
    for url in urls:
        assert url in shown.stderr


def test_targets_that_mean_nothing_are_refused_and_the_others_done(
    dateline: Dateline, press: Press, conn: psycopg.Connection
) -> None:
    story = press.gazette.publish()
    wrong = ["ftp://paper.test/x", "http://", "no-such-source", "paper.test/story", ""]
    shown = dateline("crawl", *wrong, story.url)

    assert shown.exit_code == 1
    assert stored(conn) == {story.url}
    for target in wrong:
        assert f"Error: {target}: neither an http(s) address nor the id of a source" in shown.stderr


def test_a_list_of_nothing_is_a_failure(dateline: Dateline, press: Press) -> None:
    shown = dateline("crawl", press.gazette.url("/feed.xml"))

    assert shown.exit_code == 1
    assert "Found 0 pages" in shown.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--since", "yesterday"], "--since yesterday: not a day", id="since"),
        pytest.param(["--limit", "0"], "Invalid value for '--limit'", id="limit"),
        pytest.param(["--limit", "many"], "Invalid value for '--limit'", id="limit-in-words"),
    ],
)
def test_wrong_usage_starts_no_crawl(
    dateline: Dateline, press: Press, conn: psycopg.Connection, words: list[str], says: str
) -> None:
    shown = dateline("crawl", press.gazette.url("/"), *words)

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert says in shown.stderr
    assert conn.execute("select count(*) from crawl").fetchone() == {"count": 0}


def test_json_is_one_object(dateline: Dateline, press: Press) -> None:
    press.gazette.publish()
    shown = dateline("crawl", press.gazette.url("/feed.xml"), press.valley.url("/missing"), "nobody", "--json")

    assert shown.exit_code == 1
    [summary] = values(shown)
    assert summary.pop("crawl") > 0
    assert summary.pop("refused").keys() == {"nobody"}
    assert summary == {
        "finished": True,
        "found": 2,
        "new": 1,
        "revised": 0,
        "copies": 0,
        "unchanged": 0,
        "known": 0,
        "no_article": {},
        "failed": {"not_found": 1},
    }
    assert shown.stderr == ""


def test_a_paywalled_stub_is_no_article_and_no_failure(dateline: Dateline, press: Press) -> None:
    stub, story = press.gazette.publish(is_paywalled=True), press.gazette.publish()
    shown = dateline("crawl", stub.url, story.url)

    assert shown.exit_code == 0
    assert "No articles: 1 paywall." in shown.stdout


def test_a_crawl_that_is_stopped_ends_at_once_and_keeps_its_pages(
    pool: Pool, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.gazette.publish()
    stopping = threading.Event()
    stopping.set()
    crawl_id = crawls.request(pool, crawls.Request([press.gazette.url("/feed.xml")]))
    looks: list[Summary] = []
    summary = oneoff.run(pool, Settings(), crawl_id, stopping, looks.append)

    assert not summary.finished
    assert (summary.total, summary.done) == (1, 0)
    assert [look.total for look in looks] == [1]
    assert press.log == []


def start(folder: Path, *words: str, errors: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """A crawl in a process of its own."""
    command = [str(Path(sys.executable).with_name("dateline")), "crawl", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True)


def test_an_interrupted_crawl_says_so_and_goes_on_later(
    dateline: Dateline, press: Press, conn: psycopg.Connection, tmp_path: Path
) -> None:
    stories = [press.gazette.publish(at=NOW - timedelta(hours=number)) for number in range(3)]
    with press.gazette.hold(stories[1].path) as hold:
        process = start(tmp_path, *(story.url for story in stories))
        assert hold.arrived.wait(WITHIN_S)
        process.send_signal(signal.SIGINT)
        hold.released.set()
        out, err = process.communicate(timeout=WITHIN_S)

    assert process.returncode == 130, err
    assert out.startswith("Found ")
    assert "Interrupted. What is left of crawl 1 goes on when workers run" in err
    assert "Traceback" not in err
    done = stored(conn)
    assert done < {story.url for story in stories}
    assert conn.execute("select count(*) from host where leased_until > now()").fetchone() == {"count": 0}

    assert dateline("crawl", *(story.url for story in stories)).exit_code == 0
    assert stored(conn) == {story.url for story in stories}


def test_a_second_interrupt_ends_a_crawl_at_once(dateline: Dateline, press: Press, tmp_path: Path) -> None:
    story = press.gazette.publish()
    with press.gazette.hold(story.path) as hold:
        process = start(tmp_path, story.url)
        assert hold.arrived.wait(WITHIN_S)
        until("it has ended", lambda: process.poll() is not None or process.send_signal(signal.SIGINT))
    process.communicate()

    assert process.returncode == -signal.SIGINT


def test_a_terminal_shows_a_bar_and_the_same_lines(dateline: Dateline, press: Press, tmp_path: Path) -> None:
    story = press.gazette.publish(title="Council [draft] approves :smile: budget")
    ours, theirs = pty.openpty()
    process = start(tmp_path, story.url, errors=theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # so a terminal says that nobody writes to it any more
        while text := os.read(ours, 100_000):
            shown += text
    os.close(ours)
    out, _ = process.communicate(timeout=WITHIN_S)

    assert process.returncode == 0
    assert out.startswith("Found 1 pages: 1 new")
    assert story.title in shown.decode().replace("\r\n", "")
    assert b"1/1" in shown
