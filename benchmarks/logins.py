"""One login and one logout at a time: how long the caller waits, and for what."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks import calls
from benchmarks.figures import ALONE, LOGIN, SCRIPT, WAITING, Figure, figure
from benchmarks.office import CALLED, Office, phone
from hotdesk_module.agi import handover
from hotdesk_module.dialplan import INTERCEPTION
from tests.support.rig.agent import Call

TRACED = Path(__file__).with_name("traced.py")
ANSWER = "last digit to the start of the answer"
WITHOUT, WITH = "without the module", "with it"
# Seconds until a call that was given up is gone at both ends.
_OVER = 0.1
RELOADS = "reloads of anything, by a login and a logout"


def measure(office: Office, runs: int) -> Iterator[Figure]:
    """Measure logins and logouts with the daemon's help, then by themselves, by parts."""
    yield from _whole(office, runs, LOGIN)
    yield from _reloads(office)
    yield from _parts(office, runs)
    # Where nobody takes the call, as while the daemon is down.
    office.run_by(f"/usr/bin/python3,-IS,{handover.SCRIPT},/nonexistent")
    yield from _whole(office, runs, ALONE)
    office.run_by(office.script)
    yield from _added(office, runs)


def _whole(office: Office, runs: int, part: str) -> Iterator[Figure]:
    took: dict[str, list[calls.Times]] = {"login": [], "logout": []}
    # The first one warms up caches.
    for turn in range(runs + 1):
        for what, do in (("login", calls.log_in), ("logout", calls.log_out)):
            mark = do(office, 0)
            times = _times(office, mark)
            if turn:
                took[what].append(times)
    for what, found in took.items():
        yield figure(part, f"{what}: {SCRIPT}", "ms", (t.work for t in found))
    yield figure(part, f"login: {ANSWER}", "ms", (t.waiting for t in took["login"]))
    yield figure(
        part, "logout: end of the first second to the start of the answer", "ms", (t.waiting for t in took["logout"])
    )


def _times(office: Office, mark: int) -> calls.Times:
    return calls.times(office.rig.tap, f"PJSIP/{phone(0)}-", mark)


def _reloads(office: Office) -> Iterator[Figure]:
    """Reloads are events of Asterisk's own, which it sends whoever asked for them."""
    mark = office.rig.tap.mark()
    calls.log_in(office, 0)
    calls.log_out(office, 0)
    yield figure(LOGIN, RELOADS, "", [len(office.rig.tap.events("Reload", mark))])


def _parts(office: Office, runs: int) -> Iterator[Figure]:
    """Let the script look at itself."""
    file = office.folder / "trace"
    file.touch()
    file.chmod(0o666)
    office.run_by(f"/usr/bin/python3,-IS,{TRACED},{file},{handover.SCRIPT}")
    for turn in range(runs + 1):
        if turn == 1:
            file.write_text("")
        for do in (calls.log_in, calls.log_out):
            _times(office, do(office, 0))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for what in ("login", "logout"):
        found = [line for line in lines if line["arguments"][0] == what]
        for kind, unit, of in (("milliseconds", "ms", "{}"), ("asked", "", "questions: {}")):
            names = Counter(name for line in found for name in line[kind])
            for name in names:
                if name != "prompts":
                    values = [line[kind].get(name, 0) for line in found]
                    yield figure(ALONE, f"{what}, " + of.format(name), unit, values)


def _added(office: Office, runs: int) -> Iterator[Figure]:
    """Call somebody, without our part of the dialplan and with it, in turns, so that both have the same weather."""
    took: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    ours = office.rig.module_dialplan
    for _ in range(runs):
        for how, text in ((WITHOUT, ""), (WITH, ours)):
            office.rig.load_module_dialplan(text)
            name, value = INTERCEPTION
            office.rig.tap.action("Setvar", Variable=name, Value=value if text else "")
            # The first call after a reload is slower than others.
            set_up(office)
            took[how].append(set_up(office))
    for how, values in took.items():
        yield figure(WAITING, rings(how), "ms", values)


def rings(how: str) -> str:
    """Return the name of a figure."""
    return f"a call to a phone, from dialling to its ringing, {how}"


def set_up(office: Office) -> float:
    """Call a phone that is nobody's hot desk; return the milliseconds until it rings."""
    caller = office.callers[0]
    begun = time.perf_counter()
    call = caller.dial(CALLED)
    caller.wait(call, _rings, "it rings")
    took = (time.perf_counter() - begun) * 1000
    caller.hang_up(call)
    time.sleep(_OVER)
    return took


def _rings(call: Call) -> bool:
    return any(message.status == 180 for message in call.received)
