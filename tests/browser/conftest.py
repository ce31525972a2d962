"""A real Chromium, and a demo of its own for every test."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# setup.cfg asks for selenium from Python 3.10 on; where it is missing, the tests are skipped by name.
if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from tests.browser.visitor import Visitor


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    if importlib.util.find_spec("selenium") is None:
        pytest.skip("the browser tests need selenium, and with it Python 3.10")
    from tests.browser import chromium as browser

    lacks = browser.missing()
    if lacks:
        pytest.skip(f"the browser tests need {lacks}")
    with browser.chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """The address of a demo that nobody has used yet."""
    from tests.browser.chromium import demo as running

    with running(tmp_path / "demo") as address:
        yield address


@pytest.fixture
def visitor(chromium: Chrome, demo: str) -> Iterator[Visitor]:
    """Somebody who opens the page; afterwards nothing may have gone wrong in it or left the machine."""
    from tests.browser.visitor import Visitor

    chromium.set_window_size(1440, 1000)
    _log(chromium, "browser")
    _log(chromium, "performance")
    chromium.get(demo)
    yield Visitor(chromium)
    requests = [json.loads(entry["message"])["message"] for entry in _log(chromium, "performance")]
    errors = [entry["message"] for entry in _log(chromium, "browser") if entry["level"] in ("SEVERE", "WARNING")]
    chromium.get("about:blank")
    urls = {r["params"]["request"]["url"] for r in requests if r["method"] == "Network.requestWillBeSent"}
    assert urls, "the log of requests is empty"
    assert {url for url in urls if not url.startswith((demo, "data:", "chrome:"))} == set()
    assert errors == []


def _log(driver: Chrome, kind: str) -> list[dict[str, str]]:
    """Return what has been logged since the last time."""
    return list(driver.get_log(kind))  # type: ignore[no-untyped-call]
