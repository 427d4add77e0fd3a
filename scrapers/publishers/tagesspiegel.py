"""Der Tagesspiegel, Berlin daily."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Tagesspiegel(Scraper):
    """tagesspiegel.de; classes change with every release, only the id around the story stays."""

    hosts = ("tagesspiegel.de",)
    source = "tagesspiegel"
    timezone = "Europe/Berlin"
    language = "de"
    article_url = re.compile(r"-(?P<id>\d+)\.html")
    selectors = Selectors(
        subtitle="article header div:has(> h1) + p",
        body="article header div:has(> h1) + p, #story-elements > :is(p, h2, h3), #story-elements > :is(ul, ol) > li",
    )
