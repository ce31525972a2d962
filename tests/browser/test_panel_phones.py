"""The page Phones, as administrators use it: every action, on the real daemon and either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotdesk_module.core.model import Phone

if TYPE_CHECKING:
    from tests.browser.administrator import Administrator
    from tests.support.panel import Panel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("panel", ["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True),
]


def test_the_list_shows_all_of_a_phone(panel: Panel, maria: Administrator) -> None:
    panel.sit("200", "1003")
    maria.open()
    maria.wait_row("200", "192.168.20.20")
    row = maria.row("200")
    for shown in ("200 Lobby", "Ground floor", "In use", "1003 Ravi Patel", "0 min", "80:5E:C0:00:00:C8", "pjsip"):
        assert shown in row
    assert "4 phones, 1 in use" in maria.text


def test_somebody_is_logged_in_by_name_and_out_again(panel: Panel, maria: Administrator) -> None:
    maria.open("/phones?location=Ground+floor").click("Log somebody in at phone 200")
    maria.fill(user="ravi").click("Log in")
    assert maria.told == "1003 (Ravi Patel) is logged in at phone 200 (Lobby) now."
    assert panel.seat("200") == "1003"
    assert maria.listed() == ["200", "203"], "the list is narrowed as before"
    maria.click("Log out 1003 from phone 200")
    assert "Log out 1 user?" in maria.text and "1003 Ravi Patel 200 Lobby Ground floor" in maria.text
    assert panel.seat("200") == "1003"
    maria.click("Log out")
    assert maria.told == "1003 (Ravi Patel) was logged out of phone 200 (Lobby)."
    assert panel.seat("200") is None
    assert maria.listed() == ["200", "203"]


def test_who_would_be_displaced_is_shown_before(panel: Panel, maria: Administrator) -> None:
    panel.sit("200", "1004")
    panel.sit("201", "1003")
    maria.open().more("200", "Log somebody else in…")
    maria.fill(user="1003").click("Log in")
    assert "1004 (Zoë O’Brien), who sits there, will be logged out." in maria.text
    assert "1003 (Ravi Patel) will be moved here from phone 201 (Window desk)." in maria.text
    assert (panel.seat("200"), panel.seat("201")) == ("1004", "1003")
    maria.click("Log in")
    assert "1003 (Ravi Patel) is logged in at phone 200 (Lobby) now." in maria.told
    assert "1004 (Zoë O’Brien) was logged out of phone 200 (Lobby), to make room." in maria.told
    assert (panel.seat("200"), panel.seat("201")) == ("1003", None)


def test_a_selection_is_logged_out(panel: Panel, maria: Administrator) -> None:
    for phone, user in (("200", "1003"), ("201", "1004"), ("202", "1005")):
        panel.sit(phone, user)
    maria.open().tick("200", "201", "203")
    assert "Selected: 3" in maria.text
    maria.click("Log out…", ".hotdesk-bulk")
    assert "Log out 2 users?" in maria.text and "1005" not in maria.text
    maria.click("Log out")
    assert "1003 (Ravi Patel) was logged out of phone 200 (Lobby)." in maria.told
    assert [panel.seat(p) for p in ("200", "201", "202")] == [None, None, "1005"]


def test_a_location_and_all_are_logged_out(panel: Panel, maria: Administrator) -> None:
    for phone, user in (("200", "1003"), ("201", "1004"), ("202", "1005")):
        panel.sit(phone, user)
    maria.open().click("Log out all…")
    assert "Log out 3 users?" in maria.text
    maria.fill(location="First floor").click("Show")
    assert "Log out 2 users?" in maria.text
    maria.click("Log out")
    assert [panel.seat(p) for p in ("200", "201", "202")] == ["1003", None, None]
    maria.click("Log out all…").click("Log out")
    assert panel.seat("200") is None
    maria.click("Log out all…")
    assert "Nobody is logged in" in maria.text


def test_phones_are_added_many_at_once(panel: Panel, maria: Administrator) -> None:
    panel.sql("UPDATE devices SET emergency_cid = '' WHERE id = '211'")
    maria.open().click("Add phones…")
    maria.tick("204").fill(q="desk 1").click("Find")
    assert "1 more is ticked that is not shown here." in maria.text
    maria.press_all().fill(location="Annex").click("Add the selected")
    assert "Phone 204 (Workshop) is in the pool now." in maria.told and "Phone 211 has no Emergency CID" in maria.told
    assert panel.phone("210") == Phone("210", "Desk 1.1", location="Annex")
    assert maria.listed() == ["200", "201", "202", "203", "204", "210", "211", "212", "213"]
    assert "No Emergency CID Set it in FreePBX" in maria.row("211")


def test_a_phone_is_edited(panel: Panel, maria: Administrator) -> None:
    maria.open("/phones?sort=-phone").click("203 Reception")
    maria.fill(label="Front desk", mac="0015.65aa.bbcc", idle_hours="3", daily_at="18:30").click("Save")
    assert maria.told == "Phone 203 (Front desk) is saved."
    assert panel.phone("203") == Phone("203", "Front desk", "001565aabbcc", "Ground floor", "", "", 3, "18:30")
    assert maria.listed() == ["203", "202", "201", "200"]


def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_lost(panel: Panel, maria: Administrator) -> None:
    maria.open("/phones/203").fill(label="Front desk", mac="nonsense").click("Save")
    assert "'nonsense' is not a MAC address" in maria.text
    assert maria.value("label") == "Front desk" and panel.phone("203") == Phone("203", "Reception", "", "Ground floor")
    maria.fill(mac="").click("Save")
    assert panel.phone("203") == Phone("203", "Front desk", "", "Ground floor")


def test_a_selection_is_edited_together(panel: Panel, maria: Administrator) -> None:
    maria.open().tick("200", "201").click("Edit…", ".hotdesk-bulk")
    assert "Edit 2 phones together" in maria.text
    maria.fill(location="Annex", idle_hours="2").tick("location").click("Save 2 phones")
    assert maria.told == "2 phones are saved."
    assert [(p.location, p.idle_hours) for p in panel.ledger.phones(["200", "201"])] == [("Annex", None)] * 2
    assert panel.phone("202") == Phone("202", "Meeting room", "805ec00000ca", "First floor")


def test_a_phone_is_disabled_and_enabled(panel: Panel, maria: Administrator) -> None:
    panel.sit("200", "1003")
    maria.open().more("200", "Disable")
    assert "Phone 200 (Lobby) is disabled: nobody can log in there." in maria.told
    assert "1003 (Ravi Patel) is logged in there, and stays so." in maria.told
    maria.more("200", "Enable")
    assert maria.told == "People may log in at phone 200 (Lobby) again."


def test_a_phone_is_removed_after_a_question(panel: Panel, maria: Administrator) -> None:
    panel.sit("200", "1003")
    maria.open().more("200", "Remove…")
    assert "Remove 1 phone from the pool?" in maria.text and "1003 Ravi Patel (since" in maria.text
    maria.click("Remove")
    assert "1003 (Ravi Patel) was logged out of phone 200 (Lobby)." in maria.told
    assert panel.phone("200") is None and panel.seat("200") is None


def test_a_selection_is_removed(panel: Panel, maria: Administrator) -> None:
    maria.open().press_all().tick("202").click("Remove…", ".hotdesk-bulk")
    assert "Remove 3 phones from the pool?" in maria.text
    maria.click("Remove")
    assert maria.listed() == ["202"]


def test_a_phone_whose_extension_was_deleted_says_what_to_do(panel: Panel, maria: Administrator) -> None:
    panel.sql("DELETE FROM devices WHERE id = '201'")
    maria.open("/phones?state=gone")
    assert maria.listed() == ["201"]
    assert "FreePBX has no extension 201 any more. Add it there again, or remove the phone here." in maria.row("201")
    maria.click("remove the phone here").click("Remove")
    assert panel.phone("201") is None


# Two administrators at once


def test_the_second_who_logs_out_is_told_that_somebody_left(
    panel: Panel, maria: Administrator, otto: Administrator
) -> None:
    panel.sit("200", "1003")
    panel.sit("201", "1004")
    for one in (maria, otto):
        one.open().click("Log out all…")
    maria.click("Log out")
    panel.sit("201", "1005")
    otto.click("Log out")
    assert "Nobody was logged out. 1003 was logged out of phone 200 at" in otto.told and "by maria." in otto.told
    assert "1005 (Amal Haddad) sits there now, and stays." in otto.told
    assert panel.seat("201") == "1005"


def test_the_second_who_logs_in_is_asked_again(panel: Panel, maria: Administrator, otto: Administrator) -> None:
    for one, user in ((maria, "1003"), (otto, "1004")):
        one.open("/phones/200/login").fill(user=user)
    maria.click("Log in")
    otto.click("Log in")
    assert "1003 (Ravi Patel), who sits there, will be logged out." in otto.text
    assert panel.seat("200") == "1003"
    panel.sit("200", "1005")
    otto.click("Log in")
    assert "Who sits where has changed in the meantime. Nothing was done yet." in otto.told
    assert "1005 (Amal Haddad), who sits there, will be logged out." in otto.text
    otto.click("Log in")
    assert panel.seat("200") == "1004"


def test_the_second_who_saves_sees_both_and_loses_nothing(
    panel: Panel, maria: Administrator, otto: Administrator
) -> None:
    for one in (maria, otto):
        one.open("/phones/200")
    maria.fill(label="Main lobby", location="Hall").click("Save")
    otto.fill(label="The lobby", mac="0015.65aa.bbcc").click("Save")
    assert "Somebody else has changed this phone in the meantime." in otto.told
    assert "Somebody else has made “Main lobby” of “Lobby” in the meantime." in otto.text
    assert panel.phone("200") == Phone("200", "Main lobby", "805ec00000c8", "Hall")
    assert [otto.value(name) for name in ("label", "location", "mac")] == ["The lobby", "Hall", "0015.65aa.bbcc"]
    otto.click("Save")
    assert panel.phone("200") == Phone("200", "The lobby", "001565aabbcc", "Hall")


def test_the_second_who_saves_a_phone_that_is_gone_can_bring_it_back(
    panel: Panel, maria: Administrator, otto: Administrator
) -> None:
    otto.open("/phones/203").fill(label="Front desk")
    maria.open("/phones/203/remove").click("Remove")
    otto.click("Save")
    assert "Somebody else has removed this phone from the pool." in otto.told
    assert otto.value("label") == "Front desk"
    otto.click("Add it to the pool again")
    assert panel.phone("203") == Phone("203", "Front desk", "", "Ground floor")


def test_a_phone_where_somebody_has_sat_down_meanwhile_is_not_removed(
    panel: Panel, maria: Administrator, otto: Administrator
) -> None:
    maria.open("/phones/200/remove")
    otto.open("/phones/200/login").fill(user="1003").click("Log in")
    maria.click("Remove")
    assert "1003 has logged in at phone 200 in the meantime; it stays in the pool." in maria.told
    assert panel.seat("200") == "1003"
