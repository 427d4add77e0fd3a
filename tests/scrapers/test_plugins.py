"""Scrapers of other distributions, found by their entry points in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import WITHIN_S

REPO = Path(__file__).parents[2]
BROKEN = """
from scrapers.selectors import Selectors

Selectors(title="h1[")
"""
MODULE = """
from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class LanternPost(Scraper):
    hosts = ("lanternpost.example",)
    source = "lanternpost"
    selectors = Selectors(title=".headline")


class OtherDawn(Scraper):
    hosts = ("dawn.com",)
    source = "other-dawn"


class OtherBrecorder(Scraper):
    hosts = ("brecorder.com",)
    source = "other-brecorder"


class DawnMagazine(Scraper):
    hosts = ("magazine.dawn.com",)
    source = "dawn-magazine"


number = 7
"""
ENTRY_POINTS = """
[dateline.scrapers]
lantern = lantern_press:LanternPost
dawn = lantern_press:OtherDawn
missing = lantern_press:NoSuchClass
gone = no_such_module_of_lantern:X
number = lantern_press:number
magazine = lantern_press:DawnMagazine
broken = lantern_broken:X
last = lantern_press:OtherBrecorder
"""
ASK = """
import json
from scrapers.page import Page
from scrapers.registry import scrape, scraper_for
hosts = ("lanternpost.example", "m.lanternpost.example", "dawn.com", "brecorder.com", "elsewhere.example")
hosts += ("m.magazine.dawn.com", "art.magazine.dawn.com", "sport.dawn.com")
page = Page(b'<h1>No</h1><p class="headline">Ferry leaves on time</p>', "https://www.lanternpost.example/a")
print(json.dumps([[scraper_for(host).source for host in hosts], scrape(page).title]))
"""


@pytest.fixture
def answer(tmp_path):
    """What a fresh interpreter prints, that has a distribution with scrapers on its path."""
    metadata = tmp_path / "lantern_press-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: lantern-press\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    (tmp_path / "lantern_press.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "lantern_broken.py").write_text(BROKEN, encoding="utf-8")
    path = os.pathsep.join((str(tmp_path), str(REPO)))
    return subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )


def test_plugins_are_found_and_win_and_broken_ones_are_logged(answer):
    assert answer.returncode == 0, answer.stderr

    sources, title = json.loads(answer.stdout)

    assert sources == [
        "lanternpost",
        "lanternpost",
        "other-dawn",
        "other-brecorder",
        None,
        "dawn-magazine",
        "dawn-magazine",
        "other-dawn",
    ]
    assert title == "Ferry leaves on time"
    assert answer.stderr.count("scraper plugin not loaded") == 3
    assert answer.stderr.count("scraper plugin is no Scraper") == 1
