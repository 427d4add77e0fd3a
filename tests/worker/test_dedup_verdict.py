"""Which texts with much in common are one report, and which only follow, quote or repeat one another."""

from __future__ import annotations

import pytest

from bench.ground import wires
from tests.worker.builders import save
from tests.worker.test_dedup_groups import story, titled
from worker.dedup.compare import Side, compare
from worker.dedup.text import Text
from worker.dedup.verdict import decide

REPORT, OWN, OTHER = story(1, 20), story(2, 20), story(3, 20)
SAID, PHRASE = " ".join(REPORT[10:13]), "We are glad to be back where we want to be."


def text(sentences, title=""):
    return Text(title or " ".join(sentences[0].split()[:6]), "\n".join(sentences))


def figured(*changed):
    """Ten sentences with a figure each; those of these numbers are others."""
    return [f"{line[:-1]} {(number + 3) * (9 if number in changed else 1)}." for number, line in enumerate(REPORT[:10])]


def timed(clock):
    """Ten sentences with an hour of the evening each."""
    return [f"{line[:-1]} at {clock(hour)}." for hour, line in enumerate(REPORT[:10], 13)]


def rewritten(sentences):
    """Every second half of the sentences after the fourth in other words."""
    edited = [" ".join(a.split()[:6] + b.split()[6:]) for a, b in zip(sentences[4:], OWN[4:], strict=True)]
    return [*sentences[:4], *edited]


def quoting(said, *changed):
    """The same, and what somebody said about it."""
    return [*figured(*changed), f'"{said[:-1]}," an official said.']


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(text(REPORT), text([*OWN[:5], *REPORT[:10]]), id="a-local-lead-and-half-of-it"),
        pytest.param(text(REPORT), text([*OWN[:4], *REPORT[3:]], REPORT[5]), id="another-lead"),
        pytest.param(text(REPORT), text(rewritten(REPORT)), id="rewritten-from-the-fifth-sentence-on"),
        pytest.param(text(figured()), text(figured(4)), id="a-figure-put-right"),
        pytest.param(text(figured()), text(["(Updates toll)", *figured(0, 1), *OWN[:3]]), id="the-news-of-an-update"),
        pytest.param(
            text(timed(lambda hour: f"{hour}:20")), text(timed(lambda hour: f"{hour - 12}:20 p.m.")), id="another-clock"
        ),
        pytest.param(text(figured()), text(figured(2, 4, 6), "CORRECTED: the figures"), id="marked-as-corrected"),
        pytest.param(text(figured()), text(["Correction: figures.", *figured(2, 4, 6)]), id="opens-with-a-correction"),
        pytest.param(
            text(figured()),
            text([*figured(2, 4, 6), "(This story of May 7 has been corrected to fix the figures.)"]),
            id="ends-with-a-correction",
        ),
        pytest.param(
            text(quoting(SAID)), text(quoting(SAID, 2, 4, 6)), id="a-toll-that-rose-throughout-and-what-somebody-said"
        ),
    ],
)
def test_a_report_that_a_desk_edited_is_a_copy(one, other):
    found = decide(one, other)
    assert found.is_copy, found.reason
    assert decide(other, one) == found


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        pytest.param(
            text([*OWN[:6], *REPORT[:10]]), text([*OTHER[:12], *REPORT[:10]]), "opens in its own way", id="background"
        ),
        pytest.param(text(figured()), text(figured(2, 4, 6)), "figures or names differ", id="another-day-s-figures"),
        pytest.param(
            text(quoting(SAID)),
            text(quoting(SAID, 1, 2, 4, 5, 7, 8)),
            "figures or names differ",
            id="more-figures-differ-than-agree",
        ),
        pytest.param(
            text(quoting(PHRASE)),
            text(quoting(PHRASE, 2, 4, 6)),
            "figures or names differ",
            id="a-phrase-of-the-series",
        ),
        pytest.param(
            text([*REPORT[:8], *OWN[:12]], "Live"), text([*REPORT[:8], *OTHER[:12]], "Live"), "only 40%", id="live-blog"
        ),
    ],
)
def test_a_report_of_its_own_is_none(one, other, reason):
    found = decide(one, other)
    assert not found.is_copy
    assert reason in found.reason
    assert decide(other, one) == found


def test_a_name_and_its_initials_are_no_two_names():
    lines = [f"In {line[0].lower()}{line[1:-1]} the United Nations said." for line in REPORT[:10]]
    short = [line.replace("United Nations", "UN") for line in lines]
    assert decide(text(lines), text(short)).is_copy


def test_another_spelling_of_a_unit_or_a_time_is_no_other_value():
    lines = [
        f"{line[:-1]} nach 2,{number} Millionen Euro um 1{number}.30 Uhr." for number, line in enumerate(REPORT[:9])
    ]
    other = [line.replace("Millionen", "Mio.").replace(".30", ":30") for line in lines]
    assert not decide(text(lines), text(other)).measures.conflicts


def test_a_measure_in_other_units_is_no_other_value():
    lines = [f"{line[:-1]} for {number} miles." for number, line in enumerate(REPORT[:9], 10)]
    other = [f"{line[:-1]} for {1.609 * number:.0f} kilometres." for number, line in enumerate(REPORT[:9], 10)]
    wrong = [line.replace("kilometres", "metres") for line in other]
    assert not decide(text(lines), text(other)).measures.conflicts
    assert len(decide(text(lines), text(wrong)).measures.conflicts) > 1


@pytest.mark.parametrize(
    ("folder", "found", "merged"),
    [
        pytest.param(wires.FIRST, 32, 1, id="first"),
        pytest.param(wires.SECOND, 51, 0, id="second"),
    ],
)
def test_wire_stories_labelled_by_hand(folder, found, merged):
    joined = []
    for pair in wires.pairs(folder):
        one, other = (Side(pair[side]["title"], pair[side]["body"]) for side in "ab")
        if compare(one, other).verdict == "copy":
            joined.append(pair["label"])
    assert joined.count("copy") >= found
    assert joined.count("different") <= merged


def test_the_store_decides_as_the_comparison_does(pool, conn):
    pairs = {
        "whole": (REPORT, REPORT),
        "lead": (REPORT, [*OWN[:5], *REPORT[:10]]),
        "corrected": (figured(), ["Correction: figures.", *figured(2, 4, 6)]),
        "series": (figured(), figured(2, 4, 6)),
        "background": ([*OWN[:6], *REPORT[:10]], [*OTHER[:12], *REPORT[:10]]),
        "other": (OWN, OTHER),
    }
    decided, stored = {}, {}
    for name, sides in pairs.items():
        conn.execute("truncate article, sketch, likeness, article_url, event cascade")
        one, other = (titled(f"{name}{number}", lines) for number, lines in enumerate(sides))
        for item in (one, other):
            save(pool, item)
        decided[name] = compare(*(Side(item.title, item.body, item.source) for item in (one, other))).verdict
        stored[name] = "copy" if conn.execute("select from dateline.copies").fetchall() else "different"
    assert stored == decided
    assert set(decided.values()) == {"copy", "different"}
