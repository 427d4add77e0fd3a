"""Which blocks are the story, however likely each is judged: quotes, consent dialogs, sub-headings and notes."""

from __future__ import annotations

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from scrapers.blocks import walk
from scrapers.body import choose
from scrapers.features import Known

SENTENCE = "The harbour board has approved a second quay after a year of debate."
FIRST = f"<p>{SENTENCE} Nobody voted against it, and two members were away on the night.</p>"
LAST = "<p>Work on the quay begins in spring, when the water is low enough for the old piles to be drawn.</p>"


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
    ],
)
def test_what_only_looks_like_it_stays(middle):
    assert chosen(middle)


def test_unlikely_sub_heading_between_two_parts_of_the_story_belongs_to_it():
    assert chosen("<h3>A new quay</h3>", likely=0.1) == ["A new quay"]
    assert chosen("<p>A new quay</p>", likely=0.1) == []
    assert chosen("<h3>More news</h3><p>Ferry sails late</p>", likely=0.1) == []
