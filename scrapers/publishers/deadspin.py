"""Deadspin, sports."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Deadspin(Scraper):
    """deadspin.com; class names are hashes but for those that begin with js_."""

    hosts = ("deadspin.com",)
    source = "deadspin"
    language = "en"
    article_url = re.compile(r"-(?P<id>\d{10})(?:[/?#]|$)")
    selectors = Selectors(
        subtitle=".js_regular-subhead",
        body=".js_regular-subhead, .js_post-content > div > :is(p, h2, h3, ul, ol, blockquote)",
        drop=".js_post-content p:-soup-contains('—Field Level Media')",
    )
