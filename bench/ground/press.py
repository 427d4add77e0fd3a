"""Runs invented newspapers until its standard input ends: `press.py HOSTS STORIES` prints port and feeds as JSON."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

from tests.site.paper import LISTED, Masthead
from tests.site.press import Press


def main(hosts: int, stories: int) -> None:
    """Publish, and serve."""
    now = datetime.now(UTC).replace(microsecond=0)
    with Press(papers={}) as press:
        for number in range(hosts):
            style = "json-ld" if number % 2 else "opengraph"
            path = "/%Y/%m/%d/{slug}-{number}"
            paper = press.add(Masthead(f"paper-{number}.test", f"The Paper {number}", "rss", style, path))
            for age in range(min(stories, LISTED)):
                paper.publish(words=600, at=now - timedelta(minutes=age))
        feeds = [f"http://{host}/feed.xml" for host in press.papers]
        print(json.dumps({"port": press.port, "feeds": feeds}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
