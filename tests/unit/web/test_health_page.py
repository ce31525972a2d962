"""The page Health."""

from __future__ import annotations

from hotdesk_module.core.model import Phone
from tests.support.front import Front


def test_what_is_wrong_comes_first_with_what_to_do_and_a_way_there(front: Front) -> None:
    front.ledger.save_phones([Phone("999")])
    page = front.get("/health").page
    assert "Something needs your attention" in page.text
    assert page.text.index("FreePBX has no such device any more") < page.text.index("The database answers")
    links = [a["href"] for a in page.all("a")]
    assert "?display=extensions&extdisplay=200" in links and "?display=hotdesk&view=%2Fphones%2F999" in links


def test_what_can_be_repaired_has_a_button(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.edit_extension("200")
    page = front.get("/health").page
    assert any("%2Fhealth%2Frepair" in f["action"] for f in page.all("form"))
    assert "differences repaired." in front.follow(front.post("/health/repair")).text
    assert front.office.rings("1003") == ["PJSIP/200"]
    assert "there was nothing to repair" in front.follow(front.post("/health/repair")).text


def test_a_repair_that_would_log_out_many_is_shown_before_it_is_forced(front: Front) -> None:
    front.ledger.save_settings({"mass_logout": "1"})
    for phone, user in (("200", "1003"), ("201", "1004")):
        front.desk.login(phone, user)
    for table in ("hotdesk_sessions", "hotdesk_events"):
        front.database.execute(f"DELETE FROM {table}")
    page = front.get("/health").page
    assert "A repair would log out many users" in page.text
    assert "would log out 2 phones" in front.follow(front.post("/health/repair")).text
    assert front.office.caller("200") == "1003"
    assert "DEVICE/200/user" in front.get("/health/force").page.text
    front.follow(front.post("/health/repair", force="yes"))
    assert front.office.caller("200") == "200"
    assert "There is nothing to repair" in front.get("/health/force").page.text


def test_users_that_freepbx_no_longer_has_are_named(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.delete_extension("1003")
    sentence = "1003 {} logged out of phone 200: FreePBX has no such user any more."
    assert sentence.format("would be") in front.get("/health/force").page.text
    assert sentence.format("was") in front.follow(front.post("/health/repair")).text
