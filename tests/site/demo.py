"""`make demo`: four invented newspapers that publish as you watch, and Dateline reading them; all on this machine."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

from tests.site.press import Press
from worker.settings import default_data_dir

FOLDER = default_data_dir().with_name("dateline-demo")
FIRST_STORIES = 6  # of each paper, published before Dateline starts
STORY_EVERY_S = 3.0
STOPPED = (0, 128 + signal.SIGINT, 128 + signal.SIGTERM, -signal.SIGINT, -signal.SIGTERM)
SOURCES = """\
[harbour-gazette]
name = "The Harbour Gazette"
homepage = "http://harbour-gazette.test/"
feeds = ["http://harbour-gazette.test/feed.xml"]
language = "en"
country = "GB"
timezone = "Europe/London"

[valley-post]
name = "Valley Post"
homepage = "http://valley-post.test/"
feeds = ["http://valley-post.test/atom.xml"]
sitemaps = ["http://valley-post.test/news-sitemap.xml.gz"]
language = "en"
country = "IE"
timezone = "Europe/Dublin"

[north-star]
name = "Nordstern"
homepage = "http://north-star.test/"
sections = [{ url = "http://north-star.test/news", links = '/news/\\d{4}/\\d{2}/' }]
language = "de"
country = "DE"
timezone = "Europe/Berlin"

[wire]
name = "The Wire"
homepage = "http://wire.test/"
feeds = ["http://wire.test/feed.json"]
language = "en"
country = "GB"
timezone = "UTC"
"""


def main() -> int:
    """Run the press and `dateline up`, with the arguments of this program; returns its exit code."""
    program = Path(sys.executable).with_name("dateline")
    FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    (FOLDER / "sources.toml").write_text(SOURCES, "utf-8")
    with Press() as press:
        first_stories(press)
        desk = threading.Thread(target=publish, args=(press,))
        desk.start()
        # The folder is its working directory too: a .env file in the checkout belongs to another archive.
        up = subprocess.Popen([program, "up", *sys.argv[1:]], cwd=FOLDER, env=environment(press))
        pass_on_signals(up)
        code = up.wait()
        press.stopping.set()
        desk.join()
    if code in STOPPED:
        shutil.rmtree(FOLDER, ignore_errors=True)
    else:
        sys.stderr.write(f"Dateline ended with exit code {code}; its data and logs are kept in {FOLDER}.\n")
    return code if code >= 0 else 128 - code


def environment(press: Press) -> dict[str, str]:
    """The settings of the demo, and none of the caller's own."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("DATELINE_")}
    return {
        **kept,
        "DATELINE_DATA_DIR": str(FOLDER),
        "DATELINE_SOURCES": str(FOLDER / "sources.toml"),
        "DATELINE_HTTP_PROXY": press.proxy_url,
        "DATELINE_ALLOW_PRIVATE_HOSTS": "true",
        "DATELINE_DELAY": "0.2",
        "DATELINE_POLL_FLOOR": "2",
    }


def pass_on_signals(child: subprocess.Popen[bytes]) -> None:
    """End the child when we are told to end; a terminal's Ctrl-C reaches it without us."""

    def pass_on(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGTERM or not sys.stdin.isatty():
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)


def first_stories(press: Press) -> None:
    """What the papers printed in the hours before."""
    now = datetime.now(UTC).replace(microsecond=0)
    for paper in press.papers.values():
        for number in range(FIRST_STORIES, 0, -1):
            paper.publish(at=now - timedelta(minutes=47 * number))


def publish(press: Press) -> None:
    """Until the press stops: mostly news, at times an edit, a copy on the wire or a withdrawn story."""
    chance = random.Random("demo")
    papers = [press.gazette, press.valley, press.star, press.wire]
    while not press.stopping.wait(STORY_EVERY_S):
        paper = chance.choice(papers)
        match chance.choices(("news", "edit", "copy", "retract"), (60, 20, 15, 5))[0]:
            case "edit":
                paper.edit(chance.choice(paper.stories[:5]))
            case "copy":
                press.wire.syndicate(press.gazette.stories[0], at=datetime.now(UTC).replace(microsecond=0))
            case "retract":
                paper.retract(paper.stories[-1])
            case _:
                paper.publish()


if __name__ == "__main__":
    sys.exit(main())
