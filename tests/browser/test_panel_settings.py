"""The page Settings, as administrators use it, on the real daemon and either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotdesk_module.ports import HistoryFilter
from tests.browser.axe import missing, serious

if TYPE_CHECKING:
    from tests.browser.administrator import Administrator
    from tests.support.panel import Panel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("panel", ["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True),
]


def choose(administrator: Administrator, name: str, value: str) -> None:
    """Choose a radio button by its label."""
    administrator.driver.find_element("css selector", f"label[for=hotdesk-{name}-{value}]").click()


def test_settings_are_changed_and_go_back_to_the_default(panel: Panel, maria: Administrator) -> None:
    maria.open("/settings")
    choose(maria, "take_over", "refuse")
    maria.fill(lock_minutes="30").click("Save")
    assert "They take over → They are refused" in maria.told and "15 minutes → 30 minutes" in maria.told
    assert panel.ledger.settings() == {"take_over": "refuse", "lock_minutes": "30"}
    assert {e.actor for e in panel.ledger.events(HistoryFilter(event="settings"))} == {"maria"}
    maria.click("Back to the default of “The first lock lasts”: 15 minutes")
    assert maria.value("hotdesk-lock_minutes") == "15" and "not saved yet" in maria.text
    maria.click("Save")
    assert panel.ledger.settings() == {"take_over": "refuse"}


def test_the_key_enter_saves(panel: Panel, maria: Administrator) -> None:
    panel.ledger.save_settings({"attempts": "5"})
    maria.open("/settings").fill(**{"hotdesk-lock_minutes": "30"})
    maria.enter("hotdesk-lock_minutes")
    assert panel.ledger.settings() == {"attempts": "5", "lock_minutes": "30"}


def test_what_is_wrong_is_told_beside_the_field(panel: Panel, maria: Administrator) -> None:
    maria.open("/settings").fill(attempts="99", mass_logout="7").click("Save")
    assert "Write a whole number from 1 to 10." in maria.text
    assert (maria.value("hotdesk-attempts"), maria.value("hotdesk-mass_logout")) == ("99", "7")
    assert panel.ledger.settings() == {}
    maria.click("Undo what is not saved")
    assert maria.value("hotdesk-attempts") == "3"


def test_who_is_logged_in_follows_at_once_after_a_question(panel: Panel, maria: Administrator) -> None:
    panel.sit("200", "1003")
    maria.open("/settings")
    choose(maria, "routing", "callforward")
    maria.click("Save")
    assert "Save these changes?" in maria.text
    assert "Calls to the 1 user who is logged in take the new way at once." in maria.told
    maria.click("Back to the form")
    assert panel.ledger.settings() == {}
    maria.click("Save").click("Save")
    assert panel.ledger.settings() == {"routing": "callforward"}
    assert panel.desk.astdb.get("CF/1003")


def test_the_codes_lead_to_freepbx(panel: Panel, maria: Administrator) -> None:
    maria.open("/settings")
    assert "Log in *11 Log out *12" in maria.text
    address = maria.button("Change the codes in FreePBX: Admin, Feature Codes").get_attribute("href")
    assert address and address.endswith("?display=featurecodeadmin")


def test_the_second_administrator_overwrites_nothing(panel: Panel, maria: Administrator, otto: Administrator) -> None:
    maria.open("/settings")
    otto.open("/settings").fill(lock_minutes="60", max_hours="12").click("Save")
    maria.fill(lock_minutes="30", attempts="5").click("Save")
    assert "Nothing was saved: somebody else was faster." in maria.told
    assert "Meanwhile otto has set this to: 60 minutes" in maria.text
    assert panel.ledger.settings() == {"lock_minutes": "60", "max_hours": "12"}
    assert maria.value("hotdesk-lock_minutes") == "30" and maria.value("hotdesk-max_hours") == "12"
    maria.click("Save")
    assert panel.ledger.settings() == {"lock_minutes": "30", "attempts": "5", "max_hours": "12"}


def test_the_page_has_no_serious_fault_and_is_no_wider_than_a_telephone(panel: Panel, maria: Administrator) -> None:
    if missing():
        pytest.skip(f"accessibility is checked with {missing()}")
    panel.ledger.save_settings({"attempts": "5"})
    panel.sit("200", "1003")
    for width in (1400, 360):
        # Chromium has no window as narrow as that.
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        maria.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        maria.open("/settings")
        assert (width, serious(maria.driver)) == (width, [])
        choose(maria, "routing", "callforward")
        maria.fill(lock_minutes="").click("Save")
        assert "Nothing was saved" in maria.told and (width, serious(maria.driver)) == (width, [])
        assert maria.driver.execute_script("return document.documentElement.scrollWidth") <= width
        maria.fill(lock_minutes="15").click("Save")
        assert "Save these changes?" in maria.text and (width, serious(maria.driver)) == (width, [])
    maria.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
