"""Tages-Anzeiger, Zurich daily."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class TagesAnzeiger(Scraper):
    """tagesanzeiger.ch; the headline is an h2 behind its kicker. Selectors of the layouts before and since 2026."""

    hosts = ("tagesanzeiger.ch",)
    source = "tagesanzeiger"
    timezone = "Europe/Zurich"
    language = "de"
    article_url = re.compile(r"-(?P<id>\d{12})(?:$|[/?#])")
    selectors = Selectors(
        title="[data-testid='content-title']",
        subtitle="article :is(p.lead, p[class*='ContentHead_lead'])",
        agency="[class*='ArticleContainer_agencies']",
        body="article :is(p.lead, p[class*='ContentHead_lead'], p.articleParagraph, p[class*='ArticleParagraph_root'], "
        "h2.crosshead, h2[class*='CrossheadElement'], .SummaryList li)",
    )
