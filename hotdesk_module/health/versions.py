"""Checks of the versions of FreePBX and Asterisk."""

from __future__ import annotations

import re

from hotdesk_module.health.finding import INFO, OK, WARNING, Finding
from hotdesk_module.health.said import say

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
    oldest, newest = supported
    tested = say("It is tested with %(what)s %(oldest)s to %(newest)s.", what=what, oldest=oldest, newest=newest)
    trial = say("It may work; try logins, calls and *97 before you rely on it.")
    if main is None:
        said = (say("It calls itself '%(version)s'.", version=version[:40]),) if version else (say("It does not say."),)
        heading = say("Which version of %(what)s this is, is not to be seen", what=what)
        return Finding(code, INFO, heading, (*said, tested), (trial,))
    if oldest <= int(main[1]) <= newest:
        return Finding(code, OK, say("%(what)s %(version)s", what=what, version=version))
    if int(main[1]) < oldest:
        heading = say("%(what)s %(version)s is older than what this module is made for", what=what, version=version)
    else:
        heading = say("%(what)s %(version)s is newer than what this module is made for", what=what, version=version)
    return Finding(code, WARNING, heading, (tested,), (trial,))
