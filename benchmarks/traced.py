"""Runs the script of a call and writes down what it asked whom, and how long it waited: ``traced.py FILE SCRIPT …``.

A line of JSON for each call: milliseconds by part, and how often each side was asked, apart for what was done while a
prompt played, for which nobody waits. What is asked is not changed; to look costs some microseconds each time.
"""

from __future__ import annotations

import sys
import time

# What Python has taken before its first line is the process's own time: nobody else can be asked.
STARTED = time.process_time()

import json  # noqa: E402
import os  # noqa: E402
from typing import Any, Callable  # noqa: E402

# What speaks; whoever hears it does not wait for us.
PROMPTS = ("STREAM FILE", "GET DATA", "SAY ")


class Trace:
    """What one call asks for."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}
        self.asked: dict[str, int] = {}
        self.speaking = 0
        self._inside = 0

    def watch(self, owner: Any, name: str, side: str) -> None:
        """Count and time every call of a method; what it calls in turn is part of it."""
        real: Callable[..., Any] = getattr(owner, name)

        def watched(*arguments: Any, **more: Any) -> Any:
            if self._inside:
                return real(*arguments, **more)
            where = f"{side} behind a prompt" if self.speaking else side
            self.asked[where] = self.asked.get(where, 0) + 1
            self._inside += 1
            begun = time.perf_counter()
            try:
                return real(*arguments, **more)
            finally:
                self._inside -= 1
                self.add(where, time.perf_counter() - begun)

        setattr(owner, name, watched)

    def add(self, part: str, seconds: float) -> None:
        self.milliseconds[part] = self.milliseconds.get(part, 0.0) + seconds * 1000


def watch_agi(trace: Trace) -> None:
    """Tell prompts, for which the caller waits, from all other commands."""
    from hotdesk_module.agi.protocol import Agi

    send, receive = Agi._send, Agi._receive

    def sending(self: Agi, command: str, arguments: tuple[str, ...]) -> None:
        if command.startswith(PROMPTS):
            trace.speaking += 1
        send(self, command, arguments)

    def receiving(self: Agi, command: str) -> Any:
        prompt = command.startswith(PROMPTS)
        begun = time.perf_counter()
        try:
            return receive(self, command)
        finally:
            took = time.perf_counter() - begun
            if prompt:
                trace.speaking -= 1
                trace.add("prompts", took)
            else:
                side = "Asterisk (AGI)"
                trace.asked[side] = trace.asked.get(side, 0) + 1
                trace.add(side, took)

    Agi._send, Agi._receive = sending, receiving  # type: ignore[method-assign]


def main() -> None:
    file, script, *arguments = sys.argv[1:]
    trace = Trace()
    trace.add("starting Python", STARTED)
    begun = time.perf_counter()
    root = os.path.dirname(os.path.dirname(script))
    sys.path[:0] = [root, os.path.join(root, "vendor")]
    from hotdesk_module.agi import handover

    # As the script itself does.
    handover._find_packages()
    from hotdesk_module.adapters.ami import Ami
    from hotdesk_module.adapters.mysql import MySql
    from hotdesk_module.agi import main as call

    trace.add("imports", time.perf_counter() - begun)
    watch_agi(trace)
    for method in ("select", "execute", "many", "_try"):
        trace.watch(MySql, method, "database")
    for method in ("_sign_in", "_exchange"):
        trace.watch(Ami, method, "Asterisk (manager)")
    trace.watch(call, "load_driver", "database driver")
    begun = time.perf_counter()
    status = handover.run(arguments)
    whole = time.perf_counter() - begun
    trace.add(
        "in all, prompts apart",
        STARTED + whole + (trace.milliseconds["imports"] - trace.milliseconds["prompts"]) / 1000,
    )
    with open(file, "a", encoding="utf-8") as lines:
        lines.write(
            json.dumps({"arguments": arguments, "milliseconds": trace.milliseconds, "asked": trace.asked}) + "\n"
        )
    sys.exit(status)


if __name__ == "__main__":
    main()
