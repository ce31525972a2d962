"""PHP, and a FreePBX that is not there."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.bridge.browser import Browser
from tests.bridge.panel import FakePanel
from tests.bridge.world import World

# Command lines of PHP, separated by semicolons: the tests run on each.
PHPS = [line.strip() for line in os.environ.get("HOTDESK_TEST_PHP", "php").split(";")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "php" in getattr(item, "fixturenames", ()):
            item.add_marker("php")


@pytest.fixture(params=PHPS)
def php(request: pytest.FixtureRequest) -> str:
    """Return a command line of PHP."""
    line = str(request.param)
    if shutil.which(shlex.split(line)[0]) is None:
        pytest.skip(f"there is no {line}")
    has = subprocess.run([*shlex.split(line), "-m"], capture_output=True, text=True, check=True).stdout.split()
    if lacks := {"curl", "pdo_sqlite", "posix"} - set(has):
        pytest.skip(f"{line} lacks {', '.join(sorted(lacks))}")
    return line


@pytest.fixture
def world(php: str) -> Iterator[World]:
    """Return a FreePBX on which the module lies, not yet installed."""
    made = World(php)
    yield made
    made.close()


@pytest.fixture
def browser(world: World) -> Iterator[Browser]:
    with world.web_server() as port:
        yield Browser(port)


@pytest.fixture
def panel(world: World) -> Iterator[FakePanel]:
    with FakePanel(world.state) as made:
        yield made
