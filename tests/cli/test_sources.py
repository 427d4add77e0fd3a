"""`dateline sources`: finding feeds, following and leaving publishers, files in and out."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Dateline, values
from tests.site.press import Press
from worker.opml import read_opml

NOW = datetime.now(UTC).replace(microsecond=0)
GAZETTE, VALLEY, STAR, WIRE = "harbour-gazette.test", "valley-post.test", "north-star.test", "wire.test"
SOURCES = """\
[gazette]
name = "The Harbour Gazette"
homepage = "http://harbour-gazette.test/"
feeds = [
    "http://harbour-gazette.test/feed.xml",
]
sitemaps = [
    "http://harbour-gazette.test/sitemap.xml",
]
language = "en"
country = "gb"
timezone = "Europe/London"

[gazette.selectors]
body = ".story > p"
drop = ".story > p.byline"

[star]
name = "Nordstern"
enabled = false

[[star.sections]]
url = "http://north-star.test/news"
links = '/news/\\d{4}/'
"""


def feeds(conn: psycopg.Connection) -> dict[str, str | None]:
    """Address -> kind of all feeds."""
    return {row["url"]: row["kind"] for row in conn.execute("select url, kind from feed order by id")}


@pytest.fixture
def followed(dateline: Dateline, alone: Path) -> Path:
    """A sources file that was imported."""
    (alone / "mine.toml").write_text(SOURCES)
    assert dateline("sources", "import", "mine.toml").exit_code == 0
    return alone / "mine.toml"


@pytest.mark.parametrize(
    ("host", "target", "found"),
    [
        pytest.param(GAZETTE, "/", {"/feed.xml": None}, id="home-page"),
        pytest.param(GAZETTE, "/feed.xml", {"/feed.xml": None}, id="feed"),
        pytest.param(VALLEY, "/", {"/atom.xml": None, "/news-sitemap.xml.gz": None}, id="home-page-and-robots"),
        pytest.param(VALLEY, "/news-sitemap.xml.gz", {"/news-sitemap.xml.gz": None, "/atom.xml": None}, id="sitemap"),
        pytest.param(STAR, "/", {"/": "section"}, id="home-page-of-a-paper-without-feeds"),
        pytest.param(STAR, "/news", {"/news": "section"}, id="section-page"),
        pytest.param(WIRE, "/feed.json", {"/feed.json": None}, id="json-feed"),
    ],
)
def test_an_address_is_looked_at_and_its_lists_are_followed(
    dateline: Dateline, press: Press, conn: psycopg.Connection, host: str, target: str, found: dict[str, str | None]
) -> None:
    paper = press.papers[host]
    for number in range(6):
        paper.publish(at=NOW - timedelta(hours=number))
    shown = dateline("sources", "add", paper.url(target))

    assert shown.exit_code == 0
    name = host if host == STAR else paper.masthead.name  # its pages do not say
    assert shown.stdout.startswith(f"{host}: {name}, http://{host}/")
    assert feeds(conn) == {paper.url(path): kind for path, kind in found.items()}
    for path in found:
        assert f"  added  {paper.url(path)}  (" in shown.stdout
        assert ", 6 links)" in shown.stdout
    assert press.overlaps() == []
    assert conn.execute("select count(*) from host where leased_until > now()").fetchone() == {"count": 0}


def test_a_host_without_a_scheme_is_looked_at(dateline: Dateline, press: Press, conn: psycopg.Connection) -> None:
    press.gazette.publish()

    assert dateline("sources", "add", GAZETTE).exit_code == 0
    assert feeds(conn) == {press.gazette.url("/feed.xml"): None}


def test_a_source_that_is_added_again_is_known(dateline: Dateline, press: Press, conn: psycopg.Connection) -> None:
    press.gazette.publish()
    dateline("sources", "add", press.gazette.url("/"))
    shown = dateline("sources", "add", press.gazette.url("/feed.xml"))

    assert shown.exit_code == 0
    assert f"  known  {press.gazette.url('/feed.xml')}" in shown.stdout
    assert len(feeds(conn)) == 1


def test_a_feed_of_another_source_is_left_there(
    dateline: Dateline, press: Press, followed: Path, conn: psycopg.Connection
) -> None:
    press.gazette.publish()
    shown = dateline("sources", "add", press.gazette.url("/"))

    assert shown.exit_code == 0
    assert f"  left   {press.gazette.url('/feed.xml')} (gazette): another source has this feed" in shown.stdout
    assert f"known  {press.gazette.url('/feed.xml')}" not in shown.stdout
    rows = conn.execute("select source_id from feed where url = %s", (press.gazette.url("/feed.xml"),)).fetchall()
    assert rows == [{"source_id": "gazette"}]


def test_a_name_is_looked_up_in_the_catalogue(dateline: Dateline, press: Press, conn: psycopg.Connection) -> None:
    shown = dateline("sources", "add", "der standard")

    assert shown.exit_code == 0
    assert shown.stdout.startswith("derstandard: Der Standard, https://derstandard.at/")
    assert "not verified by us: dateline sources check derstandard" in shown.stdout
    assert feeds(conn) == {
        "https://www.derstandard.at/rss": "feed",
        "https://www.derstandard.at/sitemaps/news.xml": "news_sitemap",
    }
    assert press.log == []


@pytest.mark.parametrize(
    ("target", "says"),
    [
        pytest.param("times", "publisher of the catalogue has this name: Times Live, Times Of India.", id="ambiguous"),
        pytest.param("the", " and 9 more. Give the whole name of one.", id="very-ambiguous"),
        pytest.param("Der Standart", "not in the catalogue. Did you mean Der Standard", id="misspelt"),
        pytest.param("Xyzzyx Qwfp", "not in the catalogue. Give the address of its home page or feed", id="unknown"),
        pytest.param("ftp://paper.test/", "not an http(s) address", id="ftp"),
        pytest.param("http://", "not an http(s) address", id="no-host"),
        pytest.param("", "not in the catalogue", id="empty"),
        pytest.param("http://nowhere.test/", "404", id="no-such-paper"),
        pytest.param("http://harbour-gazette.test/private/desk", "robots.txt does not allow", id="forbidden"),
        pytest.param("http://north-star.test/about", "No feed, sitemap or list of stories found", id="no-list"),
    ],
)
def test_what_cannot_be_added_is_an_error_that_says_why(
    dateline: Dateline, press: Press, conn: psycopg.Connection, target: str, says: str
) -> None:
    shown = dateline("sources", "add", target)

    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr.startswith(f"Error: {target}: ")
    assert says in shown.stderr
    assert len(shown.stderr) < 1000
    assert conn.execute("select count(*) from source").fetchone() == {"count": 0}


def test_one_that_fails_does_not_keep_the_others_out(
    dateline: Dateline, press: Press, conn: psycopg.Connection
) -> None:
    press.gazette.publish()
    press.wire.publish()
    shown = dateline("sources", "add", press.gazette.url("/"), "Xyzzyx Qwfp", press.wire.url("/feed.json"))

    assert shown.exit_code == 1
    assert "Xyzzyx Qwfp: not in the catalogue" in shown.stderr
    assert set(feeds(conn)) == {press.gazette.url("/feed.xml"), press.wire.url("/feed.json")}


def test_what_was_added_is_json_for_programs(dateline: Dateline, press: Press) -> None:
    press.gazette.publish()
    shown = dateline("sources", "add", press.gazette.url("/"), "der standard", "--json")
    url = press.gazette.url("/feed.xml")

    first, second = values(shown)
    assert first == {
        "id": GAZETTE,
        "name": "The Harbour Gazette",
        "origin": "added",
        "feeds": [url],
        "new": [url],
        "elsewhere": [],
    }
    assert (second["id"], second["origin"]) == ("derstandard", "catalogue")


def test_sources_are_listed(dateline: Dateline, followed: Path) -> None:
    gazette, star = values(dateline("sources", "list", "--json"))

    assert (gazette["id"], gazette["name"], gazette["enabled"]) == ("gazette", "The Harbour Gazette", True)
    assert (gazette["feeds"], gazette["articles"], gazette["last_answer"]) == (2, 0, None)
    assert (star["id"], star["enabled"]) == ("star", False)
    heading, *lines = dateline("sources", "list").stdout.splitlines()
    assert heading.split()[:3] == ["id", "name", "feeds"]
    assert [line.split()[0] for line in lines] == ["gazette", "star"]
    assert [line.split()[-1] for line in lines] == ["followed", "paused"]
    assert "never" in lines[0]


def test_a_source_is_shown_with_its_feeds(dateline: Dateline, followed: Path) -> None:
    [star] = values(dateline("sources", "show", "star"))

    assert star["name"] == "Nordstern"
    assert [feed["link_pattern"] for feed in star["feeds"]] == [r"/news/\d{4}/"]


def test_a_source_is_paused_resumed_and_removed(dateline: Dateline, followed: Path, conn: psycopg.Connection) -> None:
    polled = "select bool_or(enabled) as polled from feed where source_id = 'gazette'"

    assert dateline("sources", "pause", "gazette").stdout == "gazette: paused\n"
    assert conn.execute(polled).fetchone() == {"polled": False}
    assert dateline("sources", "resume", "gazette").stdout == "gazette: followed again\n"
    assert conn.execute(polled).fetchone() == {"polled": True}
    assert dateline("sources", "remove", "gazette").stdout == "gazette: removed; its articles stay\n"
    assert conn.execute(polled).fetchone() == {"polled": None}
    assert [row["id"] for row in values(dateline("sources", "list", "--json"))] == ["star"]


def test_a_removed_source_can_come_back(dateline: Dateline, followed: Path, conn: psycopg.Connection) -> None:
    dateline("sources", "remove", "gazette")
    dateline("sources", "import", followed)

    assert [row["id"] for row in values(dateline("sources", "list", "--json"))] == ["gazette", "star"]
    assert len(feeds(conn)) == 3


@pytest.mark.parametrize("command", ["show", "pause", "resume", "remove", "check"])
def test_an_unknown_source_is_a_failure(dateline: Dateline, followed: Path, command: str) -> None:
    shown = dateline("sources", command, "nobody")

    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "No source nobody. `dateline sources list` shows those that are followed." in shown.stderr


def test_a_check_says_what_each_feed_brings(dateline: Dateline, press: Press, followed: Path) -> None:
    press.gazette.publish()
    press.star.publish()
    shown = dateline("sources", "check")

    assert shown.exit_code == 1
    assert shown.stdout.splitlines() == [
        "ok      gazette  http://harbour-gazette.test/feed.xml  feed, 1 links",
        "failed  gazette  http://harbour-gazette.test/sitemap.xml  status 404",
        "ok      star  http://north-star.test/news  section, 1 links",
    ]
    assert dateline("sources", "check", "star").exit_code == 0


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"<html><p>Hello</p></html>", "", id="no-list"),
        pytest.param(b"<rss><channel><title>t</title></channel></rss>", "without a link", id="empty"),
    ],
)
def test_a_feed_that_brings_nothing_fails_its_check(
    dateline: Dateline, press: Press, followed: Path, body: bytes, says: str
) -> None:
    press.gazette.serve("/feed.xml", body, "application/rss+xml")
    shown = dateline("sources", "check", "gazette")

    assert shown.exit_code == 1
    assert shown.stdout.splitlines()[0].startswith("failed  gazette  http://harbour-gazette.test/feed.xml  ")
    assert says in shown.stdout


def test_an_export_is_what_was_imported(dateline: Dateline, followed: Path, alone: Path) -> None:
    exported = dateline("sources", "export").stdout

    assert tomllib.loads(exported) == tomllib.loads(SOURCES)
    for source in ("gazette", "star"):
        dateline("sources", "remove", source)
    assert dateline("sources", "export").stdout.strip() == ""
    (alone / "back.toml").write_text(exported)
    assert dateline("sources", "import", "back.toml").stdout == "2 sources with 3 feeds are followed now.\n"
    assert dateline("sources", "export").stdout == exported


def test_opml_goes_out_and_comes_in(dateline: Dateline, press: Press, alone: Path, conn: psycopg.Connection) -> None:
    press.gazette.publish()
    press.valley.publish()
    dateline("sources", "add", press.gazette.url("/"), press.valley.url("/"))
    exported = dateline("sources", "export", "--format", "opml").stdout

    assert {outline.url for outline in read_opml(exported.encode())} >= {
        press.gazette.url("/feed.xml"),
        press.valley.url("/atom.xml"),
    }
    before = values(dateline("sources", "list", "--json"))
    for source in (GAZETTE, VALLEY):
        dateline("sources", "remove", source)
    (alone / "reader.opml").write_text(exported)
    assert dateline("sources", "import", "reader.opml").exit_code == 0
    after = values(dateline("sources", "list", "--json"))
    assert [(row["id"], row["name"], row["homepage"]) for row in after] == [
        (row["id"], row["name"], row["homepage"]) for row in before
    ]


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        pytest.param("missing.toml", None, "missing.toml", id="missing"),
        pytest.param("missing.opml", None, "No such file", id="missing-opml"),
        pytest.param("broken.toml", b"[gazette\n", "broken.toml: is no TOML", id="broken-toml"),
        pytest.param("latin.toml", '[a]\nname = "\xe9"\n'.encode("latin-1"), "UTF-8", id="latin-1"),
        pytest.param(
            "wrong.toml",
            b'[good]\nhomepage = "http://a.test/"\n[bad]\nfeed = "x"\n',
            "[bad] feed: unknown key",
            id="key",
        ),
        pytest.param("broken.opml", b"<opml><body>", "has no feed", id="no-feed"),
        pytest.param("page.opml", b"<html>words</html>", "no OPML", id="no-opml"),
        pytest.param("empty.opml", b"", "no OPML", id="empty"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(
    dateline: Dateline, alone: Path, conn: psycopg.Connection, name: str, body: bytes | None, says: str
) -> None:
    if body is not None:
        (alone / name).write_bytes(body)
    shown = dateline("sources", "import", name)

    assert (shown.exit_code, shown.stdout) == (1, "")
    assert says in shown.stderr + str(shown.exception)
    assert "Errno" not in shown.stderr
    assert conn.execute("select count(*) from source").fetchone() == {"count": 0}


def test_a_file_saved_by_an_editor_of_windows_is_read(dateline: Dateline, alone: Path) -> None:
    (alone / "SOURCES.TOML").write_bytes(b"\xef\xbb\xbf" + SOURCES.replace("\n", "\r\n").encode())

    assert dateline("sources", "import", "SOURCES.TOML").stdout == "2 sources with 3 feeds are followed now.\n"
