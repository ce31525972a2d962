"""Times of the day, on the wall clocks of the world."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta

import pytest

from hotdesk_module.times import Dailies, zone

HOUR = 3600


def moment(text: str, name: str, fold: int = 0) -> int:
    """Return a moment given as a wall clock of a zone shows it."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone(name), fold=fold).timestamp())


def next_daily(after: int, at: str, name: str) -> str:
    """Return the next time of the day as the wall clock shows it, with its distance from UTC."""
    return datetime.fromtimestamp(Dailies(zone(name)).next(after, at), zone(name)).isoformat()


def test_it_is_later_the_same_day_or_the_next_one() -> None:
    at = "Europe/Berlin"
    assert next_daily(moment("2026-11-03 14:32", at), "18:00", at) == "2026-11-03T18:00:00+01:00"
    assert next_daily(moment("2026-11-03 18:32", at), "18:00", at) == "2026-11-04T18:00:00+01:00"
    assert next_daily(moment("2026-12-31 23:59", at), "00:00", at) == "2027-01-01T00:00:00+01:00"


def test_the_moment_itself_is_over_and_the_second_before_is_not() -> None:
    at = "Europe/Berlin"
    six = moment("2026-11-03 18:00", at)
    assert next_daily(six, "18:00", at) == "2026-11-04T18:00:00+01:00"
    assert next_daily(six - 1, "18:00", at) == "2026-11-03T18:00:00+01:00"


@pytest.mark.parametrize(
    ("name", "after", "at", "expected"),
    [
        ("Europe/Berlin", "2026-03-28 12:00", "02:30", "2026-03-29T03:00:00+02:00"),
        ("Europe/Berlin", "2026-03-28 12:00", "02:00", "2026-03-29T03:00:00+02:00"),
        ("Europe/Berlin", "2026-03-28 12:00", "03:00", "2026-03-29T03:00:00+02:00"),
        ("Australia/Lord_Howe", "2026-10-03 12:00", "02:10", "2026-10-04T02:30:00+11:00"),
        # Samoa has had no 30th of December in 2011.
        ("Pacific/Apia", "2011-12-29 13:00", "12:00", "2011-12-31T00:00:00+14:00"),
    ],
)
def test_a_time_that_a_day_does_not_have_is_the_first_moment_behind_the_gap(
    name: str, after: str, at: str, expected: str
) -> None:
    assert next_daily(moment(after, name), at, name) == expected


@pytest.mark.parametrize(
    ("name", "after", "at", "expected"),
    [
        ("Europe/Berlin", "2026-10-24 12:00", "02:30", "2026-10-25T02:30:00+02:00"),
        ("America/Havana", "2026-10-31 12:00", "00:30", "2026-11-01T00:30:00-04:00"),
    ],
)
def test_a_time_that_a_day_has_twice_is_its_first_occurrence(name: str, after: str, at: str, expected: str) -> None:
    assert next_daily(moment(after, name), at, name) == expected


def test_of_a_time_that_comes_twice_the_second_is_not_one() -> None:
    name = "Europe/Berlin"
    first = moment("2026-10-25 02:30", name)
    assert next_daily(first, "02:30", name) == "2026-10-26T02:30:00+01:00"
    assert next_daily(moment("2026-10-25 02:10", name, fold=1), "02:30", name) == "2026-10-26T02:30:00+01:00"


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/St_Johns", "America/Havana", "UTC"])
def test_every_day_has_one_and_asking_in_any_order_finds_the_same(name: str) -> None:
    chance = random.Random(4711)
    here = Dailies(zone(name))
    begin = moment("2011-10-01 00:00", name)
    asked = [begin + hours * HOUR for hours in range(0, 200 * 24, 7)]
    chance.shuffle(asked)
    found = {after: here.next(after, "00:30") for after in asked}
    assert all(Dailies(zone(name)).next(after, "00:30") == at > after for after, at in found.items())
    days = sorted(set(found.values()))
    dates = [datetime.fromtimestamp(at, zone(name)).date() for at in days]
    assert {b - a for a, b in zip(dates, dates[1:])} == {timedelta(days=1)}


def test_without_a_zone_it_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        here = Dailies(zone(""))
        after = moment("2026-03-28 12:00", "Europe/Berlin")
        assert here.next(after, "02:30") == moment("2026-03-29 03:00", "Europe/Berlin")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("name", ["", "Nowhere/Atall", "../../etc/passwd", "Europe"])
def test_a_zone_that_nobody_knows_is_the_machines(name: str) -> None:
    assert zone(name) is None
