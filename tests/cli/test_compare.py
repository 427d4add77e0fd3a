"""`dateline compare` and `dateline explain`: why two articles were joined, or were not."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.cli.conftest import Dateline
from tests.worker.builders import NOON, save
from tests.worker.test_dedup_groups import story, titled


def line(number, a, b, **fields):
    """One line of a batch."""
    sides = {
        name: {"title": item.title, "body": item.body, "source": item.source, **fields}
        for name, item in (("a", a), ("b", b))
    }
    return json.dumps({"id": number, **sides})


def test_a_batch_has_a_verdict_for_every_pair(dateline: Dateline, alone):
    text = story(1)
    whole, cut, other = titled("a", text), titled("b", text[:8]), titled("c", story(2))
    lines = [line(1, whole, cut), line(2, whole, other), line(3, whole, whole), line(4, whole, titled("d", text))]
    (alone / "pairs.jsonl").write_text("\n".join(lines))

    result = dateline("compare", "--batch", "pairs.jsonl")

    found = [json.loads(text) for text in result.stdout.splitlines()]
    assert [(row["id"], row["verdict"]) for row in found] == [(1, "copy"), (2, "different"), (3, "same"), (4, "copy")]
    assert all({"id", "verdict", "similarity", "reason"} == set(row) for row in found)
    assert result.exit_code == 0


def test_bad_lines_are_named_and_the_rest_is_done(dateline: Dateline, alone):
    good = line(5, titled("a", story(1)), titled("b", story(1)))
    bad = ["{", "[]", '{"id": 1}', '{"id": 1, "a": {"title": "x"}, "b": {"body": "y"}}', good.replace("body", "text")]
    dated = json.dumps({**json.loads(good), "a": {"body": "x", "published": "noon"}})
    (alone / "pairs.jsonl").write_text("\n".join([*bad, dated, "", good]))

    result = dateline("compare", "--batch", "pairs.jsonl")

    assert [json.loads(text)["id"] for text in result.stdout.splitlines()] == [5]
    assert all(f"line {number}:" in result.stderr for number in range(1, 7))
    assert result.exit_code == 1


def test_two_stored_articles_are_compared_by_number_and_address(dateline: Dateline, pool):
    text = story(1)
    first = save(pool, titled("a", text))
    save(pool, titled("b", text[:8], 1))

    result = dateline("compare", str(first.id), "https://b.example/s", "--json")

    assert json.loads(result.stdout)["verdict"] == "copy"
    assert "same: " in dateline("compare", str(first.id), "https://a.example/s").stdout


def test_files_are_compared_without_a_database(dateline: Dateline, alone, monkeypatch):
    monkeypatch.setenv("DATELINE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    item = titled("a", story(1))
    (alone / "a.txt").write_text(f"{item.title}\n{item.body}")
    (alone / "b.json").write_text(json.dumps({"title": item.title, "body": item.body}))

    result = dateline("compare", "a.txt", "b.json")

    assert result.stdout.startswith("copy: the same words")


def test_an_address_that_nobody_knows_is_an_error(dateline: Dateline):
    for command in (("compare", "1", "2"), ("explain", "https://nowhere.example/x")):
        result = dateline(*command)
        assert result.exit_code == 1
        assert "dateline crawl" in result.stderr


def test_explain_tells_what_happened_to_a_copy(dateline: Dateline, pool):
    text = story(1)
    save(pool, titled("a", text))
    copy = save(pool, titled("b", text[:8], 1))
    near = titled("c", text, 24 * 30)
    save(pool, near)
    save(pool, titled("b", text[:7], 1))

    found = json.loads(dateline("explain", "https://b.example/s", "--json").stdout)

    assert found["article"]["id"] == copy.id
    assert [event["kind"] for event in found["events"]] == ["created", "copied", "updated"]
    assert [row["revision"] for row in found["revisions"]] == [1, 2]
    [other] = found["comparisons"]
    assert (other["verdict"], other["measures"]["contained"]) == ("copy", 1.0)
    assert found["copies"][0]["method"] == "near"
    assert near.published - NOON == timedelta(days=30)
    assert "compared with" in dateline("explain", str(copy.id)).stdout
