"""Automatic logout, with clocks that a test moves."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hotdesk_module.adapters.ami import Message
from hotdesk_module.core.model import Phone, Session
from hotdesk_module.daemon.activity import BLIND, Activity
from hotdesk_module.daemon.timers import JUMP, LATEST, SOONEST, START, WRITE, Clocks, Timers, Watched
from hotdesk_module.errors import AsteriskDown, LedgerDown
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.service import HotDesk
from hotdesk_module.times import zone
from tests.support.office import Office, device

ZONE = "Europe/Berlin"
HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone(ZONE)).timestamp())


class Night:
    """A daemon's timers in a small office, on Tuesday the 3rd of November 2026 at 14:00."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(source="timer")
        self.office.inventory.all_zone = ZONE
        self.office.clock.now = moment("2026-11-03 14:00")
        self.office.desk.reconcile()
        self.machine = 10 * DAY + 0.5
        self.file = folder / "watched"
        self.up = True
        self.records: list[str] = []
        self._log = logging.Logger("night")
        handler = logging.Handler()
        handler.emit = lambda record: self.records.append(record.getMessage())  # type: ignore[method-assign]
        self._log.addHandler(handler)
        self._numbers = itertools.count(1)
        self.wait = 0.0
        self.watched_at(self.office.clock.now)
        self.start()

    def watched_at(self, at: int) -> None:
        self.file.touch()
        os.utime(self.file, (at, at))

    def start(self) -> None:
        """Start the daemon, or start it again."""
        watched = Watched(str(self.file))
        self.activity = Activity(lambda: self.machine, watched.ago(self.office.clock.now))
        clocks = Clocks(self.office.clock, lambda: self.machine)
        office = self.office
        self.timers = Timers(office.ledger, office.inventory, self._desk, self.activity, watched, clocks, self._log)

    def _desk(self) -> HotDesk:
        if not self.up:
            raise AsteriskDown("Asterisk does not answer.")
        return self.office.desk

    def set_clock(self, by: int) -> None:
        self.office.clock.now += by

    def look(self) -> None:
        self.activity.watch(self.up)
        if self.up:
            self.wait = self.timers.look()
            # A file has the time of the real world.
            self.watched_at(self.office.clock.now)

    def run(self, seconds: float) -> None:
        """Let time pass, with a look whenever it is time for one."""
        end = self.machine + seconds
        while True:
            self.look()
            step = min(self.wait or LATEST, end - self.machine)
            if step <= 0:
                return
            self.machine += step
            self.office.clock.now += int(step)

    def off(self, seconds: int) -> None:
        """Let time pass without a daemon."""
        self.machine += seconds
        self.office.clock.now += seconds
        self.start()

    def settings(self, **values: str) -> None:
        self.office.ledger.save_settings(values)

    def phone(self, device: str, **values: Any) -> None:
        (phone,) = self.office.ledger.phones([device])
        self.office.ledger.save_phones([phone._replace(**values)])

    def login(self, phone: str, user: str) -> Session:
        started = self.office.desk.login(phone, user).started
        assert started is not None
        return started

    def call(self, phone: str) -> Callable[[], bool]:
        """Let a phone dial; return what hangs up, and tells whether that was waited for."""
        number = f"{next(self._numbers)}.0"
        channel = ("Channel", f"PJSIP/{phone}-00000001"), ("Uniqueid", number)
        self.office.switchboard.all_calls[number] = f"PJSIP/{phone}"
        self.activity.heard([Message((("Event", "Newchannel"), *channel, ("ChannelStateDesc", "Ring")))])

        def hang_up() -> bool:
            self.office.switchboard.all_calls.pop(number, None)
            return bool(self.activity.heard([Message((("Event", "Hangup"), *channel))]) & self.timers.held)

        return hang_up

    def seats(self) -> dict[str, str]:
        return {s.phone: s.user for s in self.office.ledger.sessions()}

    def logouts(self) -> list[tuple[str, str, str, str, str]]:
        """Return (local time, source, phone, user, reason), oldest first."""
        found = self.office.ledger.events(HistoryFilter(event="logout", limit=1000))
        at = [datetime.fromtimestamp(e.at, zone(ZONE)).strftime("%a %H:%M") for e in found]
        return [(a, e.source, e.phone, e.user, e.code) for a, e in zip(at, found)][::-1]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


# The truth table. Somebody logs in on Tuesday at 14:00; the phone is in a call from 21:30 to 23:30, or it is not. Each
# line is one case: hours without a call, hours in all, time of the day; in a call or not; and what becomes of it.
TRUTH = """
    idle  longest  daily  | phone    | logged out  because of
    never never    never  | idle     | never       -
    never never    never  | in call  | never       -
    8     never    never  | idle     | Tue 22:00   idle
    8     never    never  | in call  | Wed 07:30   idle
    never 9        never  | idle     | Tue 23:00   max_time
    never 9        never  | in call  | Tue 23:30   max_time
    never never    22:30  | idle     | Tue 22:30   daily
    never never    22:30  | in call  | Tue 23:30   daily
    8     9        22:30  | idle     | Tue 22:00   idle
    8     9        22:30  | in call  | Tue 23:30   daily
    12    9        02:00  | idle     | Tue 23:00   max_time
    12    9        02:00  | in call  | Tue 23:30   max_time
"""
CASES = [[cell.split() for cell in line.split("|")] for line in TRUTH.strip().splitlines()[1:]]


# Who says so: the settings, for all phones; the location, which has a time of the day; or the phone itself. What counts
# less is set as well, to something else.
@pytest.mark.parametrize("policy", ["settings", "location", "phone"])
@pytest.mark.parametrize(
    ("limits", "phone", "expected"), CASES, ids=[" ".join(itertools.chain(*case)) for case in CASES]
)
def test_the_truth_table(night: Night, policy: str, limits: list[str], phone: list[str], expected: list[str]) -> None:
    idle, longest, daily = limits
    hours, most = (number.replace("never", "0") for number in (idle, longest))
    everywhere = {"idle_hours": hours, "max_hours": most, "daily_at": daily}
    if policy == "location":
        night.phone("200", location="Hall")
        everywhere.update(daily_at="14:30", daily_by_location=f"Hall={daily}; Lobby=14:30")
    elif policy == "phone":
        night.phone("200", location="Hall", idle_hours=int(hours), daily_at=daily)
        everywhere.update(idle_hours="1", daily_at="14:30", daily_by_location="Hall=15:00")
    night.settings(**everywhere)
    night.login("200", "1001")
    night.run(7.5 * HOUR)
    hang_up = night.call("200") if phone == ["in", "call"] else lambda: False
    night.run(2 * HOUR)
    if hang_up():
        night.look()
    night.run(12 * HOUR)
    *at, why = expected
    gone = at != ["never"]
    assert night.logouts() == ([(" ".join(at), "timer", "200", "1001", why)] if gone else [])
    assert night.seats() == ({} if gone else {"200": "1001"})


def test_a_phone_that_comes_to_a_location_goes_by_its_time(night: Night) -> None:
    night.settings(idle_hours="0", daily_by_location="Hall=18:00")
    night.login("200", "1001")
    night.login("201", "1002")
    night.run(HOUR)
    night.office.ledger.save_phones([Phone("203", location="Hall")])
    night.office.inventory.all_devices.append(device("203"))
    night.login("203", "1003")
    night.phone("201", location="hall")
    night.run(4 * HOUR)
    assert night.logouts() == [("Tue 18:00", "timer", p, u, "daily") for p, u in (("201", "1002"), ("203", "1003"))]
    assert night.seats() == {"200": "1001"}


def test_the_phone_is_as_it_was_and_asterisk_knows(night: Night) -> None:
    night.login("200", "1001")
    assert night.office.rings("1001") == ["PJSIP/200"]
    night.run(8 * HOUR + 30)
    assert night.office.rings("1001") == ["PJSIP/1001"] and night.office.caller("200") == "200"
    assert night.office.desk.reconcile(dry_run=True).effects == ()
    assert "Logged out: 1001 at phone 200 (idle)." in night.records


def test_each_phone_goes_by_its_own_and_the_rest_by_the_settings(night: Night) -> None:
    night.phone("201", idle_hours=2)
    night.phone("202", idle_hours=0)
    for phone, user in (("200", "1001"), ("201", "1002"), ("202", "1003")):
        night.login(phone, user)
    night.run(3 * HOUR)
    assert night.seats() == {"200": "1001", "202": "1003"}
    night.run(3 * DAY)
    assert night.seats() == {"202": "1003"}


def test_many_phones_end_at_one_time(tmp_path: Path) -> None:
    night = Night(tmp_path)
    night.settings(daily_at="18:00")
    sessions = [Session(str(n), str(n + 5000), night.office.clock.now) for n in range(1000, 1250)]
    for session in sessions:
        night.office.ledger.change((), session, ())
    night.run(4 * HOUR)
    assert night.seats() == {}
    assert {at for at, *_ in night.logouts()} == {"Tue 18:00"} and len(night.logouts()) == 250


def test_who_logged_in_again_meanwhile_stays(night: Night) -> None:
    night.login("200", "1001")
    night.run(7 * HOUR)
    night.office.desk.logout("200")
    night.login("200", "1001")
    night.run(2 * HOUR)
    assert night.seats() == {"200": "1001"}


def test_who_logged_in_between_the_look_and_the_logout_stays(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    night.login("200", "1001")
    night.run(7 * HOUR)
    end = night.office.desk.end

    def late(*given: object) -> object:
        night.office.desk.logout("200")
        night.login("200", "1002")
        return end(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(night.office.desk, "end", late)
    night.run(HOUR)
    night.look()
    assert night.seats() == {"200": "1002"}


def test_a_call_that_began_just_before_the_logout_holds_it_back(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    night.settings(max_hours="1")
    night.login("200", "1001")
    night.run(HOUR - 30)
    # Of which no event has come yet.
    asked = iter([{}, {"9.9": "PJSIP/200"}])
    monkeypatch.setattr(night.office.switchboard, "calls", lambda: next(asked))
    night.machine += 30
    night.office.clock.advance(30)
    night.look()
    assert night.seats() == {"200": "1001"} and night.timers.held == {"PJSIP/200"}


def test_a_call_of_another_phone_holds_nothing_back(night: Night) -> None:
    night.login("200", "1001")
    night.run(7 * HOUR)
    night.call("201")
    night.run(1 * HOUR)
    assert night.seats() == {}


def test_the_phone_of_a_call_is_what_freepbx_dials_for_it(night: Night) -> None:
    devices = night.office.inventory.all_devices
    night.office.inventory.all_devices = [d._replace(dial="PJSIP/lobby") if d.id == "200" else d for d in devices]
    night.login("200", "1001")
    night.run(7 * HOUR)
    night.call("lobby")()
    night.run(2 * HOUR)
    assert night.seats() == {"200": "1001"}


def test_a_call_is_written_down_within_about_a_minute_and_not_more_often(night: Night) -> None:
    session = night.login("200", "1001")
    night.run(HOUR)
    night.call("200")()
    called = night.office.clock.now
    night.run(WRITE + LATEST)
    assert night.office.ledger.sessions() == (session._replace(active=called),)
    night.office.writes.log.clear()
    hang_up = night.call("200")
    night.run(10 * WRITE)
    assert 8 <= night.office.writes.log.count("ledger.touch 200") <= 11
    hang_up()
    night.run(2 * WRITE)
    night.office.writes.log.clear()
    night.run(HOUR)
    assert night.office.writes.log == []


@pytest.mark.parametrize("before", [5, 20, 50])
def test_a_call_in_the_last_minute_counts_whether_it_is_written_down_yet_or_not(night: Night, before: int) -> None:
    night.login("200", "1001")
    night.run(8 * HOUR - before)
    night.call("200")()
    night.run(7.9 * HOUR)
    assert night.seats() == {"200": "1001"}


def test_a_daemon_that_ends_writes_down_what_it_knows(night: Night) -> None:
    session = night.login("200", "1001")
    night.run(HOUR)
    night.call("200")()
    night.timers.write()
    assert night.office.ledger.sessions() == (session._replace(active=night.office.clock.now),)


@pytest.mark.parametrize("killed", [False, True])
def test_a_restart_of_the_daemon_forgets_no_call(night: Night, killed: bool) -> None:
    night.login("200", "1001")
    night.run(4 * HOUR)
    night.call("200")()
    if killed:
        night.run(WRITE)
    else:
        night.timers.write()
    night.off(30)
    night.run(7.9 * HOUR)
    assert night.seats() == {"200": "1001"}
    night.run(0.2 * HOUR)
    assert night.seats() == {}


def test_a_call_that_goes_on_over_a_restart_holds_the_logout_back(night: Night) -> None:
    night.settings(daily_at="18:00")
    night.login("200", "1001")
    hang_up = night.call("200")
    night.run(3.9 * HOUR)
    night.off(HOUR // 4)
    night.run(HOUR)
    assert night.seats() == {"200": "1001"}
    assert night.records[1:] == ["PJSIP/200 is in a call: 1001 is logged out after it (daily)."]
    assert hang_up()
    night.look()
    assert night.logouts()[0][-1] == "daily"


def test_a_daily_logout_that_fell_into_a_pause_is_made_up_for(night: Night) -> None:
    night.settings(daily_at="18:00")
    night.login("200", "1001")
    night.run(HOUR)
    night.off(4 * HOUR)
    night.run(LATEST)
    assert night.logouts() == [("Tue 19:00", "timer", "200", "1001", "daily")]


def test_time_that_nobody_watched_is_no_time_without_a_call(night: Night) -> None:
    night.login("200", "1001")
    night.run(HOUR)
    night.off(9 * HOUR)
    night.run(7.9 * HOUR)
    assert night.seats() == {"200": "1001"}
    night.run(0.2 * HOUR)
    assert night.logouts() == [("Wed 08:00", "timer", "200", "1001", "idle")]


def test_nor_is_time_in_which_asterisk_did_not_answer(night: Night) -> None:
    night.login("200", "1001")
    night.run(HOUR)
    night.up = False
    night.run(9 * HOUR)
    night.up = True
    night.run(7.9 * HOUR)
    assert night.seats() == {"200": "1001"}
    night.run(0.2 * HOUR)
    assert night.seats() == {}


def test_a_short_pause_is_no_pause(night: Night) -> None:
    night.login("200", "1001")
    night.run(HOUR)
    night.up = False
    night.run(BLIND - 2 * LATEST)
    night.up = True
    night.run(7 * HOUR)
    assert night.logouts() == [("Tue 22:00", "timer", "200", "1001", "idle")]


def test_an_update_from_a_version_without_timers_logs_nobody_out_at_once(tmp_path: Path) -> None:
    night = Night(tmp_path)
    night.office.ledger.change((), Session("200", "1001", night.office.clock.now - 3 * DAY), ())
    night.file.unlink()
    night.start()
    night.run(7.9 * HOUR)
    assert night.seats() == {"200": "1001"}
    night.run(0.2 * HOUR)
    assert night.seats() == {}


# The clock


@pytest.mark.parametrize("by", [DAY, -HOUR, YEAR, -YEAR, 9 * HOUR, -9 * HOUR, 56 * YEAR, -56 * YEAR])
def test_nobody_is_logged_out_because_the_clock_was_set(night: Night, by: int) -> None:
    night.settings(max_hours="9")
    night.login("200", "1001")
    night.run(2 * HOUR)
    night.call("200")()
    night.run(2 * HOUR)
    night.set_clock(by)
    night.run(4.9 * HOUR)
    assert night.seats() == {"200": "1001"}
    night.run(0.2 * HOUR)
    assert [why for *_, why in night.logouts()] == ["max_time"]
    assert len([r for r in night.records if "The clock was set" in r]) == 1


@pytest.mark.parametrize("by", [YEAR, -YEAR])
def test_a_clock_that_was_set_wrong_and_right_again_has_changed_nothing(night: Night, by: int) -> None:
    session = night.login("200", "1001")
    night.run(HOUR)
    night.set_clock(by)
    night.run(HOUR)
    night.set_clock(-by)
    night.look()
    (now,) = night.office.ledger.sessions()
    assert abs(now.since - session.since) <= 2
    night.run(6.1 * HOUR)
    assert night.logouts()[0][0] == "Tue 22:00"


def test_a_login_with_a_clock_that_was_wrong_is_not_an_old_one_when_it_is_right(night: Night) -> None:
    night.set_clock(-56 * YEAR)
    night.start()
    night.settings(max_hours="9")
    night.run(LATEST)
    night.login("200", "1001")
    night.run(HOUR)
    night.set_clock(56 * YEAR)
    night.run(6.9 * HOUR)
    assert night.seats() == {"200": "1001"}


def test_a_login_after_the_clock_was_set_back_is_as_young_as_it_says(night: Night) -> None:
    night.run(HOUR)
    night.set_clock(-YEAR)
    night.machine += 20
    night.office.clock.advance(20)
    session = night.login("200", "1001")
    night.machine += 20
    night.office.clock.advance(20)
    night.look()
    assert night.office.ledger.sessions() == (session,)


def test_a_small_correction_of_the_clock_is_nothing(night: Night) -> None:
    session = night.login("200", "1001")
    night.run(HOUR)
    for by in (JUMP - 5, 5 - JUMP):
        night.set_clock(by)
        night.look()
    assert night.office.ledger.sessions() == (session,) and not night.records


def test_sessions_of_the_future_begin_now_for_a_daemon_that_does_not_know_why(night: Night) -> None:
    session = night.login("200", "1001")
    night.run(HOUR)
    night.set_clock(-YEAR)
    night.start()
    night.run(7.9 * HOUR)
    assert night.seats() == {"200": "1001"}
    (now,) = night.office.ledger.sessions()
    assert now.since < session.since
    night.run(0.2 * HOUR)
    assert [why for *_, why in night.logouts()] == ["idle"]


def test_a_machine_that_has_just_started_may_first_ask_for_the_time(night: Night) -> None:
    night.settings(max_hours="10")
    night.login("200", "1001")
    night.run(HOUR)
    # It starts with a clock that is a year ahead.
    night.set_clock(YEAR)
    night.machine = 20.0
    night.start()
    night.run(START - 60)
    assert night.seats() == {"200": "1001"}
    night.set_clock(-YEAR)
    night.run(HOUR)
    assert night.seats() == {"200": "1001"}


def test_a_machine_that_starts_with_the_time_of_its_last_end_learns_how_long_it_was_off(night: Night) -> None:
    night.settings(max_hours="10")
    night.login("200", "1001")
    night.run(HOUR)
    night.machine = 20.0
    night.start()
    night.run(60)
    night.set_clock(12 * HOUR)
    night.run(60)
    assert night.seats() == {"200": "1001"}
    night.run(START)
    assert [why for *_, why in night.logouts()] == ["max_time"]


def test_time_in_which_the_machine_slept_is_time(night: Night) -> None:
    night.settings(max_hours="9")
    night.login("200", "1001")
    night.run(HOUR)
    night.machine += 10 * HOUR
    night.office.clock.advance(10 * HOUR)
    night.look()
    assert [why for *_, why in night.logouts()] == ["max_time"]
    assert not any("clock" in r for r in night.records)


@pytest.mark.parametrize("by", [DAY, -HOUR])
def test_a_time_of_the_day_is_that_of_the_clock_as_it_was_set(night: Night, by: int) -> None:
    """Set ahead by a day, it has not been 18:00 for whoever sits there; set back by an hour, 18:00 is an hour later."""
    night.settings(idle_hours="0", daily_at="18:00")
    night.login("200", "1001")
    night.run(2 * HOUR)
    night.set_clock(by)
    night.run(HOUR)
    assert night.seats() == {"200": "1001"}
    night.run(2 * HOUR + LATEST)
    assert [(at[4:], why) for at, *_, why in night.logouts()] == [("18:00", "daily")]


@pytest.mark.parametrize(
    ("login", "limits", "out"),
    [
        ("2026-03-28 20:00", {"idle_hours": "8"}, "Sun 05:00"),
        ("2026-03-28 20:00", {"idle_hours": "0", "max_hours": "8"}, "Sun 05:00"),
        ("2026-10-24 20:00", {"idle_hours": "8"}, "Sun 03:00"),
        ("2026-10-24 20:00", {"idle_hours": "0", "max_hours": "8"}, "Sun 03:00"),
    ],
)
def test_hours_are_as_long_in_the_night_when_the_clocks_change(
    night: Night, login: str, limits: dict[str, str], out: str
) -> None:
    night.settings(**limits)
    night.office.clock.now = moment(login)
    night.watched_at(night.office.clock.now)
    night.start()
    night.login("200", "1001")
    night.run(10 * HOUR)
    assert [at for at, *_ in night.logouts()] == [out]


@pytest.mark.parametrize(
    ("login", "daily", "out"),
    [
        ("2026-03-28 20:00", "02:30", "Sun 03:00"),
        ("2026-10-24 20:00", "02:30", "Sun 02:30"),
    ],
)
def test_when_the_clocks_change_the_daily_logout_comes_once(night: Night, login: str, daily: str, out: str) -> None:
    night.settings(idle_hours="0", daily_at=daily)
    night.office.clock.now = moment(login)
    night.watched_at(night.office.clock.now)
    night.start()
    night.login("200", "1001")
    night.run(7 * HOUR)
    night.login("200", "1001")
    night.run(10 * HOUR)
    assert [at for at, *_ in night.logouts()] == [out]
    assert night.seats() == {"200": "1001"}


# What does not work


def test_without_the_database_nothing_is_lost_and_it_goes_on_afterwards(night: Night) -> None:
    session = night.login("200", "1001")
    night.run(HOUR)
    night.call("200")()
    called = night.office.clock.now
    night.machine += WRITE
    night.office.clock.advance(int(WRITE))
    night.office.writes.fail(1, LedgerDown("The database does not answer."))
    with pytest.raises(LedgerDown):
        night.look()
    assert night.office.ledger.sessions() == (session,)
    night.look()
    assert night.office.ledger.sessions() == (session._replace(active=called),)


def test_without_asterisk_nobody_is_logged_out_and_afterwards_it_is_made_up_for(night: Night) -> None:
    night.settings(max_hours="1")
    night.login("200", "1001")
    night.up = False
    with pytest.raises(AsteriskDown):
        night.timers.look()
    night.run(2 * HOUR)
    assert night.seats() == {"200": "1001"}
    night.up = True
    night.look()
    assert [why for *_, why in night.logouts()] == ["max_time"]


def test_it_looks_again_when_somebody_is_due_and_not_too_often(night: Night) -> None:
    night.login("200", "1001")
    night.run(8 * HOUR - 100)
    assert night.wait == LATEST
    night.run(55)
    assert SOONEST <= night.wait <= 45
    night.run(44)
    assert night.wait == SOONEST
