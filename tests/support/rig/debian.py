"""Other releases of Debian, each in a folder.

A folder is made once by debootstrap, outside the source tree, and never changed afterwards: whoever runs a program in
it mounts what is its own over it, in a mount namespace that ends with the program.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.rig import apt
from tests.support.rig.shell import RigError, run

_MARKER = ".hotdesk-complete"


class Release:
    """A release, its folder, and the packages that have to be in it."""

    def __init__(self, name: str, *packages: str) -> None:
        self.name = name
        self.packages = packages

    @property
    def root(self) -> Path:
        return cache_dir() / self.name

    def missing(self) -> list[str]:
        """What keeps this machine from making or using the folder, in words for a skip reason."""
        reasons = []
        if os.geteuid() != 0:
            reasons.append("root")
        if not self.is_complete():
            if not shutil.which("debootstrap"):
                reasons.append("debootstrap")
            if not _archive():
                reasons.append("a Debian archive in the apt configuration")
        return reasons

    def find_or_make(self) -> Path:
        """The folder's path; makes it when there is none, only a half-made one, or one that lacks a package."""
        if self.is_complete():
            return self.root
        with _alone(self.root.with_suffix(".lock")):
            # Somebody else may have made it meanwhile.
            if not self.is_complete():
                self._make()
        return self.root

    def is_complete(self) -> bool:
        return (self.root / _MARKER).is_file() and set(self.packages) <= _installed(self.root)

    def _make(self) -> None:
        archive = _archive()
        if archive is None:
            raise RigError("no Debian archive in the apt configuration")
        # Removed and made again: debootstrap cannot resume.
        shutil.rmtree(self.root, ignore_errors=True)
        include = "--include=" + ",".join(self.packages)
        run(["debootstrap", "--variant=minbase", include, self.name, str(self.root), archive], timeout=1800)
        (self.root / _MARKER).write_text("\n".join(self.packages) + "\n")


# Debian's stable release has no Asterisk; sid has, and the newest Python.
SID = Release("sid", "asterisk", "asterisk-core-sounds-en-gsm", "asterisk-core-sounds-en", "python3", "python3-pymysql")
# The oldest Python and the oldest PHP that the product runs on.
BULLSEYE = Release("bullseye", "python3", "php7.4-cli", "php7.4-curl", "php7.4-xml")


def cache_dir() -> Path:
    return Path(os.environ.get("HOTDESK_TEST_CACHE") or Path.home() / ".cache" / "hotdesk-tests")


def _archive() -> str | None:
    # An old release moves to another archive some day, without leaving a word in the apt configuration.
    return os.environ.get("HOTDESK_TEST_ARCHIVE") or apt.archive()


def _installed(root: Path) -> set[str]:
    status = root / "var/lib/dpkg/status"
    text = status.read_text(encoding="utf-8") if status.is_file() else ""
    return set(re.findall(r"^Package: (\S+)\nStatus: install ok installed$", text, re.MULTILINE))


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
