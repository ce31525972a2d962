"""Many people log in and out at once, and somebody else calls somebody meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

from benchmarks import calls
from benchmarks.figures import LOAD, WAITING, Figure, figure
from benchmarks.logins import set_up
from benchmarks.office import EVENTS, Office
from tests.support.rig.shell import RigError

AT_ONCE = (1, 8, 50)
# Seconds: that it goes on, and between two calls of others.
LENGTH, PAUSE = 20.0, 0.25
# Of all events only those of prompts, or the benchmark would be busy with reading them.
_FILTER = 'Event: AGIExecStart.*Command: (GET DATA|STREAM FILE "agent)'


def sustained(telephones: int) -> str:
    """Return the name of a figure."""
    return f"logins and logouts, {telephones} telephone{'s' if telephones > 1 else ''} at once"


def measure(office: Office) -> Iterator[Figure]:
    """Let so many telephones log in and out without a rest."""
    office.hear("agi")
    office.rig.tap.action("Filter", Operation="Add", Filter=_FILTER)
    quiet = [set_up(office) for _ in range(int(LENGTH / PAUSE / 2))]
    yield figure(WAITING, "a call to a phone, nobody logging in", "ms", quiet)
    for telephones in AT_ONCE:
        done, failed, rang = _go(office, telephones)
        rates = [done.count(second) for second in range(int(LENGTH))]
        yield figure(LOAD, sustained(telephones), "a second", rates)
        yield figure(LOAD, f"that failed, of {len(done) + failed} with {telephones} at once", "", [failed])
        yield figure(WAITING, f"a call to a phone, {telephones} logging in and out", "ms", rang)
    office.hear(EVENTS)
    office.empty()


def _go(office: Office, telephones: int) -> tuple[list[int], int, list[float]]:
    """Return in which second each was done, how many failed, and how long other calls took to ring."""
    done: list[int] = []
    failed: list[int] = []
    begun = time.monotonic()
    over = threading.Event()

    def live(place: int) -> None:
        while not over.is_set():
            for do in (calls.log_in, calls.log_out):
                try:
                    do(office, place)
                except RigError:
                    failed.append(place)
                    office.telephones[place].hang_up_all()
                else:
                    done.append(int(time.monotonic() - begun))

    threads = [threading.Thread(target=live, args=(place,)) for place in range(telephones)]
    for thread in threads:
        thread.start()
    rang: list[float] = []
    while time.monotonic() < begun + LENGTH:
        with suppress(RigError):
            rang.append(set_up(office))
        time.sleep(PAUSE)
    over.set()
    for thread in threads:
        thread.join()
    return done, len(failed), rang
