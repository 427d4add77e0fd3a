"""taz, Berlin daily."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Paragraphs, Selectors


class Taz(Scraper):
    """taz.de; selectors of the layouts before and since 2024. Its own pitches share the look of paragraphs."""

    hosts = ("taz.de",)
    source = "taz"
    timezone = "Europe/Berlin"
    language = "de"
    article_url = re.compile(r"/!(?P<id>\d+)")
    selectors = Selectors(
        subtitle=".sectbody > p.intro, article > p.typo-r-subline-detail",
        body=".sectbody > :is(p.intro, p.article, h6), article > p.column, "
        ".main-article-corpus :is(p.paragraph, h2.headline)",
        drop=".tzi-bottom-container *",
    )

    def select_paragraphs(self) -> Paragraphs:
        """The paragraphs, a drop capital joined to its word again: there is a space between the two elements."""
        initial = self.select_text(".initial-letter") or ""
        return tuple(
            initial + text.removeprefix(f"{initial} ") if initial and text.startswith(f"{initial} ") else text
            for text in super().select_paragraphs()
        )
