"""The publishing system of Postmedia's Canadian newspapers."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Postmedia(Scraper):
    """A paper of Postmedia: headings for screen readers and an offer to subscribe stand between the paragraphs."""

    language = "en"
    selectors = Selectors(
        subtitle="p.article-subtitle",
        body="p.article-subtitle, section.article-content__content-group > :is(p, h2, h3, h4, blockquote), "
        "section.article-content__content-group > :is(ul, ol) > li",
        drop=".visually-hidden",
    )
