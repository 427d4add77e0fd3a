"""Wire stories as an agency's customers print them, and reports that only look like one another, labelled by hand.

    python bench/ground/wires.py > pairs.jsonl

Written for this, the first in six languages, in `ground/wires/*.txt`, the second in ten, in `ground/writethrus/*.txt`.
A version is headed "## name", with "copy other" or "different other" behind it if it is one side of a pair, and perhaps
the kind of pair; its lines are the headline, then the paragraphs. "@2-4" stands for these paragraphs of the other
version, with what was put in the place of what: "@2 | noon => midday".
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIRST, SECOND = (Path(__file__).with_name(name) for name in ("wires", "writethrus"))
Story = list[str]  # the headline, then the paragraphs


def pairs(folder: Path) -> Iterator[dict[str, Any]]:
    """The labelled pairs of all files of a folder, in their order.

    Raises ValueError if something is to be put in the place of what is not there.
    """
    for path in sorted(folder.glob("*.txt")):
        stories: dict[str, Story] = {}
        for head, *lines in blocks(path.read_text(encoding="utf-8")):
            name, label, other, kind = [*head.split(), "", "", ""][:4]
            stories[name] = list(story(lines, stories.get(other, [])))
            if label:
                sides = {"a": side(stories[other]), "b": side(stories[name])}
                yield {"id": name, "kind": kind or "wires", "language": path.stem, "label": label, **sides}


def blocks(text: str) -> Iterator[list[str]]:
    """The lines of each version, the first of them without its mark."""
    for block in text.removeprefix("## ").split("\n## "):
        yield [line for line in block.splitlines() if line]


def story(lines: list[str], other: Story) -> Iterator[str]:
    """A version spelt out."""
    for line in lines:
        if not (kept := re.match(r"@(\d+)(?:-(\d+))?", line)):
            yield line.removeprefix("# ")
            continue
        paragraphs = "\n".join(other[int(kept[1]) : int(kept[2] or kept[1]) + 1])
        for swap in line.split(" | ")[1:]:
            before, after = swap.split(" =>")
            if before not in paragraphs:
                raise ValueError(f"{before!r} is not in {paragraphs!r}")
            paragraphs = paragraphs.replace(before, after.removeprefix(" "))
        yield from paragraphs.splitlines()


def side(made: Story) -> dict[str, str]:
    """A version as one side of a pair."""
    return {"title": made[0], "body": "\n\n".join(made[1:])}


if __name__ == "__main__":
    for pair in (*pairs(FIRST), *pairs(SECOND)):
        sys.stdout.write(json.dumps(pair, ensure_ascii=False) + "\n")
