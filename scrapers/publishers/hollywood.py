"""Hollywood.com, films and series."""

from __future__ import annotations

from scrapers.publishers.tagdiv import TagDiv


class Hollywood(TagDiv):
    """hollywood.com; the newest stories above the text name their authors as the story does."""

    hosts = ("hollywood.com",)
    source = "hollywood"
    timezone = "America/New_York"
    language = "en"
