"""Settings and locks, as an administrator sees and changes them."""

from __future__ import annotations

import pytest

from hotdesk_module import controls
from hotdesk_module.controls import Setting
from hotdesk_module.core.lockout import Attempts, Failure
from hotdesk_module.core.settings import SPECS
from hotdesk_module.errors import BadValue
from hotdesk_module.ports import HistoryFilter
from tests.support.fakes import FakeClock, FakeLedger

NOW = 1_700_000_000


@pytest.fixture
def ledger() -> FakeLedger:
    """Return a ledger in which 1001 and phone 200 are locked, 1002's errors count, 1003's are long ago, and of phone
    201 there is nothing but the memory of a lock."""
    ledger = FakeLedger()
    ledger.save_attempts("user", "1001", Attempts((), NOW + 60))
    ledger.save_attempts("phone", "200", Attempts((Failure(NOW - 10, "1002"),), NOW + 600))
    ledger.save_attempts("user", "1002", Attempts((Failure(NOW - 20, "201"), Failure(NOW - 10, "200"))))
    ledger.save_attempts("user", "1003", Attempts((Failure(NOW - 8 * 3600, "200"),), NOW - 60))
    ledger.save_attempts("phone", "201", Attempts((), NOW - 60, 1))
    return ledger


def change(ledger: FakeLedger, values: dict[str, str | None]) -> tuple[Setting, ...]:
    return controls.change_settings(ledger, FakeClock(NOW), "panel", "maria", values)


def test_every_setting_is_listed_with_its_value_and_whether_somebody_changed_it() -> None:
    ledger = FakeLedger()
    ledger.save_settings({"max_phones": "3", "give_back": "yes"})
    found = {s.spec.name: s for s in controls.settings(ledger)}
    assert list(found) == [spec.name for spec in SPECS]
    assert (found["max_phones"].value, found["max_phones"].changed) == ("3", True)
    assert (found["give_back"].value, found["give_back"].changed) == ("yes", True)
    assert all(s.value == s.spec.default for s in found.values() if not s.changed)


def test_a_setting_is_stored_as_its_table_wants_it_and_can_be_reset() -> None:
    ledger = FakeLedger()
    (changed,) = change(ledger, {"give_back": " ON "})
    assert (changed.value, ledger.settings()) == ("yes", {"give_back": "yes"})
    (reset,) = change(ledger, {"give_back": None})
    assert (reset.value, reset.changed, ledger.settings()) == ("no", False, {})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"attempts": "3", "colour": "red"}, r"no setting 'colour'. The settings are: routing, take_over"),
        ({"attempts": "3", "colour": None}, "no setting 'colour'"),
        ({"attempts": "3", "max_phones": "0"}, "'0' is not a value of max_phones. It is a whole number from 1 to 20"),
        ({"attempts": "3", "daily_by_location": "Hall"}, "daily_by_location: 'Hall' is not a location and its time"),
        ({"attempts": "3", "routing": "magic"}, "'magic' is not a value of routing. It is one of: device, callforward"),
    ],
)
def test_of_several_settings_all_are_stored_or_none(values: dict[str, str | None], message: str) -> None:
    ledger = FakeLedger()
    with pytest.raises(BadValue, match=message):
        change(ledger, values)
    assert ledger.settings() == {}
    assert ledger.events(HistoryFilter()) == ()


def test_the_history_says_who_changed_which_setting_from_what_to_what(ledger: FakeLedger) -> None:
    change(ledger, {"take_over": "refuse", "attempts": "5", "give_back": "yes"})
    change(ledger, {"attempts": None, "give_back": "no", "daily_at": "18:30"})
    lines = [e.detail for e in ledger.events(HistoryFilter(event="settings"))]
    assert sorted(lines[3:]) == ["attempts: 3 → 5", "give_back: no → yes", "take_over: replace → refuse"]
    assert sorted(lines[:3]) == ["attempts: 5 → 3", "daily_at: – → 18:30", "give_back: yes → no"]
    assert {(e.at, e.source, e.actor, e.code, e.applied) for e in ledger.events(HistoryFilter())} == {
        (NOW, "panel", "maria", "changed", True)
    }


def test_of_locations_the_history_has_a_line_for_each_that_is_another_one(ledger: FakeLedger) -> None:
    (one,) = change(ledger, {"daily_by_location": "Lobby=never\nHall = 18:30"})
    assert one.value == ledger.settings()["daily_by_location"] == "Hall=18:30; Lobby=never"
    change(ledger, {"daily_by_location": "Hall=18:30; Yard=07:00"})
    change(ledger, {"daily_by_location": None})
    lines = [e.detail.removeprefix("daily_by_location: ") for e in ledger.events(HistoryFilter())]
    assert lines[::-1] == [
        "Hall: – → 18:30",
        "Lobby: – → never",
        "Lobby: never → –",
        "Yard: – → 07:00",
        "Hall: 18:30 → –",
        "Yard: 07:00 → –",
    ]


def test_a_setting_that_stays_what_it_is_has_no_line_in_the_history(ledger: FakeLedger) -> None:
    ledger.save_settings({"attempts": "of another version"})
    change(ledger, {"attempts": "3", "take_over": "replace", "max_phones": None})
    assert ledger.settings() == {"attempts": "3", "take_over": "replace"}
    assert ledger.events(HistoryFilter()) == ()


def test_locks_list_who_is_locked_first_and_then_whose_errors_count(ledger: FakeLedger) -> None:
    assert [(x.kind, x.subject, x.locked_until, x.failures, x.last_other) for x in controls.locks(ledger, NOW)] == [
        ("user", "1001", NOW + 60, 0, ""),
        ("phone", "200", NOW + 600, 1, "1002"),
        ("user", "1002", 0, 2, "200"),
    ]


def test_lifting_one_lock_leaves_the_others_and_is_in_the_history(ledger: FakeLedger) -> None:
    lifted = controls.lift_locks(ledger, FakeClock(NOW), "cli", "maria", "phone", "200")
    assert [(x.kind, x.subject) for x in lifted] == [("phone", "200")]
    assert [(x.kind, x.subject) for x in controls.locks(ledger, NOW)] == [("user", "1001"), ("user", "1002")]
    (event,) = ledger.events(HistoryFilter())
    assert (event.event, event.phone, event.user, event.source, event.actor) == ("unlock", "200", "", "cli", "maria")
    assert event.applied


def test_lifting_all_locks_forgets_every_error_and_notes_each(ledger: FakeLedger) -> None:
    controls.lift_locks(ledger, FakeClock(NOW), "cli", "maria")
    assert controls.locks(ledger, NOW) == ()
    assert sorted((e.user, e.phone) for e in ledger.events(HistoryFilter(event="unlock"))) == [
        ("", "200"),
        ("", "201"),
        ("1001", ""),
        ("1002", ""),
    ]


def test_lifting_what_is_not_locked_does_nothing(ledger: FakeLedger) -> None:
    assert controls.lift_locks(ledger, FakeClock(NOW), "cli", "maria", "user", "200") == ()
    assert ledger.events(HistoryFilter()) == ()
