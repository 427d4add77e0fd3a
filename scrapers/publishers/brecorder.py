"""Business Recorder, Pakistan's financial daily."""

from __future__ import annotations

from scrapers.publishers.story_cms import StoryCms


class BusinessRecorder(StoryCms):
    """brecorder.com; the published stamp of the print edition has only the day, the meta element the time."""

    hosts = ("brecorder.com",)
    source = "brecorder"
