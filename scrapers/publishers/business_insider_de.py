"""Business Insider's German edition."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class BusinessInsiderDe(Scraper):
    """businessinsider.de; the h1 is the last part of the path, the headline an h2."""

    hosts = ("businessinsider.de",)
    source = "businessinsider-de"
    timezone = "Europe/Berlin"
    language = "de"
    selectors = Selectors(
        title="h2.entry-title",
        body=".article-body > :is(p, h2, h3, h4, blockquote), .article-body > :is(ul, ol) > li, .bi-bulletpoints p",
        drop=".article-body > p:-soup-contains('maschinelle Übersetzung eines Artikels', 'Lest den Originalartikel')",
        tags=".post-tags a",
    )
