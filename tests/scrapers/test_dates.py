"""Times as pages write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.dates import parse

KARACHI = "Asia/Karachi"


@pytest.mark.parametrize(
    ("text", "iso", "precision"),
    [
        ("2025-04-11T06:00:00+05:00", "2025-04-11T06:00:00+05:00", "minute"),
        ("2025-04-11T06:00:07Z", "2025-04-11T06:00:07+00:00", "second"),
        ("2024-11-26T13:27:18.123Z", "2024-11-26T13:27:18+00:00", "second"),
        ("2025-04-11 06:00:00 -0730", "2025-04-11T06:00:00-07:30", "minute"),
        ("2025-04-11T06:00", "2025-04-11T06:00:00+05:00", "minute"),
        ("2025-04-11", "2025-04-11T00:00:00+05:00", "day"),
        ("Fri, 11 Apr 2025 06:00:00 GMT", "2025-04-11T06:00:00+00:00", "minute"),
        ("1744333201", "2025-04-11T01:00:01+00:00", "second"),
        ("1744333201000", "2025-04-11T01:00:01+00:00", "second"),
        ("April 11, 2025", "2025-04-11T00:00:00+05:00", "day"),
        ("Updated April 11, 2025 06:00am", "2025-04-11T06:00:00+05:00", "minute"),
        ("Published: Sep. 5, 2024, 11:42 PM EDT", "2024-09-05T23:42:00-04:00", "minute"),
        ("12:05 am, 3rd March 2022", "2022-03-03T00:05:00+05:00", "minute"),
        ("11 de abril de 2025 18:22 CEST", "2025-04-11T18:22:00+02:00", "minute"),
        ("11 avril 2025 à 18h22", "2025-04-11T18:22:00+05:00", "minute"),
        ("11. März 2025, 18.30 Uhr", "2025-03-11T18:30:00+05:00", "minute"),
        ("11.04.2025", "2025-04-11T00:00:00+05:00", "day"),
        ("2025年4月11日 10:20", "2025-04-11T10:20:00+05:00", "minute"),
        ("13/4/2025 5pm", "2025-04-13T17:00:00+05:00", "minute"),
        ("13/4/2025 13:18 PM", "2025-04-13T13:18:00+05:00", "minute"),
    ],
)
def test_stamp(text, iso, precision):
    stamp = parse(text, KARACHI)

    assert (stamp.at.isoformat(), stamp.precision) == (iso, precision)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "3/4/2025", "2025-13-45", "2025-02-30T10:00:00Z", "April 31, 2025", "9999999999999", "0"]
)
def test_no_stamp(text):
    assert parse(text) is None


def test_slashes_are_day_first_outside_english():
    assert parse("3/4/2025", language="fr").at.isoformat() == "2025-04-03T00:00:00+00:00"


def test_unknown_zone_is_utc():
    assert parse("2025-04-11", "Nowhere/At_All").at.isoformat() == "2025-04-11T00:00:00+00:00"


@given(st.text(max_size=300))
def test_any_text_gives_an_aware_time_or_none(text):
    stamp = parse(text, KARACHI, "de")

    assert stamp is None or (stamp.at.tzinfo is not None and 1900 <= stamp.at.year <= 2100)


@given(st.datetimes(timezones=st.timezones()).filter(lambda at: 1971 <= at.year <= 2100))
def test_iso_times_come_back(at):
    at = at.replace(microsecond=0)
    offset = at.utcoffset()
    if offset.total_seconds() % 60 == 0:
        assert parse(at.isoformat()).at.isoformat() == at.isoformat()
