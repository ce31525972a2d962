"""Keeps Asterisk in line with the ledger: what calls for a repair, and what is done from time to time."""

from __future__ import annotations

import logging
from typing import Callable, NamedTuple, TypeVar

from hotdesk_module.adapters.ami import Message
from hotdesk_module.daemon.schedule import Now, Schedule
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import HotdeskError
from hotdesk_module.ports import FORGET_MOST

REPAIR, FORGET, EXAMINE, EXPIRE, GLANCE = "repair", "retention", "health", "automatic logout", "glance"

# Seconds. A reload takes our hints away some time after Asterisk has announced it, and comes with many events: shortly
# after the first of them, and twice again.
AFTER_EVENT = (0.5, 4.0, 12.0)
AFTER_ASKED = (0.2,)
MINUTE = 60.0
# Between two repairs: so that what nobody announces is right within a minute, with the time that the repair takes.
REPAIR_EVERY = 50.0
HOUR = 3600.0
# Where there may be more of the history to forget.
FORGET_ON = 5.0
EXAMINE_EVERY = 600.0
# FreePBX rebuilds keys without telling anybody, and who is killed in the middle tells nobody either.
GLANCE_EVERY = 4.0
# A call that held a logout back is over: soon, for a caller who hangs up may dial again.
AFTER_CALL = 2.0
EXPIRE_AGAIN = 15.0
# After a failure, sooner than in a minute.
AGAIN_FIRST, AGAIN_LONGEST = 5.0, REPAIR_EVERY

# What takes hints away or brings keys of another time back.
RELOADS = ("FullyBooted", "Reload")


T = TypeVar("T")


class Work(NamedTuple):
    """What the keeper has done; each may raise whatever it likes.

    Attributes:
        repair: brings Asterisk in line; returns how many differences there were.
        forget: removes history that is too old; returns how many lines, at most ``FORGET_MOST``.
        examine: looks after the whole installation and shows alerts.
        expire: ends sessions that are due; returns in how many seconds to do so again.
        heard: takes what Asterisk said; returns whether a call is over that held a logout back.
        glance: looks at a little of all that a repair looks at; returns whether it is as it should be.
    """

    repair: Callable[[], int]
    forget: Callable[[], int]
    examine: Callable[[], None]
    expire: Callable[[], float]
    heard: Callable[[list[Message]], bool]
    glance: Callable[[], bool]


class Keeper:
    """Runs the work when it is due. Whatever fails is logged once and tried again."""

    def __init__(self, work: Work, troubles: Troubles, log: logging.Logger, now: Now) -> None:
        self._work = work
        self._troubles = troubles
        self._log = log
        self._schedule = Schedule(now)
        self._again = AGAIN_FIRST
        self._schedule.at(REPAIR, 0.0)
        self._schedule.at(FORGET, MINUTE)
        self._schedule.at(EXAMINE, MINUTE / 2)
        self._schedule.at(EXPIRE, EXPIRE_AGAIN)
        self._schedule.at(GLANCE, GLANCE_EVERY)

    def heard(self, events: list[Message]) -> None:
        """Look at what Asterisk said."""
        if any(event.get("Event") in RELOADS for event in events):
            self._schedule.at(REPAIR, *AFTER_EVENT)
        if self._work.heard(events):
            self._schedule.at(EXPIRE, AFTER_CALL)

    def connected(self) -> None:
        """Asterisk is there again: nobody knows what has happened in between."""
        self._schedule.at(REPAIR, *AFTER_EVENT)
        self._schedule.at(EXPIRE, AFTER_EVENT[0])

    def asked(self) -> None:
        """Somebody wants a repair."""
        self._schedule.at(REPAIR, *AFTER_ASKED)

    def next(self) -> float:
        """Return how many seconds there are until anything is due."""
        return self._schedule.next()

    def work(self) -> None:
        """Do what is due."""
        for task in self._schedule.take():
            if task == REPAIR:
                self._repair()
            elif task == FORGET:
                forgotten = self._try(FORGET, self._work.forget)
                self._schedule.at(FORGET, FORGET_ON if forgotten == FORGET_MOST else HOUR)
                if forgotten:
                    self._log.info("History: %d lines were too old and are gone.", forgotten)
            elif task == EXPIRE:
                wait = self._try(EXPIRE, self._work.expire)
                self._schedule.only(EXPIRE, wait or EXPIRE_AGAIN)
            elif task == GLANCE:
                self._glance()
            else:
                self._schedule.at(EXAMINE, EXAMINE_EVERY)
                self._try(EXAMINE, self._work.examine)

    def _repair(self) -> None:
        done = self._try(REPAIR, self._work.repair)
        if done is None:
            self._schedule.at(REPAIR, self._again)
            self._again = min(AGAIN_LONGEST, self._again * 2)
            return
        self._again = AGAIN_FIRST
        if not self._schedule.waits(REPAIR):
            self._schedule.at(REPAIR, REPAIR_EVERY)
        if done:
            self._log.info("Repaired: %d difference%s.", done, "" if done == 1 else "s")
            self._schedule.only(GLANCE, GLANCE_EVERY)

    def _glance(self) -> None:
        right = self._try(GLANCE, lambda: int(self._work.glance()))
        if right:
            self._schedule.at(GLANCE, GLANCE_EVERY)
            return
        self._schedule.at(REPAIR, *AFTER_ASKED)
        # What that repair cannot mend, the next one cannot either.
        self._schedule.at(GLANCE, REPAIR_EVERY)

    def _try(self, task: str, work: Callable[[], T | None]) -> T | int | None:
        """Return what the work returned, 0 for nothing, or None where it failed."""
        try:
            result = work()
        except HotdeskError as error:
            self._troubles.begin(task, error.code, error.message)
            return None
        except Exception as error:
            self._troubles.begin(task, HotdeskError.code, f"{type(error).__name__}: {error}", error)
            return None
        self._troubles.end(task)
        return result or 0
