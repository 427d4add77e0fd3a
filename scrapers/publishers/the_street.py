"""TheStreet, United States."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class TheStreet(Scraper):
    """thestreet.com; the table of contents and cards of other stories stand inside the text."""

    hosts = ("thestreet.com",)
    source = "thestreet"
    timezone = "America/New_York"
    language = "en"
    selectors = Selectors(
        subtitle=".m-detail-header--dek",
        body=".m-detail--body > :is(p, h2, h3, h4, blockquote), .m-detail--body > :is(ul, ol) > li",
        drop=".m-detail--body > p:-soup-contains('with AI stories via email')",
    )
