"""Wochenblatt, German-language newspaper of Paraguay."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Wochenblatt(Scraper):
    """wochenblatt.cc; the last line names the paper that the news is from."""

    hosts = ("wochenblatt.cc",)
    source = "wochenblatt-py"
    timezone = "America/Asuncion"
    language = "de"
    selectors = Selectors(
        section=".entry-meta .cat-links a",
        body=".entry-content > :is(p, h2, h3, blockquote), .entry-content > :is(ul, ol) > li",
        drop=".entry-content > p:-soup-contains('Wochenblatt /')",
    )
