"""Yahoo Finance, United States, with stories of its own and of other houses."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class YahooFinance(Scraper):
    """finance.yahoo.com; the author's bio, pitches and lists of other stories are paragraphs of the text."""

    hosts = ("finance.yahoo.com",)
    source = "yahoo-finance"
    timezone = "America/New_York"
    language = "en"
    selectors = Selectors(
        authors=".caas-author-byline-collapse",
        body=".caas-body > :is(p, h2, h3, blockquote), .caas-body > :is(ul, ol) > li",
        drop=".caas-body :-soup-contains('Free Stock Analysis Report'), "
        ".caas-body h2:-soup-contains(\"Don't Miss:\", 'Read Next:'), "
        ".caas-body h2:-soup-contains(\"Don't Miss:\", 'Read Next:') + ul > li, "
        ".caas-body > p:-soup-contains('is a Senior Reporter at', 'Click here for', 'Read the latest financial and', "
        "'Get the latest stock analysis', 'All rights reserved', \"ACTIVE INVESTORS'\", 'This article ', "
        "'originally appeared on')",
    )
