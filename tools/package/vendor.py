"""Unpack the packages the module needs, so that an installation needs no internet, no pip and no compiler."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tools.package.entry import Entry, PackageError
from tools.package.lock import Pin

FOLDER = "vendor"

# Compiled, or for a compiler, or for a type checker: of no use to a Python that only runs it.
_USELESS_SUFFIXES = {".so", ".pyd", ".c", ".h", ".pyx", ".pxd", ".pyi"}
_USELESS_NAMES = {"py.typed"}
# Tests, a type checker's plug-in, other databases, and what works only with greenlet.
_USELESS_FOLDERS = re.compile(
    r"(^|/)(tests?|testing|__pycache__)/|^sqlalchemy/(ext/(mypy|asyncio)|dialects/(mssql|oracle|postgresql))/"
)
_LICENCE = re.compile(r"(LICEN[SC]E|COPYING|NOTICE|AUTHORS)", re.IGNORECASE)


class Vendored(NamedTuple):
    """One package, unpacked.

    Attributes:
        licences: where its licence is, below the vendor folder.
    """

    name: str
    version: str
    licence: str
    home: str
    licences: list[str]
    files: list[Entry]


def unpack(wheels: dict[Pin, Path]) -> list[Vendored]:
    """Return the packages with what Python needs of them, by name."""
    return sorted((_unpacked(pin, path) for pin, path in wheels.items()), key=lambda package: package.name.lower())


def entries(packages: Iterable[Vendored]) -> Iterator[Entry]:
    """Yield the files of the vendor folder, an index of what is in it among them."""
    packages = list(packages)
    for package in packages:
        yield from package.files
    yield Entry(f"{FOLDER}/README.md", _index(packages).encode())


def _unpacked(pin: Pin, wheel: Path) -> Vendored:
    files, licences = [], []
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(name for name in archive.namelist() if not name.endswith("/"))
        about = next(PurePosixPath(name).parts[0] for name in names if name.endswith(".dist-info/METADATA"))
        headers = BytesHeaderParser().parsebytes(archive.read(f"{about}/METADATA"))
        for name in names:
            if name.split("/")[0].endswith(".data"):
                raise PackageError(f"{wheel.name} installs more than Python packages: {name}")
            if is_licence(name, about):
                licences.append(name)
            elif not is_useful(name, about):
                continue
            files.append(Entry(f"{FOLDER}/{name}", archive.read(name)))
    if not licences:
        raise PackageError(f"{wheel.name} brings no licence.")
    if headers["Version"] != pin.version:
        raise PackageError(f"{wheel.name} is version {headers['Version']}, not {pin.version}.")
    return Vendored(headers["Name"], pin.version, _licence(headers), _home(headers), licences, files)


def is_licence(name: str, about: str) -> bool:
    """Say whether a file of a package is its licence; ``about`` is the package's folder of metadata."""
    return name.startswith(f"{about}/") and bool(_LICENCE.match(PurePosixPath(name).name))


def is_useful(name: str, about: str) -> bool:
    """Say whether Python may want a file at run time."""
    path = PurePosixPath(name)
    if path.parts[0] == about:
        # What importlib.metadata reads a version from. The rest is about how it was installed.
        return path.name == "METADATA"
    return not (path.suffix in _USELESS_SUFFIXES or path.name in _USELESS_NAMES or _USELESS_FOLDERS.search(name))


def _licence(headers: Message) -> str:
    if headers["License-Expression"]:
        return str(headers["License-Expression"])
    kinds = [c.split(" :: ")[-1] for c in headers.get_all("Classifier", []) if c.startswith("License :: ")]
    return ", ".join(kinds) or str(headers.get("License", "see there")).splitlines()[0]


def _home(headers: Message) -> str:
    if headers["Home-page"]:
        return str(headers["Home-page"])
    urls = dict(line.split(", ", 1) for line in headers.get_all("Project-URL", []))
    labels = ("Homepage", "Home", "Project", "Source", "Source Code", "Repository", "Documentation")
    return next((urls[label] for label in labels if label in urls), "")


def _index(packages: Iterable[Vendored]) -> str:
    lines = [
        "# Python packages that travel with Hot Desking",
        "",
        "By their authors, unchanged, less what this module has no use for: compiled modules, C sources, type stubs,",
        "tests, and SQLAlchemy's support of other databases and of asyncio. Nothing else on the machine uses them.",
        "",
        "| package | version | licence | home page |",
        "|---|---|---|---|",
    ]
    for package in packages:
        licences = ", ".join(f"[{PurePosixPath(path).name}]({path})" for path in package.licences)
        lines.append(f"| {package.name} | {package.version} | {package.licence}: {licences} | <{package.home}> |")
    return "\n".join(lines) + "\n"
