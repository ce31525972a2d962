"""What is true of this machine and this installation of Python."""

from __future__ import annotations

import os
import sys

# What setup.cfg says travels with us, by the names of the distributions.
PACKAGES = ("flask", "flask-sqlalchemy", "pymysql", "waitress", "wtforms", "click")


def python() -> str:
    """Return the version that runs this, and where it is."""
    return f"{'.'.join(map(str, sys.version_info[:3]))} ({sys.executable})"


def name() -> str:
    """Return what the machine calls itself, e.g. ``pbx.example.com``."""
    return os.uname().nodename


def packages() -> dict[str, str | None]:
    """Return the version of each package we need, None where it is missing."""
    from importlib import metadata

    versions: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    return versions
