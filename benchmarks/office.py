"""The product on the rig, with as many telephones as a benchmark wants and somebody for each of them."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.telephones import Telephone
from tests.integration.daemon import Daemon
from tests.integration.desking import Desking
from tests.support.rig import Rig
from tests.support.rig import company as names
from tests.support.rig.company import Company, Extension

# Telephones that are shared, one person for each; and those that call each other meanwhile.
SHARED, CALLER, CALLED = 50, "9001", "9002"
_PHONE, _USER = 2000, 6000
# What is said of whom, and nothing else: an event for everything would be measured, too.
EVENTS = "agi,dialplan,system"


def company() -> Company:
    """Return shared phones, people who have none of their own, and two more who call each other."""
    return Company(
        extensions=(
            *(Extension(phone(n), f"Desk {n}", str(4805 + 7 * n)) for n in range(SHARED)),
            *(Extension(user(n), f"Person {n}", str(9061 - 11 * n), virtual=True) for n in range(SHARED)),
            *(Extension(number, f"Caller {number}", "2643") for number in (CALLER, CALLED)),
        ),
        pool=tuple(phone(n) for n in range(SHARED)),
        members=(),
        fixed_keys={"FREEPBXCONF/CFRINGTIMERDEFAULT": str(names.RING_TIME)},
    )


def phone(place: int) -> str:
    """Return the number of a shared phone."""
    return str(_PHONE + place)


def user(place: int) -> str:
    """Return the extension of a person."""
    return str(_USER + place)


class Office:
    """Asterisk, MariaDB and the daemon, up for as long as the stack."""

    def __init__(self, stack: ExitStack) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotdesk-bench-")))
        # Scripts that Asterisk runs write here.
        self.folder.chmod(0o777)
        self.rig = Rig(company(), phones=False)
        stack.callback(self.rig.close)
        self.rig.asterisk.visible.append(self.folder)
        # As a PBX that is not being looked at.
        self.rig.asterisk.configure({"logger.conf": "[general]\ndateformat=%F %T\n[logfiles]\nfull => warning,error\n"})
        self.rig.tap.hear(EVENTS, Path(os.devnull))
        self.rig.start()
        self.rig.asterisk.cli("core set verbose 0")
        self.rig.asterisk.cli("core set debug 0")
        self.desking = Desking(self.rig)
        stack.callback(self.desking.close)
        self.desking.reset(lock_failures="0")
        self.script = self.desking.script
        self.telephones = [Telephone(self.rig, phone(n), n) for n in range(SHARED)]
        self.callers = [Telephone(self.rig, number, SHARED + n) for n, number in enumerate((CALLER, CALLED))]
        for one in (*self.telephones, *self.callers):
            stack.callback(one.close)
            one.register()
        self.rig.wait_reachable(one.number for one in (*self.telephones, *self.callers))
        self.daemon = Daemon(self.desking, self.folder, [sys.executable, "-m", "hotdesk_module"])
        stack.callback(self.daemon.close)
        self.daemon.wait_serving()

    def hear(self, events: str) -> None:
        """Be told of other events from now on."""
        self.rig.tap.close()
        self.rig.tap.hear(events, Path(os.devnull))
        self.rig.tap.open()

    def run_by(self, script: str) -> None:
        """Let the dialplan run this for calls to our codes."""
        self.desking.script = script
        self.desking.load_dialplan()

    def empty(self) -> None:
        """Let nobody sit anywhere."""
        self.desking.service.logout_all()
        time.sleep(0.5)
