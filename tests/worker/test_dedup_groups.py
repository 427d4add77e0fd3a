"""Groups of copies: whatever comes first, and however many write at once, the same articles end as originals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.builders import NOON, add_source, article, articles, save, together, told
from worker.dedup import candidates
from worker.dedup.groups import Member, arrange

LETTERS = "bcdfghklmnprstvz"


def story(seed: int, sentences: int = 14) -> list[str]:
    """Sentences of invented words, so that no two seeds share a phrase."""
    chance = Random(f"story {seed}")

    def word() -> str:
        return "".join(chance.choice(LETTERS) + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))

    return [" ".join([word().title(), *(word() for _ in range(11))]) + "." for _ in range(sentences)]


def paper(name: str, text: list[str], hours: float | None = 0, **fields: object):
    """A story in a paper of its own."""
    published = None if hours is None else NOON + timedelta(hours=hours)
    values = {"url": f"https://{name}.example/s", "source": name, "title": name, "paragraphs": tuple(text)}
    return article(**{**values, "published": published, **fields})


def titled(name: str, text: list[str], hours: float | None = 0, **fields: object):
    """The same with a headline made of the text's own words, as headlines are."""
    return paper(name, text, hours, **{"title": f"{name}: {' '.join(text[0].split()[:6])}", **fields})


def groups(conn):
    """The source of the original of each source; None for an original."""
    rows = conn.execute(
        "select a.source_id, o.source_id as original from article a left join article o on o.id = a.copy_of"
    )
    return {row["source_id"]: row["original"] for row in rows}


def near_copies():
    """One report as five papers have it, the first published first."""
    text, other = story(1), story(2)
    return [
        titled("wire", text, 0),
        titled("cut", text[:8], 1),
        titled("lead", [other[0], other[1], *text], 2),
        titled("tail", [*text[:12], other[2]], 3),
        titled("whole", text, 4),
    ]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_groups_do_not_depend_on_the_order_of_arrival(pool, conn, order):
    papers = near_copies()
    for number in order:
        save(pool, papers[number])

    assert groups(conn) == {"wire": None, "cut": "wire", "lead": "wire", "tail": "wire", "whole": "wire"}
    by_source = {row["source_id"]: row for row in articles(conn)}
    assert by_source["whole"]["method"] == "exact"
    assert {by_source[name]["method"] for name in ("cut", "lead", "tail")} == {"near"}


def test_an_older_one_takes_over_the_group_and_the_events_say_so(pool, conn):
    text = story(1)
    save(pool, titled("late", text, 5))
    save(pool, titled("later", text[:9], 6))
    save(pool, titled("early", text, 1))

    assert groups(conn) == {"early": None, "late": "early", "later": "early"}
    kinds = [kind for kind, _ in told(conn)]
    assert kinds == ["created", "created", "copied", "created", "copied", "copied"]


def test_a_revision_that_drifts_away_is_separated(pool, conn):
    text, other = story(1), story(2)
    save(pool, titled("first", text, 0))
    save(pool, titled("second", text[:9], 1))
    save(pool, titled("second", other, 1))

    assert groups(conn) == {"first": None, "second": None}
    assert [kind for kind, _ in told(conn)][-2:] == ["updated", "separated"]


def test_copies_of_an_original_that_drifts_away_find_a_new_one(pool, conn):
    text, other = story(1), story(2)
    for name, hours in (("first", 0), ("second", 1), ("third", 2)):
        save(pool, titled(name, text, hours))
    save(pool, titled("first", other, 0))

    assert groups(conn) == {"first": None, "second": None, "third": "second"}


def test_an_agency_is_the_original_of_its_customers_copies(pool, conn):
    add_source(conn, "reuters", name="Reuters", site="reuters.example")
    text = story(1)
    save(pool, titled("customer", text, 0, agency="Reuters"))
    save(pool, titled("reuters", text, 2))

    assert groups(conn) == {"customer": "reuters", "reuters": None}


def test_near_copies_weeks_apart_stay_apart_and_equal_texts_do_not(pool, conn):
    text = story(1)
    save(pool, titled("first", text, 0))
    save(pool, titled("near", text[:9], 24 * 20))
    save(pool, titled("equal", text, 24 * 60))

    assert groups(conn) == {"first": None, "near": None, "equal": "first"}


@pytest.mark.parametrize("rounds", [range(100)])
def test_a_copy_stored_while_its_original_is_stored_is_joined(pool, conn, rounds):
    for number in rounds:
        text, barrier = story(number, 8), Barrier(2)
        pair = [titled(f"one{number}", text, 0), titled(f"two{number}", text[:6], 1)]

        def store(item, barrier=barrier):
            barrier.wait()
            save(pool, item)

        together([lambda item=item: store(item) for item in pair])

    assert groups(conn) == {f"one{n}": None for n in rounds} | {f"two{n}": f"one{n}" for n in rounds}


def test_eight_writers_make_the_groups_that_one_makes(pool, conn):
    papers = [
        titled(f"{name}{number}", story(number)[: 14 - 2 * place], place)
        for number in range(8)
        for place, name in enumerate(("a", "b", "c", "d"))
    ]
    Random(3).shuffle(papers)

    def work(items):
        for item in items:
            save(pool, item)

    together([lambda part=papers[start::8]: work(part) for start in range(8)])

    assert groups(conn) == {f"{name}{n}": None if name == "a" else f"a{n}" for n in range(8) for name in "abcd"}


def test_old_sketches_are_dropped_and_young_ones_stay(pool, conn):
    save(pool, titled("old", story(1)))
    save(pool, titled("young", story(2)))
    conn.execute("update article set first_seen = now() - interval '30 days' where source_id = 'old'")

    candidates.expire(pool)

    [young] = [row["id"] for row in articles(conn) if row["source_id"] == "young"]
    assert {row["article_id"] for row in conn.execute("select article_id from sketch")} == {young}


# Who is the original, without a database ----------------------------------------------------------------------------

MEMBERS = st.lists(
    st.builds(
        Member,
        id=st.just(0),
        text_hash=st.integers(1, 6),
        is_agency=st.booleans(),
        since=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 5), timezones=st.just(UTC)),  # noqa: DTZ001
        copy_of=st.none(),
        similarity=st.none(),
        method=st.none(),
    ),
    min_size=1,
    max_size=8,
)


@given(MEMBERS, st.data())
def test_a_copy_points_to_an_original_that_it_is_like(drawn, data):
    members = [
        Member(i, m.text_hash, m.is_agency, m.since, m.copy_of, m.similarity, m.method) for i, m in enumerate(drawn, 1)
    ]
    pairs = [(a.id, b.id) for a in members for b in members if a.id < b.id and a.text_hash != b.text_hash]
    likenesses = dict.fromkeys(data.draw(st.lists(st.sampled_from(pairs)) if pairs else st.just([])), 0.8)

    places = arrange(members, likenesses)

    assert arrange(data.draw(st.permutations(members)), likenesses) == places
    hash_of = {m.id: m.text_hash for m in members}
    alike = {frozenset((hash_of[a], hash_of[b])) for a, b in likenesses}
    for member in members:
        original = places[member.id].copy_of
        if original is not None:
            assert places[original].copy_of is None
            assert hash_of[original] == member.text_hash or frozenset((hash_of[original], member.text_hash)) in alike
