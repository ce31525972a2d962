"""What a piece of work starts and asks of Asterisk's manager, seen from outside: by strace, which slows it down."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

# As strace begins a line: a call as a whole, or its beginning where another process comes in between.
_FORK = re.compile(r"^\d+ +(?:clone3?|v?fork)\((?!.*CLONE_THREAD)(?!.*\) += -1)", re.MULTILINE)
_PROGRAM = re.compile(r"^\d+ +execve\((.*)\) += 0$|^\d+ +execve\((.*) <unfinished", re.MULTILINE)
_SAID = re.compile(r"^\d+ +(?:write|sendto|sendmsg)\(\d+, (.*)$", re.MULTILINE)
_ACTION = re.compile(r"(?:\"|\\n)action: (\w+)", re.IGNORECASE)
_RELOAD = re.compile(r"\breload\b", re.IGNORECASE)
# A shell that is given a command runs it as another program, which is counted.
_SHELL = re.compile(r'^"[^"]*/(?:ba|da)?sh", \["\w+", "-c"')
# Seconds until strace is at all threads, and until what was begun is over.
_READY, _OVER = 1.5, 1.0


class Counts(NamedTuple):
    """How much was needed.

    Attributes:
        processes: that were started, threads not among them.
        programs: that they became.
        actions: that were sent to Asterisk's manager.
        reloads: of anything, asked for by a program or by an action.
    """

    processes: int
    programs: int
    actions: int
    reloads: int


def missing() -> list[str]:
    """What this machine lacks, in words for an error."""
    return [] if shutil.which("strace") else ["strace (Debian and Sangoma Linux have it)"]


@contextmanager
def watched(processes: Sequence[int], file: Path) -> Iterator[None]:
    """Write down what some processes, and all that they start, do in the block."""
    command = ["strace", "-f", "-s", "4000", "-o", str(file)]
    command += ["-e", "trace=execve,clone,clone3,fork,vfork,write,sendto,sendmsg"]
    for process in processes:
        command += ["-p", str(process)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(_READY)
        yield
        time.sleep(_OVER)
    finally:
        running.terminate()
        running.wait(10)


def count(text: str) -> Counts:
    """Count in what strace has written."""
    programs = [whole or begun for whole, begun in _PROGRAM.findall(text)]
    said = _SAID.findall(text)
    actions = sum(len(_ACTION.findall(line)) for line in said)
    reloads = sum(1 for line in said if _ACTION.search(line) and _RELOAD.search(line))
    reloads += sum(1 for line in programs if _RELOAD.search(line) and not _SHELL.match(line))
    return Counts(len(_FORK.findall(text)), len(programs), actions, reloads)
