"""The WordPress theme Newspaper of tagDiv, whose pages are put together from numbered blocks."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class TagDiv(Scraper):
    """A site on that theme: text, advertisements and embeds are siblings inside the block of the content."""

    selectors = Selectors(
        authors=".tdb_single_author .tdb-author-name",
        body=".tdb_single_content .tdb-block-inner > :is(p, h2, h3, ul, ol)",
        drop=".tdb_single_content .tdb-block-inner > p:-soup-contains('With reports from', 'Buy Ticket', 'BUY TICKET')",
    )
