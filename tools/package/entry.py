"""One file of the package."""

from __future__ import annotations

from typing import NamedTuple


class PackageError(Exception):
    """The package cannot be built; the message says what to do."""


class Entry(NamedTuple):
    """A file: its path below the top folder, with slashes, and what is in it."""

    path: str
    data: bytes
    executable: bool = False
