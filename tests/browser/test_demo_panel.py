"""An administrator of the demo: from the phones to the panel and back."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def open_panel(visitor: Visitor) -> None:
    visitor.click(".admin-link")
    visitor.wait_text(".hotdesk", "200 Lobby")


def back_to_the_phones(visitor: Visitor) -> Visitor:
    visitor.click(".frame-back")
    return visitor.again()


def test_whom_the_panel_logs_in_and_out_is_seen_on_the_phone(visitor: Visitor) -> None:
    open_panel(visitor)
    visitor.click('[aria-label="Log somebody in at phone 200"]')
    visitor.fill('[name="user"]', "1002")
    visitor.click('.hotdesk-page button[type="submit"]')
    visitor.wait_text(".alert-success", "1002 (Jane Doe) is logged in at phone 200 (Lobby) now.")
    phones = back_to_the_phones(visitor)
    phones.wait_text('[data-phone="200"] [data-part="who"]', "Jane Doe")
    phones.lobby.wait_display("*12 leaves")
    open_panel(phones)
    phones.click('[aria-label="Log out 1002 from phone 200"]')
    phones.click(".hotdesk-page .btn-danger")
    phones.wait_text(".alert-success", "1002 (Jane Doe) was logged out of phone 200 (Lobby).")
    phones = back_to_the_phones(phones)
    assert phones.lobby.seat == "Nobody sits here"
    phones.lobby.wait_display("*11 sits down")


def test_the_list_follows_who_sits_down_at_a_phone(visitor: Visitor) -> None:
    phones = visitor.driver.current_window_handle
    visitor.driver.switch_to.new_window("window")
    try:
        visitor.driver.get(visitor.address + "panel/")
        panel = visitor.driver.current_window_handle
        visitor.driver.switch_to.window(phones)
        visitor.lobby.sit_down("1003", "6294")
        visitor.driver.switch_to.window(panel)
        visitor.wait_text(".hotdesk", "1003 Ravi Patel")
    finally:
        visitor.driver.close()
        visitor.driver.switch_to.window(phones)


def test_the_bar_says_who_one_is_and_lets_one_be_another(visitor: Visitor) -> None:
    open_panel(visitor)
    assert visitor.text(".frame-user summary") == "Logged in as admin"
    visitor.click(".frame-user summary")
    visitor.click(".frame-user button")
    visitor.wait_text(".frame-user summary", "Logged in as maria")


def test_a_link_into_freepbx_leads_back(visitor: Visitor) -> None:
    open_panel(visitor)
    visitor.click('a[href*="phones%2F200"]')
    visitor.click('a[href*="extdisplay=200"]')
    visitor.wait_text("h1", "This would be FreePBX itself")
    visitor.click(".frame-elsewhere .btn")
    visitor.wait_text(".hotdesk", "200 Lobby")


def test_no_window_is_too_narrow_for_the_panel(visitor: Visitor) -> None:
    views = ("/", "/phones/add", "/phones/200", "/phones/200/login", "/logout", "/health")
    for width, view in itertools.product((360, 768, 1400), views):
        assert visitor.overflow(f"panel/?display=hotdesk&view={view}", width) == 0, (view, width)


def test_a_phone_without_its_cable_is_dead_until_it_is_plugged_in(visitor: Visitor) -> None:
    visitor.lobby.pull_cable()
    visitor.lobby.wait_display("No network")
    visitor.maria.dial_button("1003")
    visitor.maria.wait_display("Ravi Patel is not available")
    visitor.wait_text(".hints", "Unavailable")
    visitor.lobby.pull_cable()
    visitor.lobby.wait_idle()
