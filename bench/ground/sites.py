"""Which hosts there are, and the stories of each: those of the labelled pages first, then names below them."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from ground import corpora
from ground.invented import invented
from ground.stories import SavedStory, Story, template
from ground.vocabulary import ENOUGH, Vocabulary, vocabulary

from scrapers.page import Page
from scrapers.registry import scrape
from scrapers.urls import bare_host, host_of

SHORTEST = 8  # a shorter path, such as /news, is that of a list
ELSEWHERE = ("web.archive.org",)  # it has pages of others

Sites = Mapping[str, Sequence[SavedStory]]


def saved_sites(names: Sequence[str]) -> dict[str, list[SavedStory]]:
    """The saved stories of these corpora by host, in the order of the corpora; invented ones without the corpora."""
    if not corpora.are_here():
        return invented()
    rows = [row for name in names for row in corpora.rows(name, "all") if row["url"]]
    rows = [row for row in rows if len(urlsplit(row["url"]).path) >= SHORTEST and host_of(row["url"]) not in ELSEWHERE]
    sites: defaultdict[str, list[SavedStory]] = defaultdict(list)
    with _pool() as pool:
        for row, saved in zip(rows, pool.map(_saved, rows, chunksize=8), strict=True):
            sites[host_of(row["url"])].append(saved)
    return sites


def _saved(row: Mapping[str, Any]) -> SavedStory:
    """A labelled page, with what the service itself takes for the publisher's number and address of the story."""
    page, parts = Page(corpora.unpacked(row), row["url"]), urlsplit(row["url"])
    read = scrape(page)
    return SavedStory(
        path=parts._replace(scheme="", netloc="", fragment="").geturl(),
        html=page.text,
        title=row.get("title") or read.title or parts.netloc,
        text=row.get("body") or " ".join(row.get("with", ())),
        number=read.source_article_id,
        other_paths=(urlsplit(read.canonical_url).path,) if read.canonical_url else (),
    )


def written(sites: Sites, hosts: int, stories: int) -> dict[str, list[Story]]:
    """So many stories of each of so many hosts. Takes a second of CPU for a thousand or so."""
    labels: defaultdict[str, list[str]] = defaultdict(list)
    for saved in (saved for site in sites.values() for saved in site):
        labels[saved.language].append(saved.label)
    spoken = {name: vocabulary(texts) for name, texts in labels.items() if name and len(texts) >= ENOUGH}
    names, parts = _names(list(sites), hosts), os.cpu_count() or 1
    with _pool() as pool:
        tasks = [pool.submit(_written, names[part::parts], sites, spoken, stories) for part in range(parts)]
        return {name: told for task in tasks for name, told in task.result().items()}


def _written(
    names: Sequence[tuple[str, str]], sites: Sites, spoken: Mapping[str, Vocabulary], stories: int
) -> dict[str, list[Story]]:
    return {name: _stories(name, _moved(sites[above], above, name), spoken, stories) for name, above in names}


def _names(real: Sequence[str], hosts: int) -> list[tuple[str, str]]:
    """Names of hosts, each with the real one whose stories it has; below a real one the same scraper reads them."""
    names = {name: name for name in real[:hosts]}
    for place in count():
        if len(names) >= hosts:
            return list(names.items())
        above = real[place % len(real)]
        names.setdefault(f"n{2 + place // len(real)}.{bare_host(above)}", above)
    raise AssertionError  # count() has no end


def _moved(saved: Sequence[SavedStory], above: str, name: str) -> list[SavedStory]:
    """The same stories at another host, also by what the pages say."""
    if above == name:
        return list(saved)
    return [replace(story, html=story.html.replace(above, name)) for story in saved]


def _stories(host: str, saved: Sequence[SavedStory], spoken: Mapping[str, Vocabulary], count: int) -> list[Story]:
    """The stories of one host, its saved pages by turns."""
    templates = [template(story, spoken.get(story.language) or vocabulary([story.label])) for story in saved]
    return [
        templates[number % len(templates)].story(number + 1, random.Random(f"{host} {number}"))
        for number in range(count)
    ]


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork"))
