"""Runs a program of ours with another clock: ``moved_clock.py FILE -m MODULE …`` or ``moved_clock.py FILE SCRIPT …``.

The file holds the seconds that the clock is ahead of the machine's; it is read anew each time somebody asks the time.
The machine's own clock must not be touched by a test, and preloaded libraries that feign one do not agree with every
Python. What is feigned is ``time.time``, the only clock of the world that we ask; a test holds us to that.
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path


def main() -> None:
    where, program, *arguments = sys.argv[1:]
    ahead, machine = Path(where), time.time
    time.time = lambda: machine() + float(ahead.read_text())
    if program == "-m":
        program, *arguments = arguments
        sys.argv = [program, *arguments]
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [program, *arguments]
        runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
