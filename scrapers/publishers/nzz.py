"""Neue Zürcher Zeitung, Zurich daily."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Nzz(Scraper):
    """nzz.ch; a heading inside the story is called `subtitle`, the standfirst `lead`."""

    hosts = ("nzz.ch",)
    source = "nzz"
    timezone = "Europe/Zurich"
    language = "de"
    article_url = re.compile(r"-ld\.(?P<id>\d+)")
    selectors = Selectors(
        subtitle=".headline__lead",
        body=".headline__lead, p.articlecomponent.text, h2.articlecomponent.subtitle, h5.articlecomponent.time, "
        ".articlecomponent li.enumeration__item",
    )
