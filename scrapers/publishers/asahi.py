"""Asahi Shimbun, Japan."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Asahi(Scraper):
    """asahi.com; class names are hashes."""

    hosts = ("asahi.com",)
    source = "asahi"
    timezone = "Asia/Tokyo"
    language = "ja"
    article_url = re.compile(r"/articles/(?P<id>[A-Z0-9]{8,24})\.html")
    selectors = Selectors(
        title="main h1",
        authors="main h1 + div > span:not(:has(time))",
        published="main h1 + div time",
        body="main > div > p",
    )
