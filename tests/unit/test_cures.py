"""Every ill is found, says what to do, and is gone after its repair."""

from __future__ import annotations

import pytest

from hotdesk_module.core.queues import Rule
from hotdesk_module.errors import UnsafePlan
from hotdesk_module.health import cures
from hotdesk_module.health.finding import ASKED, FORCE, FORGET, FORWARDS, OK, RECONCILE, Finding
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.service import HotDesk
from tests.support.clinic import ILLS, Clinic, Ill, again_and_again
from tests.support.office import EMERGENCY, Office

CURABLE = [ill for ill in ILLS if ill.repair]


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def doctor(clinic: Clinic) -> HotDesk:
    """Return the service as an administrator uses it."""
    at = clinic.office
    return HotDesk(at.ledger, at.inventory, at.astdb, at.switchboard, at.clock, "cli", "maria")


def ailing(clinic: Clinic, code: str) -> list[Finding]:
    return [f for f in clinic.examine() if f.code == code and f.level != OK]


def state(office: Office) -> tuple[object, ...]:
    return office.ledger.snapshot(), office.astdb.snapshot(), office.switchboard.snapshot(), office.writes.count


@pytest.mark.parametrize("ill", ILLS, ids=lambda ill: ill.what)
def test_an_ill_is_found_and_says_what_to_do(clinic: Clinic, ill: Ill) -> None:
    assert ailing(clinic, ill.code) == []
    ill.make(clinic)
    found = ailing(clinic, ill.code)
    assert [(f.level, f.repair) for f in found] == [(ill.level, ill.repair)]
    (finding,) = found
    assert finding.do, "an administrator is told what to do"
    assert all(str(sentence).endswith(".") for sentence in (*finding.means, *finding.do))
    assert "%(" not in finding.title + finding.text and not finding.title.endswith(".")


@pytest.mark.parametrize("ill", [i for i in ILLS if i.code != "database"], ids=lambda ill: ill.what)
def test_to_look_changes_nothing(clinic: Clinic, ill: Ill) -> None:
    ill.make(clinic)
    before = state(clinic.office)
    clinic.examine()
    assert state(clinic.office) == before


@pytest.mark.parametrize("ill", CURABLE, ids=lambda ill: ill.what)
def test_a_repair_does_what_was_foreseen_and_the_ill_is_gone(clinic: Clinic, ill: Ill) -> None:
    ill.make(clinic)
    desk, before = doctor(clinic), state(clinic.office)
    foreseen = cures.foresee(ill.repair, desk)
    assert foreseen.changes and state(clinic.office) == before
    assert cures.carry_out(ill.repair, desk) == foreseen
    assert ailing(clinic, ill.code) == []
    assert cures.foresee(ill.repair, desk).changes == ()


@pytest.mark.parametrize("ill", CURABLE, ids=lambda ill: ill.what)
def test_every_repair_is_in_the_history_with_who_did_it(clinic: Clinic, ill: Ill) -> None:
    ill.make(clinic)
    cures.carry_out(ill.repair, doctor(clinic))
    (event,) = clinic.office.ledger.events(HistoryFilter(event="repair"))
    assert (event.source, event.actor) == ("cli", "maria") and event.detail
    assert event.code in ("drift", cures.FORGOTTEN, cures.FORWARDS_REMOVED)


def test_what_logs_people_out_or_may_be_meant_is_asked_about() -> None:
    assert {ill.repair for ill in CURABLE} == {RECONCILE, FORGET, FORWARDS, FORCE}
    assert set(ASKED) == {FORWARDS, FORCE}


def test_repairs_come_once_each_and_the_one_that_is_forced_last(clinic: Clinic) -> None:
    for ill in CURABLE:
        if ill.repair in (FORGET, FORWARDS):
            ill.make(clinic)
    clinic.office.switchboard.all_lamps["HDSK200"] = "INUSE"
    del clinic.office.switchboard.all_hints["200"]
    assert cures.wanted(clinic.examine()) == (RECONCILE, FORGET, FORWARDS)


# Call Forwards


def test_a_call_forward_goes_with_its_lamps_and_no_other_goes(clinic: Clinic) -> None:
    values = clinic.office.astdb.values
    values.update({"CF/1001": "200", "CF/1002": "5551234", "CF/1003": "HD200", "CFB/1004": "200"})
    values.update({"CustomDevstate/CF1001": "INUSE", "CustomDevstate/DEVCF1001": "INUSE"})
    done = cures.carry_out(FORWARDS, doctor(clinic))
    assert list(map(str, done.changes)) == ["Remove the Call Forward of 1001 to 200"]
    assert {k: v for k, v in values.items() if k.startswith("CF")} == {
        "CF/1002": "5551234",
        "CF/1003": "HD200",
        "CFB/1004": "200",
    }
    assert not {"CustomDevstate/CF1001", "CustomDevstate/DEVCF1001"} & values.keys()


# What is left of deleted users


def test_of_a_deleted_user_nothing_is_left_and_of_others_everything(clinic: Clinic) -> None:
    ledger = clinic.office.ledger
    for user in ("1003", "1009"):
        ledger.save_pin(user, "hash", 1)
        ledger.save_weak_pin(user, 1)
        ledger.save_queue_rules([Rule(user, "700", "login")])
    done = cures.carry_out(FORGET, doctor(clinic))
    assert list(map(str, done.changes)) == [
        "Remove the hot desk PIN of 1009",
        "Remove the note of a weak PIN of 1009",
        "Remove what queues are to 1009",
    ]
    assert [r.user for r in ledger.queue_rules()] == ["1003"]
    assert (list(ledger.pins()), list(ledger.weak_pins())) == (["1003"], ["1003"])
    (event,) = ledger.events(HistoryFilter(event="pin"))
    assert (event.user, event.code) == ("1009", "pin_removed")


def test_an_extension_that_freepbx_is_saving_is_not_deleted(clinic: Clinic) -> None:
    """Its rows are removed and added again; its keys stay."""
    clinic.office.ledger.save_pin("1003", "hash", 1)
    clinic.office.inventory.all_users = [u for u in clinic.office.inventory.all_users if u.extension != "1003"]
    assert ailing(clinic, "orphans") == []
    assert cures.carry_out(FORGET, doctor(clinic)).changes == ()
    assert "1003" in clinic.office.ledger.pins()


def test_where_freepbx_has_no_extensions_at_all_no_pin_is_removed(clinic: Clinic) -> None:
    clinic.office.ledger.save_pin("1009", "hash", 1)
    clinic.office.inventory.all_users = []
    with pytest.raises(UnsafePlan, match="1 extensions"):
        cures.carry_out(FORGET, doctor(clinic))
    assert "1009" in clinic.office.ledger.pins()


def test_very_many_pins_are_removed_only_where_it_is_forced(clinic: Clinic) -> None:
    ledger = clinic.office.ledger
    for user in range(3000, 3006):
        ledger.save_pin(str(user), "hash", 1)
    with pytest.raises(UnsafePlan, match="6 extensions"):
        cures.foresee(FORGET, doctor(clinic))
    assert len(ledger.pins()) == 6
    cures.carry_out(FORGET, doctor(clinic), force=True)
    assert ledger.pins() == {}


# Leftovers, lamps, keys of FreePBX's own


def test_a_lamp_of_a_phone_that_left_the_pool_is_switched_off_before_it_goes(clinic: Clinic) -> None:
    clinic.office.astdb.values["CustomDevstate/HDSK205"] = "INUSE"
    cures.carry_out(RECONCILE, doctor(clinic))
    log = clinic.office.writes.log
    assert log.index("switchboard.set_lamp HDSK205") < log.index("astdb.delete CustomDevstate/HDSK205")


def test_the_lamp_of_a_person_who_sits_nowhere_goes_off_whoever_lit_it(clinic: Clinic) -> None:
    office = clinic.office
    office.desk.login("200", "1003")
    office.astdb.values["CustomDevstate/HDSKU1004"] = "INUSE"
    # This one is only seen so, for somebody has taken its key away.
    office.desk.logout("200")
    office.switchboard.all_lamps["HDSKU200"] = "INUSE"
    del office.astdb.values["CustomDevstate/HDSK200"]
    cures.carry_out(RECONCILE, doctor(clinic))
    assert not [key for key in office.astdb.values if "HDSKU" in key]
    assert office.switchboard.lamps(["HDSKU200", "HDSKU1004"]) == {"HDSKU200": "NOT_INUSE", "HDSKU1004": "NOT_INUSE"}


def test_leftovers_of_phones_that_are_left_alone_stay(clinic: Clinic) -> None:
    clinic.office.ledger.save_settings({"mass_logout": "1", "routing": "callforward"})
    for phone, user in (("200", "1003"), ("201", "1004")):
        clinic.office.desk.login(phone, user)
    clinic.office.ledger.restore(clinic.office.ledger.snapshot()._replace(sessions=(), events=()))
    before = clinic.office.astdb.snapshot()
    with pytest.raises(UnsafePlan):
        cures.carry_out(RECONCILE, doctor(clinic))
    assert clinic.office.astdb.snapshot() == before


def test_another_phone_of_device_and_user_mode_is_none_of_ours(clinic: Clinic) -> None:
    """A leftover lamp of ours is no reason to touch who sits there by core's own logon."""
    office = clinic.office
    office.astdb.values.update({"CustomDevstate/HDSK1002": "NOT_INUSE", "DEVICE/1002/user": "1001"})
    cures.carry_out(RECONCILE, doctor(clinic))
    assert office.astdb.get("DEVICE/1002/user") == "1001"
    assert office.astdb.get("CustomDevstate/HDSK1002") is None


def test_freepbxs_own_keys_are_never_written(clinic: Clinic) -> None:
    values = clinic.office.astdb.values
    del values["DEVICE/200/dial"]
    values.update({"DEVICE/201/emergency_cid": "1", "AMPUSER/202/cidname": "X", "AMPUSER/202/cidnum": "1003"})
    before = clinic.office.astdb.snapshot()
    cures.carry_out(RECONCILE, doctor(clinic))
    assert clinic.office.astdb.snapshot() == before


def test_what_is_lost_on_the_way_to_the_astdb_is_no_difference(clinic: Clinic) -> None:
    users = clinic.office.inventory.all_users
    clinic.office.inventory.all_users = [u._replace(name=" A\\B ") if u.extension == "200" else u for u in users]
    clinic.office.astdb.values["AMPUSER/200/cidname"] = "AB"
    assert ailing(clinic, "phone_names") == []


def test_an_emergency_route_without_a_trunk_may_lead_to_somebody_in_the_house(clinic: Clinic) -> None:
    clinic.office.inventory.all_routes = [EMERGENCY._replace(trunks=(), destination=True)]
    assert ailing(clinic, "emergency_routes") == []


def test_an_own_number_to_show_is_nobodys_leftover(clinic: Clinic) -> None:
    clinic.office.astdb.values["AMPUSER/200/cidnum"] = "5550100"
    assert ailing(clinic, "phone_names") == []


# What comes back after every repair


def test_what_comes_back_is_said_once_and_goes_when_it_has_stopped(clinic: Clinic) -> None:
    again_and_again(clinic, times=30)
    lines = clinic.office.ledger.events(HistoryFilter(event="repair"))
    assert [e.code for e in reversed(lines)] == ["drift"] * 5 + ["recurring"]
    (finding,) = ailing(clinic, "recurring")
    assert "AMPUSER/1001/device" not in finding.text and "DEVICE/200/user" in finding.text
    clinic.office.clock.advance(3600)
    assert ailing(clinic, "recurring") == []


def test_as_long_as_it_goes_on_it_is_said_once_an_hour(clinic: Clinic) -> None:
    again_and_again(clinic, times=185)
    codes = [e.code for e in clinic.office.ledger.events(HistoryFilter(event="repair"))]
    assert codes.count("recurring") == 3 and codes.count("drift") == 5
    assert len(ailing(clinic, "recurring")) == 1


def test_who_asks_for_a_repair_has_it_in_the_history_all_the_same(clinic: Clinic) -> None:
    again_and_again(clinic, times=10)
    before = len(clinic.office.ledger.events(HistoryFilter(event="repair")))
    clinic.office.astdb.values["DEVICE/200/user"] = "1001"
    cures.carry_out(RECONCILE, doctor(clinic))
    assert len(clinic.office.ledger.events(HistoryFilter(event="repair"))) == before + 1
