"""The page Health, as administrators use it: every action, on the real daemon and either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.administrator import Administrator
    from tests.support.panel import Panel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("panel", ["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True),
]


def test_a_difference_is_found_and_repaired(panel: Panel, maria: Administrator) -> None:
    panel.sit("200", "1003")
    panel.desk.astdb.put("DEVICE/200/user", "200")
    maria.open("/health").click("Check again").click("Repair")
    assert "repaired." in maria.told
    assert panel.desk.astdb.get("DEVICE/200/user") == "1003"
    assert "Asterisk is in line with who is logged in" in maria.click("Check again").text


def test_the_second_who_forces_a_repair_is_told_that_it_was_done(
    panel: Panel, maria: Administrator, otto: Administrator
) -> None:
    panel.ledger.save_settings({"mass_logout": "1"})
    for phone, user in (("200", "1003"), ("201", "1004")):
        panel.sit(phone, user)
    for table in ("hotdesk_sessions", "hotdesk_events"):
        panel.sql(f"DELETE FROM {table} WHERE phone <> %s", "none")
    for one in (maria, otto):
        one.open("/health").click("Check again").click("See what it would do…")
        assert "DEVICE/200/user" in one.text
    assert panel.desk.astdb.get("DEVICE/200/user") == "1003", "nothing is done before it is agreed to"
    maria.click("Repair all the same")
    assert "repaired." in maria.told
    assert panel.desk.astdb.get("DEVICE/200/user") == "200"
    otto.click("Repair all the same")
    assert "There is nothing to repair" in otto.text
