"""Parts of the rig that need neither root nor Asterisk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.rig import apt, debian
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


def test_a_folder_of_debian_is_made_once_and_again_when_it_lacks_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTDESK_TEST_CACHE", str(tmp_path))
    monkeypatch.setenv("HOTDESK_TEST_ARCHIVE", "http://archive.example/debian")
    made: list[str] = []

    def debootstrap(argv: list[str], timeout: float) -> str:
        made.append(" ".join(argv))
        # As debootstrap would, it fails where a folder is in the way.
        (tmp_path / "etch/var/lib/dpkg").mkdir(parents=True)
        status = "".join(f"Package: {name}\nStatus: install ok installed\n\n" for name in ("dash", "tar"))
        (tmp_path / "etch/var/lib/dpkg/status").write_text(status)
        return ""

    monkeypatch.setattr(debian, "run", debootstrap)
    assert debian.Release("etch", "dash").find_or_make() == tmp_path / "etch"
    debian.Release("etch", "dash").find_or_make()
    assert made == [f"debootstrap --variant=minbase --include=dash etch {tmp_path}/etch http://archive.example/debian"]
    # A newer version of the tests asks for one more.
    assert not debian.Release("etch", "dash", "python3").is_complete()
    assert debian.Release("etch", "dash", "tar").is_complete()
    debian.Release("etch", "dash", "python3").find_or_make()
    assert len(made) == 2


def test_pins_occur_nowhere_else_in_the_company() -> None:
    values = "\n".join(ACME.astdb().values())
    assert all(len(pin) == 9 and pin not in values for pin in ACME.pins())
