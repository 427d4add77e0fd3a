"""The i Paper, Britain."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class INews(Scraper):
    """inews.co.uk; the caption of the lead picture looks like a paragraph."""

    hosts = ("inews.co.uk",)
    source = "inews"
    timezone = "Europe/London"
    language = "en"
    article_url = re.compile(r"-(?P<id>\d{6,9})(?:[/?#]|$)")
    selectors = Selectors(
        subtitle="h2.excerpt, .inews__post-excerpt",
        body="h2.excerpt, .inews__post-excerpt, .article-content > :is(p, h2, h3, blockquote), "
        ".article-content > :is(ul, ol) > li",
    )
