"""Asterisk 22 in a folder.

Debian's stable release has no Asterisk; sid has. The folder is made once by debootstrap, outside the source tree, and
never changed afterwards: each test run mounts its own configuration and data over it (see `asterisk.py`).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.support.rig.shell import RigError, run

PACKAGES = ("asterisk", "asterisk-core-sounds-en-gsm", "asterisk-core-sounds-en", "python3", "python3-pymysql")
_MARKER = ".hotdesk-complete"


def cache_dir() -> Path:
    return Path(os.environ.get("HOTDESK_TEST_CACHE") or Path.home() / ".cache" / "hotdesk-tests")


def missing() -> list[str]:
    """What keeps this machine from making or using the folder, in words for a skip reason."""
    reasons = []
    if os.geteuid() != 0:
        reasons.append("root")
    if not _is_complete(cache_dir() / "sid"):
        if not shutil.which("debootstrap"):
            reasons.append("debootstrap")
        if not mirror():
            reasons.append("a Debian archive in the apt configuration")
    return reasons


def find_or_make() -> Path:
    """The folder's path; makes it when there is none, or only a half-made one."""
    root = cache_dir() / "sid"
    if _is_complete(root):
        return root
    archive = mirror()
    if archive is None:
        raise RigError("no Debian archive in the apt configuration")
    # Removed and made again: debootstrap cannot resume.
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    run(
        ["debootstrap", "--variant=minbase", "--include=" + ",".join(PACKAGES), "sid", str(root), archive], timeout=1800
    )
    (root / _MARKER).write_text("\n".join(PACKAGES) + "\n")
    return root


def _is_complete(root: Path) -> bool:
    return (root / _MARKER).is_file()


def mirror(etc_apt: Path = Path("/etc/apt")) -> str | None:
    """The archive this machine already uses for Debian itself, so that a company's own mirror is respected."""
    lists = [etc_apt / "sources.list", *sorted((etc_apt / "sources.list.d").glob("*"))]
    for path in lists:
        if path.suffix in (".list", ".sources") and path.is_file():
            found = _deb822(path.read_text()) if path.suffix == ".sources" else _one_line(path.read_text())
            for uri, suites in found:
                if _own_suites().intersection(suites):
                    return uri
    return None


def _own_suites() -> set[str]:
    # Third-party archives and the security archive name suites of their own; sid is only in Debian's main one.
    release = re.search(r"^VERSION_CODENAME=(\S+)", Path("/etc/os-release").read_text(), re.MULTILINE)
    return {"stable", "testing", "unstable", "sid"} | ({release.group(1)} if release else set())


def _deb822(text: str) -> Iterator[tuple[str, list[str]]]:
    for stanza in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t]+.*)*)", stanza, re.MULTILINE))
        kinds = fields.get("Types", "").split()
        if "deb" in kinds and fields.get("Enabled", "yes").strip() != "no":
            for uri in fields.get("URIs", "").split():
                yield uri, fields.get("Suites", "").split()


def _one_line(text: str) -> Iterator[tuple[str, list[str]]]:
    for match in re.finditer(r"^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)", text, re.MULTILINE):
        yield match.group(1), [match.group(2)]
