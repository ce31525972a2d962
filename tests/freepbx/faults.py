"""What goes wrong on purpose, and is mended whatever becomes of the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.freepbx.machine import Machine
from tests.freepbx.product import Product
from tests.support.rig.shell import wait_until

# Where programs are looked for; the suite's own Python may be in none of these.
PLACES = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
# Seconds after which a guard mends what the tests have not, e.g. because somebody killed them.
GUARD = 900


@contextmanager
def python_away(hotdesk: Product) -> Iterator[None]:
    """No Python that the product could run on."""
    chosen = hotdesk.folder / "interpreter"
    found = {Path(chosen.read_text().strip()).resolve()} if chosen.is_file() else set()
    for place in PLACES:
        found |= {path.resolve() for path in Path(place).glob("python3*") if "-" not in path.name}
    programs = [path for path in sorted(found) if path.is_file() and not path.is_symlink()]
    assert programs
    mend = "; ".join(f"[ -e '{path}.away' ] && mv '{path}.away' '{path}'" for path in programs)
    guard = subprocess.Popen(["sh", "-c", f"sleep {GUARD}; {mend}"], start_new_session=True)
    try:
        for path in programs:
            shutil.move(path, f"{path}.away")
        yield
    finally:
        subprocess.run(["sh", "-c", mend], check=False)
        os.killpg(guard.pid, 15)
        guard.wait()


@contextmanager
def mysql_stopped(machine: Machine) -> Iterator[None]:
    """No database. HOTDESK_STOP_MYSQL and HOTDESK_START_MYSQL say how, where it is not the service mariadb."""
    stop = os.environ.get("HOTDESK_STOP_MYSQL") or _service("stop")
    start = os.environ.get("HOTDESK_START_MYSQL") or _service("start")
    guard = subprocess.Popen(["sh", "-c", f"sleep {GUARD}; {start}"], start_new_session=True)
    try:
        machine.run("sh", "-c", stop)
        wait_until(lambda: not _answers(machine), "the database has stopped", 60, every=0.5)
        yield
    finally:
        # Its output would keep a pipe open for as long as the server lives.
        subprocess.run(["sh", "-c", start], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        wait_until(lambda: _answers(machine), "the database is back", 60, every=0.5)
        os.killpg(guard.pid, 15)
        guard.wait()


def _service(action: str) -> str:
    if Path("/run/systemd/system").is_dir():
        return f"systemctl {action} mariadb"
    return f"service mariadb {action}"


def _answers(machine: Machine) -> bool:
    return machine.try_(["mysqladmin", "ping"]).status == 0
