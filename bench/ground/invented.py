"""Invented stories for where there are no labelled pages, in pages as large and as full of scripts as real ones."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from html import escape

from ground import corpora
from ground.stories import SavedStory

HOSTS, STORIES, WORDS = 100, 2, 600
SMALLEST, LARGEST = 50_000, 400_000  # bytes of a page
SCRIPT_PART = 0.7  # of what is added; the rest is markup
KINDS = ("teaser", "card", "promo", "rail", "slot")


def invented() -> dict[str, list[SavedStory]]:
    """Stories of the invented newspapers by host."""
    sys.path.insert(0, str(corpora.REPO))  # tests/ is not installed
    from tests.site.paper import Masthead, Style
    from tests.site.press import Press

    press, sites = Press(papers={}), {}
    for number in range(HOSTS):
        host = f"paper-{number}.test"
        style: Style = "json-ld" if number % 2 else "opengraph"
        paper = press.add(Masthead(host, f"The Paper {number}", "rss", style, "/%Y/%m/%d/{slug}-{number}"))
        chance = random.Random(host)
        stories = [paper.publish(words=WORDS) for _ in range(STORIES)]
        sites[host] = [
            SavedStory(
                path=story.path,
                html=padded(paper.answer(story.path, {}).body.decode(), chance),
                title=story.title,
                text="\n".join(story.paragraphs),
            )
            for story in stories
        ]
    return sites


def padded(html: str, chance: random.Random) -> str:
    """A page with as much around the story as real pages have: scripts, styles, navigation, other stories."""
    size = int(SMALLEST * (LARGEST / SMALLEST) ** chance.random()) - len(html)
    head = "".join(_up_to(int(size * SCRIPT_PART / 2), _script, chance))
    foot = "".join(_up_to(int(size * SCRIPT_PART / 2), _script, chance))
    around = "".join(_up_to(int(size * (1 - SCRIPT_PART)), _box, chance))
    return html.replace("</head>", f"{head}</head>", 1).replace("</body>", f"{around}{foot}</body>", 1)


def _up_to(size: int, make: Callable[[random.Random], str], chance: random.Random) -> Iterator[str]:
    done = 0
    while done < size:
        text = make(chance)
        done += len(text)
        yield text


def _script(chance: random.Random) -> str:
    """The settings of some widget, as pages carry them; now and then a style sheet."""
    name = f"w{chance.randrange(16**6):06x}"
    if chance.random() < 0.2:
        rules = (
            f".{name}-{n}{{margin:{chance.randrange(40)}px;color:#{chance.randrange(16**6):06x}}}" for n in range(40)
        )
        return f"<style>{''.join(rules)}</style>\n"
    settings = {f"{chance.choice(KINDS)}{n}": {"id": chance.getrandbits(48), "on": n % 3 == 0} for n in range(30)}
    return f"<script>window.{name}=window.{name}||[];{name}.push({json.dumps(settings)});</script>\n"


def _box(chance: random.Random) -> str:
    """A box with links to other stories."""
    kind, links = chance.choice(KINDS), []
    for _ in range(chance.randrange(4, 12)):
        number = chance.randrange(10**6)
        links.append(
            f'<li class="{kind}__item" data-id="{number}"><a class="{kind}__link" href="/more/{number}">'
            f'<img src="/i/{number}.jpg" alt="" loading="lazy"><span class="{kind}__title">'
            f"{escape(f'Report {number} of the {kind} desk')}</span></a></li>"
        )
    slot = chance.randrange(999)
    return f'<section class="{kind}" data-ad-slot="{slot}"><h3>More</h3><ul>{"".join(links)}</ul></section>\n'
