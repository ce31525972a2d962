#!/usr/bin/env python3
"""Make the module ready to run; FreePBX's bridge calls it, or an administrator by hand. Run it as often as you like.

1. Python is new enough. 2. The packages the module needs are there. 3. The tables exist. 4. The package is compiled, so
that no call waits for it. 5. A self-check: database, tables, Asterisk's manager interface, the script of a call.

Each step prints a line. A failure ends it with a sentence that says what to do, and exit status 1.
"""

from __future__ import annotations

import sys

MINIMUM = (3, 9)
if sys.version_info < MINIMUM:
    # Before anything else is imported: an older Python does not understand the rest.
    sys.exit(
        "Hot Desking needs Python {}.{} or newer, and {} is {}.{}. Install a newer one beside it and run this script"
        " with that.".format(*MINIMUM, sys.executable, *sys.version_info[:2])
    )

import compileall  # noqa: E402
import importlib  # noqa: E402
import os  # noqa: E402
import stat  # noqa: E402
from pathlib import Path  # noqa: E402

MODULE = Path(__file__).resolve().parent
sys.path[:0] = [str(MODULE), str(MODULE / "vendor")]

# What travels in the tarball, by the names they are imported under.
PACKAGES = ("flask", "flask_sqlalchemy", "pymysql", "wtforms", "click", "waitress")


def main() -> int:
    """Run every step; return the exit status."""
    from hotdesk_module.errors import HotdeskError

    steps = (check_packages, make_tables, compile_package, check_itself)
    print(f"Hot Desking: Python {sys.version.split()[0]} ({sys.executable})")
    for step in steps:
        try:
            print(f"Hot Desking: {step()}", flush=True)
        except (HotdeskError, OSError) as error:
            print(f"Hot Desking: not installed. {error}", file=sys.stderr)
            return 1
    return 0


def check_packages() -> str:
    """Import what the module needs."""
    missing = []
    for name in PACKAGES:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if missing:
        raise OSError(
            f"Python packages are missing: {', '.join(missing)}. They travel in the module's tarball, in vendor/;"
            " from a source tree, install what setup.cfg names."
        )
    return f"packages {', '.join(PACKAGES)}"


def make_tables() -> str:
    """Make the tables that module.xml declares and the database lacks."""
    from hotdesk_module import config
    from hotdesk_module.adapters import schema
    from hotdesk_module.adapters.open import open_connection

    connection = open_connection(config.load().database)
    try:
        schema.create_tables(connection)
    finally:
        connection.close()
    return f"tables {', '.join(t.name for t in schema.tables())}"


def compile_package() -> str:
    """Compile ahead, and let Asterisk run the script."""
    for folder in (MODULE / "hotdesk_module", MODULE / "vendor"):
        if folder.is_dir() and not compileall.compile_dir(str(folder), quiet=2):
            raise OSError(f"{folder} cannot be compiled. Is the disk full, or the folder another user's?")
    for script in (MODULE / "agi-bin" / "hotdesk.py", MODULE / "bin" / "hotdesk"):
        mode = script.stat().st_mode
        wanted = mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
        if mode != wanted:
            script.chmod(wanted)
    return "compiled"


def check_itself() -> str:
    """Ask every part once."""
    from hotdesk_module.cli.compose import compose

    parts = compose()
    try:
        phones = len(parts.ledger.phones())
        astdb, _ = parts.asterisk()
        astdb.get("AMPUSER/0/device")
    finally:
        parts.close()
    if not os.access(MODULE / "agi-bin" / "hotdesk.py", os.X_OK):
        raise OSError(f"{MODULE / 'agi-bin' / 'hotdesk.py'} cannot be executed. Is its file system mounted noexec?")
    return f"ready: database and Asterisk answer, {phones} phones in the pool"


if __name__ == "__main__":
    sys.exit(main())
