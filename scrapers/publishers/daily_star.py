"""Daily Star, Britain."""

from __future__ import annotations

from scrapers.publishers.reach import Reach


class DailyStar(Reach):
    """dailystar.co.uk."""

    hosts = ("dailystar.co.uk",)
    source = "dailystar"
