"""Which texts with much in common are one report, and which only follow, quote or repeat one another."""

from __future__ import annotations

import pytest

from tests.worker.builders import save
from tests.worker.test_dedup_groups import story, titled
from worker.dedup.compare import Side, compare
from worker.dedup.text import Text
from worker.dedup.verdict import decide

REPORT, OWN, OTHER = story(1, 20), story(2, 20), story(3, 20)


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
