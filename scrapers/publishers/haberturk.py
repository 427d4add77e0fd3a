"""Habertürk, Turkey."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Haberturk(Scraper):
    """haberturk.com."""

    hosts = ("haberturk.com",)
    source = "haberturk"
    timezone = "Europe/Istanbul"
    language = "tr"
    article_url = re.compile(r"-(?P<id>\d{6,9})(?:[/?#-]|$)")
    selectors = Selectors(
        title="article h1",
        subtitle="article h1 + h2",
        body="article .featured h2, article .cms-container :is(p, h2, h3, li)",
    )
