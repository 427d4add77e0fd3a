"""Which blocks are the story, however likely each is judged: quotes, consent dialogs, sub-headings, lists and notes."""

from __future__ import annotations

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from scrapers.blocks import walk
from scrapers.choice import choose
from scrapers.features import Known

SENTENCE = "The harbour board has approved a second quay after a year of debate."
FIRST = f"<p>{SENTENCE} Nobody voted against it, and two members were away on the night.</p>"
LAST = "<p>Work on the quay begins in spring, when the water is low enough for the old piles to be drawn.</p>"
QUESTIONS = "".join(f"<dt>Why quay {number}?</dt><dd>Ferries to port {number} wait.</dd>" for number in range(9))


def chosen(middle, likely=0.9, known=None):
    """The texts between the first and the last paragraph that are chosen when both are judged certain."""
    root = LexborHTMLParser(f"<body><main>{FIRST}{middle}{LAST}</main></body>").body
    assert root
    blocks = walk(root)
    chances = np.full(len(blocks), likely)
    chances[0] = chances[-1] = 0.99
    return [blocks.text[number] for number in choose(blocks, chances, known or Known())][1:-1]


@pytest.mark.parametrize(
    "middle",
    [
        pytest.param(f"<blockquote><p>“{SENTENCE}”</p></blockquote>", id="pull-quote"),
        pytest.param(f"<div class=pullquote>{SENTENCE.upper()}</div>", id="pull-quote-by-class"),
        pytest.param(
            "<div class=consent-modal><p>We set cookies on your device.</p><p>Your browser can refuse them.</p></div>",
            id="consent-dialog",
        ),
        pytest.param("<figure><p>The quay at dawn.</p></figure>", id="caption"),
        pytest.param("<p><a href=/b>Read more about the quay that was never built</a></p>", id="links"),
        pytest.param(
            "<blockquote class=twitter-tweet><p>The quay is ours, and it is long overdue.</p></blockquote>", id="post"
        ),
        pytest.param("<p>* * *</p>", id="no-words"),
        pytest.param("<dl><dt>Source:</dt><dd>Harbour board of Sallcross</dd></dl>", id="facts"),
    ],
)
def test_what_stands_beside_the_story_is_left_out(middle):
    assert chosen(middle) == []


@pytest.mark.parametrize(
    "middle",
    [
        pytest.param("<blockquote><p>We never thought of a third quay at all.</p></blockquote>", id="quote"),
        pytest.param(f"<p><a href=/b>{SENTENCE * 3}</a></p>", id="long-paragraph-in-a-link"),
        pytest.param("<h2>A second quay after a year of debate</h2>", id="sub-heading-in-words-of-the-story"),
        pytest.param("<div class=header><p>Bake the cookies.</p><p>Cool the cookies.</p></div>", id="recipe"),
        pytest.param("<p>The privacy of members who consent is kept in a browser.</p>", id="story-about-consent"),
        pytest.param(f"<dl>{QUESTIONS}</dl>", id="story-of-questions"),
    ],
)
def test_what_only_looks_like_it_stays(middle):
    assert chosen(middle)


def test_unlikely_sub_heading_between_two_parts_of_the_story_belongs_to_it():
    assert chosen("<h3>A new quay</h3>", likely=0.1) == ["A new quay"]
    assert chosen("<p>A new quay</p>", likely=0.1) == []
    assert chosen("<h3>More news</h3><p>Ferry sails late</p>", likely=0.1) == []


def test_unlikely_list_between_two_parts_of_the_story_belongs_to_it():
    assert chosen("<ul><li>Stone</li><li>Timber</li></ul>", likely=0.2) == ["Stone", "Timber"]
    assert chosen("<ul><li><a href=/b>Ferries</a></li><li><a href=/c>Boats</a></li></ul>", likely=0.2) == []
    assert chosen("<ul><li>Stone</li></ul><p>Ferry sails late</p>", likely=0.2) == []


LONG = "The board will ask three firms for offers, and open them in public at the end of the month."


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        pytest.param(f"<p>{LONG}</p>", [LONG], id="beside-the-others"),
        pytest.param(f"<p class=endmark>{LONG}</p>", [LONG], id="of-another-class"),
        pytest.param(f"<div><p>{LONG}</p></div>", [], id="elsewhere"),
        pytest.param(f"<div class=box>{LONG}</div>", [], id="of-another-tag"),
        pytest.param(f"<p><a href=/b>{LONG}</a></p>", [], id="links"),
        pytest.param("<p>Three firms will be asked.</p>", [], id="short"),
    ],
)
def test_doubtful_paragraph_like_the_others_belongs_to_the_story(middle, expected):
    assert chosen(middle, likely=0.3) == expected


def test_standfirst_belongs_to_the_story_unless_it_is_most_unlikely():
    middle, known = "<h5>Ferries will sail on time again</h5>", Known(standfirst="Ferries will sail on time again")
    assert chosen(f"{middle}<p>Ferry sails late</p>", 0.1, known) == ["Ferries will sail on time again"]
    assert chosen(f"{middle}<p>Ferry sails late</p>", 0.01, known) == []


@pytest.mark.parametrize(
    "note",
    [
        "For more information, visit the board's office at Pier Street.",
        "Weitere Informationen gibt es im Hafenamt.",
        "Para más información, visite la oficina del puerto.",
    ],
)
def test_line_that_sends_the_reader_elsewhere_is_left_out_at_the_end_alone(note):
    root = LexborHTMLParser(f"<body><main>{FIRST}<p>{note}</p>{LAST}<p>{note}</p></main></body>").body
    assert root
    blocks = walk(root)
    assert choose(blocks, np.array([0.99, 0.99, 0.99, 0.99]), Known()) == [0, 1, 2]
