"""The Province, Vancouver daily."""

from __future__ import annotations

from scrapers.publishers.postmedia import Postmedia


class TheProvince(Postmedia):
    """theprovince.com."""

    hosts = ("theprovince.com",)
    source = "theprovince"
    timezone = "America/Vancouver"
