"""What is downloaded, how long it takes to install, and what the daemon needs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import PACKAGE, Figure, figure, stopwatch
from benchmarks.office import Office
from tests.package.place import Place
from tests.support.rig.asterisk import REPOSITORY

RUNS = 5


def measure(office: Office) -> Iterator[Figure]:
    """Build the package, install it beside the rig's database and Asterisk, and look at the rig's daemon."""
    command = [
        sys.executable,
        "-m",
        "tools.package",
        "--to",
        str(office.folder),
        "--wheels",
        f"{REPOSITORY}/dist/wheels",
    ]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    package = next(office.folder.glob("*.tgz"))
    yield figure(PACKAGE, "size of the tarball", "MB", [package.stat().st_size / 1e6])
    took: list[float] = []
    for _ in range(RUNS):
        with stopwatch(took):
            place = Place(package, None)
            place.hand_over()
            place.environment["FREEPBX_CONF"] = str(office.rig.freepbx_conf_file)
            script = place.argv("sh", place.module / "hotdesk_module/python.sh", place.module / "install.py")
            subprocess.run(office.rig.namespace.argv(script), check=True, capture_output=True)
        installed = sum(f.stat().st_size for f in (place.home / "hotdesk").rglob("*") if f.is_file())
        place.close()
    yield figure(PACKAGE, "unpacking and installing it, without FreePBX's own part", "ms", took)
    yield figure(PACKAGE, "size as installed", "MB", [installed / 1e6])
    for name, process in _processes(office):
        yield figure(PACKAGE, f"memory of {name}", "MB", [_own(process)])
    yield figure(PACKAGE, "processor time of the daemon while nobody does anything", "ms a second", _idle(office))


def _processes(office: Office) -> Iterator[tuple[str, int]]:
    daemon = office.daemon.pid
    yield "the daemon", daemon
    for line in Path(f"/proc/{daemon}/task/{daemon}/children").read_text().split():
        yield "the process that takes calls", int(line)


def _own(process: int) -> float:
    """Return megabytes that would be free without it: its share of what it shares with others counts (PSS)."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def _idle(office: Office, seconds: int = 20) -> list[float]:
    """Return the milliseconds of processor time in each of some seconds."""
    found = []
    for _ in range(seconds):
        before = _spent(office.daemon.pid)
        time.sleep(1)
        found.append((_spent(office.daemon.pid) - before) * 1000)
    return found


def _spent(process: int) -> float:
    """Return seconds of processor time so far, of all threads."""
    nanoseconds = sum(int(f.read_text().split()[0]) for f in Path(f"/proc/{process}/task").glob("*/schedstat"))
    return nanoseconds / 1e9
