"""The pages of Phones for everybody: with a keyboard only, on a telephone, without scripts; and what axe says."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from hotdesk_module.core.model import Phone

if TYPE_CHECKING:
    from tests.browser.administrator import Administrator
    from tests.support.panel import Panel

pytestmark = pytest.mark.browser

PAGES = (
    *("/", "/phones?state=gone", "/phones?q=nobody", "/phones?sort=-user&per=25", "/phones/add", "/phones/200"),
    *("/phones/201", "/phones/999", "/phones/200/login", "/phones/200/remove", "/logout", "/logout?location=x"),
    *("/health", "/health/force", "/nowhere", "/history", "/history?what=unlock", "/phones/import"),
    *("/history/seat?phone=200&date=2026-01-01&time=12:00", "/occupancy", "/occupancy?range=today"),
)


@pytest.fixture
def busy(panel: Panel) -> Panel:
    """A panel with all there can be on the page."""
    panel.sit("200", "1003")
    panel.ledger.save_phones([Phone("999", "Gone"), Phone("203", "Reception", enabled=False)])
    panel.ledger.save_phones([Phone(str(n), f"Desk {n}") for n in range(3000, 3030)])
    panel.sql("UPDATE devices SET emergency_cid = '' WHERE id = '201'")
    panel.pbx.registrations.remove("202")
    return panel


def test_axe_finds_nothing_serious_on_any_page(busy: Panel, maria: Administrator) -> None:
    if importlib.util.find_spec("axe_playwright_python") is None:
        pytest.skip("axe needs the package axe-playwright-python")
    from tests.browser.axe import serious

    found = {path: serious(maria.open(path).driver) for path in PAGES}
    maria.open().tick("200", "201").press("More for phone 202")
    found["the list with a menu"] = serious(maria.driver)
    for words in ("Log out…", "Edit…", "Remove…"):
        maria.open().tick("200", "201").click(words, ".hotdesk-bulk")
        found[f"{words} of a selection"] = serious(maria.driver)
    maria.open("/phones/200/login").fill(user="1004").click("Log in")
    found["the question before a login"] = serious(maria.driver)
    maria.open("/phones/200").fill(mac="nonsense").click("Save")
    found["a form with an error"] = serious(maria.driver)
    assert {where: what for where, what in found.items() if what} == {}


def test_a_keyboard_is_enough(panel: Panel, maria: Administrator) -> None:
    keys = Keyboard(maria)
    maria.open()
    keys.to("Log somebody in at phone 201").press(maria.ENTER)
    maria.wait(lambda: "/phones/201/login" in maria.path, "the form comes")
    keys.to_field("user").press("1003", maria.ENTER)
    maria.wait(lambda: panel.seat("201") == "1003", "the user is logged in")
    maria.wait_row("201", "1003")
    keys.to("More for phone 201").press(maria.ENTER).press(maria.TAB)
    assert keys.here == "Log somebody else in…"
    keys.press(maria.ESCAPE)
    assert keys.here == "More for phone 201"
    # Enter does nothing to a box.
    keys.back_to_box("201").press(maria.ENTER).press(maria.SPACE)
    keys.to("Log out…").press(maria.ENTER)
    maria.wait(lambda: "Log out 1 user?" in maria.text, "the question comes")
    keys.to("Log out").press(maria.ENTER)
    maria.wait(lambda: panel.seat("201") is None, "the user is logged out")


class Keyboard:
    """Somebody who has no mouse."""

    def __init__(self, one: Administrator) -> None:
        self._one = one

    @property
    def here(self) -> str:
        """The label or the words of what has the focus."""
        focused = self._one.driver.switch_to.active_element
        return str(focused.get_attribute("aria-label") or focused.text.strip())

    def press(self, *keys: str) -> Keyboard:
        for key in keys:
            self._one.driver.switch_to.active_element.send_keys(key)
        return self

    def to(self, words: str) -> Keyboard:
        return self._until(lambda: self.here == words, words)

    def to_field(self, name: str) -> Keyboard:
        return self._until(
            lambda: self._one.driver.switch_to.active_element.get_attribute("name") == name, f"the field {name}"
        )

    def back_to_box(self, value: str) -> Keyboard:
        self._one.driver.execute_script("document.activeElement.blur()")
        return self._until(
            lambda: (
                self._one.driver.switch_to.active_element.get_attribute("value") == value
                and self._one.driver.switch_to.active_element.get_attribute("type") == "checkbox"
            ),
            f"the box {value}",
        )

    def _until(self, there: object, what: str) -> Keyboard:
        assert callable(there)
        for _ in range(200):
            if there():
                return self
            self.press(self._one.TAB)
        raise AssertionError(f"the Tab key does not lead to {what}")


@pytest.fixture
def telephone(maria: Administrator) -> Iterator[Administrator]:
    metrics = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False}
    maria.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    yield maria
    maria.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_everything_fits_a_telephone(busy: Panel, telephone: Administrator) -> None:
    wide = {}
    for path in PAGES:
        telephone.open(path)
        content, room = telephone.driver.execute_script(
            "const root = document.documentElement; return [root.scrollWidth, root.clientWidth]"
        )
        if content > room:
            wide[path] = (content, room)
    assert wide == {}


def test_a_telephone_can_do_what_others_can(busy: Panel, telephone: Administrator) -> None:
    telephone.open("/phones?q=lobby").more("200", "Edit…")
    telephone.fill(label="Foyer").click("Save")
    assert telephone.told == "Phone 200 (Foyer) is saved."
    telephone.open("/phones?state=occupied").click("Log out 1003 from phone 200").click("Log out")
    assert busy.seat("200") is None


def test_without_scripts_the_pages_are_whole(busy: Panel, maria: Administrator) -> None:
    maria.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        maria.open().driver.find_element("name", "q").send_keys("lobby")
        maria.driver.find_element("css selector", "form[role=search] button").click()
        maria.wait(lambda: "1003 Ravi Patel" in maria.text and "Window desk" not in maria.text, "the lobby is found")
        maria.driver.find_element("css selector", 'input[value="200"]').click()
        maria.driver.find_element("css selector", ".hotdesk-bulk button").click()
        maria.wait(lambda: "Log out 1 user?" in maria.text, "she is asked")
        maria.driver.find_element("css selector", ".btn-danger").click()
        maria.wait(
            lambda: "1003 (Ravi Patel) was logged out of phone 200 (Lobby)." in maria.told, "she is told what happened"
        )
    finally:
        maria.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
