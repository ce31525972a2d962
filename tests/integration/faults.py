"""What can die, at a moment that is chosen at random, and how it comes back."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from hotdesk_module.agi.handover import SERVE
from tests.integration.daemon import Daemon
from tests.integration.desking import Desking
from tests.support.rig import shell

AGI, DAEMON, DATABASE, ASTERISK = "the AGI script", "the daemon", "MariaDB", "Asterisk"
VICTIMS = (AGI, DAEMON, DATABASE, ASTERISK)

# What the script says to Asterisk around the write section, which takes a few hundredths of a second and is seldom
# met by a moment that is chosen evenly.
_STEPS = ("VM_INFO", "DATABASE GET", "DATABASE DEL", "DATABASE PUT", "SET VARIABLE", 'STREAM FILE "agent-log')
# Seconds: for so long we wait for such a step, and kill so long after it.
_PATIENCE, _AFTER = 4.0, 0.04
# The longest time that anything is down.
_DOWN = 2.0


class Moment(NamedTuple):
    """When to kill whom.

    Attributes:
        step: what the script has just said; empty: ``after`` seconds from now.
        down: seconds until it is started again.
        all: of the scripts, not one but all that run.
    """

    victim: str
    step: str
    after: float
    down: float
    all: bool

    @classmethod
    def any(cls, chance: random.Random) -> Moment:
        near = chance.random() < 0.6
        step = chance.choice(_STEPS) if near else ""
        after = chance.uniform(0, _AFTER if near else 2.5)
        return cls(chance.choice(VICTIMS), step, after, chance.uniform(0, _DOWN), chance.random() < 0.3)


class Faults:
    """Kills parts of a system that works, and starts them again."""

    def __init__(self, desking: Desking, daemon: Daemon, chance: random.Random) -> None:
        self._rig, self._daemon, self._chance = desking.rig, daemon, chance
        # How often each was killed; of the scripts, how many.
        self.killed = dict.fromkeys(VICTIMS, 0)

    def strike(self, moment: Moment) -> None:
        """Wait for the moment and kill."""
        mark = self._rig.tap.mark()
        if moment.step:
            with suppress(shell.Timeout):
                wanted = re.compile(re.escape(moment.step))
                self._rig.tap.wait_for("AGIExecStart", mark, _PATIENCE, Command=wanted)
        time.sleep(moment.after)
        if moment.victim == AGI:
            self._kill_scripts(moment.all)
            return
        {DAEMON: self._daemon.kill, DATABASE: self._rig.database.kill, ASTERISK: self._rig.asterisk.kill9}[
            moment.victim
        ]()
        self.killed[moment.victim] += 1

    def mend(self) -> None:
        """Start what is down, as the machine and FreePBX's job of each minute do."""
        if not self._rig.database.running:
            self._rig.database.start()
        if not self._rig.asterisk.running:
            self._rig.asterisk.start()
        self._daemon.start()

    def _kill_scripts(self, everybody: bool) -> None:
        limit = time.monotonic() + _PATIENCE
        while not (running := self._everywhere()):
            if time.monotonic() > limit:
                return
            time.sleep(0.01)
        for pid in running if everybody else [self._chance.choice(running)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.killed[AGI] += 1

    def wait_scripts_are_over(self) -> None:
        """Until no script runs, those of an Asterisk that is dead among them: they finish what they have begun."""
        shell.wait_until(lambda: not self._everywhere(), "all scripts have ended", 20)

    def _everywhere(self) -> list[int]:
        """Return the scripts of calls, those that Asterisk has started and those that a call was handed over to."""
        network = os.stat(f"/run/netns/{self._rig.namespace.name}").st_ino
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if _is_script(int(path.name)) and os.stat(path / "ns/net").st_ino == network:
                    found.append(int(path.name))
        return found


def _is_script(pid: int) -> bool:
    words = _words(pid)
    if not any(word.endswith(b"/agi-bin/hotdesk.py") for word in words):
        return False
    # The process that takes calls is the daemon's child; what holds one is its own, or nobody's any more.
    return SERVE.encode() not in words or b"serve" not in _words(_parent(pid))


def _words(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
