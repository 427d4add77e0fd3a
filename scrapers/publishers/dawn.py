"""Dawn, Pakistan's English-language daily."""

from __future__ import annotations

from scrapers.publishers.story_cms import StoryCms


class Dawn(StoryCms):
    """dawn.com."""

    hosts = ("dawn.com",)
    source = "dawn"
