"""GameSpot, games and their industry."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class GameSpot(Scraper):
    """gamespot.com; galleries are stories in numbered parts."""

    hosts = ("gamespot.com",)
    source = "gamespot"
    language = "en"
    article_url = re.compile(r"/1100-(?P<id>\d{4,9})/")
    selectors = Selectors(
        subtitle=".news-deck",
        authors=".byline-author",
        body=".news-deck, .image-gallery__list-title, .image-gallery__list-deck > p, "
        ".js-content-entity-body > :is(p, h2, h3), .js-content-entity-body > :is(ul, ol) > li, "
        ".js-content-entity-body .item-description :is(p, li)",
    )
