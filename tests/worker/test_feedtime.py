"""Times as feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from worker.feedtime import feed_ttl, moment

NOW = datetime(2026, 4, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fri, 10 Apr 2026 06:00:00 +0500", datetime(2026, 4, 10, 1, tzinfo=UTC)),
        ("Fri, 10 Apr 2026 06:00:00 GMT", datetime(2026, 4, 10, 6, tzinfo=UTC)),
        ("10 Apr 26 06:00 EST", datetime(2026, 4, 10, 11, tzinfo=UTC)),
        ("Fri, 10 Apr 2026 06:00:00 CEST", datetime(2026, 4, 10, 4, tzinfo=UTC)),
        ("Fri, 10 Apr 2026 06:00:00 PKT", datetime(2026, 4, 10, 1, tzinfo=UTC)),
        ("2026-04-10T06:00:00Z", datetime(2026, 4, 10, 6, tzinfo=UTC)),
        ("2026-04-10T06:00+05:00", datetime(2026, 4, 10, 1, tzinfo=UTC)),
        ("2026-04-10 06:00:00 +0500", datetime(2026, 4, 10, 1, tzinfo=UTC)),
        ("2026-04-10T06:00:00.123456789Z", datetime(2026, 4, 10, 6, tzinfo=UTC)),
        pytest.param("Fri, 10 Apr 2026 06:00:00", None, id="no-zone"),
        pytest.param("2026-04-10T06:00:00", None, id="iso-no-zone"),
        pytest.param("2026-04-10", None, id="no-time-of-day"),
        pytest.param("10/04/2026 06:00:00 +0000", None, id="day-or-month"),
        pytest.param("Tue, 31 Feb 2026 06:00:00 GMT", None, id="no-such-day"),
        pytest.param("Fri, 10 Apr 2026 26:00:00 GMT", None, id="no-such-hour"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 GMT", None, id="zero"),
        pytest.param("0001-01-01T00:00:00Z", None, id="year-one"),
        pytest.param("0001-01-01T00:00:00+14:00", None, id="before-year-one"),
        pytest.param("Sun, 12 Apr 2026 12:00:00 GMT", None, id="two-days-ahead"),
        pytest.param(
            "Sat, 11 Apr 2026 10:00:00 GMT", datetime(2026, 4, 11, 10, tzinfo=UTC), id="less-than-a-day-ahead"
        ),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_needs_a_zone_and_must_be_possible(text: str | None, found: datetime | None) -> None:
    assert moment(text, NOW) == found


def test_ttl_takes_only_plain_digits() -> None:
    assert feed_ttl("\u0661\u0662", None, None) is None
