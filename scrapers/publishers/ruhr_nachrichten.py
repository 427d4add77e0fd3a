"""Ruhr Nachrichten, Dortmund daily."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class RuhrNachrichten(Scraper):
    """ruhrnachrichten.de; the class `sub-title` is the second half of the headline."""

    hosts = ("ruhrnachrichten.de",)
    source = "ruhrnachrichten"
    timezone = "Europe/Berlin"
    language = "de"
    article_url = re.compile(r"-w\d+-(?P<id>\d+)/?$")
    selectors = Selectors(
        subtitle=".article__teaser-text",
        body=".article__content > :is(p, h2, h3, blockquote), .article__content > :is(ul, ol) > li",
    )
