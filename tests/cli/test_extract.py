"""`dateline extract`: pages from files, standard input, batches and addresses; nothing is stored."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Dateline, run, values
from tests.site import markup
from tests.site.press import Press
from tests.site.story import Story
from worker.cli import extract
from worker.sourcefile import SourceFileError

KEYS = [
    "url",
    "canonical_url",
    "source",
    "source_article_id",
    "title",
    "subtitle",
    "authors",
    "agency",
    "published",
    "published_precision",
    "published_raw",
    "modified",
    "language",
    "section",
    "edition",
    "edition_date",
    "dateline",
    "body",
    "paragraphs",
    "image",
    "tags",
    "access",
    "correction",
    "kind",
    "provenance",
]


@pytest.fixture
def story(press: Press) -> Story:
    return press.gazette.publish(title="Council [draft] approves :smile: budget")


@pytest.fixture
def page(story: Story) -> bytes:
    return markup.story_page(story, "The Harbour Gazette", "json-ld", []).encode()


def is_the_story(record: dict[str, Any], story: Story) -> bool:
    assert list(record) == KEYS
    assert record["kind"] == "article"
    assert record["title"] == story.title
    assert record["paragraphs"] == list(story.paragraphs)
    assert record["body"] == "\n".join(record["paragraphs"])
    assert record["authors"] == list(story.authors)
    assert record["published"] == story.published.isoformat()
    assert set(record["provenance"]) <= set(KEYS)
    return True


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_saved_page_gives_its_record(alone: Path, page: bytes, story: Story, pack: Any) -> None:
    (alone / "page.html").write_bytes(pack(page))
    shown = run("extract", "page.html", "--url", story.url)

    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert shown.stdout.count("\n") == 1
    [record] = values(shown)
    assert record["url"] == story.url
    assert is_the_story(record, story)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_page_comes_through_standard_input(alone: Path, page: bytes, story: Story, pack: Any) -> None:
    [record] = values(run("extract", "-", "--url", story.url, input=pack(page)))

    assert is_the_story(record, story)


def test_an_address_is_fetched(dateline: Dateline, story: Story) -> None:
    [record] = values(dateline("extract", story.url))

    assert is_the_story(record, story)


def test_an_address_is_fetched_without_a_database(dateline: Dateline, story: Story, monkeypatch: Any) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", "postgresql://127.0.0.1:1/nothing")

    assert dateline("extract", story.url).exit_code == 0


MEND = """
[gazette]
homepage = "http://www.harbour-gazette.test/"
timezone = "Asia/Karachi"
[gazette.selectors]
body = "p:nth-of-type(2)"
"""


def test_a_mend_can_be_tried_on_a_saved_page(alone: Path, page: bytes, story: Story) -> None:
    (alone / "mend.toml").write_text(MEND)
    (alone / "page.html").write_bytes(page)
    batch = [{"id": url, "url": url, "html_path": "page.html"} for url in (story.url, "http://paper.test/story")]
    (alone / "list.jsonl").write_text("".join(json.dumps(line) + "\n" for line in batch))

    [record] = values(run("extract", "page.html", "--url", story.url, "--sources", "mend.toml"))
    mended, elsewhere = values(run("extract", "--batch", "list.jsonl", "--sources", "mend.toml"))

    assert record["paragraphs"] == mended["paragraphs"] == [story.paragraphs[1]]
    assert record["provenance"]["body"] == "publisher rule"
    assert elsewhere["paragraphs"] == list(story.paragraphs)


def test_a_mistake_in_a_mend_is_named(alone: Path) -> None:
    (alone / "mend.toml").write_text(MEND.replace("body", "boddy"))
    (alone / "page.html").write_bytes(b"<p>words</p>")
    shown = run("extract", "page.html", "--url", "http://paper.test/", "--sources", "mend.toml")

    assert isinstance(shown.exception, SourceFileError)
    assert "mend.toml: [gazette] selectors.boddy: unknown key; known are title" in str(shown.exception)


def test_a_page_that_is_no_article_says_what_it_is(alone: Path) -> None:
    (alone / "empty.html").write_bytes(b"")
    shown = run("extract", "empty.html", "--url", "http://paper.test/")

    assert shown.exit_code == 0
    [record] = values(shown)
    assert list(record) == KEYS
    assert record["kind"] not in ("article", "live", "video", "gallery")
    assert (record["body"], record["paragraphs"]) == ("", [])


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param([], 2, "--batch", id="nothing"),
        pytest.param(["page.html", "--batch", "pages.jsonl"], 2, "--batch", id="both"),
        pytest.param(["page.html"], 1, "--url", id="without-an-address"),
        pytest.param(["page.html", "--url", "paper.test/story"], 1, "not an http(s) address", id="no-address"),
        pytest.param(["missing.html", "--url", "http://paper.test/"], 1, "missing.html: No such file", id="missing"),
        pytest.param([".", "--url", "http://paper.test/"], 1, "Is a directory", id="folder"),
        pytest.param(["broken.gz", "--url", "http://paper.test/"], 1, "broken gzip", id="broken-gzip"),
        pytest.param(["ftp://paper.test/x"], 1, "ftp://paper.test/x", id="ftp"),
        pytest.param(["http://"], 1, "http://", id="no-host"),
        pytest.param(["--batch", "missing.jsonl"], 1, "missing.jsonl: No such file", id="missing-batch"),
        pytest.param(["--batch", "latin.jsonl"], 1, "UTF-8", id="batch-in-latin-1"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_says_why(alone: Path, words: list[str], code: int, says: str) -> None:
    (alone / "page.html").write_bytes(b"<p>words</p>")
    (alone / "broken.gz").write_bytes(gzip.compress(b"words" * 99)[:-9])
    (alone / "latin.jsonl").write_bytes('{"id": "é"}'.encode("latin-1"))
    shown = run("extract", *words)

    assert shown.exit_code == code
    assert shown.stdout == ""
    assert says in shown.stderr
    assert shown.stderr.startswith("Error: ")
    assert "Errno" not in shown.stderr


def test_a_page_that_answers_with_an_error_is_an_error(dateline: Dateline, press: Press) -> None:
    shown = dateline("extract", press.gazette.url("/nowhere"))

    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "404" in shown.stderr


def test_a_gzipped_page_of_endless_length_is_refused(alone: Path) -> None:
    bomb = gzip.compress(b"\0" * (extract.MAX_BYTES + 1), 1)
    shown = run("extract", "-", "--url", "http://paper.test/", input=bomb)

    assert shown.exit_code == 1
    assert "more than" in shown.stderr


def test_a_batch_gives_a_line_for_every_line(alone: Path, page: bytes, story: Story) -> None:
    (alone / "pages").mkdir()
    (alone / "pages" / "good.html").write_bytes(page)
    (alone / "pages" / "good.html.gz").write_bytes(gzip.compress(page))
    good = {"id": 7, "url": story.url, "html_path": "good.html"}
    lines = [
        json.dumps({**good, "note": "one line\u2028and one\x85line"}, ensure_ascii=False),
        json.dumps({**good, "id": "packed", "html_path": str(alone / "pages" / "good.html.gz")}),
        "",
        "{broken",
        "[1, 2]",
        json.dumps({"id": 1, "url": story.url}),
        json.dumps({**good, "id": 2, "html_path": "missing.html"}),
        json.dumps({**good, "id": 3, "url": "no address"}),
        json.dumps({**good, "id": 4, "url": 5}),
        json.dumps({**good, "id": 5, "html_path": ["good.html"]}),
        json.dumps({**good, "id": 6, "url": None}),
        json.dumps({**good, "id": 8, "html_path": "nul\0.html"}),
        "[" * 100_000,
        json.dumps({"url": story.url, "html_path": "good.html"}),
    ]
    (alone / "pages" / "list.jsonl").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    shown = run("extract", "--batch", Path("pages") / "list.jsonl")

    assert shown.exit_code == 0
    first, packed, *broken, last = values(shown)
    for record, name in ((first, 7), (packed, "packed"), (last, None)):
        assert record.pop("id") == name
        assert is_the_story(record, story)
    assert [line["id"] for line in broken] == [None, None, 1, 2, 3, 4, 5, 6, 8, None]
    assert all(set(line) == {"id", "error"} for line in broken)
    for line, number, says in zip(
        broken[:5], (4, 5, 6, 7, 8), ("Expecting", "object", "html_path", "missing.html", "no address"), strict=True
    ):
        assert line["error"].startswith(f"line {number}: ")
        assert says in line["error"]


def test_a_page_that_may_not_be_read_is_one_line_of_a_batch(alone: Path, page: bytes, story: Story) -> None:
    (alone / "page.html").write_bytes(page)
    (alone / "folder.html").mkdir()
    lines = [{"id": name, "url": story.url, "html_path": f"{name}.html"} for name in ("folder", "page")]
    (alone / "list.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    [refused, read] = values(run("extract", "--batch", "list.jsonl"))
    assert "directory" in refused["error"]
    assert read["title"] == story.title
