"""WDR, public broadcaster of North Rhine-Westphalia."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Wdr(Scraper):
    """wdr.de; a heading inside the story is called `subtitle`, and "Stand" tells the last change."""

    hosts = ("wdr.de",)
    source = "wdr"
    timezone = "Europe/Berlin"
    language = "de"
    selectors = Selectors(
        subtitle="p.einleitung",
        authors="p.autor",
        body=".modParagraph .box > :is(p.einleitung, p.text, h2.subtitle), .modParagraph .box > :is(ul, ol) > li",
        drop="p.text:has(+ .checklist)",  # the heading of the list of sources
    )
