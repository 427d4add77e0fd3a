"""Times as pages write them."""

# ruff: noqa: RUF001  (digits and letters of many scripts)

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
        ("20250411T060007Z", "2025-04-11T06:00:07+00:00", "second"),
        ("20250411T0600+0200", "2025-04-11T06:00:00+02:00", "minute"),
        ("202504110600", "2025-04-11T06:00:00+05:00", "minute"),
        ("20250411", "2025-04-11T00:00:00+05:00", "day"),
        ("2025-W15-5T06:00Z", "2025-04-11T06:00:00+00:00", "minute"),
        ("2025-101", "2025-04-11T00:00:00+05:00", "day"),
        ("2025-4-11T6:05:00,5+02", "2025-04-11T06:05:00+02:00", "minute"),
        ("2025-04-11T06:00:00 +02:00", "2025-04-11T06:00:00+02:00", "minute"),
        ("2025-04-11T06:00:00 02:00", "2025-04-11T06:00:00+02:00", "minute"),
        ("2025-04-11T06:00:00Z+01:00", "2025-04-11T06:00:00+01:00", "minute"),
        ("2025-04-11T06:00:00.000000000-0330", "2025-04-11T06:00:00-03:30", "minute"),
        ("2025-04-11T06:00:00+02:00[Europe/Berlin]", "2025-04-11T06:00:00+02:00", "minute"),
        ("2025-04-11 06:00:00 Europe/Berlin", "2025-04-11T06:00:00+02:00", "minute"),
        ("2025-04-11T24:00:00Z", "2025-04-12T00:00:00+00:00", "minute"),
        ("2025-04-11 06:30:00 PM", "2025-04-11T18:30:00+05:00", "minute"),
        ("2025-04-11T25:00:00Z", "2025-04-11T00:00:00+00:00", "day"),
        ("2025/04/11 06:00", "2025-04-11T06:00:00+05:00", "minute"),
        ("2025 04 11 06:00:07", "2025-04-11T06:00:07+05:00", "second"),
        ("/Date(1744333201000+0200)/", "2025-04-11T01:00:01+00:00", "second"),
        ("1744333201.25", "2025-04-11T01:00:01+00:00", "second"),
        ("Fri Apr 11 06:00:07 CEST 2025", "2025-04-11T06:00:07+02:00", "second"),
        ("Fri Apr 11 2025 06:00:07 GMT+0530 (India Standard Time)", "2025-04-11T06:00:07+05:30", "second"),
        ("April 11, 2025 at 6:30 p.m. ET", "2025-04-11T18:30:00-04:00", "minute"),
        ("Jan. 11, 2025 6.30 pm", "2025-01-11T18:30:00+05:00", "minute"),
        ("11-Apr-25", "2025-04-11T00:00:00+05:00", "day"),
        ("11 Apr 2025 06:00 GMT+8", "2025-04-11T06:00:00+08:00", "minute"),
        ("2 hours ago, April 11, 2025", "2025-04-11T00:00:00+05:00", "day"),
        ("11. 4. 2025 v 18:30", "2025-04-11T18:30:00+05:00", "minute"),
        ("11.4.2025 klo 18.30", "2025-04-11T18:30:00+05:00", "minute"),
        ("April 1851 was wet. 18 September 1851", "1851-09-18T00:00:00+05:00", "day"),
    ],
)
def test_stamp(text, iso, precision):
    stamp = parse(text, KARACHI)

    if stamp.at.year < 1900:  # the offset is of local mean time
        assert (stamp.at.date().isoformat(), stamp.precision) == (iso[:10], precision)
    else:
        assert (stamp.at.isoformat(), stamp.precision) == (iso, precision)
    assert stamp.raw == text


@pytest.mark.parametrize(
    "text",
    [
        "11. dubna 2025", "11 de abril de 2025", "11 d'abril de 2025", "2025. április 11.", "2025 m. balandžio 11 d.",
        "2025. gada 11. aprīlis", "11 Απριλίου 2025", "11 апреля 2025 г.", "11 квітня 2025 року", "11. huhtikuuta 2025",
        "11 Nisan 2025 Cuma", "11 NİSAN 2025",
        "11 kwietnia 2025", "11 aprilie 2025", "11. travnja 2025.", "11 באפריל 2025",
        "١١ أبريل ٢٠٢٥", "11 نيسان 2025", "۱۱ آوریل ۲۰۲۵", "۲۲ فروردین ۱۴۰۴", "۱۴۰۴/۰۱/۲۲", "11 اپریل 2025",
        "११ अप्रैल २०२५", "১১ এপ্রিল ২০২৫", "11 ஏப்ரல் 2025", "11 เม.ย. 2568", "11 เมษายน 2568", "2025년 4월 11일",
        "2025. 04. 11.", "令和7年4月11日", "民國114年4月11日", "ngày 11 tháng 4 năm 2025", "2025 оны 4 сарын 11",
        "2025(e)ko apirilaren 11", "11 April, 2025", "11th of April 2025", "Friday 11 Aprile 2025", "11/Apr/2025",
        "11.04.25", "11 აპრილი 2025",
    ],
)  # fmt: skip
def test_day_in_many_languages(text):
    assert parse(text, language="xx").at.date().isoformat() == "2025-04-11"


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2025年4月11日 午後3時05分", "15:05"),
        ("2025년 4월 11일 오후 3:05", "15:05"),
        ("2025-04-11 下午3:05", "15:05"),
        ("11 Απριλίου 2025, 3:05 μ.μ.", "15:05"),
        ("11 de abril de 2025 3:05 p. m.", "15:05"),
        ("11 أبريل 2025 3:05 م", "15:05"),
        ("11 avril 2025 à 15 h 05", "15:05"),
        ("11. April 2025, 15 Uhr", "15:00"),
        ("11 aprile 2025 ore 15.05", "15:05"),
        ("12:05 a.m. April 11, 2025", "00:05"),
        ("11 April 2025, 15.05 WIB", "15:05"),
    ],
)
def test_clock(text, clock):
    assert parse(text, language="xx").at.strftime("%H:%M") == clock


def test_listopad_is_october_in_croatian():
    assert parse("11. listopada 2025.", language="hr").at.month == 10
    assert parse("11 listopada 2025", language="pl").at.month == 11


def test_zone_name_means_the_source_s_own_where_it_has_that_name():
    assert parse("2025-04-11 06:00 CST", "Asia/Shanghai").at.isoformat() == "2025-04-11T06:00:00+08:00"
    assert parse("2025-04-11 06:00 CST", "America/Chicago").at.isoformat() == "2025-04-11T06:00:00-05:00"
    assert parse("2025-04-11 06:00 CST").at.isoformat() == "2025-04-11T06:00:00-06:00"


@pytest.mark.parametrize(
    ("language", "zone", "day"),
    [("fr", None, "2025-04-03"), ("en-GB", None, "2025-04-03"), ("en_US", None, "2025-03-04"), ("en-CA", None, None),
     ("en", "Asia/Karachi", "2025-04-03"), ("en", "America/Chicago", "2025-03-04"), ("en", None, None)],
)  # fmt: skip
def test_order_of_day_and_month(language, zone, day):
    stamp = parse("3/4/2025", zone, language)

    assert (stamp and stamp.at.date().isoformat()) == day


@pytest.mark.parametrize("text", ["9" * 300, "1-" * 100, "April " * 40, "11 " * 60, "12:" * 60, "2025-04-" * 25])
def test_no_text_takes_long(text):
    parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "3/4/2025",
        "2025-13-45",
        "2025-02-30T10:00:00Z",
        "April 31, 2025",
        "9999999999999",
        "0",
        "2 hours ago",
        "vor 3 Stunden",
        "hace 5 minutos",
        "0000-00-00 00:00:00",
        "-0001-11-30T00:00:00+00:00",
        "0001-01-01",
        "1970-01-01T00:00:00Z",
        "1969-12-31T19:00:00-05:00",
        "1900-01-01",
        "12:30",
        "2025",
        "May 2025",
        "April 11",
        "0000000000",
        "1403/13/40",
        "192.168.10.11",
        "2.0.1",
    ],
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

    assert stamp is None or (stamp.at.tzinfo is not None and 1600 <= stamp.at.year <= 2100)


@given(st.datetimes(timezones=st.timezones()).filter(lambda at: 1971 <= at.year <= 2100))
def test_iso_times_come_back(at):
    at = at.replace(microsecond=0)
    offset = at.utcoffset()
    if offset.total_seconds() % 60 == 0:
        assert parse(at.isoformat()).at.isoformat() == at.isoformat()
