"""Chunichi Shimbun, Japan."""

from __future__ import annotations

import re

from scrapers.scraper import Scraper
from scrapers.selectors import Selectors


class Chunichi(Scraper):
    """chunichi.co.jp; a note that the rest is for members stands below the text."""

    hosts = ("chunichi.co.jp",)
    source = "chunichi"
    timezone = "Asia/Tokyo"
    language = "ja"
    article_url = re.compile(r"/article/(?P<id>\d{4,9})(?:[/?#]|$)")
    selectors = Selectors(body="#entry > .block", drop="#entry > .block:-soup-contains('関連キーワード')")
