"""netzpolitik.org, German magazine on digital rights."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Netzpolitik(Scraper):
    """netzpolitik.org; the visible time is local although its attribute says UTC, the head of the page has it right."""

    hosts = ("netzpolitik.org",)
    source = "netzpolitik"
    timezone = "Europe/Berlin"
    language = "de"
    selectors = Selectors(
        subtitle=".entry-excerpt",
        body=".entry-excerpt > p, .entry-content > :is(p, h2, h3, blockquote), .entry-content > :is(ul, ol) > li",
    )
