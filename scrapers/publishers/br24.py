"""BR24, the news of Bavaria's public broadcaster."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Br24(Scraper):
    """br.de; class names end in a hash that changes, and the h1 is a small line above the headline."""

    hosts = ("br.de",)
    source = "br24"
    timezone = "Europe/Berlin"
    language = "de"
    selectors = Selectors(
        title="h2[class*='ArticleModuleTeaser'][class*='title']",
        subtitle="p[class*='ArticleItemTeaserText']",
        body="p[class*='ArticleItemTeaserText'], #articlebody [class*='ArticleModuleText'] :is(p, h2, h3, li)",
        drop="#articlebody p:-soup-contains('Das ist die Europäische Perspektive bei', 'Der BR24 Newsletter'), "
        "#articlebody :is(li:has(> a:only-child), ul > h2)",
    )
