"""What an administrator does and sees on the panel's pages, in the words of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

PATIENCE = 10.0
# So many pages may follow each other while one is read.
_PAGES = 5


class Administrator:
    """Somebody with a browser of their own."""

    ENTER, TAB, SPACE, ESCAPE = Keys.ENTER, Keys.TAB, Keys.SPACE, Keys.ESCAPE

    def __init__(self, driver: Chrome, address: str, name: str) -> None:
        self.driver = driver
        self._address = address
        self.name = name
        driver.get(f"{address}?as={quote(name)}")

    # Going somewhere

    def open(self, path: str = "/") -> Administrator:
        """Open a page of the panel."""
        self.driver.get(f"{self._address}?display=hotdesk&view={quote(path, safe='')}")
        return self

    @property
    def path(self) -> str:
        """The panel's path of the page that is open."""
        return parse_qs(urlsplit(self.driver.current_url).query).get("view", ["/"])[0]

    def click(self, words: str, within: str = "") -> Administrator:
        """Click a link or a button, by its words or its label; wait for the page after it, where there is one."""
        with self._another_page():
            self.button(words, within).click()
        return self

    def enter(self, field: str) -> Administrator:
        """Press Enter in a field; wait for the page after it."""
        with self._another_page():
            self.field(field).send_keys(self.ENTER)
        return self

    def press(self, words: str, within: str = "") -> Administrator:
        """Click what leads to no other page."""
        self.button(words, within).click()
        return self

    def more(self, phone: str, words: str) -> Administrator:
        """Choose something from the menu of a phone."""
        self.press(f"More for phone {phone}")
        return self.click(words, f'[data-key="{phone}"] .hotdesk-menu')

    @contextmanager
    def _another_page(self) -> Iterator[None]:
        """Wait for the page that follows what is done meanwhile.

        The page that is left is known by a mark, not by one of its elements: Chromium has more than one error for an
        element whose page is just being replaced.
        """
        self.driver.execute_script("window.hotdeskLeft = true")
        yield
        arrived = "return !window.hotdeskLeft && document.readyState === 'complete'"
        self.wait(lambda: self.driver.execute_script(arrived), "another page comes")

    # Looking

    def button(self, words: str, within: str = "") -> WebElement:
        """Return a link or a button that is shown."""
        found = self.driver.find_elements(By.CSS_SELECTOR, f"{within} :is(a, button, summary)".strip())
        for one in found:
            label = one.get_attribute("aria-label")
            if words in (label, one.text.strip()) and one.is_displayed():
                return one
        raise NoSuchElementException(f"no {words!r} within {within!r}; there are {[o.text for o in found]}")

    @property
    def text(self) -> str:
        """What can be read, with single blanks."""
        return self._read(".hotdesk")

    @property
    def told(self) -> str:
        """The messages on top."""
        return self._read(".hotdesk .alert:not(.hotdesk-away)", required=False)

    @property
    def warned(self) -> str:
        """What is said of a list that does not follow."""
        return self._read(".hotdesk-away")

    def _read(self, selector: str, required: bool = True) -> str:
        """Read what is there; once more where another page came meanwhile, for a click does not wait for it."""
        for _ in range(_PAGES):
            with suppress(StaleElementReferenceException), _replaced():
                found = self.driver.find_elements(By.CSS_SELECTOR, selector)
                if required and not found:
                    raise NoSuchElementException(f"nothing is {selector!r} on {self.path}")
                return _single(" ".join(one.text for one in found))
        raise AssertionError(f"{self.path} is replaced faster than it can be read")

    def listed(self) -> list[str]:
        """Return the keys of the rows, from above."""
        return list(
            self.driver.execute_script(
                "return [...document.querySelectorAll('[data-live] tbody tr[data-key]')].map(r => r.dataset.key)"
            )
        )

    def row(self, key: str) -> str:
        """Return what a row says; empty where there is none."""
        script = "const r = document.querySelector(`tr[data-key='${arguments[0]}']`); return r ? r.innerText : ''"
        return _single(str(self.driver.execute_script(script, key)))

    def field(self, name: str) -> WebElement:
        """Return a field of a form, by its name or its id."""
        shown = [f for f in self.driver.find_elements(By.NAME, name) if f.is_displayed()]
        return shown[0] if shown else self.driver.find_element(By.ID, name)

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return str(self.field(name).get_property("value"))

    # Filling in

    def fill(self, **fields: str) -> Administrator:
        """Write into fields."""
        for name, text in fields.items():
            field = self.field(name)
            if field.tag_name == "select":
                Select(field).select_by_value(text)
            else:
                field.clear()
                field.send_keys(text)
        return self

    def tick(self, *values: str) -> Administrator:
        """Tick boxes, by their values."""
        for value in values:
            self.driver.find_element(By.CSS_SELECTOR, f'input[type=checkbox][value="{value}"]').click()
        return self

    def press_all(self) -> Administrator:
        """Tick all that are shown."""
        self.driver.find_element(By.ID, "hotdesk-all").click()
        return self

    def ticked(self) -> list[str]:
        """Return the values of the boxes of the list that are ticked."""
        found = self.driver.find_elements(By.CSS_SELECTOR, ".hotdesk tbody input[type=checkbox]:checked")
        return [str(one.get_attribute("value")) for one in found]

    # Waiting

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
        """Wait until something is true."""
        try:
            WebDriverWait(self.driver, seconds, 0.05).until(lambda _: condition())
        except TimeoutException:
            seen = f"{self.path} says {self.text!r}"
            raise AssertionError(f"within {seconds:g} s it did not come true: {what}; {seen}") from None

    def wait_row(self, key: str, words: str, seconds: float = PATIENCE) -> None:
        """Wait until a row says something."""
        self.wait(lambda: words in self.row(key), f"{words!r} in row {key}: {self.row(key)!r}", seconds)


@contextmanager
def _replaced() -> Iterator[None]:
    """Call an element stale whose page is just being replaced, which Chromium's driver reports as an unknown error."""
    try:
        yield
    except WebDriverException as error:
        if "does not belong to the document" not in (error.msg or ""):
            raise
        raise StaleElementReferenceException(error.msg) from error


def _single(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
