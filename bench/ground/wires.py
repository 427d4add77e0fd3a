"""Wire stories as an agency's customers print them, and reports that only look like one another, labelled by hand.

    python bench/ground/wires.py > pairs.jsonl

Written for this, in six languages, in `ground/wires/*.txt`. A version is headed "## name", with "copy other" or
"different other" behind it if it is one side of a pair; its lines are the headline, then the paragraphs. "@2-4" stands
for these paragraphs of the other version, with what was put in the place of what: "@2 | noon => midday".
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STORIES = Path(__file__).with_name("wires")
Story = list[str]  # the headline, then the paragraphs


def pairs() -> Iterator[dict[str, Any]]:
    """The labelled pairs of all files, in their order."""
    for path in sorted(STORIES.glob("*.txt")):
        stories: dict[str, Story] = {}
        for head, *lines in blocks(path.read_text(encoding="utf-8")):
            name, label, other = [*head.split(), "", ""][:3]
            stories[name] = list(story(lines, stories.get(other, [])))
            if label:
                yield {"id": name, "kind": "wires", "label": label, "a": side(stories[other]), "b": side(stories[name])}


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
        swaps = [swap.split(" => ") for swap in line.split(" | ")[1:]]
        for text in other[int(kept[1]) : int(kept[2] or kept[1]) + 1]:
            for before, after in swaps:
                text = text.replace(before, after)
            yield text


def side(made: Story) -> dict[str, str]:
    """A version as one side of a pair."""
    return {"title": made[0], "body": "\n\n".join(made[1:])}


if __name__ == "__main__":
    for pair in pairs():
        sys.stdout.write(json.dumps(pair, ensure_ascii=False) + "\n")
