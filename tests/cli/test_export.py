"""`dateline articles export` and `dateline archive export`: files that other programs read."""

from __future__ import annotations

import csv
import json

import pytest

from tests.cli.conftest import Dateline, values
from tests.worker.builders import NOON, STORY, add_host, add_page, article, insert, save

BODY = b"<p>The ferry runs again.</p>"


@pytest.fixture
def stored(pool):
    for number in range(1, 6):
        save(pool, article(number, published=NOON, authors=("Ann Lee", "Bo Hale"), tags=("ferry",)))


def test_a_file_of_json_lines_has_what_standard_output_has(dateline: Dateline, alone, stored):
    assert dateline("articles", "export", "-o", "all.jsonl").exit_code == 0
    rows = [json.loads(line) for line in (alone / "all.jsonl").read_text().splitlines()]
    assert rows == values(dateline("articles", "export"))
    assert len(rows) == 5


def test_parquet_has_the_same_rows_with_types(dateline: Dateline, alone, stored):
    pq = pytest.importorskip("pyarrow.parquet")
    assert dateline("articles", "export", "--format", "parquet", "-o", "all.parquet").exit_code == 0
    table = pq.read_table(alone / "all.parquet").to_pylist()
    rows = values(dateline("articles", "export"))
    assert [row["body"] for row in table] == [row["body"] for row in rows]
    assert (table[0]["published"], table[0]["authors"]) == (NOON, ["Ann Lee", "Bo Hale"])
    assert json.loads(table[0]["provenance"]) == rows[0]["provenance"]
    assert list(table[0]) == list(rows[0])


def test_columns_are_chosen_and_ordered(dateline: Dateline, alone, stored):
    dateline("articles", "export", "--format", "csv", "--columns", "title, id", "-o", "some.csv")
    with (alone / "some.csv").open(newline="") as file:
        assert list(csv.reader(file))[:2] == [["title", "id"], ["Headline 1", "1"]]


def test_an_export_goes_on_after_an_event(dateline: Dateline, stored, pool):
    save(pool, article(2, title="Ferry stops"))
    rows = values(dateline("articles", "export", "--after", "5", "--columns", "id,title"))
    assert rows == [{"id": 2, "title": "Ferry stops"}]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(["--columns", "id,headline"], 2, "no headline in dateline.articles", id="column"),
        pytest.param(["--format", "parquet"], 2, "-o FILE", id="parquet-to-a-terminal"),
        pytest.param(["--until", "noon"], 2, "not a day", id="until"),
        pytest.param(["--after", "99"], 1, "There is no event 99 yet", id="after"),
        pytest.param(["-o", "nowhere/all.jsonl"], 1, "cannot be written", id="folder"),
    ],
)
def test_what_cannot_be_exported_is_said(dateline: Dateline, stored, alone, words, code, says):
    result = dateline("articles", "export", *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert says in result.stderr


def test_a_failed_export_leaves_the_file_of_before(dateline: Dateline, alone, stored):
    (alone / "all.jsonl").write_text("before")
    assert dateline("articles", "export", "--after", "99", "-o", "all.jsonl").exit_code == 1
    assert (alone / "all.jsonl").read_text() == "before"
    assert [path.name for path in alone.iterdir() if path.is_file()] == ["all.jsonl"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves temporary files open
def test_archived_pages_become_a_warc_that_its_own_checker_accepts(dateline: Dateline, alone, conn):
    archiveiterator = pytest.importorskip("warcio.archiveiterator")
    checker = pytest.importorskip("warcio.checker")
    add_host(conn, "paper.example")
    page = add_page(conn, STORY)
    headers = {"content-type": "text/html", "transfer-encoding": "chunked", "x-ü": "ü"}
    made = {"page_id": page, "url": STORY, "status": 200, "headers": json.dumps(headers), "encoding": "identity"}
    for body in (BODY, b""):
        insert(conn, "archive", **made, sha256=b"x" * 32, body=body)

    assert dateline("archive", "export", "-o", "pages.warc.gz").exit_code == 0

    with (alone / "pages.warc.gz").open("rb") as file:
        records = [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.raw_stream.read())
            for record in archiveiterator.ArchiveIterator(file)
        ]
    assert [kind for kind, _, _ in records] == ["warcinfo", "response", "response"]
    assert records[1][1:] == (STORY, BODY)
    command = type("Command", (), {"inputs": [str(alone / "pages.warc.gz")], "verbose": False})()
    check = checker.Checker(command)
    check.process_one(str(alone / "pages.warc.gz"))
    assert check.exit_value == 0
