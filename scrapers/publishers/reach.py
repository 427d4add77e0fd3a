"""The publishing system of Reach, Britain's largest publisher of newspapers, in its two templates."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Reach(Scraper):
    """A site with addresses that end in a number; the older template has microdata, the newer one hashed classes."""

    timezone = "Europe/London"
    language = "en"
    article_url = re.compile(r"-(?P<id>\d{6,10})(?:\.amp)?(?:[?#]|$)")
    selectors = Selectors(
        subtitle="article p.sub-title, #article-body [data-testid='leadtext']",
        body="article p.sub-title, [itemprop='articleBody'] > :is(p, h2, h3, ul > li), "
        "#article-body :is([data-testid='leadtext'], h3, [class*='paragraph-text'])",
        drop="article p:-soup-contains('READ MORE:', 'signing up to our', 'sign up to our', 'sign up for our')",
        tags=".tag-list a, [data-testid='content-tags'] a",
    )
