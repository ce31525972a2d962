"""Get the pinned packages' files from the package index that pip is set up for."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.package.entry import PackageError
from tools.package.lock import LOCK, Pin

# The oldest Python the module runs on, whichever Python builds it. MarkupSafe comes in no file that is pure Python
# and has to be built from its source otherwise, which runs a stranger's program: hence its wheel for one platform,
# of which the compiled module is left out. It is optional, and the same in Python is beside it.
_PLATFORM = ("--python-version=3.9", "--implementation=cp", "--abi=cp39", "--platform=manylinux2014_x86_64")


def fetch(pins: Iterable[Pin], folder: Path) -> dict[Pin, Path]:
    """Return a file for each pin; those that are in the folder already, by their hashes, are not fetched again."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(pins)
    found = _found(wanted, folder)
    if len(found) < len(wanted):
        _download(folder)
        found = _found(wanted, folder)
    if missing := [pin.name for pin in wanted if pin not in found]:
        raise PackageError(f"pip has not fetched {', '.join(missing)}.")
    return found


def _found(pins: Iterable[Pin], folder: Path) -> dict[Pin, Path]:
    there = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(folder.glob("*.whl"))}
    return {pin: there[pin.sha256] for pin in pins if pin.sha256 in there}


def _download(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", *_PLATFORM, "--dest", str(folder), "-r", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageError(f"pip could not fetch the packages of {LOCK.name}:\n{done.stderr.strip()}")
