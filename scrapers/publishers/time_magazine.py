"""Time, United States."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Time(Scraper):
    """time.com; a heading above a box of teasers and "Read More" paragraphs look like the story's own."""

    hosts = ("time.com",)
    source = "time"
    timezone = "America/New_York"
    language = "en"
    article_url = re.compile(r"time\.com/(?P<id>\d{7})/")
    selectors = Selectors(
        body="#article-body-main > :is(p, h2, h3, blockquote), #article-body-main > :is(ul, ol) > li",
        drop="#article-body-main > h3:-soup-contains('More From TIME'), "
        "#article-body-main > p:-soup-contains('Read More:', 'Read more:')",
    )
