"""Legal Tribune Online, Germany."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Lto(Scraper):
    """lto.de; headlines are full of soft hyphens, the author stands in a line of its own."""

    hosts = ("lto.de",)
    source = "lto"
    timezone = "Europe/Berlin"
    language = "de"
    selectors = Selectors(
        title="h1.reader__headline",
        authors=".reader__meta-info a",
        body=".article-text-wrapper > :is(.reader__intro, p, h2, h3, blockquote), "
        ".article-text-wrapper > :is(ul, ol) > li",
    )
