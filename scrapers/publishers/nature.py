"""Nature's news, comment and careers pages."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Nature(Scraper):
    """nature.com; times are days. The pitch of the newsletter has the class of a subtitle."""

    hosts = ("nature.com",)
    source = "nature"
    timezone = "Europe/London"
    language = "en"
    article_url = re.compile(r"/articles/(?P<id>d\d+-\d+-\d+-\w)")
    selectors = Selectors(
        subtitle=".c-article-teaser-text",
        body=".c-article-teaser-text, :is(.c-article-body, .article__teaser) > :is(p, h2, h3, blockquote), "
        ":is(.c-article-body, .article__teaser) > :is(ul, ol) > li",
    )
