"""The Daily Journal, Vineland, New Jersey."""

from __future__ import annotations

from scrapers.publishers.gannett import Gannett


class TheDailyJournal(Gannett):
    """thedailyjournal.com."""

    hosts = ("thedailyjournal.com",)
    source = "thedailyjournal"
