"""The Daily Reporter, Coldwater, Michigan."""

from __future__ import annotations

from scrapers.publishers.gannett import Gannett


class TheDailyReporter(Gannett):
    """thedailyreporter.com."""

    hosts = ("thedailyreporter.com",)
    source = "thedailyreporter"
