"""Checks of the machine."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.health.finding import ERROR, INFO, OK, WARNING, Finding
from hotdesk_module.health.installation import Machine
from hotdesk_module.health.said import say


def check(machine: Machine) -> Iterator[Finding]:
    """Look at Python, its packages and the daemon."""
    yield Finding("python", OK, say("Python %(version)s", version=machine.python))
    missing = tuple(name for name, version in machine.packages.items() if version is None)
    if missing:
        yield Finding(
            "packages",
            ERROR,
            say("Python packages are missing: %(names)s", names=missing),
            do=(say("They travel in the module's tarball. Install the module again: fwconsole ma install hotdesk."),),
        )
    else:
        names = tuple(f"{name} {version}" for name, version in machine.packages.items())
        yield Finding("packages", OK, say("Every Python package is there"), (say("%(names)s.", names=names),))
    if machine.daemon is None:
        yield Finding(
            "daemon",
            INFO,
            say("Whether the daemon runs is not to be seen"),
            (say("Its state folder is another user's."),),
            (say("Run this as root or as FreePBX's user."),),
        )
    elif machine.daemon:
        yield Finding("daemon", OK, say("The daemon runs"))
    else:
        yield Finding(
            "daemon",
            WARNING,
            say("The daemon does not run"),
            (
                say(
                    "Logins work, but nothing repairs itself, nobody is logged out automatically, and the panel is not"
                    " to be had."
                ),
            ),
            (say("Open Admin, Hot Desking, which starts it, or run 'fwconsole restart'."),),
        )
