"""Nettavisen, Norwegian online newspaper."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Nettavisen(Scraper):
    """nettavisen.no; paragraphs that lead to other stories and boxes of facts stand between the story's own."""

    hosts = ("nettavisen.no",)
    source = "nettavisen"
    timezone = "Europe/Oslo"
    language = "no"
    article_url = re.compile(r"/s/(?P<id>\d+(?:-\d+)+)")
    selectors = Selectors(
        subtitle="p.lead-text",
        body="p.lead-text, .body-text :is(p, h2, h3, blockquote, li)",
        drop="amedia-factbox, .body-text p:-soup-contains('Les også:')",
    )
