"""GamesRadar+."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class GamesRadar(Scraper):
    """gamesradar.com; contributors stand beside the authors."""

    hosts = ("gamesradar.com",)
    source = "gamesradar"
    timezone = "Europe/London"
    language = "en"
    selectors = Selectors(
        subtitle="p.strapline",
        authors=".author-byline__authors",
        body="p.strapline, #article-body > :is(p, h2, h3, blockquote), #article-body > :is(ul, ol) > li",
        drop="#article-body > p:-soup-contains('Not to be reproduced without permission', 'Not a subscriber to')",
    )
