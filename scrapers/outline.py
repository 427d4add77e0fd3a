"""The run of a page's text: where its linked headlines and its paragraphs stand, as a reader meets them."""

from __future__ import annotations

from dataclasses import dataclass

from scrapers.page import Page
from scrapers.text import clean
from scrapers.urls import site_of

_READ = 200_000  # characters of the page's text
_MAX_LINKS, _MAX_PARAGRAPHS = 300, 150
_OPENING = 40  # characters that a paragraph is found by
_TEASER, _LONG_TEASER = 80, 150  # words under a linked headline, on a page with a long title and on one without
_LEAD = 250  # words of the lead of a front, at most
_HEADLINE_CHARS, _HEADLINE_WORDS = 15, 3  # of the shortest linked headline; where words are not parted, a third


@dataclass(frozen=True, slots=True)
class Outline:
    """`longest_run`: words of the paragraphs between two linked headlines, at most; `words` of all the paragraphs."""

    headlines: int  # linked headlines
    between: int  # of these, such as stand between or right before paragraphs
    words: int
    longest_run: int
    is_run_titled: bool  # whether a headline of some length that is no link stands before the longest run

    @property
    def is_list(self) -> bool:
        """Whether the text is made of teasers: headlines, linked, and a little of text under each."""
        most = _TEASER if self.is_run_titled else _LONG_TEASER
        return self.between >= 3 and self.longest_run < most and self.longest_run * 2 < self.words

    @property
    def is_front(self) -> bool:
        """Whether a linked headline opens the longest text, among many others: one long lead, then the rest."""
        return self.headlines >= 5 and self.between >= 1 and not self.is_run_titled and self.longest_run < _LEAD


def visible(page: Page) -> str:
    """The text that a reader sees, on one line."""
    root = page.story_tree.body
    return clean((root.text(separator=" ") or "")[:_READ]) if root else ""


def outline(page: Page, title: str | None, paragraphs: tuple[str, ...], count: list[int]) -> Outline:
    """The outline of a page; `count` gives the words of each of the paragraphs."""
    root = page.story_tree.body
    text = clean((root.text() or "")[:_READ]) if root else ""
    spans, at = [], 0
    for number, paragraph in enumerate(paragraphs[:_MAX_PARAGRAPHS]):
        if (found := text.find(paragraph[:_OPENING], at)) >= 0:
            spans.append((found, found + len(paragraph), number))
            at = found + len(paragraph) * 9 // 10  # the next one is behind it, whatever it repeats
    events = [(start, 1, number) for start, _, number in spans]
    links = _linked(page, text)
    inside = _Inside(spans)
    between = [(start, 0, 0) for start, link in links if not inside.holds(start, len(link))]
    linked = {start for start, _, _ in between}
    named = [(start, 2, 0) for start in _titles(page, title, text) if start not in linked]
    headings = {link for _, link in links}
    events = [event for event in events if event[1] != 1 or paragraphs[event[2]] not in headings]
    runs = _runs(sorted([*events, *between, *named]), count)
    longest = max(runs, default=(0, False))
    return Outline(len(between), sum(1 for words, _ in runs if words), sum(words for words, _ in runs), *longest)


class _Inside:
    """Which paragraph a place in the text is inside of; places are asked for in rising order."""

    def __init__(self, spans: list[tuple[int, int, int]]) -> None:
        self.spans, self.next = spans, 0

    def holds(self, start: int, length: int) -> bool:
        """Whether a link at `start` is a part of a longer paragraph."""
        while self.next < len(self.spans) and self.spans[self.next][1] <= start:
            self.next += 1
        if self.next == len(self.spans):
            return False
        begin, end, _ = self.spans[self.next]
        return begin <= start < end and length * 3 < (end - begin) * 2


def _linked(page: Page, text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    site = site_of(page.url)
    own = (page.url, page.url.partition(site)[2]) if site else (page.url,)
    for node in page.story_tree.css("a[href]")[: _MAX_LINKS * 2]:
        heading = node.css_first("h1, h2, h3, h4") or node
        link = clean(heading.text())[:400]
        is_spaced = link.count(" ") + 1 >= _HEADLINE_WORDS and len(link) >= _HEADLINE_CHARS
        if not is_spaced and (link.isascii() or len(link) * 3 < _HEADLINE_CHARS):
            continue
        href = node.attributes.get("href") or ""
        if href.startswith("#") or href in own or ("//" in href[:8] and site not in href[:200]):
            continue
        if (start := text.find(link, at)) >= 0:
            found.append((start, link))
            at = start + 1
            if len(found) >= _MAX_LINKS:
                break
    return found


def _titles(page: Page, title: str | None, text: str) -> list[int]:
    names = {title or "", *(clean(node.text())[:400] for node in page.story_tree.css("h1")[:3])}
    long = [name for name in names if name.count(" ") >= 3 or (not name.isascii() and len(name) >= 8)]  # no section's
    return [start for name in long if (start := text.find(name)) >= 0]


def _runs(events: list[tuple[int, int, int]], count: list[int]) -> list[tuple[int, bool]]:
    """Words of the paragraphs after each linked headline, and whether a title of the page opens them."""
    runs, words, titled = [], 0, False
    for _, kind, number in events:
        if kind == 1:
            words += count[number]
            continue
        runs.append((words, titled))
        words, titled = 0, titled or kind == 2
    return [*runs, (words, titled)]
