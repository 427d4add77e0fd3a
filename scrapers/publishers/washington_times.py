"""The Washington Times, United States."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class WashingtonTimes(Scraper):
    """washingtontimes.com; the last line of a story tells how to reach its author."""

    hosts = ("washingtontimes.com",)
    source = "washingtontimes"
    timezone = "America/New_York"
    language = "en"
    selectors = Selectors(
        subtitle=".page-subheadline",
        body=".page-subheadline, .bigtext > :is(p, h2, h3, h4, blockquote), .bigtext > :is(ul, ol) > li",
        drop=".article-category, .bigtext > p:-soup-contains('can be reached at')",
    )
