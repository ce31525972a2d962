"""The list of phones follows what happens, and leaves alone what the reader has hold of."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.panel import LOGIN_PAGE, NO_SESSION, TO_LOGIN

if TYPE_CHECKING:
    from tests.browser.administrator import Administrator
    from tests.support.panel import Instead, Panel

pytestmark = pytest.mark.browser

# Seconds from what happens to what is seen: two are promised; the browser and this test take their time too.
SOON = 3.0
LATER = "const now = Date.now; Date.now = () => now() + 16 * 60 * 1000"


def test_logins_logouts_and_registrations_are_followed(panel: Panel, maria: Administrator) -> None:
    maria.open()
    panel.sit("200", "1003")
    maria.wait_row("200", "1003 Ravi Patel", SOON)
    assert "4 phones, 1 in use" in maria.text
    panel.desk.logout("200")
    maria.wait_row("200", "Free", SOON)
    panel.pbx.registrations.remove("201")
    maria.wait_row("201", "Not registered", SOON)
    panel.pbx.registrations.add("201")
    maria.wait_row("201", "192.168.20.21", SOON)


def test_another_administrator_is_followed(panel: Panel, maria: Administrator, otto: Administrator) -> None:
    maria.open()
    otto.open("/phones/201/remove").click("Remove")
    maria.wait(lambda: maria.listed() == ["200", "202", "203"], "the phone goes")
    otto.click("Add phones…").tick("201", "204").click("Add the selected")
    maria.wait(lambda: maria.listed() == ["200", "201", "202", "203", "204"], "the phones come, each at its place")


def test_what_the_reader_has_hold_of_stays(panel: Panel, maria: Administrator) -> None:
    maria.open().tick("200", "202")
    maria.press("More for phone 203")
    maria.driver.execute_script("window.scrollTo(0, 120)")
    scrolled = maria.driver.execute_script("return window.scrollY")
    field = maria.field("q")
    field.send_keys("0")
    panel.sit("200", "1003")
    panel.sit("203", "1004")
    maria.wait_row("200", "1003 Ravi Patel")
    maria.wait_row("203", "1004 Zoë O’Brien")
    assert maria.driver.switch_to.active_element == field and maria.value("q") == "0"
    assert maria.ticked() == ["200", "202"] and "Selected: 2" in maria.text
    assert maria.driver.execute_script("return document.querySelector('.hotdesk-menu').open") is False
    assert maria.driver.execute_script("return document.querySelector('[data-key=\"203\"] .hotdesk-menu').open")
    assert maria.driver.execute_script("return window.scrollY") == scrolled


def test_the_row_with_the_focus_is_brought_up_to_date_around_it(panel: Panel, maria: Administrator) -> None:
    panel.sit("200", "1003")
    maria.open()
    button = maria.button("Log out 1003 from phone 200")
    maria.driver.execute_script("arguments[0].focus()", button)
    panel.sit("200", "1004")
    maria.wait_row("200", "1004 Zoë O’Brien")
    assert maria.driver.switch_to.active_element == button
    maria.driver.execute_script("document.activeElement.blur()")
    maria.wait(lambda: maria.button("Log out 1004 from phone 200"), "the button is for who sits there now")


def test_a_row_with_the_focus_goes_once_it_has_lost_it(panel: Panel, maria: Administrator) -> None:
    maria.open("/phones?state=free")
    button = maria.button("Log somebody in at phone 200")
    maria.driver.execute_script("arguments[0].focus()", button)
    panel.sit("200", "1003")
    panel.sit("201", "1004")
    maria.wait(lambda: maria.listed() == ["200", "202", "203"], "the others go")
    assert maria.driver.switch_to.active_element == button
    maria.driver.execute_script("document.activeElement.blur()")
    maria.wait(lambda: maria.listed() == ["202", "203"], "it goes too")


def test_the_row_with_the_focus_is_not_moved(panel: Panel, maria: Administrator) -> None:
    panel.sit("201", "1003")
    maria.open("/phones?sort=-since")
    assert maria.listed()[0] == "201"
    link = maria.button("201 Window desk")
    maria.driver.execute_script("arguments[0].focus()", link)
    time.sleep(1.1)
    panel.sit("202", "1004")
    panel.sit("203", "1005")
    maria.wait(lambda: maria.listed().index("201") == 2, "the others come before it")
    assert maria.driver.switch_to.active_element == link


def test_typing_finds_without_a_key_to_end_it_and_the_address_follows(panel: Panel, maria: Administrator) -> None:
    panel.sit("202", "1003")
    maria.open()
    maria.field("q").send_keys("ravi")
    maria.wait(lambda: maria.listed() == ["202"], "only Ravi's phone is listed", SOON)
    assert maria.path == "/phones?q=ravi" and "1 fits" in maria.text
    maria.fill(location="Ground floor")
    maria.wait(lambda: "No phone fits." in maria.text, "none is listed")
    maria.fill(q="", location="First floor")
    maria.wait(lambda: maria.listed() == ["201", "202"], "the phones of a floor are listed")
    maria.click("Log somebody in at phone 201").click("Cancel")
    assert maria.listed() == ["201", "202"]
    maria.click("Add phones…").click("Cancel")
    assert maria.listed() == ["201", "202"]
    maria.driver.refresh()
    assert maria.listed() == ["201", "202"] and maria.value("location") == "First floor"


def test_the_list_stays_on_its_page_and_typing_begins_at_the_first(panel: Panel, maria: Administrator) -> None:
    from hotdesk_module.core.model import Phone

    panel.ledger.save_phones([Phone(str(n), f"Desk {n}") for n in range(3000, 3040)])
    maria.open("/phones?page=2&per=25")
    assert len(maria.listed()) == 19
    panel.ledger.remove_phone("3039")
    maria.wait(lambda: len(maria.listed()) == 18, "the second page gets shorter")
    maria.field("q").send_keys("desk 30")
    maria.wait(lambda: maria.listed()[:1] == ["3000"] and len(maria.listed()) == 25, "the first page of what fits")


def test_a_list_that_nobody_touches_rests_and_says_so(panel: Panel, maria: Administrator) -> None:
    maria.open()
    maria.driver.execute_script(LATER)
    maria.wait(lambda: "The list has stopped following" in maria.warned, "it says so")
    asked = panel.asked
    panel.sit("200", "1003")
    time.sleep(4)
    assert panel.asked == asked and "1003" not in maria.row("200")
    maria.field("q").send_keys(maria.TAB)
    maria.wait_row("200", "1003 Ravi Patel", SOON)
    assert maria.warned == ""


def test_a_hidden_tab_asks_nothing(panel: Panel, maria: Administrator) -> None:
    maria.open()
    first = maria.driver.current_window_handle
    maria.driver.switch_to.new_window("tab")
    time.sleep(2)
    asked = panel.asked
    panel.sit("200", "1003")
    time.sleep(4)
    assert panel.asked == asked
    maria.driver.close()
    maria.driver.switch_to.window(first)
    maria.wait_row("200", "1003 Ravi Patel", SOON)


def test_a_daemon_that_is_away_is_told_and_one_that_is_back_is_followed(panel: Panel, maria: Administrator) -> None:
    maria.open()
    panel.kill_daemon()
    maria.wait(lambda: "The list does not follow at the moment" in maria.warned, "it says so")
    assert maria.listed() == ["200", "201", "202", "203"], "what was last known stays"
    panel.sit("200", "1003")
    panel.let_daemon_start()
    maria.wait_row("200", "1003 Ravi Patel", 20)
    assert maria.warned == ""


def test_a_page_without_the_daemon_says_what_to_do(panel: Panel, maria: Administrator) -> None:
    maria.open("/phones/200").fill(label="Foyer")
    panel.kill_daemon()
    maria.click("Save")
    assert "Hot Desking cannot be shown" in maria.driver.find_element("tag name", "body").text
    panel.let_daemon_start()
    maria.driver.back()
    assert maria.value("label") == "Foyer", "the browser has kept what was typed"
    maria.click("Save")
    assert maria.told == "Phone 200 (Foyer) is saved."


@pytest.mark.parametrize("instead", [NO_SESSION, LOGIN_PAGE, TO_LOGIN], ids=["401", "page", "redirect"])
def test_who_is_logged_out_of_freepbx_is_told(panel: Panel, maria: Administrator, instead: Instead) -> None:
    maria.open()
    panel.instead = instead
    maria.wait(lambda: "You have been logged out of FreePBX." in maria.warned, "it says so")
    assert maria.listed() == ["200", "201", "202", "203"]
    panel.instead = None
    panel.sit("200", "1003")
    maria.wait_row("200", "1003 Ravi Patel", 15)
    assert maria.warned == ""


def test_an_error_of_the_server_is_no_logout(panel: Panel, maria: Administrator) -> None:
    maria.open()
    panel.instead = (502, "text/html", "<h1>Bad Gateway</h1>", {})
    maria.wait(lambda: "The list does not follow at the moment" in maria.warned, "it says so")
    panel.instead = None
    maria.wait(lambda: maria.warned == "", "it goes on")
