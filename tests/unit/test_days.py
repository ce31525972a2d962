"""Days and hours of a zone, those of the changed clocks too."""

from __future__ import annotations

from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from hotdesk_module import days

BERLIN, KOLKATA, ST_JOHNS = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("America/St_Johns")
BEIRUT = ZoneInfo("Asia/Beirut")


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


@pytest.mark.parametrize(
    ("text", "zone", "first", "last"),
    [
        ("2026-11-03 14:32", BERLIN, "2026-11-03 13:32:00", "2026-11-03 13:32:59"),
        ("2026-11-03T14:32", KOLKATA, "2026-11-03 09:02:00", "2026-11-03 09:02:59"),
        (" 2026-11-03 14:32:05 ", ST_JOHNS, "2026-11-03 18:02:05", "2026-11-03 18:02:05"),
        ("2026-11-03", BERLIN, "2026-11-02 23:00:00", "2026-11-03 22:59:59"),
        ("2026-11-03T13:32:05Z", BERLIN, "2026-11-03 13:32:05", "2026-11-03 13:32:05"),
        # The day has 25 hours, and half past two comes twice.
        ("2026-10-25", BERLIN, "2026-10-24 22:00:00", "2026-10-25 22:59:59"),
        ("2026-10-25 02:30", BERLIN, "2026-10-25 00:30:00", "2026-10-25 01:30:59"),
        # The day has 23 hours.
        ("2026-03-29", BERLIN, "2026-03-28 23:00:00", "2026-03-29 21:59:59"),
        ("2026-03-08", ST_JOHNS, "2026-03-08 03:30:00", "2026-03-09 02:29:59"),
    ],
)
def test_a_text_means_these_seconds(text: str, zone: ZoneInfo, first: str, last: str) -> None:
    assert days.span(text, zone) == (utc(first), utc(last))


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "03.11.2026", "2026-11-03 25:00", "0000-00-00", "1"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        days.span(text, BERLIN)


@pytest.mark.parametrize(
    ("zone", "day", "count"),
    [
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (BERLIN, date(2026, 11, 3), 24),
        (KOLKATA, date(2026, 3, 29), 24),
        (ST_JOHNS, date(2026, 3, 8), 23),
        (ST_JOHNS, date(2026, 11, 1), 25),
    ],
)
def test_a_day_has_the_hours_that_the_clock_on_the_wall_shows(zone: ZoneInfo, day: date, count: int) -> None:
    start, stop = days.midnight(day, zone), days.midnight(day.fromordinal(day.toordinal() + 1), zone)
    edges = days.hours(start, stop, zone)
    assert len(edges) == count + 1
    assert {b - a for a, b in zip(edges, edges[1:])} == {3600}
    assert all(days.local(edge, zone).minute == 0 for edge in edges)


def test_the_first_and_the_last_hour_may_be_parts() -> None:
    start = utc("2026-11-03 09:10:00")
    assert days.hours(start, start + 3600, KOLKATA) == [start, utc("2026-11-03 09:30:00"), start + 3600]
    assert days.hours(start, start, KOLKATA) == [start]


def test_a_day_without_a_midnight_begins_when_it_is_skipped() -> None:
    # In Beirut the clocks go from midnight to one.
    assert days.midnight(date(2026, 3, 29), BEIRUT) == utc("2026-03-28 22:00:00")


def test_times_are_written_with_their_zone() -> None:
    at = utc("2026-11-03 13:32:05")
    assert days.iso(at, BERLIN) == "2026-11-03T14:32:05+01:00"
    assert days.iso(at, KOLKATA) == "2026-11-03T19:02:05+05:30"
    assert days.clock(at, ST_JOHNS) == "2026-11-03 10:02:05"
    assert days.span(days.iso(at)[:19], None)[0] == at
