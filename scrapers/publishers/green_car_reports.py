"""Green Car Reports, electric cars and their industry."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class GreenCarReports(Scraper):
    """greencarreports.com; a rail of other stories' teasers stands beside the text in the same element."""

    hosts = ("greencarreports.com",)
    source = "greencarreports"
    language = "en"
    article_url = re.compile(r"/news/(?P<id>\d{6,9})_")
    selectors = Selectors(
        title="h1.article-title",
        authors=".title-wrap a.by-line",
        published=".title-wrap time",
        body=".article-body > :is(p, h2, h3), .article-body > :is(ul, ol) > li",
        tags=".article-tags a",
    )
