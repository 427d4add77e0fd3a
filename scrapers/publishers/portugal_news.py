"""The Portugal News, English-language weekly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.metadata import Found
from scrapers.scraper import Scraper
from scrapers.selectors import RULE, Selectors


class PortugalNews(Scraper):
    """theportugalnews.com; one line holds author, sections, time and comments, its first text only the author."""

    hosts = ("theportugalnews.com",)
    source = "theportugalnews"
    timezone = "Europe/Lisbon"
    language = "en"
    article_url = re.compile(r"/news/\d{4}-\d\d-\d\d/[^/]+/(?P<id>\d+)")
    selectors = Selectors(
        subtitle=".col-lg-10 > .font-semibold",
        section=".col-lg-10 > p.text-sm a[href^='/news/']",
        body=".col-lg-10 > .font-semibold > p, .article-body > :is(p, h2, h3, blockquote), "
        ".article-body > :is(ul, ol) > li",
    )

    def bylines(self) -> Iterator[Found[list[str]]]:
        """The text before the links to the sections, "By Mira Solano, in", then what the generic way knows."""
        line = self.page.soup.select_one(".col-lg-10 > p.text-sm")
        first = next(line.stripped_strings, "") if line else ""
        yield Found([re.sub(r",\s+in$", "", first)], RULE)
        yield from super().bylines()
