"""``tools/vendor.txt``: which packages travel with the module, in which versions, and the hashes of their files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tools.package.entry import PackageError

LOCK = Path(__file__).resolve().parents[1] / "vendor.txt"

_PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>\S+)\s+--hash=sha256:(?P<sha256>[0-9a-f]{64})")


class Pin(NamedTuple):
    """One package, to the byte."""

    name: str
    version: str
    sha256: str


def pins(path: Path = LOCK) -> list[Pin]:
    """Return the pins, in the order of the file."""
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    lines = [line.strip() for line in text.splitlines()]
    found = []
    for line in lines:
        if line and not line.startswith("#"):
            match = _PIN.fullmatch(line)
            if match is None:
                raise PackageError(f"{path.name}: not understood: {line}")
            found.append(Pin(**match.groupdict()))
    return found
