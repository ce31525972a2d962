"""Which Debian archive this machine takes its packages from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path


def archive(etc_apt: Path = Path("/etc/apt")) -> str | None:
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
