"""The page People, as administrators use it: every action, on the real daemon and either database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hotdesk_module.core import pins
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.model import Phone
from hotdesk_module.ports import HistoryFilter
from tests.browser.axe import missing, serious

if TYPE_CHECKING:
    from tests.browser.administrator import Administrator
    from tests.support.panel import Panel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("panel", ["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True),
]

EVIL = "<script>document.title='owned'</script> \"O'Brien\" & عمر 👩‍💻"


def lock(panel: Panel, kind: str, subject: str) -> None:
    """Lock a user or a phone for ten minutes."""
    panel.ledger.save_attempts(kind, subject, Attempts((), int(time.time()) + 600))


def locked(panel: Panel) -> list[str]:
    """Return who is locked."""
    return [subject for _, subject, _ in panel.ledger.all_attempts()]


def take_mailbox(panel: Panel, extension: str) -> None:
    """Let FreePBX have no mailbox for an extension."""
    panel.sql("UPDATE users SET voicemail = 'novm' WHERE extension = %s", extension)


def test_where_is_somebody(panel: Panel, maria: Administrator) -> None:
    panel.sit("200", "1003")
    maria.open("/people").fill(q="ravi")
    maria.wait(lambda: maria.listed() == ["1003"], "one is left")
    for shown in ("1003 Ravi Patel", "virtual", "voicemail PIN", "200 Lobby", "Ground floor", "Log out"):
        assert shown in maria.row("1003").replace("\n", " ")
    maria.fill(q="lobby", state="in")
    maria.wait(lambda: maria.listed() == ["1003"], "found by the phone")
    maria.wait(lambda: maria.path == "/people?q=lobby&state=in", "the address says what to load again")


def test_the_list_follows(panel: Panel, maria: Administrator) -> None:
    maria.open("/people?state=in")
    assert maria.listed() == []
    panel.sit("200", "1003")
    maria.wait_row("1003", "200 Lobby")
    panel.desk.logout("200")
    maria.wait(lambda: maria.listed() == [], "the row is gone")


def test_a_list_is_sorted_and_turned(panel: Panel, maria: Administrator) -> None:
    maria.open("/people?per=25").click("Name")
    first = maria.listed()
    maria.click("Name ▲")
    assert maria.listed() != first and len(maria.listed()) == 25
    maria.click("Page 2")
    assert maria.path == "/people?sort=-name&per=25&page=2"


def test_somebody_is_logged_in_at_a_free_phone_moved_and_logged_out(panel: Panel, maria: Administrator) -> None:
    maria.open("/people?q=ravi&state=everybody").click("Log in 1003")
    assert "No PIN is asked for." in maria.text
    maria.fill(phone="200").click("Log in")
    assert maria.told == "1003 (Ravi Patel) is logged in at phone 200 (Lobby) now."
    assert panel.seat("200") == "1003"
    assert maria.path.startswith("/people?q=ravi&state=everybody"), "the list is narrowed as before"
    maria.click("1003").click("Log in at another phone…")
    assert "1003 (Ravi Patel) will be logged out of phone 200 (Lobby)." in maria.text
    maria.fill(phone="201").click("Log in")
    assert "was moved away from phone 200 (Lobby)" in maria.told
    assert (panel.seat("200"), panel.seat("201")) == (None, "1003")
    assert "Sits at 201 Window desk First floor since" in maria.text and "automatic logout" in maria.text
    maria.click("Log out 1003").click("Log out")
    assert maria.told == "1003 (Ravi Patel) was logged out of phone 201 (Window desk)."
    assert "no shared phone" in maria.text and "Logged out by an administrator" in maria.text
    maria.click("The whole history of this person")
    assert maria.path == "/history?user=1003"


def test_locks_are_lifted_one_by_one_and_all(panel: Panel, maria: Administrator) -> None:
    for kind, subject in (("user", "1003"), ("user", "1004"), ("phone", "200"), ("phone", "201")):
        lock(panel, kind, subject)
    maria.open("/people?state=locked")
    assert maria.listed() == ["1003", "1004"] and "locked until" in maria.row("1003")
    maria.click("Let 1003 try again")
    assert maria.told == "1003 may try again." and maria.listed() == ["1004"]
    maria.click("Let people try again at phone 200")
    assert maria.told == "Phone 200 may try again."
    maria.click("Lift all locks…")
    assert "Lift 2 locks?" in maria.text
    maria.click("Lift all locks")
    assert "1004 may try again." in maria.told and "Phone 201 may try again." in maria.told
    assert locked(panel) == []
    assert {e.actor for e in panel.ledger.events(HistoryFilter(event="unlock"))} == {"maria"}


def test_a_pin_is_set_changed_and_removed(panel: Panel, maria: Administrator) -> None:
    take_mailbox(panel, "1005")
    maria.open("/people?state=may_not")
    assert "no mailbox, no PIN" in maria.row("1005")
    maria.click("1005").click("Hot desk PIN…")
    maria.fill(pin="830517", pin_again="830518").click("Set the PIN")
    assert "These are two different PINs." in maria.text and maria.value("pin") == ""
    maria.fill(pin="830517", pin_again="830517").click("Set the PIN")
    assert "has a hot desk PIN now." in maria.told
    assert pins.matches("830517", panel.ledger.pin("1005"))
    maria.click("Hot desk PIN…").fill(pin="294061", pin_again="294061").click("Change the PIN")
    assert "another hot desk PIN now" in maria.told and pins.matches("294061", panel.ledger.pin("1005"))
    maria.click("Hot desk PIN…").click("Remove the PIN")
    assert "has no hot desk PIN any more." in maria.told and panel.ledger.pins() == {}
    assert "830517" not in panel.logged() and "294061" not in panel.logged()


# Two administrators


def test_the_second_who_logs_somebody_out_is_told(panel: Panel, maria: Administrator, otto: Administrator) -> None:
    panel.sit("200", "1003")
    maria.open("/people/1003").click("Log out 1003")
    otto.open("/people/1003").click("Log out 1003").click("Log out")
    panel.sit("201", "1003")
    maria.click("Log out")
    assert "Nobody was logged out. 1003 was logged out of phone 200 at" in maria.told and "by otto." in maria.told
    assert "1003 sits at phone 201 now." in maria.told
    assert panel.seat("201") == "1003"


def test_the_second_who_takes_a_phone_replaces_nobody(panel: Panel, maria: Administrator, otto: Administrator) -> None:
    maria.open("/people/1003/login")
    otto.open("/people/1004/login").fill(phone="200").click("Log in")
    maria.fill(phone="200").click("Log in")
    assert "Nothing was changed. 1004 (Zoë O’Brien) sits at phone 200 (Lobby) by now." in maria.told
    assert panel.seat("200") == "1004"
    maria.fill(phone="201").click("Log in")
    assert panel.seat("201") == "1003"


def test_the_second_who_lifts_a_lock_is_told(panel: Panel, maria: Administrator, otto: Administrator) -> None:
    lock(panel, "user", "1003")
    maria.open("/people/1003")
    otto.open("/people/1003").click("Let 1003 try again")
    maria.click("Let 1003 try again")
    assert "1003 is not locked: the lock was lifted at" in maria.told and "by otto." in maria.told


def test_the_second_who_sets_a_pin_is_told(panel: Panel, maria: Administrator, otto: Administrator) -> None:
    take_mailbox(panel, "1005")
    maria.open("/people/1005/pin")
    otto.open("/people/1005/pin").fill(pin="294061", pin_again="294061").click("Set the PIN")
    maria.fill(pin="830517", pin_again="830517").click("Set the PIN")
    assert "somebody else has set a PIN for this person" in maria.told
    assert pins.matches("294061", panel.ledger.pin("1005"))


# For everybody


def test_names_do_nothing(panel: Panel, maria: Administrator) -> None:
    panel.sql("UPDATE users SET name = %s WHERE extension = '1003'", EVIL[:50])
    panel.ledger.save_phones([Phone("200", EVIL, "", EVIL)])
    panel.sit("200", "1003")
    for page in ("/people", "/people/1003", "/people/1003/login"):
        maria.open(page)
        assert "<script>document.title" in maria.text and maria.driver.title != "owned"


def test_no_page_of_people_has_a_serious_fault_or_is_wider_than_a_telephone(panel: Panel, maria: Administrator) -> None:
    if missing():
        pytest.skip(f"accessibility is checked with {missing()}")
    take_mailbox(panel, "1005")
    lock(panel, "user", "1004")
    lock(panel, "phone", "201")
    panel.sit("200", "1003")
    pages = ["/people", "/people/1003", "/people/1003/login", "/people/1004", "/people/1005/pin", "/people/locks"]
    for width in (1400, 360):
        # Chromium has no window as narrow as that.
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        maria.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        for page in pages:
            maria.open(page)
            assert (page, width, serious(maria.driver)) == (page, width, [])
            assert maria.driver.execute_script("return document.documentElement.scrollWidth") <= width
    maria.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
