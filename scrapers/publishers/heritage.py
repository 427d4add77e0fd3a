"""The Heritage Foundation's commentaries."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Heritage(Scraper):
    """heritage.org; the day is stated nowhere but in a line above the text."""

    hosts = ("heritage.org",)
    source = "heritage"
    timezone = "America/New_York"
    language = "en"
    selectors = Selectors(
        authors=".author-card__name",
        published=".article-general-info",
        drop=".article__body-copy p:-soup-contains('This piece originally appeared in')",
        body=".article__body-copy :is(p, h2, h3, li)",
    )
