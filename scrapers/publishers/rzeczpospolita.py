"""Rzeczpospolita, Warsaw daily."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Rzeczpospolita(Scraper):
    """rp.pl; a paid story shows its first paragraph twice, the second time fading out before the offer."""

    hosts = ("rp.pl",)
    source = "rp"
    timezone = "Europe/Warsaw"
    language = "pl"
    article_url = re.compile(r"/art(?P<id>\d+)-")
    selectors = Selectors(
        subtitle=".blog--subtitle, .article--lead",
        body=".blog--subtitle, .article--lead, .articleBody > :is(p, h2, h3, h4, blockquote), "
        ".articleBody > :is(ul, ol) > li",
    )
