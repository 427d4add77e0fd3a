"""Corrections that a page announces."""

from __future__ import annotations

import pytest

from scrapers import corrections
from scrapers.page import Page
from scrapers.registry import scrape

STORY = "The ferry between the two islands ran again on Monday after three weeks in the yard."


@pytest.mark.parametrize(
    "text",
    [
        "Correction: An earlier version gave the wrong name of the ferry.",
        "CORRECTION (May 4): The ferry carries 200 people, not 2,000.",
        "Editor's note: This story has been corrected to say that the mayor is Ann Lee.",
        "This article was amended on 4 May to clarify who pays for the yard.",
        "An earlier version of this article misstated the length of the ferry.",
        "(Corrects name of the ferry in paragraph 3)",
        "* Clarification: the yard belongs to the town, not to the state.",
        "Korrektur: In einer früheren Version hieß die Fähre anders als in Wirklichkeit.",
        "Rectificatif : le ferry transporte 200 personnes et non 2 000.",
        "Fe de erratas: el ferry lleva 200 personas y no 2.000.",
        "Исправление: паром берёт двести человек вместо двух тысяч.",
        "تصحيح: تحمل العبارة مئتي راكب وليس ألفي راكب كما ورد.",
    ],
)
def test_corrections_are_found(text):
    assert corrections.find([STORY, text], [0.0, 0.0]) == text
    assert corrections.may_be_in(f"{STORY} {text}")


@pytest.mark.parametrize("label", corrections._LABELS)
def test_a_page_with_a_label_is_looked_at(label):
    assert corrections.may_be_in(f"{STORY} {label.upper()}: {STORY}")
    assert not corrections.may_be_in(STORY)


@pytest.mark.parametrize("hidden", ["An ear\xadlier ver\xadsion mis\xadspelt a name.", "PrÃ©cision : le nom du ferry."])
def test_a_page_whose_words_are_hidden_is_looked_at(hidden):
    assert corrections.may_be_in(f"{STORY} {hidden}")


@pytest.mark.parametrize(
    "text",
    [
        "The correction of the course took the crew two hours.",
        "This article first appeared in the weekend edition of the paper.",
        "Corrections officers guard the yard at night, the mayor said.",
        "The clarification: none.",
        "This story is about a ferry that took the wrong course and was corrected.",
        "Corrections",
        "An earlier version of the ferry carried two hundred people.",
    ],
)
def test_stories_about_corrections_are_none(text):
    assert corrections.find([STORY, text], [0.0, 0.0]) is None


def test_a_label_is_joined_by_what_it_labels():
    assert (
        corrections.find([STORY, "Correction", "The mayor is Ann Lee."], [0, 0, 0])
        == "Correction The mayor is Ann Lee."
    )


def test_a_link_to_a_correction_is_that_of_another_story():
    assert corrections.find([STORY, "Correction: the length of a bridge was wrong"], [0.0, 1.0]) is None


def test_the_record_has_it_with_its_origin():
    body = "".join(f"<p>{STORY} It was the {n}th trip.</p>" for n in range(8))
    note = "<p><i>Correction: An earlier version gave the wrong name of the ferry.</i></p>"
    page = f"<title>Ferry runs again</title><article><h1>Ferry runs again</h1>{body}{note}</article>"

    article = scrape(Page(page.encode(), "https://paper.example/story/1"))

    assert article.correction == "Correction: An earlier version gave the wrong name of the ferry."
    assert article.provenance["correction"] == "heuristic"
