"""Science's news pages."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Science(Scraper):
    """science.org; the headline of a feature is another one than in the head of the page. The body has a correction."""

    hosts = ("science.org",)
    source = "science"
    timezone = "America/New_York"
    language = "en"
    selectors = Selectors(
        title="h1.news-article__hero__title",
        subtitle=".news-article__hero__subtitle",
        authors=".news-article__hero__bottom-meta-link",
        published="li:has(> .news-article__hero__date)",
        body=".bodySection > :is(p, h2, h3, blockquote), .bodySection > :is(ul, ol) > li",
        tags=".news-article__tags a",
    )
