"""Anime News Network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.metadata import Found
from scrapers.scraper import Scraper
from scrapers.selectors import RULE, Selectors
from scrapers.text import clean


class AnimeNewsNetwork(Scraper):
    """animenewsnetwork.com; the headline holds its section, the byline is text beside it without an element."""

    hosts = ("animenewsnetwork.com",)
    source = "animenewsnetwork"
    language = "en"
    article_url = re.compile(r"/\.(?P<id>\d{3,9})(?:[/?#]|$)")
    selectors = Selectors(
        published="#page-title time",
        section="#page_header .sub-title",
        body=".KonaBody",
        drop=".KonaBody :is(figure, figcaption), .KonaBody p:-soup-contains('Source:', 'Sources:'):has(a)",
    )

    def bylines(self) -> Iterator[Found[list[str]]]:
        """The text right inside the title block, outside of its elements: "by", and the name."""
        for block in self.page.select("#page-title"):
            yield Found([clean(" ".join(block.find_all(string=True, recursive=False)))], RULE)
        yield from super().bylines()
