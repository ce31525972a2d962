"""The use cases on fakes: what FreePBX's keys say before, during and after."""

from __future__ import annotations

from contextlib import suppress
from typing import Callable

import pytest

from hotdesk_module.core.machine import Ending
from hotdesk_module.core.model import Device, Phone, Session, User
from hotdesk_module.errors import (
    AsteriskDown,
    Changed,
    HotdeskError,
    LedgerDown,
    LockedOut,
    NotLoggedIn,
    UnknownUser,
    UnsafePlan,
    WrongPin,
)
from hotdesk_module.ports import HistoryFilter
from tests.support.fakes import Crash
from tests.support.office import Office, device


@pytest.fixture
def office() -> Office:
    office = Office()
    office.desk.reconcile()
    return office


def lists(office: Office, *users: str) -> list[str | None]:
    return [office.astdb.values.get(f"AMPUSER/{u}/device") for u in users]


def test_login_and_logout_leave_every_key_as_it_was(office: Office) -> None:
    before, hints = office.astdb.snapshot(), office.switchboard.snapshot()
    office.desk.login("200", "1001")
    assert office.astdb.snapshot() != before
    office.desk.logout("200")
    assert office.astdb.snapshot() == before
    assert office.switchboard.snapshot() == hints


def test_a_reload_during_the_session_leaves_nothing_behind_after_logout(office: Office) -> None:
    before, hints = office.astdb.snapshot(), office.switchboard.snapshot()
    office.desk.login("200", "1001")
    office.reload()
    office.desk.logout("200")
    assert office.astdb.snapshot() == before
    assert office.switchboard.snapshot() == hints


def test_the_phones_own_number_goes_on_showing_its_phone(office: Office) -> None:
    office.desk.login("200", "1003")
    assert office.switchboard.all_hints["200"] == "PJSIP/200&Custom:DND200,CustomPresence:200"
    assert office.switchboard.all_hints["1003"] == "PJSIP/200&Custom:DND1003,CustomPresence:1003"


def test_a_login_key_lights_while_somebody_sits_there(office: Office) -> None:
    office.desk.login("200", "1003")
    assert office.astdb.values["CustomDevstate/HDSK200"] == "INUSE"
    office.desk.logout("200")
    assert office.astdb.values["CustomDevstate/HDSK200"] == "NOT_INUSE"


def test_the_lamp_of_a_person_is_lit_while_they_sit_anywhere_and_has_no_key_when_they_do_not(office: Office) -> None:
    lamp = "CustomDevstate/HDSKU1003"
    office.desk.login("200", "1003")
    assert office.astdb.values[lamp] == "INUSE"
    lit = len(office.writes.log)
    office.desk.login("201", "1003")
    office.desk.login("200", "1001")
    assert office.astdb.values[lamp] == office.astdb.values["CustomDevstate/HDSKU1001"] == "INUSE"
    assert not [w for w in office.writes.log[lit:] if "HDSKU1003" in w]
    office.desk.logout("201")
    assert lamp not in office.astdb.values
    # Whoever watches it has been told before.
    told = [w for w in office.writes.log[lit:] if "HDSKU1003" in w]
    assert told == ["switchboard.set_lamp HDSKU1003", f"astdb.delete {lamp}"]


def test_the_lamp_of_whoever_is_replaced_goes_off(office: Office) -> None:
    office.desk.login("200", "1003")
    office.desk.login("200", "1001")
    assert [k for k in office.astdb.values if "HDSKU" in k] == ["CustomDevstate/HDSKU1001"]


def test_others_are_told_as_core_tells_them(office: Office) -> None:
    office.desk.login("200", "1003")
    office.desk.login("200", "1001")
    assert office.switchboard.announced == [
        ("UserDeviceAdded", "1003", "200"),
        ("UserDeviceRemoved", "1003", "200"),
        ("UserDeviceAdded", "1001", "200"),
    ]


def test_an_owners_desk_can_be_lent_while_the_owner_sits_elsewhere(office: Office) -> None:
    office.desk.login("200", "300")
    office.desk.login("300", "1003")
    assert lists(office, "300", "1003", "200") == ["200", "300", None]
    office.desk.logout("200")
    assert lists(office, "300", "1003") == [None, "300"]
    office.desk.logout("300")
    assert lists(office, "300", "1003", "200") == ["300", "1003", "200"]


def test_an_owner_who_logs_in_at_the_own_desk_sends_the_guest_away(office: Office) -> None:
    before = office.astdb.snapshot()
    office.desk.login("300", "1003")
    outcome = office.desk.login("300", "300")
    assert (outcome.code, outcome.started) == ("home", None)
    assert office.astdb.values["CustomDevstate/HDSK300"] == "NOT_INUSE"
    assert office.astdb.snapshot() == before


def test_the_users_own_phone_rings_too_where_the_setting_says_so(office: Office) -> None:
    office.ledger.save_settings({"ring_own_phone": "yes"})
    office.desk.login("200", "1001")
    office.desk.login("201", "1003")
    assert lists(office, "1001", "1003") == ["200&1001", "201"]
    assert office.switchboard.all_hints["1001"].startswith("PJSIP/200&PJSIP/1001&Custom")


def test_several_phones_ring_together(office: Office) -> None:
    office.ledger.save_settings({"several_phones": "allow"})
    office.desk.login("200", "1003")
    office.desk.login("201", "1003")
    assert lists(office, "1003") == ["200&201"]
    office.desk.logout("200")
    assert lists(office, "1003", "200") == ["201", "200"]


def test_call_forward_routing_points_the_user_at_a_target_of_ours(office: Office) -> None:
    before = office.astdb.snapshot()
    office.ledger.save_settings({"routing": "callforward"})
    office.desk.login("200", "1001")
    values = office.astdb.values
    assert (values["CF/1001"], values["CustomDevstate/CF1001"]) == ("HD200", "INUSE")
    assert (values["HDSK/1001/device"], values["AMPUSER/1001/device"]) == ("200", "1001")
    assert "AMPUSER/200/device" not in values
    office.desk.logout("200")
    assert office.astdb.snapshot() == before


def test_changing_the_routing_method_takes_effect_at_the_next_reconcile(office: Office) -> None:
    office.desk.login("200", "1001")
    office.ledger.save_settings({"routing": "callforward"})
    office.desk.reconcile()
    assert office.astdb.values["CF/1001"] == "HD200"
    office.ledger.save_settings({"routing": "device"})
    office.desk.reconcile()
    assert "CF/1001" not in office.astdb.values
    assert lists(office, "1001") == ["200"]


OWN = {"CF/1001": "5551234", "CFU/1001": "55", "DND/1001": "YES", "CFB/200": "77", "CustomDevstate/DND1001": "INUSE"}


def test_forwards_and_do_not_disturb_of_both_are_cleared_at_login_and_at_logout(office: Office) -> None:
    office.astdb.values.update(OWN)
    office.desk.login("200", "1001")
    assert not OWN.keys() & office.astdb.values.keys()
    office.astdb.values["DND/1001"] = "YES"
    office.desk.reconcile()
    assert office.astdb.values["DND/1001"] == "YES", "set at the desk, it stays until logout"
    office.desk.logout("200")
    assert "DND/1001" not in office.astdb.values


def test_with_give_back_they_are_at_logout_what_they_were_at_login(office: Office) -> None:
    office.ledger.save_settings({"give_back": "yes"})
    office.astdb.values.update(OWN)
    before = office.astdb.snapshot()
    office.desk.login("200", "1001")
    assert "CF/1001" not in office.astdb.values
    office.astdb.values["CF/1001"] = "999"
    office.desk.login("201", "1001")
    office.desk.login("200", "1003")
    office.ledger.save_settings({"give_back": "no"})
    office.desk.logout("201")
    office.desk.logout("200")
    assert office.astdb.snapshot() == before


def test_give_back_survives_a_crash_between_ledger_and_keys(office: Office) -> None:
    office.ledger.save_settings({"give_back": "yes"})
    office.astdb.values.update(OWN)
    before = office.astdb.snapshot()
    office.desk.login("200", "1001")
    office.writes.fail(2)
    with pytest.raises(Crash):
        office.desk.logout("200")
    office.ledger.restore(office.ledger.snapshot())
    office.writes.never_fail()
    office.desk.reconcile()
    assert office.astdb.snapshot() == before


def test_a_lent_desk_gives_its_owners_forward_back_when_both_are_gone(office: Office) -> None:
    office.ledger.save_settings({"give_back": "yes"})
    office.astdb.values["CF/300"] = "5550300"
    before = office.astdb.snapshot()
    office.desk.login("200", "300")
    office.desk.login("300", "1003")
    office.desk.logout("200")
    assert "CF/300" not in office.astdb.values, "phone 300 is still lent"
    office.desk.logout("300")
    assert office.astdb.snapshot() == before


def test_voicemail_asks_for_the_pin_at_a_shared_phone_where_the_setting_says_so(office: Office) -> None:
    office.ledger.save_settings({"voicemail_pin": "yes"})
    office.astdb.values["AMPUSER/1001/novmpw"] = "yes"
    before = office.astdb.snapshot()
    office.desk.login("200", "1001")
    assert "AMPUSER/1001/novmpw" not in office.astdb.values
    office.desk.logout("200")
    assert office.astdb.snapshot() == before


@pytest.mark.parametrize("crash_at", range(1, 40))
def test_the_pin_setting_is_given_back_exactly_whoever_dies_and_whatever_is_saved(
    office: Office, crash_at: int
) -> None:
    office.ledger.save_settings({"voicemail_pin": "yes"})
    office.astdb.values["AMPUSER/1001/novmpw"] = "yes"
    before = office.astdb.snapshot()

    def dying(run: Callable[[], object]) -> None:
        office.writes.fail(crash_at)
        with suppress(Crash):
            run()
        office.writes.never_fail()

    dying(lambda: office.desk.login("200", "1001"))
    office.desk.reconcile()
    seated = bool(office.ledger.sessions())
    assert ("AMPUSER/1001/novmpw" in office.astdb.values) is not seated
    # The form of the extension shows it as it is, and saves it so.
    office.edit_extension("1001")
    dying(office.desk.reconcile)
    dying(lambda: office.desk.login("201", "1001"))
    dying(office.desk.logout_all)
    office.desk.logout_all()
    office.desk.reconcile()
    assert office.astdb.snapshot() == before


@pytest.mark.parametrize("several", ["move", "allow"])
def test_a_pin_setting_that_is_saved_while_its_user_sits_somewhere_is_what_is_given_back(
    office: Office, several: str
) -> None:
    """It asked for the PIN; now, says the administrator, it should not. At shared phones it does all the same."""
    office.ledger.save_settings({"voicemail_pin": "yes", "several_phones": several})
    office.desk.login("200", "1001")
    for move in (office.desk.reconcile, lambda: office.desk.login("201", "1001"), office.desk.reconcile):
        office.astdb.values["AMPUSER/1001/novmpw"] = "yes"
        move()
        assert "AMPUSER/1001/novmpw" not in office.astdb.values
    office.ledger.save_settings({"voicemail_pin": "no"})
    office.desk.reconcile()
    assert "AMPUSER/1001/novmpw" not in office.astdb.values, "it counts from the next login on"
    office.desk.logout_all()
    assert office.astdb.values["AMPUSER/1001/novmpw"] == "yes"


def test_a_lent_desk_takes_nothing_of_its_owners_pin_setting_along(office: Office) -> None:
    office.ledger.save_settings({"voicemail_pin": "yes"})
    office.astdb.values["AMPUSER/300/novmpw"] = "yes"
    office.desk.login("300", "1003")
    assert office.astdb.values["AMPUSER/300/novmpw"] == "yes"
    office.desk.login("200", "300")
    assert "AMPUSER/300/novmpw" not in office.astdb.values
    office.desk.login("300", "1004")
    office.desk.logout("200")
    assert office.astdb.values["AMPUSER/300/novmpw"] == "yes"


# Where *21 and UCP keep whether follow-me is on; its lamp is that of the devices.
FOLLOW_ME, ITS_LAMP = "AMPUSER/1001/followme/ddial", "CustomDevstate/FOLLOWME1001"


def test_follow_me_is_switched_off_at_login_and_at_logout_and_its_list_is_left_alone(office: Office) -> None:
    office.astdb.values.update({FOLLOW_ME: "DIRECT", ITS_LAMP: "BUSY", "AMPUSER/1001/followme/grplist": "1001-555#"})
    office.desk.login("200", "1001")
    assert office.astdb.values[FOLLOW_ME] == "EXTENSION" and ITS_LAMP not in office.astdb.values
    office.set_follow_me("1001", True)
    office.desk.reconcile()
    assert office.astdb.values[FOLLOW_ME] == "DIRECT", "switched on at the desk, it stays on until logout"
    office.desk.logout("200")
    assert office.astdb.values[FOLLOW_ME] == "EXTENSION"
    assert office.astdb.values["AMPUSER/1001/followme/grplist"] == "1001-555#"
    assert not [k for k in office.astdb.values if k.startswith("CustomDevstate/FOLLOWME")]


def test_follow_me_is_given_back_and_a_list_that_was_changed_meanwhile_stays_changed(office: Office) -> None:
    office.ledger.save_settings({"give_back": "yes"})
    office.astdb.values.update({FOLLOW_ME: "DIRECT", ITS_LAMP: "BUSY", "AMPUSER/1001/followme/grplist": "1001"})
    before = dict(office.astdb.values)
    office.desk.login("200", "1001")
    assert office.astdb.values[FOLLOW_ME] == "EXTENSION"
    office.set_follow_me("1001", True)
    office.set_follow_me("1001", False)
    office.astdb.values["AMPUSER/1001/followme/grplist"] = "1001-555#"
    office.desk.logout("200")
    assert office.astdb.values == {**before, "AMPUSER/1001/followme/grplist": "1001-555#"}


def test_who_has_no_follow_me_gets_none_and_one_that_is_made_meanwhile_stays(office: Office) -> None:
    office.ledger.save_settings({"give_back": "yes"})
    before = office.astdb.snapshot()
    office.desk.login("200", "1001")
    office.desk.logout("200")
    assert office.astdb.snapshot() == before
    office.desk.login("200", "1001")
    office.astdb.values[FOLLOW_ME] = "EXTENSION"
    office.desk.logout("200")
    assert office.astdb.values[FOLLOW_ME] == "EXTENSION"


@pytest.mark.parametrize("lamp", [None, "NOT_INUSE", "BUSY", "INUSE"])
def test_a_lamp_is_given_back_as_it_was_also_where_off_and_absent_look_alike(office: Office, lamp: str | None) -> None:
    office.ledger.save_settings({"give_back": "yes"})
    for name in ("DND1001", "DEVDND1001", "DEVDND200", "CF200"):
        office.astdb.values.pop(f"CustomDevstate/{name}", None)
        if lamp is not None:
            office.astdb.values[f"CustomDevstate/{name}"] = lamp
    before = office.astdb.snapshot()
    office.desk.login("200", "1001")
    for on in (True, False):
        office.set_dnd("1001", on)
        office.set_forward("1001", "555" if on else None)
    office.desk.logout("200")
    assert office.astdb.snapshot() == before


def test_a_setting_that_is_switched_on_during_the_session_gives_nothing_back_that_was_set_at_the_desk(
    office: Office,
) -> None:
    before = office.astdb.snapshot()
    office.desk.login("200", "1001")
    office.ledger.save_settings({"give_back": "yes"})
    office.set_dnd("1001", True)
    office.desk.login("201", "1001")
    office.desk.login("201", "1003")
    assert office.astdb.values.get("DND/1001") is None
    office.desk.logout("201")
    assert {k: v for k, v in office.astdb.values.items() if v != "NOT_INUSE"} == {
        k: v for k, v in before if v != "NOT_INUSE"
    }


def test_what_somebody_sets_at_home_meanwhile_is_gone_after_the_logout(office: Office) -> None:
    """It cannot be told from what is set at the desk."""
    office.ledger.save_settings({"give_back": "yes"})
    office.set_forward("1001", "5551234")
    before = office.astdb.snapshot()
    office.desk.login("200", "1001")
    office.set_forward("1001", "777")
    office.desk.logout("200")
    assert office.astdb.snapshot() == before


def test_a_device_that_freepbx_gives_to_nobody_has_lamps_as_well(office: Office) -> None:
    office.inventory.all_flags = office.inventory.all_flags._replace(device_and_user=True)
    office.inventory.all_users = [u for u in office.inventory.all_users if u.extension != "200"]
    office.inventory.all_devices = [
        d._replace(user="none") if d.id == "200" else d for d in office.inventory.all_devices
    ]
    office.desk.login("200", "1001")
    office.set_dnd("1001", True)
    assert office.astdb.values["CustomDevstate/DEVDND200"] == "BUSY"
    office.desk.logout("200")
    assert "CustomDevstate/DEVDND200" not in office.astdb.values


def test_a_lamp_whose_key_could_not_be_written_is_right_after_the_next_repair(office: Office) -> None:
    """Asterisk with a full disk shows the state that was set, and has the key of before."""
    office.desk.login("200", "1001")
    office.switchboard.all_lamps["HDSK200"] = "NOT_INUSE"
    assert office.astdb.values["CustomDevstate/HDSK200"] == "INUSE"
    office.desk.reconcile(asked=False)
    assert office.switchboard.lamps(["HDSK200"]) == {"HDSK200": "INUSE"}
    assert office.desk.reconcile(asked=False).effects == ()


@pytest.mark.parametrize("lamp", ["HDSKU1001", "HDSK1001"], ids=["somebody who sits nowhere", "a phone of nobody's"])
def test_a_lamp_that_has_no_key_and_is_seen_lit_goes_off(office: Office, lamp: str) -> None:
    """Asterisk with a full disk shows that somebody sits there, has no key of it, and the login has failed."""
    before = office.astdb.snapshot()
    office.switchboard.all_lamps[lamp] = "INUSE"
    office.desk.reconcile(asked=False)
    assert office.switchboard.lamps([lamp]) == {lamp: "NOT_INUSE"}
    assert office.astdb.snapshot() == before
    assert office.desk.reconcile(asked=False).effects == ()


def test_with_call_forward_routing_a_forward_that_is_set_at_the_desk_stays_until_it_is_taken_back(
    office: Office,
) -> None:
    before = office.astdb.snapshot()
    office.ledger.save_settings({"routing": "callforward"})
    office.desk.login("200", "1001")
    office.set_forward("1001", "5551234")
    office.desk.reconcile()
    assert office.astdb.values["CF/1001"] == "5551234"
    office.set_forward("1001", None)
    office.desk.reconcile()
    assert (office.astdb.values["CF/1001"], office.astdb.values["CustomDevstate/CF1001"]) == ("HD200", "INUSE")
    office.set_forward("1001", "5551234")
    office.desk.login("201", "1001")
    assert office.astdb.values["CF/1001"] == "HD201"
    office.desk.logout("201")
    assert {k: v for k, v in office.astdb.values.items() if v != "NOT_INUSE"} == {
        k: v for k, v in before if v != "NOT_INUSE"
    }


def test_with_give_back_call_forward_routing_gives_the_users_own_forward_back(office: Office) -> None:
    office.ledger.save_settings({"give_back": "yes", "routing": "callforward"})
    office.astdb.values["CF/1001"] = "5551234"
    office.desk.login("200", "1001")
    assert office.astdb.values["CF/1001"] == "HD200"
    office.desk.logout("200")
    assert office.astdb.values["CF/1001"] == "5551234"
    office.desk.reconcile()
    assert office.astdb.values["CF/1001"] == "5551234"


def test_a_forward_of_ours_is_never_kept_as_somebodys_own(office: Office) -> None:
    before = office.astdb.snapshot()
    office.ledger.save_settings({"routing": "callforward"})
    office.desk.login("200", "1001")
    office.ledger.save_settings({"give_back": "yes"})
    office.desk.login("201", "1001")
    office.ledger.save_settings({"routing": "device"})
    office.desk.reconcile()
    office.desk.logout("201")
    assert office.astdb.snapshot() == before


@pytest.mark.parametrize("crash_at", range(2, 8))
def test_what_a_dead_logout_still_has_to_give_back_is_kept_by_the_next_login(office: Office, crash_at: int) -> None:
    office.ledger.save_settings({"give_back": "yes"})
    office.astdb.values.update(OWN)
    before = office.astdb.snapshot()
    office.desk.login("200", "1001")
    office.writes.fail(crash_at)
    with pytest.raises(Crash):
        office.desk.logout("200")
    office.writes.never_fail()
    office.desk.login("201", "1001")
    office.desk.logout("201")
    office.desk.reconcile()
    assert office.astdb.snapshot() == before


def test_what_waits_to_be_done_for_an_owner_is_done_before_what_comes_after(office: Office) -> None:
    """No event names 200, to whom phone 99200 belongs as well; its keys wait all the same."""
    office.inventory.all_devices.append(device("99200")._replace(user="200"))
    office.ledger.save_phones([Phone("99200")])
    office.devices_to_astdb()
    office.ledger.save_settings({"give_back": "yes"})
    office.desk.reconcile()
    office.astdb.values["CF/200"] = "5551234"
    office.desk.login("99200", "1003")
    office.desk.login("200", "1001")
    office.writes.fail(2)
    with pytest.raises(Crash):
        office.desk.logout("99200")
    office.writes.never_fail()
    office.desk.logout("200")
    office.desk.reconcile()
    assert office.astdb.values["CF/200"] == "5551234"


def test_a_pin_setting_changed_during_the_session_loses_nothing(office: Office) -> None:
    office.astdb.values["AMPUSER/1001/novmpw"] = "yes"
    before = office.astdb.snapshot()
    office.desk.login("200", "1001")
    office.ledger.save_settings({"voicemail_pin": "yes"})
    office.desk.reconcile()
    office.desk.login("201", "1001")
    assert "AMPUSER/1001/novmpw" not in office.astdb.values, "it counts from the next login on"
    office.desk.logout("201")
    assert office.astdb.snapshot() == before


def test_what_sessions_keep_under_different_settings_is_given_back_together(office: Office) -> None:
    office.ledger.save_settings({"give_back": "yes"})
    office.astdb.values.update({"AMPUSER/300/novmpw": "yes", "CF/300": "5550300"})
    before = office.astdb.snapshot()
    office.desk.login("300", "1003")
    office.ledger.save_settings({"voicemail_pin": "yes"})
    office.desk.login("200", "300")
    assert "AMPUSER/300/novmpw" not in office.astdb.values
    office.desk.logout("200")
    assert office.astdb.values["AMPUSER/300/novmpw"] == "yes"
    office.desk.logout("300")
    assert office.astdb.snapshot() == before


def test_a_phone_that_changes_its_owner_gives_the_old_owners_forward_back(office: Office) -> None:
    office.ledger.save_settings({"give_back": "yes"})
    office.astdb.values["CF/300"] = "5550300"
    office.desk.login("300", "1003")
    office.inventory.all_devices = [
        d._replace(user="1002") if d.id == "300" else d for d in office.inventory.all_devices
    ]
    office.desk.logout("300")
    assert office.astdb.values["CF/300"] == "5550300"


def test_a_logout_of_what_is_no_phone_leaves_a_virtual_extension_alone(office: Office) -> None:
    before = office.astdb.snapshot()
    with pytest.raises(NotLoggedIn):
        office.desk.logout("1003")
    assert {k: v for k, v in before if k.startswith("DEVICE/")} == office.astdb.matching("DEVICE/*")


def test_the_code_dialled_at_a_phone_outside_the_pool_writes_nothing(office: Office) -> None:
    """It may be one at which somebody logged in by other means."""
    office.astdb.values.update({"DEVICE/1002/user": "1003", "AMPUSER/1003/device": "1002"})
    before = office.astdb.snapshot()
    with pytest.raises(NotLoggedIn):
        office.desk.logout("1002")
    assert office.astdb.snapshot() == before


def test_an_extension_that_is_being_saved_is_not_taken_for_deleted(office: Office) -> None:
    """FreePBX removes its rows and inserts them again; its keys stay (F§5)."""
    office.desk.login("200", "1001")
    office.desk.login("201", "1003")
    keys, devices, users = office.astdb.snapshot(), office.inventory.all_devices, office.inventory.all_users
    office.inventory.all_devices = [d for d in devices if d.id not in ("1001", "201")]
    office.inventory.all_users = [u for u in users if u.extension != "1001"]
    assert office.desk.reconcile().ended == ()
    assert office.astdb.snapshot() == keys
    office.inventory.all_devices, office.inventory.all_users = devices, users
    assert office.desk.reconcile().effects == ()


def test_a_phone_that_is_being_saved_stays_its_owners(office: Office) -> None:
    """While its row is away, only its keys say whose it is."""
    office.inventory.all_devices = [
        d._replace(user="1002") if d.id in ("200", "201") else d for d in office.inventory.all_devices
    ]
    office.devices_to_astdb()
    office.desk.login("200", "1001")
    office.desk.reconcile()
    hints = dict(office.switchboard.all_hints)
    assert "PJSIP/200" in hints["1002"]
    office.inventory.all_devices = [d for d in office.inventory.all_devices if d.id != "200"]
    assert office.desk.reconcile().effects == ()
    assert office.switchboard.all_hints == hints


def test_a_ledger_that_goes_away_after_the_commit_does_not_unsay_the_login(office: Office) -> None:
    first = office.writes.count
    office.desk.login("201", "1003")
    writes = office.writes.count - first
    assert office.writes.log[-1] == "ledger.mark_applied"
    office.writes.fail(writes, LedgerDown("gone"))
    outcome = office.desk.login("202", "1004")
    assert (outcome.code, outcome.applied) == ("logged_in", False)
    office.desk.reconcile()
    assert not office.ledger.unapplied()


def test_no_projection_ever_writes_what_would_hang_up_emergency_calls(office: Office) -> None:
    office.inventory.all_devices = [
        d._replace(user="none") if d.id == "200" else d for d in office.inventory.all_devices
    ]
    office.desk.login("200", "1003")
    office.desk.logout("200")
    assert office.caller("200") == "200"


def test_keys_that_are_not_ours_are_never_written(office: Office) -> None:
    office.desk.login("200", "1001")
    office.desk.login("201", "1001")
    office.desk.logout("201")
    written = {w.split(" ")[1] for w in office.writes.log if w.startswith("astdb.")}
    names = {k.rsplit("/", 1)[-1] for k in written if k.startswith(("DEVICE/", "AMPUSER/"))}
    assert names == {"user", "device", "hint"}


def test_with_asterisks_manager_down_the_login_stands_and_reconcile_finishes_it(office: Office) -> None:
    for nth in range(1, 40):
        office.writes.fail(nth, AsteriskDown("no manager"))
        try:
            outcome = office.desk.login("200", "1001")
        except AsteriskDown:
            continue
        finally:
            office.writes.never_fail()
        if not outcome.applied:
            break
    assert office.seat("200") == "1001"
    assert office.ledger.unapplied()
    office.desk.reconcile()
    assert not office.ledger.unapplied()
    assert office.switchboard.all_hints["1001"].startswith("PJSIP/200")


def test_when_the_ledger_fails_nothing_is_changed(office: Office) -> None:
    before = office.astdb.snapshot()
    office.writes.fail(1, LedgerDown("gone"))
    with pytest.raises(LedgerDown):
        office.desk.login("200", "1001")
    assert office.astdb.snapshot() == before
    assert office.ledger.sessions() == ()


def test_refusals_are_in_the_history(office: Office) -> None:
    with pytest.raises(UnknownUser):
        office.desk.login("200", "4711")
    with pytest.raises(HotdeskError):
        office.desk.login("1001", "1003")
    with pytest.raises(NotLoggedIn):
        office.desk.logout("200")
    history = office.ledger.events(HistoryFilter(event="refused"))
    assert [(e.phone, e.user, e.code) for e in history] == [
        ("200", "", "not_logged_in"),
        ("1001", "1003", "not_in_pool"),
        ("200", "4711", "unknown_user"),
    ]


def test_guesses_lock_a_phone_for_everybody_and_not_the_user_elsewhere(office: Office) -> None:
    judged = 0

    def wrong() -> HotdeskError:
        nonlocal judged
        judged += 1
        return WrongPin("wrong")

    for _ in range(3):
        with pytest.raises(WrongPin):
            office.desk.login("200", "1001", wrong)
    for user in ("1001", "1003"):
        with pytest.raises(LockedOut):
            office.desk.login("200", user, wrong)
    assert judged == 3
    assert office.desk.login("201", "1001", lambda: None).code == "logged_in"


def test_a_bulk_logout_ends_everybody_and_tells_how_far_it_is(office: Office) -> None:
    before = office.astdb.snapshot()
    for phone, user in (("200", "1001"), ("201", "1003"), ("202", "1004")):
        office.desk.login(phone, user)
    seen: list[tuple[int, int]] = []
    office.desk.logout_all(progress=lambda done, total: seen.append((done, total)))
    assert seen == [(3, 3)]
    assert office.ledger.sessions() == ()
    assert office.astdb.snapshot() == before


def test_a_bulk_logout_spares_who_logged_in_since(office: Office) -> None:
    office.desk.login("200", "1001")
    seen = office.ledger.sessions()
    office.clock.advance(60)
    office.desk.login("200", "1003")
    office.desk.logout_all(seen)
    assert office.seat("200") == "1003"


def test_a_bulk_logout_ends_a_session_though_somebody_called_there_since(office: Office) -> None:
    office.desk.login("200", "1001")
    seen = office.ledger.sessions()
    office.ledger.touch({"200": office.clock.now + 60})
    office.desk.logout_all(seen)
    assert office.seat("200") is None


def test_sessions_end_each_for_its_reason(office: Office) -> None:
    for phone, user in (("200", "1001"), ("201", "1003"), ("202", "1004")):
        office.desk.login(phone, user)
    first, second, _ = sorted(office.ledger.sessions())
    (outcome,) = office.desk.end([Ending(first, "idle"), Ending(second, "daily")])
    assert [(e.session.phone, e.why) for e in outcome.ended] == [("200", "idle"), ("201", "daily")]
    history = office.ledger.events(HistoryFilter(event="logout"))
    assert {(e.phone, e.code) for e in history} == {("200", "idle"), ("201", "daily")}
    assert office.seat("202") == "1004" and office.rings("1001") == ["PJSIP/1001"]


def test_a_deleted_user_is_logged_out_by_reconcile(office: Office) -> None:
    office.desk.login("200", "1003")
    office.delete_extension("1003")
    repair = office.desk.reconcile()
    assert [e.why for e in repair.ended] == ["user_deleted"]
    assert office.caller("200") == "200"
    assert lists(office, "200", "1003") == ["200", None]


@pytest.mark.parametrize("table", ["all_users", "all_devices"])
def test_while_freepbx_restores_its_extensions_nobody_is_logged_out(office: Office, table: str) -> None:
    office.desk.login("200", "1003")
    before = getattr(office.inventory, table)
    setattr(office.inventory, table, [])
    for key in [k for k in office.astdb.values if k.startswith("AMPUSER/" if table == "all_users" else "DEVICE/")]:
        del office.astdb.values[key]
    with pytest.raises(UnsafePlan):
        office.desk.reconcile()
    setattr(office.inventory, table, before)
    assert office.desk.reconcile().ended == ()
    assert (office.seat("200"), office.caller("200")) == ("1003", "1003")


def test_a_deleted_phone_lets_its_user_go(office: Office) -> None:
    office.desk.login("200", "1001")
    office.delete_extension("200")
    assert [e.why for e in office.desk.reconcile().ended] == ["phone_deleted"]
    assert lists(office, "1001", "200") == ["1001", None]
    assert "DEVICE/200/user" not in office.astdb.values


def test_an_empty_table_of_users_logs_nobody_out(office: Office) -> None:
    for n in range(6):
        office.inventory.all_devices.append(Device(f"21{n}", "pjsip", f"PJSIP/21{n}", f"21{n}", f"PJSIP/21{n}"))
        office.inventory.all_users += [User(f"21{n}", "", "default"), User(f"11{n}", "", "default")]
        office.ledger.save_phones([office.ledger.phones()[0]._replace(device=f"21{n}", mac="")])
        office.desk.login(f"21{n}", f"11{n}")
    office.inventory.all_users = []
    with pytest.raises(UnsafePlan) as refused:
        office.desk.reconcile()
    assert "6 phones" in refused.value.message
    assert len(office.ledger.sessions()) == 6
    office.desk.reconcile(force=True)
    assert office.ledger.sessions() == ()


def test_a_ledger_from_another_day_does_not_throw_everybody_out(office: Office) -> None:
    office.ledger.save_settings({"mass_logout": "2"})
    empty = office.ledger.snapshot()
    for phone, user in (("200", "1001"), ("201", "1003"), ("202", "1004")):
        office.desk.login(phone, user)
    keys = office.astdb.snapshot()
    office.ledger.restore(empty)
    with pytest.raises(UnsafePlan):
        office.desk.reconcile()
    assert office.astdb.snapshot() == keys
    office.desk.reconcile(force=True)
    assert office.rings("1001") == ["PJSIP/1001"]


def test_phones_that_are_left_alone_do_not_keep_the_others_from_being_repaired(office: Office) -> None:
    office.ledger.save_settings({"mass_logout": "1"})
    for phone, user in (("200", "1001"), ("201", "1003"), ("202", "1004")):
        office.desk.login(phone, user)
    office.edit_extension("200")
    for user in ("1003", "1004"):
        office.delete_extension(user)
    with pytest.raises(UnsafePlan) as refused:
        office.desk.reconcile()
    assert "(201, 202)" in refused.value.message
    assert (office.seat("201"), office.caller("201")) == ("1003", "1003")
    assert office.caller("200") == "1001"
    assert office.rings("1001") == ["PJSIP/200"]


def test_a_ledger_that_seats_other_people_at_the_same_phones_is_suspect_too(office: Office) -> None:
    office.ledger.save_settings({"mass_logout": "1"})
    empty = office.ledger.snapshot()
    for phone, user in (("200", "1001"), ("201", "1003")):
        office.desk.login(phone, user)
    keys = office.astdb.snapshot()
    office.ledger.restore(empty)
    for phone, user in (("200", "1002"), ("201", "1004")):
        office.ledger.change((), Session(phone, user, 1), ())
    with pytest.raises(UnsafePlan):
        office.desk.reconcile()
    assert office.astdb.snapshot() == keys


def test_an_old_astdb_needs_no_force_for_those_whose_logout_is_in_the_history(office: Office) -> None:
    office.ledger.save_settings({"mass_logout": "1"})
    for phone, user in (("200", "1001"), ("201", "1003"), ("202", "1004")):
        office.desk.login(phone, user)
    old = office.astdb.snapshot()
    office.desk.logout_all()
    right = office.astdb.snapshot()
    office.astdb.restore(old)
    office.desk.reconcile()
    assert office.astdb.snapshot() == right


def test_an_astdb_restored_from_an_older_copy_is_put_right(office: Office) -> None:
    office.desk.login("200", "1003")
    old = office.astdb.snapshot()
    office.desk.logout("200")
    right = office.astdb.snapshot()
    office.astdb.restore(old)
    office.desk.reconcile()
    assert office.astdb.snapshot() == right


def test_a_dry_run_says_what_it_would_do_and_does_nothing(office: Office) -> None:
    office.desk.login("200", "1001")
    office.devices_to_astdb()
    before = office.astdb.snapshot()
    repair = office.desk.reconcile(dry_run=True)
    assert {getattr(e, "key", "") for e in repair.effects} >= {"DEVICE/200/user", "AMPUSER/200/device"}
    assert office.astdb.snapshot() == before


def test_logging_in_again_where_one_sits_repairs_the_phone(office: Office) -> None:
    office.desk.login("200", "1001")
    office.edit_extension("200")
    assert office.desk.login("200", "1001").code == "already_here"
    assert office.caller("200") == "1001"
    assert office.rings("1001") == ["PJSIP/200"]
    assert office.rings("200") == []


def test_what_every_reload_does_to_hints_is_mended_and_no_line_of_the_history(office: Office) -> None:
    def repairs() -> int:
        return len(office.ledger.events(HistoryFilter(event="repair")))

    office.desk.login("200", "1003")
    before = repairs()
    office.switchboard.all_hints["1003"] = "Custom:DND1003,CustomPresence:1003"
    office.astdb.values["AMPUSER/200/hint"] = "Custom:DND200,CustomPresence:200"
    assert len(office.desk.reconcile().effects) == 2
    assert office.desk.reconcile().effects == ()
    assert repairs() == before
    office.astdb.values["DEVICE/200/user"] = "200"
    office.desk.reconcile()
    assert repairs() == before + 1


def test_what_a_login_would_do_is_foreseen_and_changes_nothing(office: Office) -> None:
    office.desk.login("200", "1004")
    office.desk.login("201", "1003")
    before = office.astdb.snapshot(), office.ledger.sessions(), office.ledger.events(HistoryFilter())
    decision = office.desk.foresee("200", "1003")
    assert [(e.session.phone, e.session.user, e.why) for e in decision.endings] == [
        ("200", "1004", "replaced"),
        ("201", "1003", "moved"),
    ]
    assert office.desk.foresee("200", "1004").changes is False
    for phone, user, code in (("777", "1003", "not_in_pool"), ("200", "9999", "unknown_user")):
        refusal = office.desk.foresee(phone, user).refusal
        assert refusal is not None and refusal.code == code
    office.delete_extension("202")
    refusal = office.desk.foresee("202", "1003").refusal
    assert refusal is not None and refusal.code == "unknown_phone"
    assert before[1:] == (office.ledger.sessions(), office.ledger.events(HistoryFilter()))


def test_a_login_ends_only_what_was_foreseen(office: Office) -> None:
    office.desk.login("200", "1004")
    foreseen = [e.session.identity for e in office.desk.foresee("200", "1003").endings]
    office.clock.advance(5)
    office.desk.login("200", "1001")
    events = office.ledger.events(HistoryFilter())
    with pytest.raises(Changed):
        office.desk.login("200", "1003", ending=foreseen)
    assert office.seat("200") == "1001" and office.ledger.events(HistoryFilter()) == events
    office.desk.logout("200")
    assert office.desk.login("200", "1003", ending=foreseen).code == "logged_in"
