"""Near-duplicates: Dateline's verdict beside datasketch's MinHash-LSH and plain SimHash on the same labelled pairs.

    python bench/dedup.py [--pairs 4000] [--seed 11] [--news NewsArticles.csv] [PAIRS.jsonl...]

Without files it takes the pairs of ground/wires.py, and fresh ones of versions.py, desk.py, pairs.py and of
../shared/corpora/make_pairs.py. datasketch is in the group of peers (pip install --group peers); without it its lines
are left out.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from worker.dedup import sketch as sketches
from worker.dedup.compare import Side, compare
from worker.dedup.tokens import tokens

try:
    from datasketch import MinHash, MinHashLSH
except ImportError:
    MinHash = None

PERMUTATIONS = 128
WORDS = 500  # of the texts by which the CPU time of a fingerprint is told

Joined = Callable[[dict[str, Any]], bool]


def dateline(pair: dict[str, Any]) -> bool:
    """Dateline's verdict, by the function that the store uses."""
    one, other = (Side(pair[side]["title"], pair[side]["body"]) for side in "ab")
    return compare(one, other).verdict != "different"


def fingerprint(words: Sequence[str]) -> tuple[list[int], int | None]:
    """What Dateline stores of a text."""
    return sketches.sketch(sketches.shingles(sketches.codes(words), 4)), sketches.text_hash([], words)


def simhash(words: Sequence[str]) -> int:
    """Charikar's 64-bit SimHash of the words."""
    codes = np.array([int.from_bytes(blake2b(w.encode(), digest_size=8).digest()) for w in words], np.uint64)
    bits = (codes[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    ones = bits.sum(axis=0) * 2 > len(codes)
    return int(sum(1 << int(place) for place in np.flatnonzero(ones)))


def by_simhash(distance: int) -> Joined:
    """Copies differ in at most so many bits."""

    def joined(pair: dict[str, Any]) -> bool:
        one, other = (simhash(tokens(pair[side]["body"])) for side in "ab")
        return (one ^ other).bit_count() <= distance

    return joined


def minhash(words: Sequence[str], size: int) -> Any:
    """datasketch's MinHash of the shingles of so many words."""
    made = MinHash(num_perm=PERMUTATIONS)
    made.update_batch([" ".join(words[i : i + size]).encode() for i in range(max(len(words) - size + 1, 1))])
    return made


def by_minhash(size: int, jaccard: float) -> Joined:
    """Copies are found by LSH at that Jaccard similarity of shingles of so many words."""

    def joined(pair: dict[str, Any]) -> bool:
        one, other = (minhash(tokens(pair[side]["body"]), size) for side in "ab")
        index = MinHashLSH(threshold=jaccard, num_perm=PERMUTATIONS)
        index.insert("one", one)
        return bool(index.query(other)) and one.jaccard(other) >= jaccard

    return joined


def quality(pairs: Sequence[dict[str, Any]], joined: Joined) -> str:
    """Precision, recall and the share of series that were merged."""
    found = [(pair, joined(pair)) for pair in pairs]
    right = sum(is_joined and pair["label"] == "copy" for pair, is_joined in found)
    joins, copies = sum(is_joined for _, is_joined in found), sum(pair["label"] == "copy" for pair in pairs)
    series = [is_joined for pair, is_joined in found if pair.get("kind", "").startswith("report:")]
    merged = f"{1000 * sum(series) / len(series):7.1f}" if series else "      -"
    return f"{right / max(joins, 1):.4f} / {right / max(copies, 1):.4f}   {merged}"


def cpu_ms(texts: Sequence[str], make: Callable[[list[str]], object]) -> float:
    """CPU milliseconds to tokenise and fingerprint a text."""
    started = time.process_time()
    for text in texts:
        make(tokens(text))
    return (time.process_time() - started) / len(texts) * 1000


def methods() -> Iterator[tuple[str, Joined, Callable[[list[str]], object], int]]:
    """Name, verdict, fingerprint and bytes of a fingerprint."""
    yield "Dateline", dateline, fingerprint, (sketches.SIZE + 1) * 8
    for distance in (3, 10):
        yield f"SimHash 64, distance <= {distance}", by_simhash(distance), simhash, 8
    if MinHash is not None:
        for size, jaccard in ((3, 0.7), (5, 0.5)):
            name = f"MinHash-LSH {PERMUTATIONS}, {size} words, >= {jaccard}"
            yield name, by_minhash(size, jaccard), lambda words, size=size: minhash(words, size), PERMUTATIONS * 8


def sets(options: argparse.Namespace) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The labelled pairs, by name."""
    for path in options.files:
        yield path.name, [json.loads(line) for line in path.open(encoding="utf-8") if line.strip()]
    if options.news:
        from ground import news

        yield "real stories labelled by hand (ground/news.py)", list(news.pairs(options.news))
    elif not options.files:
        from ground import desk, pairs, versions, wires

        stories = pairs.stories()
        yield "written and labelled by hand (ground/wires)", list(wires.pairs(wires.FIRST))
        yield "the same, a second set (ground/writethrus)", list(wires.pairs(wires.SECOND))
        for name, make in (
            ("never fitted on (ground/versions.py)", versions),
            ("edits of desks (ground/desk.py)", desk),
        ):
            yield name, list(make.pairs(stories, options.seed, options.pairs))
        yield "other edits and reports (ground/pairs.py)", list(pairs.pairs(stories, options.seed, options.pairs))
        yield "make_pairs.py", list(pairs.maker.pairs(stories, options.seed, options.pairs))


def main() -> None:
    """Print quality for each set of pairs, then the cost of a fingerprint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--news", type=Path, help="the stories of ground/news.py, in the place of generated pairs")
    parser.add_argument("--pairs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    named = list(sets(options))
    for name, pairs in named:
        print(f"\n{name}: {len(pairs)} pairs\n{'':36}precision / recall   series merged in 1,000")
        for method, joined, _, _ in methods():
            print(f"{method:36}{quality(pairs, joined)}")
    bodies = [pair["a"]["body"].split() for _, pairs in named for pair in pairs]
    texts = [" ".join(words[:WORDS]) for words in bodies if len(words) >= WORDS][:500]
    print(f"\n{len(texts)} texts of {WORDS} words{'':16}CPU ms / fingerprint bytes")
    for method, _, make, size in methods():
        print(f"{method:36}{cpu_ms(texts, make):6.2f}   {size:5}")


if __name__ == "__main__":
    main()
