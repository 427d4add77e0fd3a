"""The publishing system that Business Recorder and Dawn share."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class StoryCms(Scraper):
    """A site in the `story__...` template, with `/news/<id>/<slug>` for addresses: the id alone leads to the page."""

    timezone = "Asia/Karachi"  # stamps are local time, without a zone
    language = "en"
    article_url = re.compile(r"/news/(?P<id>\d{5,10})(?:/|$)")
    selectors = Selectors(
        title="h1.story__title, h2.story__title, .story__title",
        subtitle="article .story__excerpt",
        authors=".story__byline__link, .story__byline:not(:has(a))",
        agency=".story__byline",
        published=".timestamp--published",
        modified=".timestamp--updated",
        section=".badge--category a",
        edition=".badge--print",
        edition_date=".badge--date",
        body=".story__content > :is(p, h2, h3, h4, blockquote), .story__content :is(ul, ol) > li",
        drop=".story__content :is(figure, table, [class*='also-read'], [class*='__ad'], .media, .twitter-tweet), "
        ".story__content > p:-soup-contains('Copyright Business Recorder', 'Published in Dawn,')",
        tags=".story__tags a",
    )
