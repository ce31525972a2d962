"""Checks of the versions of FreePBX and Asterisk."""

from __future__ import annotations

import re

from hotdesk_module.health.finding import INFO, OK, WARNING, Finding

# The oldest and the newest main version that is tested.
FREEPBX = (16, 17)
ASTERISK = (18, 22)


def freepbx(version: str) -> Finding:
    """Look at FreePBX's version, e.g. ``16.0.40``."""
    return _judge("freepbx_version", "FreePBX", version, FREEPBX)


def asterisk(version: str) -> Finding:
    """Look at Asterisk's version, e.g. ``20.9.3``, ``certified/20.7-cert2`` or ``GIT-22-a1b2c3``."""
    return _judge("asterisk_version", "Asterisk", version, ASTERISK)


def _judge(code: str, what: str, version: str, supported: tuple[int, int]) -> Finding:
    main = re.match(r"(?:certified[/-]|GIT-)?([0-9]+)", version)
    if main is None:
        said = f" It calls itself '{version[:40]}'." if version else ""
        return Finding(code, INFO, f"Which version of {what} this is, is not to be seen", f"It does not say.{said}")
    oldest, newest = supported
    if oldest <= int(main[1]) <= newest:
        return Finding(code, OK, f"{what} {version}")
    age = "older" if int(main[1]) < oldest else "newer"
    return Finding(
        code,
        WARNING,
        f"{what} {version} is {age} than what this module is made for",
        f"It is tested with {what} {oldest} to {newest}. It may work; try logins, calls and *97 before you rely on it.",
    )
