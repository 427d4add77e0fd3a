"""Politico's European edition, Brussels."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class PoliticoEu(Scraper):
    """politico.eu; the promoted cards between the paragraphs have headings like those of the story."""

    hosts = ("politico.eu",)
    source = "politico-eu"
    timezone = "Europe/Brussels"
    selectors = Selectors(
        subtitle=".article-meta__excerpt, .hero__excerpt",
        body=".article-meta__excerpt p, p.hero__excerpt, .article__content > :is(p, h2, h3, h4, blockquote), "
        ".article__content > :is(ul, ol) > li",
    )
