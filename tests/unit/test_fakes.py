"""The fakes' own machinery, which the contract tests do not see: failing writes and states to go back to."""

from __future__ import annotations

import pytest

from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.model import Event, Phone, Session
from hotdesk_module.errors import LedgerDown
from hotdesk_module.ports import HistoryFilter
from tests.support.fakes import Crash, FakeAstDb, FakeClock, FakeLedger, FakeSwitchboard, Writes

SESSION = Session("200", "1001", 5, 1, {"1001": {"CF/1001": None}})
LOGIN = Event(5, "login", "200", "1001", applied=False, pending={"CF/1001": None})


def test_the_writes_of_all_fakes_are_counted_together() -> None:
    writes = Writes()
    astdb = FakeAstDb(writes=writes)
    ledger, switchboard = FakeLedger([Phone("200")], writes), FakeSwitchboard(astdb)
    ledger.change([], SESSION, [LOGIN])
    astdb.put("CF/1001", "1")
    switchboard.set_lamp("HDSK200", "INUSE")
    assert writes.log == ["ledger.change", "astdb.put CF/1001", "switchboard.set_lamp HDSK200"]
    assert astdb.values == {"CF/1001": "1", "CustomDevstate/HDSK200": "INUSE"}


@pytest.mark.parametrize(("after", "left"), [(False, {"A/a": "1"}), (True, {"A/a": "1", "A/b": "1"})])
def test_a_write_fails_before_or_after_it_is_done_and_only_once(after: bool, left: dict[str, str]) -> None:
    astdb = FakeAstDb()
    astdb.writes.fail(2, after=after)
    astdb.put("A/a", "1")
    with pytest.raises(Crash):
        astdb.put("A/b", "1")
    assert astdb.values == left
    astdb.put("A/c", "1")
    assert "A/c" in astdb.values


def test_a_write_fails_with_the_error_that_is_wanted_and_frees_the_lock() -> None:
    ledger = FakeLedger()
    ledger.writes.fail(1, LedgerDown("down"))
    with pytest.raises(LedgerDown), ledger.lock():
        ledger.change([], SESSION, [])
    assert not ledger.locked and ledger.sessions() == ()
    ledger.writes.fail(1)
    ledger.writes.never_fail()
    ledger.change([], SESSION, [])


def test_a_ledger_goes_back_to_a_state_that_can_be_hashed() -> None:
    ledger = FakeLedger([Phone("200")])
    ledger.save_settings({"attempts": "4"})
    ledger.save_attempts("user", "1001", Attempts((), 9))
    (number,) = ledger.change([], SESSION, [LOGIN])
    state = ledger.snapshot()
    ledger.mark_applied([number])
    ledger.change([SESSION], None, [Event(6, "logout")])
    ledger.save_settings({"attempts": None})
    ledger.save_attempts("user", "1001", Attempts())
    ledger.remove_phone("200")
    assert ledger.snapshot() != state
    ledger.restore(state)
    assert ledger.snapshot() == state and hash(ledger.snapshot()) == hash(state)
    assert ledger.sessions() == (SESSION,) and ledger.unapplied() == (LOGIN._replace(id=number),)
    assert ledger.phones() == (Phone("200"),) and ledger.settings() == {"attempts": "4"}
    assert ledger.change([], None, [LOGIN]) == (number + 1,)


def test_a_state_without_history_does_not_tell_how_it_came_about() -> None:
    one, two = FakeLedger(), FakeLedger()
    two.mark_applied(two.change([], SESSION, [LOGIN]))
    two.change([SESSION], None, [Event(6, "logout")])
    for ledger in (one, two):
        ledger.change([], None, [LOGIN])
    assert one.snapshot() != two.snapshot()
    assert one.snapshot(history=False) == two.snapshot(history=False)
    one.restore(two.snapshot(history=False))
    assert [e.id for e in one.unapplied()] == [1] and len(one.events(HistoryFilter())) == 1


def test_keys_hints_and_time_go_back_too() -> None:
    astdb = FakeAstDb({"A/a": "1"})
    switchboard = FakeSwitchboard(astdb, {"1001": "PJSIP/1"})
    states = hash(astdb.snapshot()), astdb.snapshot(), switchboard.snapshot()
    astdb.delete("A/a")
    switchboard.set_hint("1001", "PJSIP/2")
    astdb.restore(states[1])
    switchboard.restore(states[2])
    assert (astdb.values, switchboard.all_hints) == ({"A/a": "1"}, {"1001": "PJSIP/1"})
    clock = FakeClock(5)
    clock.advance(3)
    assert clock() == 8
