"""A newcomer tries the demo, with a mouse and a keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

SEATED = {
    "AMPUSER/200/device": ("200", "absent"),
    "DEVICE/200/user": ("200", "1001"),
    "AMPUSER/1001/device": ("1001", "200"),
    "AMPUSER/1001/hint": (
        "PJSIP/1001&Custom:DND1001,CustomPresence:1001",
        "PJSIP/200&Custom:DND1001,CustomPresence:1001",
    ),
    "CustomDevstate/HDSK200": ("NOT_INUSE", "INUSE"),
    "CustomDevstate/HDSKU1001": ("absent", "INUSE"),
}


def test_with_the_mouse_somebody_sits_down_and_each_changed_key_is_shown(visitor: Visitor) -> None:
    assert visitor.lobby.seat == "Nobody sits here"
    visitor.lobby.lift()
    visitor.lobby.wait_display("Dial tone")
    visitor.lobby.click("*11#")
    visitor.lobby.wait_display("extension")
    visitor.lobby.click("1001#")
    visitor.lobby.wait_display("PIN")
    visitor.lobby.click("47")
    visitor.lobby.wait_display("••")
    visitor.lobby.click("11#")
    visitor.lobby.wait_display("Logged in")
    visitor.wait_text('[data-phone="200"] [data-part="who"]', "John Smith")
    visitor.wait_text('[data-person="1001"] [data-part="where"]', "at Lobby")
    visitor.wait_changes(SEATED)
    visitor.wait_ticked("sit")


def test_calls_to_the_user_ring_at_that_phone_under_the_callers_name(visitor: Visitor) -> None:
    visitor.lobby.sit_down("1001", "4711")
    visitor.maria.dial_button("1001")
    visitor.lobby.wait_ringing()
    visitor.lobby.wait_display("Maria Lopez")
    assert not visitor.john.rings
    visitor.lobby.type(visitor.ENTER)
    visitor.maria.wait_display("Connected")
    visitor.lobby.type(visitor.ESCAPE)
    visitor.maria.wait_idle()
    visitor.window.type("1001")
    visitor.lobby.wait_ringing()
    visitor.lobby.wait_display("Window desk")
    visitor.window.hang_up()


def test_the_calls_from_that_phone_carry_the_users_name(visitor: Visitor) -> None:
    visitor.lobby.sit_down("1003", "6294")
    visitor.lobby.click("1001")
    visitor.john.wait_ringing()
    visitor.john.wait_display("Ravi Patel")
    visitor.wait_ticked("known")


def test_a_message_is_left_and_heard_at_the_phone_where_the_user_sits(visitor: Visitor) -> None:
    visitor.lobby.sit_down("1001", "4711")
    visitor.maria.dial_button("1001")
    visitor.lobby.wait_ringing()
    visitor.lobby.hang_up()
    visitor.maria.wait_display("John Smith is not available")
    visitor.maria.wait_display("Recording")
    visitor.maria.type("#")
    visitor.maria.wait_display("saved")
    visitor.wait_text('[data-person="1001"] [data-part="where"]', "1 message")
    visitor.lobby.type("*97")
    visitor.lobby.wait_display("Mailbox of John Smith: 1 new message")
    visitor.lobby.wait_display("From Maria Lopez")


def test_a_call_to_the_occupied_phone_itself_does_not_ring(visitor: Visitor) -> None:
    visitor.lobby.sit_down("1003", "6294")
    visitor.john.dial_button("200")
    visitor.john.wait_display("Lobby is not available")
    assert not visitor.lobby.rings
    visitor.lobby.wait_idle()


def test_an_emergency_call_shows_where_the_phone_stands(visitor: Visitor) -> None:
    visitor.meeting_room.sit_down("1003", "6294")
    visitor.meeting_room.type("911")
    visitor.meeting_room.wait_display("They see: Meeting room 5550202")


def test_leaving_gives_the_phone_back_as_it_was(visitor: Visitor) -> None:
    visitor.lobby.sit_down("1001", "4711")
    visitor.lobby.type("*12")
    visitor.lobby.wait_display("Logged out")
    # A lamp is put out first, and then its key, which nobody needs, goes.
    undone = {key: (new, old) for key, (old, new) in SEATED.items()}
    visitor.wait_changes({**undone, "CustomDevstate/HDSKU1001": ("NOT_INUSE", "absent")})
    visitor.wait_text('[data-phone="200"] [data-part="who"]', "Nobody sits here")
    visitor.lobby.wait_idle()
    visitor.maria.dial_button("1001")
    visitor.john.wait_ringing()
    visitor.john.hang_up()


def test_a_wrong_pin_changes_nothing(visitor: Visitor) -> None:
    visitor.lobby.type("*111001")
    visitor.lobby.wait_display("PIN")
    visitor.lobby.type("0000#")
    visitor.lobby.wait_display("Login incorrect")
    visitor.lobby.hang_up()
    assert visitor.changes() == {}
    assert visitor.lobby.seat == "Nobody sits here"


def test_show_me_plays_a_step_and_a_reloaded_page_knows_it(visitor: Visitor) -> None:
    visitor.show_me()
    visitor.wait_ticked("sit")
    visitor.wait_text('[data-tour="title"]', "Be reached")
    again = visitor.reload()
    assert again.ticked("sit")
    assert "Ravi Patel" in again.lobby.seat


@pytest.mark.parametrize("width", [360, 768, 1024, 1440])
def test_no_window_is_too_narrow_to_use_the_page(visitor: Visitor, width: int) -> None:
    metrics = {"width": width, "height": 780, "deviceScaleFactor": 1, "mobile": False}
    visitor.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        # The window less a scroll bar for up and down.
        content, room = visitor.driver.execute_script(
            "const root = document.documentElement; return [root.scrollWidth, root.clientWidth]"
        )
        assert content <= room and width - 20 <= room <= width
        visitor.lobby.click("*97")
        visitor.lobby.wait_display("PIN")
    finally:
        visitor.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
