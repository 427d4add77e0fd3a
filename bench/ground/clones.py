"""Variants of the labelled pages for load tests, each an article of its own, also by the address that it names."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from ground import corpora

PREFIX = "/c0"  # newsstand.py --clones 1 shuffles the words of each page and serves it below this path
SHORTEST = 8  # a shorter path, such as /news, is in too many addresses that are not the page's own


def write(folder: Path, names: Sequence[str], clones: int) -> Path:
    """Write `clones` variants of every page of these corpora; returns the corpus file for newsstand.py.

    Without an own canonical address they would be revisions of one article and not many articles.
    """
    listing = folder / "clones.jsonl"
    with listing.open("w", encoding="utf-8") as file:
        for name in names:
            for count, line in enumerate(corpora.truth(name).open(encoding="utf-8")):
                row = json.loads(line)
                page, parts = corpora.unpacked(row), urlsplit(row["url"])
                for number in range(clones):
                    path = f"/v{number}{parts.path or '/'}"
                    own = page
                    if len(parts.path) >= SHORTEST:
                        own = page.replace(parts.path.encode(), f"{PREFIX}{path}".encode())
                    saved = folder / f"{name}.{count}.{number}.html.gz"
                    saved.write_bytes(gzip.compress(own, 1))
                    url = urlunsplit(parts._replace(path=path))
                    file.write(json.dumps({"url": url, "html_path": saved.name, "title": row.get("title")}) + "\n")
    return listing
