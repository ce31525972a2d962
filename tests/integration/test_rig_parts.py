"""Parts of the rig that need neither root nor Asterisk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.rig import apt
from tests.support.rig.company import ACME

DEB822 = """Types: deb
URIs: http://elsewhere.example/packages
Suites: nodistro
Components: main

Types: deb
URIs: http://archive.example/debian/
Suites: stable stable-updates
Components: main
"""
ONE_LINE = """# deb http://old.example/debian stable main
deb [arch=amd64] http://vendor.example/apt vendor main
deb [signed-by=/usr/share/keyrings/x.gpg] http://archive.example/debian/ stable main
"""


@pytest.mark.parametrize(("name", "text"), [("debian.sources", DEB822), ("site.list", ONE_LINE)])
def test_archive_is_the_machines_own(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / name).write_text(text)
    assert apt.archive(tmp_path) == "http://archive.example/debian/"


def test_no_archive(tmp_path: Path) -> None:
    assert apt.archive(tmp_path) is None


def test_pins_occur_nowhere_else_in_the_company() -> None:
    values = "\n".join(ACME.astdb().values())
    assert all(len(pin) == 9 and pin not in values for pin in ACME.pins())
