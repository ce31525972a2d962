"""Starting programs and waiting for them, the same way everywhere in the rig."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Callable, TypeVar

_PR_SET_PDEATHSIG = 1
T = TypeVar("T")


class RigError(Exception):
    """The rig itself failed: not a finding about the product."""


class Timeout(RigError, AssertionError):
    """Something that was expected did not happen in time."""


def run(argv: Sequence[str], timeout: float = 60.0, text: str | None = None) -> str:
    """Run a program to its end and return what it printed; a failure says what it printed too."""
    done = subprocess.run(list(argv), input=text, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        raise RigError(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def start(
    argv: Sequence[str], log: Path, env: dict[str, str] | None = None, user: str | None = None
) -> subprocess.Popen[bytes]:
    """Start a long-lived program, maybe as another user, that dies with the test process, whatever ends that."""
    with log.open("ab") as stream:
        return subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=True,
            # Where a core dump is left if it crashes.
            cwd=log.parent,
            # Before the line below, which a later change of user would undo.
            user=user,
            preexec_fn=_die_with_parent,
        )


def temporary_folder(kind: str, parent: Path | None = None) -> Path:
    """A folder named after this process; those of test runs that are no more are removed first."""
    home = parent or Path(tempfile.gettempdir())
    for old in home.glob("hdsk-*"):
        owner = old.name.split("-")[1]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(old, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f"hdsk-{os.getpid()}-{kind}-", dir=home))
    made.chmod(0o755)
    return made


def stop(process: subprocess.Popen[bytes], grace: float = 5.0) -> None:
    """End a program politely, then not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(30)


def wait_until(check: Callable[[], T | None], what: str, timeout: float = 10.0, every: float = 0.05) -> T:
    """Poll where nothing announces the change; returns the first truthy answer."""
    end = time.monotonic() + timeout
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Timeout(f"not within {timeout:g} s: {what}")
        time.sleep(every)


def _die_with_parent() -> None:
    # Runs in the forked child: a killed test run must leave no server behind.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        os._exit(1)
