"""When a session ends by itself: idle, too long, or that time of the day."""

from __future__ import annotations

import pytest

from hotdesk_module.core.expiry import DAILY, HOUR, IDLE, MAX_TIME, End, Limits, end, ends, last_activity, limits
from hotdesk_module.core.model import Phone, Session
from hotdesk_module.core.settings import Settings

LOGIN = 1_000_000
# Six o'clock is this long after the login.
SIX = LOGIN + 5 * HOUR
SESSION = Session("200", "1001", LOGIN)
SETTINGS = Settings(idle_hours=8, max_hours=12, daily_at="06:00")


def at_six(after: int, at: str) -> int:
    assert at == "06:00"
    return SIX if after < SIX else SIX + 24 * HOUR


def never(after: int, at: str) -> int:
    raise AssertionError("nobody asked for a time of the day")


@pytest.mark.parametrize(
    ("idle", "longest", "daily", "expected"),
    [
        (0, 0, "", None),
        (8, 0, "", End(LOGIN + 8 * HOUR, IDLE)),
        (0, 12, "", End(LOGIN + 12 * HOUR, MAX_TIME)),
        (0, 0, "06:00", End(SIX, DAILY)),
        (8, 12, "", End(LOGIN + 8 * HOUR, IDLE)),
        (12, 8, "", End(LOGIN + 8 * HOUR, MAX_TIME)),
        (8, 12, "06:00", End(SIX, DAILY)),
        (4, 12, "06:00", End(LOGIN + 4 * HOUR, IDLE)),
        (8, 2, "06:00", End(LOGIN + 2 * HOUR, MAX_TIME)),
        (5, 5, "06:00", End(SIX, IDLE)),
    ],
)
def test_what_comes_first_ends_it(idle: int, longest: int, daily: str, expected: End | None) -> None:
    held = Limits(idle * HOUR, longest * HOUR, daily)
    assert end(SESSION, held, LOGIN, at_six if daily else never) == expected


def test_a_call_puts_off_only_the_end_by_idle_time() -> None:
    called = SESSION._replace(active=LOGIN + 3 * HOUR)
    now = LOGIN + 4 * HOUR
    assert end(called, Limits(8 * HOUR, 0, ""), now, never) == End(LOGIN + 11 * HOUR, IDLE)
    assert end(called, Limits(0, 8 * HOUR, ""), now, never) == End(LOGIN + 8 * HOUR, MAX_TIME)
    assert end(called, Limits(0, 0, "06:00"), now, at_six) == End(SIX, DAILY)


def test_a_call_before_the_login_was_another_ones() -> None:
    assert last_activity(SESSION._replace(active=LOGIN - 60), LOGIN + 60) == LOGIN


def test_what_a_wrong_clock_wrote_into_the_future_counts_as_now() -> None:
    year = 365 * 24 * HOUR
    now = LOGIN + HOUR
    for session in (SESSION._replace(since=LOGIN + year), SESSION._replace(active=LOGIN + year)):
        assert end(session, Limits(8 * HOUR, 0, ""), now, never) == End(now + 8 * HOUR, IDLE)
    begun_later = SESSION._replace(since=LOGIN + year)
    assert end(begun_later, Limits(0, 2 * HOUR, ""), now, never) == End(now + 2 * HOUR, MAX_TIME)


def test_a_moment_that_is_over_stays_the_moment_it_was() -> None:
    assert end(SESSION, Limits(0, 0, "06:00"), SIX + 100 * HOUR, at_six) == End(SIX, DAILY)


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        (None, Limits(8 * HOUR, 12 * HOUR, "06:00")),
        (Phone("200"), Limits(8 * HOUR, 12 * HOUR, "06:00")),
        (Phone("200", idle_hours=0), Limits(0, 12 * HOUR, "06:00")),
        (Phone("200", idle_hours=3, daily_at="18:30"), Limits(3 * HOUR, 12 * HOUR, "18:30")),
        (Phone("200", daily_at="never"), Limits(8 * HOUR, 12 * HOUR, "")),
    ],
)
def test_a_phone_has_its_own_or_what_the_settings_say(phone: Phone | None, expected: Limits) -> None:
    assert limits(phone, SETTINGS) == expected


@pytest.mark.parametrize(
    ("location", "own", "expected"),
    [
        ("Hall", "", "18:30"),
        ("hall", "", "18:30"),
        ("Hall", "07:00", "07:00"),
        ("Hall", "never", ""),
        ("Lobby", "", ""),
        ("Lobby", "07:00", "07:00"),
        ("Yard", "", "06:00"),
        ("", "", "06:00"),
    ],
)
def test_the_time_of_the_day_is_the_phones_own_then_its_locations_then_that_of_all(
    location: str, own: str, expected: str
) -> None:
    settings = SETTINGS._replace(daily_by_location=(("Hall", "18:30"), ("Lobby", "never")))
    assert limits(Phone("200", location=location, daily_at=own), settings).daily == expected


def test_out_of_the_box_eight_hours_without_a_call_end_a_session_and_nothing_else_does() -> None:
    assert limits(Phone("200"), Settings()) == Limits(8 * HOUR, 0, "")


def test_of_many_sessions_those_are_named_that_end() -> None:
    pool = {"200": Phone("200"), "201": Phone("201", idle_hours=0)}
    sessions = (SESSION, Session("201", "1002", LOGIN))
    assert ends(sessions, pool, Settings(), LOGIN, never) == {"200": End(LOGIN + 8 * HOUR, IDLE)}
