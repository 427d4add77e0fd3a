"""Medical Xpress, health research news of Science X."""

from __future__ import annotations

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class MedicalXpress(Scraper):
    """medicalxpress.com; the source paper and the copyright are paragraphs inside the text."""

    hosts = ("medicalxpress.com",)
    source = "medicalxpress"
    language = "en"
    selectors = Selectors(
        title=".news-article > h1",
        body=".article-main > :is(p, h2, h3, blockquote), .article-main > :is(ul, ol) > li",
        drop=".article-main__note, .article-main__more",
    )
