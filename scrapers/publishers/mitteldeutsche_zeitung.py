"""Mitteldeutsche Zeitung, Germany."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class MitteldeutscheZeitung(Scraper):
    """mz.de; the heading holds the kicker above the headline, a paragraph is any element of class fp-paragraph."""

    hosts = ("mz.de",)
    source = "mz"
    timezone = "Europe/Berlin"
    language = "de"
    article_url = re.compile(r"-(?P<id>\d{6,9})(?:[/?#]|$)")
    selectors = Selectors(
        subtitle=".fp-article-heading__excerpt",
        authors=".fp-article-heading__author",
        agency=".fp-article-heading__author",
        body=".fp-article-heading__excerpt, .fp-article-body .fp-paragraph, .fp-article-body .fp-subheading h2",
    )
