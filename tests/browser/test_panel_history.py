"""History, occupancy, import and export, as administrators use them, on the real daemon and either database."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hotdesk_module.core.model import Event, Phone

if TYPE_CHECKING:
    from tests.browser.administrator import Administrator
    from tests.support.panel import Panel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("panel", ["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True),
]
DAY = 86400


def yesterday_at(hour: int) -> int:
    """Return a time of yesterday, on the clock of this machine, which is the demo's."""
    now = time.localtime(time.time() - DAY)
    return int(time.mktime((now.tm_year, now.tm_mon, now.tm_mday, hour, 0, 0, 0, 0, -1)))


def test_who_sat_at_a_phone_then_is_two_clicks(panel: Panel, maria: Administrator) -> None:
    begun = yesterday_at(9)
    ended = Event(begun + 7200, "logout", "200", "1003", "timer", "", "idle")
    panel.ledger.change((), None, [Event(begun, "login", "200", "1003", "phone"), ended])
    maria.open().click("History")
    day = time.strftime("%Y-%m-%d", time.localtime(begun))
    for field, value in (("hotdesk-seat-phone", "200"), ("hotdesk-phone-date", day), ("hotdesk-phone-time", "10:30")):
        script = "document.getElementById(arguments[0]).value = arguments[1]"
        maria.driver.execute_script(script, field, value)
    maria.click("Who sat at phone")
    when = f"from {day} 09:00:00 until {day} 11:00:00 (2 h 00 min)."
    assert f"1003 Ravi Patel sat at phone 200 Lobby {when}" in maria.text
    assert "Logged out automatically: no call for a long time." in maria.text
    maria.click("The whole history of this phone")
    assert "1–2 of 2" in maria.text and maria.value("hotdesk-phone") == "200"


def test_the_history_says_who_did_what_and_is_narrowed(panel: Panel, maria: Administrator) -> None:
    panel.sit("200", "1003")
    panel.ledger.change((), None, [Event(int(time.time()), "refused", "201", "1004", "phone", "", "wrong_pin")])
    maria.open("/phones/200/login").fill(user="1005").click("Log in").click("Log in")
    maria.open("/history")
    assert "Logged in by an administrator login 200 Lobby 1005 Amal Haddad Panel maria" in maria.text
    assert "because somebody else logged in here replaced 200 Lobby 1003 Ravi Patel Panel maria" in maria.text
    maria.fill(what="refused").click("Find")
    assert "Refused: wrong PIN wrong_pin 201 Window desk 1004" in maria.text and "1–1 of 1" in maria.text
    maria.click("Show all")
    assert "Logged in by an administrator" in maria.text


def test_occupancy_shows_what_happens_now(panel: Panel, maria: Administrator) -> None:
    panel.ledger.change((), None, [Event(yesterday_at(9), "login", "201", "1004", "phone")])
    panel.ledger.change((), None, [Event(yesterday_at(17), "logout", "201", "1004", "phone", "", "logout")])
    maria.open().click("Occupancy")
    assert "of 4 phones in use on average, day and night; at most 1 at a time" in maria.text
    maria.press("The numbers of this chart")
    assert f"{time.strftime('%Y-%m-%d', time.localtime(yesterday_at(9)))} 09:00 1.0 1" in maria.text
    maria.fill(location="Ground floor").click("Show")
    assert "No phone was in use." in maria.text
    maria.click("28 days")
    assert "location=Ground" in maria.path


def test_a_file_is_looked_at_and_then_imported(panel: Panel, maria: Administrator, tmp_path: Path) -> None:
    file = tmp_path / "phones.csv"
    file.write_bytes("\ufeffdevice;label\r\n200;Büro\r\n210;\r\n".encode())
    maria.open().click("Import and export…")
    maria.driver.find_element("id", "hotdesk-csv").send_keys(str(file))
    maria.click("See what would change…")
    assert "1 added 1 changed 0 unchanged" in maria.text and "label: Lobby → Büro" in maria.text
    assert panel.phone("210") is None
    panel.ledger.save_phones([Phone("200", "Somebody's")])
    maria.click("Import")
    assert "Nothing was imported; look again." in maria.told and "label: Somebody's → Büro" in maria.text
    maria.click("Import")
    assert "1 phone added, 1 changed, 0 as they were." in maria.told
    assert (panel.phone("200") or Phone("")).label == "Büro" and panel.phone("210") is not None


def test_pasted_text_with_errors_changes_nothing(panel: Panel, maria: Administrator) -> None:
    maria.open("/phones/import").fill(pasted="device,label\n200,Hall\n999,Gone\n").click("See what would change…")
    assert "Nothing can be imported before the errors are mended." in maria.text
    assert "FreePBX has no device 999" in maria.text
    maria.click("Back")
    assert (panel.phone("200") or Phone("")).label == "Lobby"
