"""The publishing system of Gannett's local newspapers in the United States."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Gannett(Scraper):
    """A local paper of Gannett: a story ends with a line in italics about its author."""

    timezone = "America/New_York"
    language = "en"
    article_url = re.compile(r"/story/.+/(?P<id>\d{8,})/?(?:$|[?#])")
    selectors = Selectors(
        authors=".byline-section .authors, .byline-section .author:not(:has(.authors))",
        body="article.story > :is(p, h2, h3, blockquote), article.story > :is(ul, ol) > li",
        drop="article.story > p:has(> em:only-child):not(:has(~ p)), "
        "article.story > p:-soup-contains('REQUIRED READING:', 'MORE:')",
    )
