"""Whether two texts are one report: how much of the shorter the other has, and whether both state the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from worker.dedup import figures
from worker.dedup.alignment import Gap, Run, align, among, gaps, match
from worker.dedup.sketch import NEAR_TOKENS
from worker.dedup.text import Text
from worker.dedup.tokens import AFTER_DIGITS, Placed, Token

# Chosen on generated pairs (bench/ground/pairs.py) and on news stories of 1987 and 2017 that were read side by side.
HOPELESS = 0.25  # of the shorter's shingles: two stories that share a quotation have more
OPENING = 40  # tokens: what a story begins with tells it from the next one, which ends with the same background
OPENS, BOTH_OPEN = 0.85, 0.60  # of one opening in the other text, or of each: one report, if enough else is common
ENOUGH = 0.60  # of the shorter text that the other must have where they open alike
SPARSE = 0.50  # enough where the common text is no block in the same place of both, as quotations and boilerplate are
SPREAD = 0.75  # of the stretches of the shorter text, at least half of which the other has: edited all over
STRETCH = 25  # tokens
MUTUAL = 0.62  # of both texts that must be common where each opens in its own way: a new lead, not a new story
REWRITTEN, REOPENS, PIECE = 0.47, 0.70, 0.20  # enough where both openings are common, and no piece is longer than this
SERIES = 0.013  # conflicts a token in common: daily reports have 0.015 and more, copies up to 0.011
CORRECTED = 0.04  # the same where one text calls itself corrected
FEW_CONFLICTS = 1  # are never a series: a toll that rose
SLIGHT = 0.15  # of the figures: one conflict more is a correction
SHARE_OF_FIGURES = 0.40  # in conflict: another day's report, however long its text between them
LAST_SPACED = "\u0dff"  # of scripts beyond it, two characters are about a word
RELATED = 0.25  # of a headline's longer words in the other article; else the common text is no story but a notice
LONGER_WORD = 4  # letters
HEADLINE = 3  # words: a shorter one, such as "Weather", heads many stories
SLOT = 8  # tokens: a longer gap is another passage and not another value in the same place
TITLE_FRAME = 0.5  # of the longer headline's words in both: the headlines of one series
AROUND, FRAME = 10, 0.45  # tokens beside a slot, and how many of them must be common


@dataclass(frozen=True, slots=True)
class Measures:
    """What a verdict rests on; shares are of the shorter text's tokens or, for `contained`, of its shingles."""

    contained: float
    aligned: float = 0.0
    mutual: float = 0.0  # of the tokens of both texts
    openings: tuple[float, float] = (0.0, 0.0)  # of the first words of each text what the other has; the larger first
    piece: float = 0.0  # the longest run
    spread: float = 0.0
    common_words: float = 0.0
    agreeing: int = 0  # figures in common
    conflicts: tuple[str, ...] = ()  # different figures or names in the same place: "12 / 14"
    figure_conflicts: int = 0
    is_corrected: bool = False  # one of them says so
    related: float = 1.0

    @property
    def similarity(self) -> float:
        """How alike the texts are, 0 to 1: what the shorter has in common, in whatever order or wherever edited."""
        return round(min(max(self.contained, self.aligned), 1.0), 4)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one text is a copy of the other, and why."""

    is_copy: bool
    similarity: float
    reason: str
    method: Literal["exact", "near"] | None = None
    measures: Measures | None = None


def decide(one: Text, other: Text) -> Verdict:
    """Whether two articles are copies of one report. Symmetric, and pure: the same texts have the same verdict."""
    if one.hash is not None and one.hash == other.hash:
        return Verdict(True, 1.0, "the same words", "exact")
    return near(one, other)


def near(one: Text, other: Text) -> Verdict:
    """The same for articles that have not the same words."""
    shorter, longer = sorted((one, other), key=lambda text: (len(text.words), text.words))
    if len(shorter.words) < NEAR_TOKENS:
        return Verdict(False, 0.0, f"{len(shorter.words)} words are too few to be like another text")
    contained = containment(shorter, longer)
    if contained < HOPELESS:
        return Verdict(False, round(contained, 4), "they have too little in common", None, Measures(contained))
    measures = measure(shorter, longer, contained)
    fault = _fault(measures, shorter, longer)
    if fault:
        return Verdict(False, measures.similarity, fault, None, measures)
    reason = f"{measures.similarity:.0%} of the shorter text are in the other"
    return Verdict(True, measures.similarity, reason, "near", measures)


def containment(shorter: Text, longer: Text) -> float:
    """The share of the shorter text's shingles that the longer has."""
    some, others = shorter.grams.different, longer.grams.different
    is_common, _ = among(some, others)
    return int(is_common.sum()) / max(min(len(some), len(others)), 1)


def measure(shorter: Text, longer: Text, contained: float) -> Measures:
    """Lay the texts side by side and count what agrees and what does not."""
    runs = align(shorter.words, longer.words, shorter.grams, longer.grams)
    sizes = len(shorter.words), len(longer.words)
    common = _flags(runs, 0, sizes[0]), _flags(runs, 1, sizes[1])
    long = [run for run in runs if run.size > 1]
    aligned = sum(run.size for run in long)
    conflicts, agreeing = _conflicts(shorter, longer, runs, common)
    conflicts += _title_conflict(shorter, longer)
    shared = [word for run in runs for word in shorter.words[run.a : run.a + run.size]]
    figures_shared = len([word for word in shared if word < AFTER_DIGITS])
    unspaced = 0 if shorter.body.isascii() else len([word for word in shared if word > LAST_SPACED and len(word) == 1])
    return Measures(
        contained,
        aligned / sizes[0],
        2 * aligned / sum(sizes),
        _openings(shorter, longer, long),
        max((run.size for run in long), default=0) / sizes[0],
        _spread(common[0]),
        len(shared) - unspaced / 2,
        agreeing + figures_shared,
        tuple(conflicts),
        sum(any(char.isdigit() for char in conflict) for conflict in conflicts),
        shorter.is_corrected or longer.is_corrected,
        related(shorter, longer),
    )


def _openings(one: Text, other: Text, runs: Sequence[Run]) -> tuple[float, float]:
    """Of the first words of each text the share that the other has, the larger first; all under the same headline."""
    if one.title_words == other.title_words and len(one.title_words) >= HEADLINE:
        return 1.0, 1.0
    shares = [sum(max(min(run[side] + run.size, OPENING) - run[side], 0) for run in runs) / OPENING for side in (0, 1)]
    return max(shares), min(shares)


def related(one: Text, other: Text) -> float:
    """The share of a headline's longer words that occur in the other article; of both headlines the larger share."""
    return max(_told(one.title_words, other), _told(other.title_words, one))


def _told(title: Sequence[str], text: Text) -> float:
    words = {word for word in title if len(word) >= LONGER_WORD or not word.isascii()}
    return sum(word in text.vocabulary or word in text.title_words for word in words) / len(words) if words else 1.0


def _fault(found: Measures, shorter: Text, longer: Text) -> str | None:
    """Why two texts that have much in common are no copies; None if they are."""
    if fault := _too_little(found):
        return fault
    if _is_of_a_series(found):
        conflicts = f"{len(found.conflicts)} figures or names differ in the same places"
        return f"{conflicts}: {'; '.join(found.conflicts[:3])}"
    if found.related < RELATED:
        return "the headlines have nothing to do with the common text"
    return None


def _too_little(found: Measures) -> str | None:
    """What is missing where two texts have too little in common for one report; None if they have enough.

    Stories that follow one event end with the same background, which may be most of each, but open with their own news.
    """
    is_calm = len(found.conflicts) <= FEW_CONFLICTS
    if min(found.openings) >= REOPENS and found.piece <= PIECE and found.aligned >= REWRITTEN and is_calm:
        return None
    opens_alike = min(found.openings) >= BOTH_OPEN
    if opens_alike or max(found.openings) >= OPENS:
        had = found.similarity if opens_alike else found.aligned  # else it may be quoted piecemeal in a longer story
        if had < (SPARSE if found.spread >= SPREAD and is_calm else ENOUGH):
            return f"only {had:.0%} of the shorter text are in the other"
    elif found.mutual < MUTUAL:
        return f"each opens in its own way, and only {found.mutual:.0%} of both texts are common"
    return None


def _is_of_a_series(found: Measures) -> bool:
    """Whether so many values differ in the same places that these are two reports of one kind."""
    count, figured = len(found.conflicts), found.figure_conflicts
    share = figured / (figured + found.agreeing or 1)
    if count <= FEW_CONFLICTS or (count == figured <= FEW_CONFLICTS + 1 and share <= SLIGHT):
        return False
    most = CORRECTED if found.is_corrected else SERIES
    return count >= most * found.common_words or (figured > 2 and share >= SHARE_OF_FIGURES)


def _flags(runs: Sequence[Run], side: Literal[0, 1], size: int) -> list[int]:
    """For each token of one text 1 if it is in common; 0 if not."""
    flags = [0] * size
    for run in runs:
        flags[run[side] : run[side] + run.size] = [1] * run.size
    return flags


def _spread(common: Sequence[int]) -> float:
    """The share of the stretches of a text at least half of which are in common."""
    stretches = [common[i : i + STRETCH] for i in range(0, len(common), STRETCH)]
    return sum(2 * sum(stretch) >= len(stretch) for stretch in stretches) / len(stretches)


def _conflicts(
    one: Text, other: Text, runs: Sequence[Run], common: tuple[Sequence[int], Sequence[int]]
) -> tuple[list[str], int]:
    """The different values that stand in the same places, each once, and how many places agree in other words."""
    sums = [[0, *accumulate(flags)] for flags in common]
    found: dict[str, None] = {}
    agreeing = 0
    for gap in gaps(runs):
        if not 0 < gap.a_end - gap.a_start <= SLOT or not 0 < gap.b_end - gap.b_start <= SLOT:
            continue
        if _frame(sums[0], gap.a_start, gap.a_end) < FRAME or _frame(sums[1], gap.b_start, gap.b_end) < FRAME:
            continue
        if _is_whole(gap, one.placed, other.placed):
            continue
        ours, theirs = one.placed.between(gap.a_start, gap.a_end), other.placed.between(gap.b_start, gap.b_end)
        if _has_figure(ours) and _has_figure(theirs):
            reach = one.words[gap.a_start : gap.a_end + 1], other.words[gap.b_start : gap.b_end + 1]
            if figures.agree(*reach):
                agreeing += 1
                continue
        elif not _are_other_names(ours, theirs) or (_is_in(ours, other) and _is_in(theirs, one)):
            continue
        found[" / ".join(sorted(" ".join(token.word for token in side) for side in (ours, theirs)))] = None
    return list(found), agreeing


def _title_conflict(a: Text, b: Text) -> list[str]:
    """The different values of two headlines that are one but for these, as those of a series are."""
    one, other = a.title_words, b.title_words
    runs = match(one, other)
    common = sum(run.size for run in runs)
    if common == max(len(one), len(other)) or common < TITLE_FRAME * max(len(one), len(other)):
        return []
    flags = _flags(runs, 0, len(one)), _flags(runs, 1, len(other))
    rest = [
        [word for word, flag in zip(side, kept, strict=True) if not flag]
        for side, kept in zip((one, other), flags, strict=True)
    ]
    if not all(rest) or (figures.agree(*rest) and any(word[0].isdigit() for side in rest for word in side)):
        return []
    return ["headline: " + " / ".join(sorted(" ".join(side) for side in rest))]


def _is_whole(gap: Gap, ours: Placed, theirs: Placed) -> bool:
    """Whether a gap is whole sentences that were replaced, and not a place within one."""
    starts = ours[gap.a_start].opens and theirs[gap.b_start].opens
    return starts and ours[gap.a_end].opens and theirs[gap.b_end].opens


def _frame(sums: Sequence[int], start: int, end: int) -> float:
    """The share of the tokens in and around a gap that are in common."""
    first, last = max(start - AROUND, 0), min(end + AROUND, len(sums) - 1)
    return (sums[last] - sums[first]) / (last - first)


def _has_figure(side: Sequence[Token]) -> bool:
    return any(token.word[0].isdigit() for token in side)


def _is_in(side: Sequence[Token], text: Text) -> bool:
    """Whether the capitals of a passage occur in the other text as well: it merely names them elsewhere."""
    return all(token.word in text.vocabulary for token in side if token.is_capital)


def _are_other_names(ours: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether both sides name something, and not the same in another spelling."""
    if not all(any(token.is_capital and not token.opens for token in side) for side in (ours, theirs)):
        return False
    one, other = ("".join(token.word for token in side) for side in (ours, theirs))
    is_short = any(one == "".join(token.word[0] for token in side) for one, side in ((one, theirs), (other, ours)))
    return not is_short and one[:3] != other[:3] and one not in other and other not in one
