"""What pages of 10 MB cost that no newspaper would send: each shape in a process of its own, by CPU and memory.

A whole record is made of each page twice: by the generic scraper, and by that of a publisher, which makes a
BeautifulSoup. Over 1 s or 300 MB, a line is marked.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from ground import corpora

sys.path.insert(0, str(corpora.REPO))  # tests/ is not installed

from scrapers.page import MAX_BYTES, Page
from scrapers.registry import scrape
from tests.scrapers.hostile import PAGES

MOST_S, MOST_MB = 1.0, 300
_HOSTS = {"generic": "https://example.com/2024/05/a-story", "publisher": "https://www.brecorder.com/news/90000123/a"}
_WARM = b"<title>A story</title><h1>A story of some words</h1><p>By Ann Lee</p><p>Words of it, with a comma.</p>"
_DEADLINE_S = 120  # of one shape
_KB = 1 if sys.platform == "darwin" else 1024  # unit of the peak, in bytes


def main() -> None:
    """Measure the shapes and print a line for each; exit code 1 if one is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help="of tests/scrapers/hostile.py; all of them if none")
    parser.add_argument("--rounds", type=int, default=1, help="the best of so many processes counts")
    parser.add_argument("--one", choices=_HOSTS, help=argparse.SUPPRESS)  # in the child: the page is its input
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(_HOSTS[options.one], sys.stdin.buffer.read())))
        return
    print(f"{'shape':28}" + "".join(f"{host + ', s':>14}{'MB':>6}" for host in _HOSTS))
    worst = [line(shape, options.rounds) for shape in options.shapes or PAGES]
    over = sum(seconds > MOST_S or peak > MOST_MB for seconds, peak in worst)
    most_s, most_mb = max(seconds for seconds, _ in worst), max(peak for _, peak in worst)
    print(f"{len(worst)} shapes, {over} over; most {most_s:.2f} s, {most_mb:.0f} MB")
    sys.exit(1 if over else 0)


def line(shape: str, rounds: int) -> tuple[float, float]:
    """Print the figures of a shape; the most seconds and megabytes of the two."""
    page = PAGES[shape]()[:MAX_BYTES]
    found = [min(_in_child(host, page) for _ in range(rounds)) for host in _HOSTS]
    seconds, peak = max(seconds for seconds, _ in found), max(peak for _, peak in found)
    mark = "  OVER" if seconds > MOST_S or peak > MOST_MB else ""
    print(f"{shape:28}" + "".join(f"{seconds:14.2f}{peak:6.0f}" for seconds, peak in found) + mark, flush=True)
    return seconds, peak


def measured(url: str, page: bytes) -> tuple[float, float]:
    """Seconds of CPU that the page's record takes, and the megabytes that this process held at most."""
    scrape(Page(_WARM, url)).as_dict()  # imports and weights are no part of it
    start = time.process_time()
    scrape(Page(page, url)).as_dict()
    seconds = time.process_time() - start
    return seconds, _peak_mb()


def _peak_mb() -> float:
    try:  # what getrusage tells on Linux has that of the parent in it
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")) / 1e6
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KB / 1e6


def _in_child(host: str, page: bytes) -> tuple[float, float]:
    child = [sys.executable, __file__, "--one", host]
    try:
        said = subprocess.run(child, input=page, stdout=subprocess.PIPE, check=True, timeout=_DEADLINE_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"{host}: {error}", file=sys.stderr)
        return float("inf"), float("inf")
    seconds, peak = json.loads(said.stdout)
    return seconds, peak


if __name__ == "__main__":
    main()
