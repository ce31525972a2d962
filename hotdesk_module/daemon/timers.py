"""Automatic logout: what is due, and what has to be known for it.

Two clocks take part. The world's says since when somebody sits there, and may be set by anybody at any time; the
machine's goes on evenly while the machine runs or sleeps, so the two together show when the first was set.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Callable, NamedTuple

from hotdesk_module.core import expiry
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.machine import Ending
from hotdesk_module.core.model import ClockChange, Session
from hotdesk_module.daemon.activity import Activity
from hotdesk_module.daemon.schedule import Now
from hotdesk_module.ports import Clock, Inventory, Ledger
from hotdesk_module.service import CHUNK, HotDesk
from hotdesk_module.times import Dailies, duration, zone

# Seconds between two looks: when somebody is due soon, and otherwise.
SOONEST, LATEST = 15.0, 60.0
# Seconds between two notes of activity in the ledger.
WRITE = 60.0
# By so many seconds the world's clock may differ from what it should show before we say that somebody has set it.
JUMP = 60
# Seconds that a machine that has just started gets for asking the time.
START = 300.0
AGES_AGO = -(10**12)


Sessions = tuple[Session, ...]


class Clocks(NamedTuple):
    """Attributes:
    world: seconds since the epoch, as the machine believes.
    machine: seconds since the machine started.
    """

    world: Clock
    machine: Now


class Watched:
    """Remembers over a restart when we last watched the phones, as the time of a file.

    Args:
        path: of the file.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def ago(self, now: int) -> float:
        """Return for how many seconds nobody has watched; without bounds where nobody knows."""
        try:
            ago = now - self._path.stat().st_mtime
        except OSError:
            return float("inf")
        return ago if ago >= -JUMP else float("inf")

    def note(self) -> None:
        """Note that we do; where that fails, the next daemon only waits longer."""
        with suppress(OSError):
            self._path.touch(mode=0o600)


class Timers:
    """Ends sessions that are due, and writes down what goes on at the phones.

    Args:
        desk: the service on Asterisk's connection; AsteriskDown where there is none.
    """

    def __init__(
        self,
        ledger: Ledger,
        inventory: Inventory,
        desk: Callable[[], HotDesk],
        activity: Activity,
        watched: Watched,
        clocks: Clocks,
        log: logging.Logger,
    ) -> None:
        self._ledger = ledger
        self._inventory = inventory
        self._desk = desk
        self._activity = activity
        self._watched = watched
        self._clocks = clocks
        self._log = log
        self._written = clocks.machine()
        self._looked = self._both()
        # Devices of which a call holds the logout back.
        self.held: frozenset[str] = frozenset()

    def look(self) -> float:
        """End what is due; return how many seconds there are until the next look.

        Raises:
            HotdeskError: the database or Asterisk does not answer; nothing is lost, the next look does it.
        """
        sessions = self._follow_the_clock(self._ledger.sessions())
        now = self._clocks.world()
        desk = self._desk()
        self._activity.calls(desk.switchboard.calls())
        dials = self._dials(sessions)
        if self._activity.blind:
            sessions = self._begin_anew(sessions, now)
        # What is written down is forgotten, so this comes first.
        current = self._with_activity(sessions, dials, now)
        if self._clocks.machine() - self._written >= WRITE:
            self._write(sessions, dials, now)
        self._watched.note()
        if self._clocks.machine() < START:
            return LATEST
        ends = self._ends(current, now)
        self._end(desk, [Ending(s, e.why) for s, e in ends if e.at <= now], dials)
        later = [e.at - now for _, e in ends if e.at > now]
        return max(SOONEST, min([LATEST, *later]))

    def write(self) -> None:
        """Write down what went on at the phones, e.g. before we end.

        Raises:
            HotdeskError: the database does not answer.
        """
        sessions = self._ledger.sessions()
        self._write(sessions, self._dials(sessions), self._clocks.world())

    def _ends(self, sessions: Iterable[Session], now: int) -> list[tuple[Session, expiry.End]]:
        """Return the sessions that end some time, and when."""
        current = settings_.parse(self._ledger.settings())
        pool = {p.device: p for p in self._ledger.phones()}
        daily = Dailies(zone(self._inventory.zone())).next
        ends = expiry.ends(sessions, pool, current, now, daily)
        return [(s, ends[s.phone]) for s in sessions if s.phone in ends]

    def _end(self, desk: HotDesk, due: list[Ending], dials: Mapping[str, str]) -> None:
        """End sessions, but for those of phones in a call."""
        held: set[str] = set()
        for first in range(0, len(due), CHUNK):
            # Once more, as near to the logout as can be.
            self._activity.calls(desk.switchboard.calls())
            busy = self._activity.busy
            some = due[first : first + CHUNK]
            waiting = [e for e in some if dials.get(e.session.phone) in busy]
            for e in waiting:
                dial = dials[e.session.phone]
                if dial not in self.held:
                    self._log.info("%s is in a call: %s is logged out after it (%s).", dial, e.session.user, e.why)
                held.add(dial)
            for outcome in desk.end(e for e in some if e not in waiting):
                for e in outcome.ended:
                    self._log.info("Logged out: %s at phone %s (%s).", e.session.user, e.session.phone, e.why)
        self.held = frozenset(held)

    def _dials(self, sessions: Iterable[Session]) -> dict[str, str]:
        """Return how Asterisk dials the phones of sessions."""
        return {d.id: d.dial for d in self._inventory.devices([s.phone for s in sessions])}

    def _with_activity(self, sessions: Iterable[Session], dials: Mapping[str, str], now: int) -> list[Session]:
        """Return sessions as they will be once our notes are written."""
        noted = self._noted(dials, self._activity.last(), now)
        return [s._replace(active=noted[s.phone]) if s.phone in noted else s for s in sessions]

    def _noted(self, dials: Mapping[str, str], last: Mapping[str, float], now: int) -> dict[str, int]:
        """Return when there was something last at phones, by the world's clock as it goes now."""
        machine = self._clocks.machine()
        return {phone: now - int(machine - last[dial]) for phone, dial in dials.items() if dial in last}

    def _write(self, sessions: Iterable[Session], dials: Mapping[str, str], now: int) -> None:
        last = self._activity.last()
        before = {s.phone: s.active for s in sessions}
        news = {p: at for p, at in self._noted(dials, last, now).items() if p in before and at != before[p]}
        if news:
            with self._ledger.lock():
                self._ledger.touch(news)
        self._activity.forget(last)
        self._written = self._clocks.machine()

    def _begin_anew(self, sessions: Sessions, now: int) -> Sessions:
        """Let every time without a call begin now, for nobody knows who called meanwhile."""
        with self._ledger.lock():
            self._ledger.touch({s.phone: now for s in sessions})
        self._activity.blind = False
        self._written = self._clocks.machine()
        if sessions:
            self._log.info("Nobody has watched the phones for a while: times without a call begin anew.")
        return self._ledger.sessions()

    def _follow_the_clock(self, sessions: Sessions) -> Sessions:
        """Take care that nobody is logged out because a clock was set."""
        (old, then), (now, machine) = self._looked, self._both()
        passed = machine - then
        expected = old + int(passed)
        if abs(now - expected) > JUMP:
            # While a machine starts, it learns what time it really is: what was written before it started was right,
            # and only now could we say for how long nobody has watched.
            starting = then < START
            begin = expected - int(machine) if starting else AGES_AGO
            self._activity.blind = self._activity.blind or starting
            with self._ledger.lock():
                self._ledger.set_clock(ClockChange(expected, now, now - int(passed) - 1, begin))
            way = "ahead" if now > expected else "back"
            self._log.warning("The clock was set %s by %s; the sessions follow.", way, duration(abs(now - expected)))
        elif any(max(s.since, s.active) > now + JUMP for s in sessions):
            with self._ledger.lock():
                self._ledger.set_clock(ClockChange(now, now, now, AGES_AGO))
            self._log.warning("Sessions of the future: the clock was wrong before. They begin now.")
        else:
            self._looked = now, machine
            return sessions
        self._looked = now, machine
        return self._ledger.sessions()

    def _both(self) -> tuple[int, float]:
        return self._clocks.world(), self._clocks.machine()
