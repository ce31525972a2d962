#!/usr/bin/env python3
"""Make the module ready to run; FreePBX's bridge calls it, or an administrator by hand. Run it as often as you like.

1. Python is new enough. 2. The packages the module needs are there. 3. The tables exist. 4. The package is compiled, so
that no call waits for it. 5. The interpreter is written down, for calls, commands and the daemon to run on. 6. A
self-check: the script of a call, the tables, Asterisk's manager interface.

Each step prints a line. A failure ends it with a sentence that says what to do, and exit status 1. An Asterisk that
does not run is no failure: FreePBX would not load a module whose installation failed, and an upgrade would take
everybody's codes away.
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
import stat  # noqa: E402
import subprocess  # noqa: E402
from pathlib import Path  # noqa: E402

MODULE = Path(__file__).resolve().parent
sys.path[:0] = [str(MODULE), str(MODULE / "vendor")]

# What travels in the tarball, by the names they are imported under.
PACKAGES = ("flask", "flask_sqlalchemy", "pymysql", "waitress", "wtforms", "click")


# Seconds that the script of a call gets in the self-check.
PATIENCE = 30


def main() -> int:
    """Run every step; return the exit status."""
    from hotdesk_module.errors import HotdeskError

    steps = (check_packages, make_tables, compile_package, note_interpreter, check_script, check_itself)
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


def note_interpreter() -> str:
    """Write down what runs us; ``hotdesk_module/python.sh`` reads it."""
    (MODULE / "interpreter").write_text(f"{sys.executable}\n", encoding="utf-8")
    return f"everything runs on {sys.executable}"


def check_script() -> str:
    """Start the script of a call as the dialplan does; the caller, it hears, has hung up at once."""
    command = [sys.executable, "-I", str(MODULE / "agi-bin" / "hotdesk.py"), "logout"]
    call = "agi_request: self-check\n\n511 Command Not Permitted on a dead channel\n" + 5 * "200 result=1\n"
    try:
        done = subprocess.run(command, input=call, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise OSError(
            f"{command[2]} does not end within {PATIENCE} seconds. Try again when the machine is less busy."
        ) from error
    if done.returncode != 0:
        why = (done.stderr.strip() or done.stdout.strip() or "it printed nothing").splitlines()[-1]
        raise OSError(f"{command[2]} does not run: {why}")
    return "the script of a call runs"


def check_itself() -> str:
    """Ask every part once."""
    from hotdesk_module.compose import compose
    from hotdesk_module.errors import AsteriskDown

    parts = compose()
    try:
        ready = f"ready: the database answers, {len(parts.ledger.phones())} phones in the pool"
        try:
            astdb, _ = parts.asterisk()
            astdb.get("AMPUSER/0/device")
        except AsteriskDown as error:
            return f"{ready}. {error.message} Nobody can log in before it does."
    finally:
        parts.close()
    return f"{ready}; Asterisk answers"


if __name__ == "__main__":
    sys.exit(main())
