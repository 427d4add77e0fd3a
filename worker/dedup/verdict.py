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
from worker.dedup.tokens import Placed, Token

# Chosen on generated pairs (bench/ground) and on news stories of 1987 and 2017 that were read side by side; what other
# values cost was counted on 12,000 generated pairs.
HOPELESS = 0.25  # of the shorter's shingles: two stories that share a quotation have more
OPENING = 40  # tokens: what a story begins with tells it from the next one, which ends with the same background
BOTH_OPEN = 0.60  # of each opening in the other text: one report, if enough else is common; without it 28 are lost
OPENS = 0.85  # the same of one opening: an agency's story under a local lead
ENOUGH = 0.55  # of the shorter text that the other must have where they open alike; 0.60 loses two, 0.50 merges two
MUTUAL = 0.62  # of both where each opens in its own way: a new lead, not a new story; 0.68 loses 8, 0.55 merges 26
STRETCH = 25  # tokens, about a sentence
PHRASE = 6  # tokens of a quotation that is more than a title or a nickname
THROUGHOUT = 0.22  # of the stretches in common have other values: another day's report; 0.15 loses 9, 0.30 merges two
FOLLOWED = 0.50  # the same where both report what somebody said, and most figures agree: a toll that rose throughout
SAID = 16  # tokens of quotations in common: more than a phrase that each report of a series repeats, which had up to 15
CORRECTED = 0.80  # the same where one text calls itself corrected; anything from 0.60 on does as well
RELATED = 0.25  # of a headline's longer words in the other article; else the common text is no story but a notice
LONGER_WORD = 4  # letters
HEADLINE = 3  # words: a shorter one, such as "Weather", heads many stories
SLOT = 8  # tokens: a longer gap is another passage and not another value in the same place
TITLE_FRAME = 0.5  # of the longer headline's words in both: the headlines of one series
AROUND, FRAME = 10, 0.45  # tokens beside a slot, and how many of them must be common
LAST_SPACED = "\u0dff"  # of scripts beyond it, two characters are about a word


@dataclass(frozen=True, slots=True)
class Measures:
    """What a verdict rests on; shares are of the shorter text's tokens or, for `contained`, of its shingles."""

    contained: float
    aligned: float = 0.0
    mutual: float = 0.0  # of the tokens of both texts
    openings: tuple[float, float] = (0.0, 0.0)  # of the first words of each text what the other has; the larger first
    stretches: float = 0.0  # in common
    differing: int = 0  # of these have another figure or name in the same place; the headline counts as one
    conflicts: tuple[str, ...] = ()  # these figures or names, each once: "12 / 14"
    agreeing: int = 0  # different figures that both have in the same places; counted if more than one conflict is found
    said: float = 0.0  # tokens of whole quotations that both have; counted as these are
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
    fault = _fault(measures)
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
    long = [run for run in runs if run.size > 1]
    aligned = sum(run.size for run in long)
    conflicts = {**_conflicts(shorter, longer, runs), **_title_conflict(shorter, longer)}
    agreeing, said = (_agreeing(shorter, long), _said(shorter, long)) if len(conflicts) > 1 else (0, 0.0)
    return Measures(
        contained,
        aligned / sizes[0],
        2 * aligned / sum(sizes),
        _openings(shorter, longer, long),
        _stretches(shorter, runs),
        len(set(conflicts.values())),
        tuple(conflicts),
        agreeing,
        said,
        shorter.is_corrected or longer.is_corrected,
        related(shorter, longer),
    )


def _stretches(shorter: Text, runs: Sequence[Run]) -> float:
    """How many stretches of text are in common."""
    shared = [word for run in runs for word in shorter.words[run.a : run.a + run.size]]
    return _size(shared, shorter.body.isascii()) / STRETCH


def _size(words: Sequence[str], is_ascii: bool) -> float:
    """How many words these tokens are about."""
    unspaced = 0 if is_ascii else len([word for word in words if word > LAST_SPACED and len(word) == 1])
    return len(words) - unspaced / 2


def _agreeing(shorter: Text, runs: Sequence[Run]) -> int:
    """How many different figures are in common."""
    return len({word for run in runs for word in shorter.words[run.a : run.a + run.size] if word[0].isdigit()})


def _said(shorter: Text, runs: Sequence[Run]) -> float:
    """How many words of quotations are in common; a title of a book or a nickname is none."""
    said = 0.0
    for start, end in shorter.placed.quoted():
        size = _size(shorter.words[start:end], is_ascii=False)
        if size >= PHRASE and any(run.a <= start and end <= run.a + run.size for run in runs):
            said += size
    return said


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


def _fault(found: Measures) -> str | None:
    """Why two texts that have much in common are no copies; None if they are.

    Stories that follow one event end with the same background, which may be most of each, but open with their own news.
    The reports of a series differ throughout, an update where its news is; but what somebody said is of one day.
    """
    most, least = found.openings
    if least >= BOTH_OPEN or most >= OPENS:
        had = found.similarity if least >= BOTH_OPEN else found.aligned  # else it may be quoted piecemeal
        if had < ENOUGH:
            return f"only {had:.0%} of the shorter text are in the other"
    elif found.mutual < MUTUAL:
        return f"each opens in its own way, and only {found.mutual:.0%} of both texts are common"
    is_one_day = found.said >= SAID and len(found.conflicts) <= found.agreeing
    throughout = CORRECTED if found.is_corrected else FOLLOWED if is_one_day else THROUGHOUT
    if len(found.conflicts) > 1 and found.differing >= throughout * found.stretches:  # a single one is a toll that rose
        conflicts = f"{len(found.conflicts)} figures or names differ in the same places"
        return f"{conflicts}: {'; '.join(found.conflicts[:3])}"
    if found.related < RELATED:
        return "the headlines have nothing to do with the common text"
    return None


def _flags(runs: Sequence[Run], side: int, size: int) -> list[int]:
    """For each token of one text 1 if it is in common; 0 if not."""
    flags = [0] * size
    for run in runs:
        flags[run[side] : run[side] + run.size] = [1] * run.size
    return flags


def _conflicts(one: Text, other: Text, runs: Sequence[Run]) -> dict[str, int]:
    """The different values that stand in the same places, each once, and the number of the stretch that has it."""
    common = _flags(runs, 0, len(one.words)), _flags(runs, 1, len(other.words))
    sums = [[0, *accumulate(flags)] for flags in common]
    found: dict[str, int] = {}
    start, number = -STRETCH, 0
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
                continue
        elif not _are_other_names(ours, theirs) or (_is_in(ours, other) and _is_in(theirs, one)):
            continue
        values = _values(*([token.word for token in side] for side in (ours, theirs)))
        if values not in found:
            if gap.a_start >= start + STRETCH:
                start, number = gap.a_start, number + 1
            found[values] = number
    return found


def _values(one: Sequence[str], other: Sequence[str]) -> str:
    return " / ".join(sorted((" ".join(one), " ".join(other))))


def _title_conflict(a: Text, b: Text) -> dict[str, int]:
    """The different values of two headlines that are one but for these, as those of a series are."""
    one, other = a.title_words, b.title_words
    runs = match(one, other)
    common = sum(run.size for run in runs)
    if common == max(len(one), len(other)) or common < TITLE_FRAME * max(len(one), len(other)):
        return {}
    mine, theirs = (
        [word for word, is_common in zip(words, _flags(runs, side, len(words)), strict=True) if not is_common]
        for side, words in ((0, one), (1, other))
    )
    has_figure = any(word[0].isdigit() for word in (*mine, *theirs))
    if not mine or not theirs or (has_figure and figures.agree(mine, theirs)):
        return {}
    return {f"headline: {_values(mine, theirs)}": -1}


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


def _is_name(token: Token) -> bool:
    """Whether a token has a capital for what it is, and not for where it stands; units of German figures have none."""
    return token.is_capital and not token.opens and token.word not in figures.SCALES


def _are_other_names(ours: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether both sides name something, and not the same in another spelling."""
    if not all(any(map(_is_name, side)) for side in (ours, theirs)):
        return False
    one, other = ("".join(token.word for token in side) for side in (ours, theirs))
    is_short = any(one == "".join(token.word[0] for token in side) for one, side in ((one, theirs), (other, ours)))
    return not is_short and one[:3] != other[:3] and one not in other and other not in one
