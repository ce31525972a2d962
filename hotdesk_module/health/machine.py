"""Checks of the machine."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.health.finding import ERROR, INFO, OK, WARNING, Finding
from hotdesk_module.health.installation import Machine


def check(machine: Machine) -> Iterator[Finding]:
    """Look at Python, its packages and the daemon."""
    yield Finding("python", OK, f"Python {machine.python}")
    missing = [name for name, version in machine.packages.items() if version is None]
    if missing:
        yield Finding(
            "packages",
            ERROR,
            f"Python packages are missing: {', '.join(missing)}",
            "They travel in the module's tarball. Install the module again: fwconsole ma install hotdesk.",
        )
    else:
        versions = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
        yield Finding("packages", OK, "Every Python package is there", f"{versions}.")
    if machine.daemon is None:
        yield Finding(
            "daemon",
            INFO,
            "Whether the daemon runs is not to be seen",
            "Its state folder is another user's. Run this as root or as FreePBX's user.",
        )
    elif machine.daemon:
        yield Finding("daemon", OK, "The daemon runs")
    else:
        yield Finding(
            "daemon",
            WARNING,
            "The daemon does not run",
            "Logins work, but nothing repairs itself, nobody is logged out automatically, and the panel is not to be"
            " had. Open Admin, Hot Desking, which starts it, or run 'fwconsole restart'.",
        )
