"""The set of packages that travels is complete, and runs on every Python that the module runs on."""

from __future__ import annotations

import configparser
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import install
from tools.package import lock, wheels
from tools.package.__main__ import ROOT
from tools.package.entry import PackageError

PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
# SQLAlchemy asks for it on common machines, and uses it for asyncio only.
LEFT_OUT = {"greenlet"}
PINS = {canonicalize_name(pin.name): pin for pin in lock.pins()}

pytestmark = pytest.mark.package


def required() -> list[Requirement]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return [Requirement(line) for line in config["options"]["install_requires"].split("\n") if line]


@pytest.fixture(scope="module")
def metadata() -> dict[str, Message]:
    """What each package says about itself."""
    found: dict[str, Message] = {}
    for pin, path in wheels.fetch(lock.pins(), ROOT / "dist/wheels").items():
        with zipfile.ZipFile(path) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
            found[canonicalize_name(pin.name)] = Parser().parsestr(archive.read(name).decode())
    return found


def needs(about: Message, python: str) -> Iterator[Requirement]:
    """Yield what a package asks for on a Python, extras aside."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "extra": ""}
    for text in about.get_all("Requires-Dist", []):
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            yield requirement


@pytest.mark.parametrize("requirement", required(), ids=str)
def test_what_the_module_requires_is_in_it(requirement: Requirement) -> None:
    pin = PINS[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pin.version)


def test_what_the_installation_looks_for_is_what_the_module_requires() -> None:
    assert {name.replace("_", "-") for name in install.PACKAGES} == {r.name for r in required()}


@pytest.mark.parametrize("python", PYTHONS)
def test_every_package_runs_on_every_python_with_what_it_asks_for(metadata: dict[str, Message], python: str) -> None:
    for name, about in metadata.items():
        assert SpecifierSet(about["Requires-Python"]).contains(f"{python}.0"), name
        for requirement in needs(about, python):
            wanted = canonicalize_name(requirement.name)
            if wanted not in LEFT_OUT:
                assert requirement.specifier.contains(PINS[wanted].version), f"{name} wants {requirement}"


def test_nothing_travels_that_nobody_asks_for(metadata: dict[str, Message]) -> None:
    wanted = {canonicalize_name(r.name) for r in required()}
    for about in metadata.values():
        wanted |= {canonicalize_name(r.name) for python in PYTHONS for r in needs(about, python)}
    assert set(PINS) <= wanted


def test_a_line_that_is_no_pin_is_named(tmp_path: Path) -> None:
    (tmp_path / "vendor.txt").write_text("# a comment\n\nflask>=3.0\n")
    with pytest.raises(PackageError, match="not understood: flask"):
        lock.pins(tmp_path / "vendor.txt")
