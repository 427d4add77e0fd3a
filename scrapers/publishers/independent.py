"""The Independent, Britain."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Independent(Scraper):
    """independent.co.uk; pitches for newsletters stand between the paragraphs, in elements of their own."""

    hosts = ("independent.co.uk",)
    source = "independent"
    timezone = "Europe/London"
    language = "en"
    article_url = re.compile(r"-(?P<id>b\d{5,9}|a\d{5,9})\.html")
    selectors = Selectors(
        body="#main > :is(p, h2, h3, blockquote), #main > div > :is(p, h2, h3), #main > :is(ul, ol) > li",
        drop="#main :is(aside, figure, [class*='newsletter'], h3:-soup-contains('Recommended')), "
        "#main > p:-soup-contains('breaking new story', 'breaking news story')",
    )
