"""Anadolu Agency, Turkey's news agency."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Anadolu(Scraper):
    """aa.com.tr; two templates are in use, the older one without any metadata."""

    hosts = ("aa.com.tr",)
    source = "anadolu"
    timezone = "Europe/Istanbul"
    article_url = re.compile(r"/(?P<id>\d{5,9})/?(?:[?#]|$)")
    selectors = Selectors(
        subtitle=".detay-spot-category h4, h1 + span",
        authors=".detay-spot-category .row > span:not(.tarih)",
        published=".detay-spot-category .tarih",
        body=".detay-spot-category h4, .detay-icerik :is(p, h2, h3, li), h1 + span, "
        ".prose > :is(p, h2, h3, blockquote), .prose > :is(ul, ol) > li",
        drop=".prose figure",
    )
