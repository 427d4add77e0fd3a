"""Mexico News Daily."""

from __future__ import annotations

from scrapers.publishers.tagdiv import TagDiv


class MexicoNewsDaily(TagDiv):
    """mexiconewsdaily.com."""

    hosts = ("mexiconewsdaily.com",)
    source = "mexiconewsdaily"
    timezone = "America/Mexico_City"
    language = "en"
