"""NDR, public broadcaster of northern Germany."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Ndr(Scraper):
    """ndr.de; without an author the page names itself."""

    hosts = ("ndr.de",)
    source = "ndr"
    timezone = "Europe/Berlin"
    language = "de"
    article_url = re.compile(r",(?P<id>[a-z]+-?\d+)\.html")
    selectors = Selectors(
        subtitle=".articlehead .preface",
        authors=".textauthor",
        body=".articlehead .preface, :is(.copytext, article) > :is(p, h2, h3), :is(.copytext, article) > ul > li",
        drop=".textauthor",
    )
