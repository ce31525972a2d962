"""What a visitor of the demo does and sees, in the words of a visitor."""

from __future__ import annotations

from typing import Callable

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 8


def wait_for(driver: Chrome, condition: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    try:
        WebDriverWait(driver, PATIENCE, 0.05).until(lambda _: condition())
    except TimeoutException:
        raise AssertionError(otherwise()) from None


class Phone:
    """A phone on the page."""

    def __init__(self, driver: Chrome, number: str) -> None:
        self._driver = driver
        self._number = number
        self._card = driver.find_element(By.CSS_SELECTOR, f'[data-phone="{number}"]')

    def click(self, keys: str) -> None:
        """Press keys of the keypad with the mouse."""
        for key in keys:
            self._button(f'[data-key="{key}"]').click()

    def type(self, keys: str) -> None:
        """Press them on the keyboard; Enter picks up, Escape hangs up."""
        self._card.send_keys(keys)

    def lift(self) -> None:
        self._button('[data-act="lift"]').click()

    def hang_up(self) -> None:
        self._button('[data-act="hangup"]').click()
        self.wait_idle()

    def pull_cable(self) -> None:
        """Pull the network cable out, or put it back."""
        self._button('[data-act="cable"]').click()

    def dial_button(self, number: str) -> None:
        self._button(f'[data-dial="{number}"]').click()

    @property
    def display(self) -> str:
        return " | ".join(self._part(name).text for name in ("top", "main", "sub"))

    @property
    def seat(self) -> str:
        return self._part("who").text

    @property
    def rings(self) -> bool:
        return "ringing" in (self._card.get_attribute("class") or "").split()

    def wait_display(self, words: str) -> None:
        wait_for(
            self._driver, lambda: words in self.display, lambda: f"{self._number} shows {self.display!r}, not {words!r}"
        )

    def wait_ringing(self) -> None:
        wait_for(self._driver, lambda: self.rings, lambda: f"{self._number} does not ring: {self.display!r}")

    def wait_idle(self) -> None:
        self.wait_display("Ready")

    def sit_down(self, user: str, pin: str) -> None:
        """Log in the short way, on the keyboard."""
        self.type(f"*11{user}")
        self.wait_display("PIN")
        before = self.seat
        self.type(f"{pin}#")
        # The prompt's words stand there for a moment only; a busy machine may look too late.
        wait_for(
            self._driver,
            lambda: self.seat != before or "Logged in" in self.display,
            lambda: f"{self._number} shows {self.display!r}, and nobody new sits there",
        )
        self.wait_idle()

    def _button(self, selector: str) -> WebElement:
        return self._card.find_element(By.CSS_SELECTOR, selector)

    def _part(self, name: str) -> WebElement:
        return self._card.find_element(By.CSS_SELECTOR, f'[data-part="{name}"]')


class Visitor:
    """The page as a whole."""

    ENTER, ESCAPE = Keys.ENTER, Keys.ESCAPE

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver
        self.address = driver.current_url
        wait_for(driver, lambda: "Live" in self.text(".link"), lambda: "the page does not get the state of the phones")
        self.lobby = Phone(driver, "200")
        self.window = Phone(driver, "201")
        self.meeting_room = Phone(driver, "202")
        self.john = Phone(driver, "1001")
        self.maria = Phone(driver, "outside")

    def show_me(self) -> None:
        self.driver.find_element(By.CSS_SELECTOR, '[data-tour="show"]').click()

    def reload(self) -> Visitor:
        self.driver.refresh()
        return self.again()

    def again(self) -> Visitor:
        """Return the visitor of a page of phones that has been loaded again."""
        return Visitor(self.driver)

    def click(self, selector: str) -> None:
        """Click what is there, or will be in a moment."""

        def there() -> bool:
            found = self.driver.find_elements(By.CSS_SELECTOR, selector)
            return bool(found) and found[0].is_displayed()

        wait_for(self.driver, there, lambda: f"there is no {selector}")
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def fill(self, selector: str, text: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, selector).send_keys(text)

    def overflow(self, path: str, width: int) -> int:
        """Return by how many pixels a page is wider than a window of that width."""
        metrics = {"width": width, "height": 780, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        try:
            self.driver.get(self.address + path)
            # The window less a scroll bar for up and down.
            script = "const root = document.documentElement; return [root.scrollWidth, root.clientWidth]"
            content, room = self.driver.execute_script(script)
            assert width - 20 <= room <= width
            return max(0, int(content) - int(room))
        finally:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def text(self, selector: str) -> str:
        return self.driver.find_element(By.CSS_SELECTOR, selector).text

    def wait_text(self, selector: str, words: str) -> None:
        wait_for(self.driver, lambda: words in self.text(selector), lambda: f"{self.text(selector)!r}, not {words!r}")

    def changes(self) -> dict[str, tuple[str, str]]:
        """Return the keys of the newest entry of the AstDB panel with their old and new values."""
        script = """
            return [...(document.querySelector('.deed')?.querySelectorAll('.change') || [])].map(
                (row) => [row.querySelector('code').textContent,
                          ...[...row.querySelectorAll('.value')].map((value) => value.textContent)]);
        """
        return {key: (old, new) for key, old, new in self.driver.execute_script(script)}

    def wait_changes(self, wanted: dict[str, tuple[str, str]]) -> None:
        wait_for(self.driver, lambda: self.changes() == wanted, lambda: f"the panel shows {self.changes()}")

    def ticked(self, step: str) -> bool:
        button = self.driver.find_element(By.CSS_SELECTOR, f'[data-step="{step}"]')
        return "done" in (button.get_attribute("class") or "").split()

    def wait_ticked(self, step: str) -> None:
        wait_for(self.driver, lambda: self.ticked(step), lambda: f"the step “{step}” is not ticked off")
