"""`dateline articles diff`: two revisions word by word."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Dateline
from tests.worker.builders import STORY, article, save
from worker.cli.diff import compared

LONG = " ".join(f"word{n}" for n in range(60))


@pytest.fixture
def revised(pool):
    for title, body in (
        ("Ferry runs", "ten people came."),
        ("Ferry runs", f"12 people came. {LONG}"),
        ("Ferry stops", LONG),
    ):
        save(pool, article(title=title, paragraphs=(f"{LONG} On Monday {body}",)))


def test_the_last_two_revisions_are_compared(dateline: Dateline, revised):
    result = dateline("articles", "diff", "1")
    assert result.exit_code == 0
    assert "Ferry [-runs-] {+stops+}" in result.stdout
    assert "[-12 people came.-]" in result.stdout
    assert "word30" not in result.stdout, "words far from a change are left out"


def test_any_two_revisions_can_be_named_by_any_address(dateline: Dateline, revised):
    result = dateline("articles", "diff", STORY + "?utm_source=mail", "1", "2")
    assert "[-ten-] {+12+} people came." in result.stdout
    assert "title" not in result.stdout


def test_a_program_gets_the_pieces(dateline: Dateline, revised):
    found = json.loads(dateline("articles", "diff", "1", "--json").stdout)
    assert (found["from"], found["to"]) == (2, 3)
    assert found["changes"]["title"] == [["same", "Ferry"], ["removed", " runs"], ["added", " stops"]]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["2"], "Not in the archive", id="no-article"),
        pytest.param(["1", "7"], "no revision 7; it has 1 to 3", id="no-revision"),
    ],
)
def test_what_is_not_there_is_said(dateline: Dateline, revised, words, says):
    result = dateline("articles", "diff", *words)
    assert (result.exit_code, says in result.stderr) == (1, True)


def test_an_article_that_never_changed_has_nothing_to_compare(dateline: Dateline, pool):
    save(pool, article())
    result = dateline("articles", "diff", "1")
    assert (result.exit_code, "has one revision" in result.stderr) == (1, True)


def test_pieces_make_up_both_texts():
    one, other = "a b c d e", "a x c e f"
    pieces = compared(one, other)
    assert "".join(text for kind, text in pieces if kind != "added").split() == one.split()
    assert "".join(text for kind, text in pieces if kind != "removed").split() == other.split()
