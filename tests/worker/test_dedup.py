"""Which texts count as the same, and who of several is the original."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.worker.builders import NOON, article, prose, save, together
from worker.dedup.text import Text

TEXT = prose(7)
WORDS = TEXT.split()


def hashed(*paragraphs, **fields):
    item = article(paragraphs=paragraphs, **fields)
    return Text(item.title or "", item.body).hash


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(TEXT.upper(), id="case"),
        pytest.param("  ".join(WORDS) + "\n", id="spacing"),
        pytest.param(", ".join(WORDS) + "!", id="punctuation"),
        pytest.param(TEXT.replace("a", "a\u00ad").replace("e", "\u200be"), id="invisible-characters"),
        pytest.param(TEXT.replace(" ", " „", 5).replace(" ", " • "), id="signs"),
        pytest.param(TEXT.replace("e", "é"), id="accents"),
        pytest.param(TEXT.replace("e", "e\u0301"), id="accents-decomposed"),
        pytest.param(TEXT.replace("1", "\uff11"), id="full-width-figures"),
    ],
)
def test_two_typesettings_of_a_text_are_the_same(other):
    assert hashed(other) == hashed(TEXT)


@pytest.mark.parametrize("sign", ["฿", "・", "។", "৳"])
def test_a_sign_that_stands_for_a_word_or_in_one_counts(sign):
    assert hashed(f"{TEXT} {sign}") != hashed(TEXT)


def test_paragraph_breaks_do_not_make_another_text():
    assert hashed(*WORDS) == hashed(TEXT)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(TEXT + " more", id="one-word-more"),
        pytest.param(TEXT.replace("1", "2"), id="other-figures"),
        pytest.param(" ".join(reversed(WORDS)), id="other-order"),
        pytest.param(TEXT.replace("rain", "rain coat"), id="a-word-put-in"),
    ],
)
def test_other_words_are_another_text(other):
    assert hashed(other) != hashed(TEXT)


def test_the_headline_of_a_whole_story_does_not_count():
    assert hashed(TEXT, title="One") == hashed(TEXT, title="Two")


def test_the_headline_of_a_caption_counts():
    assert hashed("Watch the video of the flood", title="One") != hashed("Watch the video of the flood", title="Two")
    assert hashed("Watch the video of the flood", title="One") == hashed("Watch the video of the flood!", title="One")


@pytest.mark.parametrize(
    ("body", "title"),
    [("", "A headline of many words but no text"), ("Watch", "Video"), ("…", "A long enough headline here")],
)
def test_a_text_of_almost_no_words_is_never_compared(body, title):
    assert hashed(body, title=title) is None


@pytest.mark.parametrize(
    "body", ["سیلاب سے متاثرہ علاقوں میں امداد پہنچ گئی", "洪水 影響 地区 救援 到着 した", "नदी का पानी गाँव में घुस गया"]
)
def test_texts_of_any_script_have_a_hash(body):
    assert hashed(body) is not None


def test_unstorable_characters_do_not_hinder():
    assert hashed(TEXT + "\x00 \ud800") == hashed(TEXT)


def test_the_hash_fits_a_bigint():
    values = [hashed(prose(number)) for number in range(200)]
    assert min(values) < 0 < max(values)
    assert all(-(2**63) <= value < 2**63 for value in values)


# Originals and copies ---------------------------------------------------------------------------------------------


def copies(conn):
    """The title of the original of each title; None for an original."""
    rows = conn.execute(
        "select a.title, o.title as original from article a left join article o on o.id = a.copy_of order by a.id"
    )
    return {row["title"]: row["original"] for row in rows}


def agency_copy(name, hours):
    """The same agency text in another paper."""
    published = None if hours is None else NOON + timedelta(hours=hours)
    return article(url=f"https://{name}.example/s", source=name, title=name, paragraphs=(TEXT,), published=published)


@pytest.mark.parametrize(
    ("papers", "original"),
    [
        pytest.param([("a", 0), ("b", 1), ("c", 2)], "a", id="in-order"),
        pytest.param([("a", 2), ("b", 1), ("c", 0)], "c", id="the-first-arrives-last"),
        pytest.param([("a", None), ("b", 5)], "b", id="a-time-comes-before-none"),
        pytest.param([("a", None), ("b", None)], "a", id="without-times-the-first-stored"),
        pytest.param([("a", 1), ("b", 1)], "a", id="at-the-same-time-the-first-stored"),
    ],
)
def test_the_first_published_is_the_original_of_all_others(pool, conn, papers, original):
    for name, hours in papers:
        save(pool, agency_copy(name, hours))

    assert copies(conn) == {name: None if name == original else original for name, _ in papers}


def test_copies_arriving_together_agree_on_one_original(pool, conn):
    papers = [agency_copy(f"paper{number:02}", hours=(number * 7) % 12) for number in range(12)]

    together([lambda paper=paper: save(pool, paper) for paper in papers])

    assert copies(conn) == {paper.title: None if paper.title == "paper00" else "paper00" for paper in papers}


def test_a_copy_says_how_it_was_recognised(pool, conn):
    save(pool, agency_copy("a", 0))
    save(pool, agency_copy("b", 1))
    rows = conn.execute("select source, original_source, similarity, method from dateline.copies").fetchall()
    assert rows == [{"source": "b", "original_source": "a", "similarity": 1.0, "method": "exact"}]
    assert conn.execute("select source from dateline.articles").fetchall() == [{"source": "a"}]
