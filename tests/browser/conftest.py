"""A real Chromium, and for every test a demo of its own, or a panel."""

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

    from tests.browser.administrator import Administrator
    from tests.browser.visitor import Visitor
    from tests.support.panel import Panel
    from tests.support.rig.mariadb import MariaDB


@pytest.fixture(scope="package")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    yield from _browser(tmp_path_factory)


@pytest.fixture(scope="package")
def other_chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A second browser: another administrator's."""
    yield from _browser(tmp_path_factory)


def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
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


# The panel


@pytest.fixture(scope="package")
def mariadb_server() -> Iterator[MariaDB]:
    from tests.support.rig import mariadb

    lacks = mariadb.missing()
    if lacks:
        pytest.skip("MariaDB tests need " + ", ".join(lacks))
    with mariadb.private_server() as server:
        yield server


@pytest.fixture
def panel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Panel]:
    """The real daemon; a test may ask for "mariadb" by an indirect parameter, otherwise it is on SQLite."""
    from hotdesk_module.config import Database
    from tests.support.panel import panel as running

    database = None
    if getattr(request, "param", "sqlite") == "mariadb":
        from tests.support.rig.mariadb import DATABASE, PASSWORD, USER

        server: MariaDB = request.getfixturevalue("mariadb_server")
        server.create_database(DATABASE)
        database = Database("mysql", "localhost", 0, str(server.socket), DATABASE, USER, PASSWORD)
    with running(tmp_path, database) as made:
        yield made


@pytest.fixture
def maria(chromium: Chrome, panel: Panel) -> Iterator[Administrator]:
    """An administrator with a wide window; afterwards no script may have failed."""
    yield from _administrator(chromium, panel, "maria")


@pytest.fixture
def otto(other_chromium: Chrome, panel: Panel) -> Iterator[Administrator]:
    """A second one, at the same time."""
    yield from _administrator(other_chromium, panel, "otto")


def _administrator(driver: Chrome, panel: Panel, name: str) -> Iterator[Administrator]:
    from tests.browser.administrator import Administrator

    driver.set_window_size(1440, 1000)
    _log(driver, "browser")
    yield Administrator(driver, panel.address, name)
    # What the network says of a daemon that a test has killed is no error of a script.
    errors = [entry["message"] for entry in _log(driver, "browser") if entry["level"] == "SEVERE"]
    driver.get("about:blank")
    assert [e for e in errors if "Failed to load resource" not in e] == []


def _log(driver: Chrome, kind: str) -> list[dict[str, str]]:
    """Return what has been logged since the last time."""
    return list(driver.get_log(kind))  # type: ignore[no-untyped-call]
