"""t-online, German news portal."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class TOnline(Scraper):
    """t-online.de; the h1 is a second headline in the breadcrumbs, and classes name only looks."""

    hosts = ("t-online.de",)
    source = "t-online"
    timezone = "Europe/Berlin"
    language = "de"
    article_url = re.compile(r"/id_(?P<id>\d+)/")
    selectors = Selectors(
        title="[data-external-article-headline]",
        subtitle="p.font-bold.text-18",
        body="p.text-18.leading-17, h3[id].text-22, ul.text-18.leading-17 > li",
        drop="li:has([data-sctrack='BodyAnchor']), aside *",  # links to other stories; teasers
    )
