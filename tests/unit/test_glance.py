"""A look at a few sessions tells whether a repair is called for."""

from __future__ import annotations

import pytest

from tests.support.fakes import Crash
from tests.support.office import Office


@pytest.fixture
def office() -> Office:
    office = Office()
    office.desk.reconcile()
    return office


def test_nothing_is_wrong_where_all_is_as_the_ledger_says(office: Office) -> None:
    assert office.desk.glance(lambda sessions: sessions)
    office.desk.login("200", "1001")
    assert office.desk.glance(lambda sessions: sessions)


def test_devices_that_freepbx_has_rebuilt_are_seen_by_any_one_of_them(office: Office) -> None:
    office.desk.login("200", "1001")
    office.desk.login("201", "1003")
    office.devices_to_astdb()
    assert not office.desk.glance(lambda sessions: sessions[1:])
    office.desk.reconcile()
    assert office.desk.glance(lambda sessions: sessions)


def test_a_login_that_died_after_it_was_written_is_seen_whoever_is_looked_at(office: Office) -> None:
    office.writes.fail(2)
    with pytest.raises(Crash):
        office.desk.login("200", "1001")
    office.writes.never_fail()
    assert office.seat("200") == "1001"
    assert not office.desk.glance(lambda sessions: ())


def test_a_glance_changes_nothing(office: Office) -> None:
    office.desk.login("200", "1001")
    office.devices_to_astdb()
    before = office.writes.count
    office.desk.glance(lambda sessions: sessions)
    assert office.writes.count == before
