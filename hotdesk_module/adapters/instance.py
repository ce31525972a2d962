"""The one process of a kind: a lock on a file, which the system takes back from a process that died."""

from __future__ import annotations

import fcntl
import os
import time
from typing import IO

# The daemon's, in its state folder.
LOCK = "serve.lock"

# Somebody who only looks holds the lock for a moment, too.
PATIENCE = 0.5
POLL = 0.02


class Instance:
    """Claims a lock file and writes our process number into it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def claim(self) -> bool:
        """Return whether the file is ours now; False where another process has it.

        Raises:
            OSError: the file cannot be written.
        """
        file = open(self._path, "a+", encoding="ascii")  # noqa: SIM115
        os.chmod(self._path, 0o600)
        deadline = time.monotonic() + PATIENCE
        while not _lock(file, fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                file.close()
                return False
            time.sleep(POLL)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file
        return True

    def holds(self) -> bool:
        """Return whether what we have claimed is still what others find under its name.

        Where the folder was removed or replaced, the next process finds nothing locked and runs beside us.
        """
        if self._file is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), os.stat(self._path))
        except OSError:
            return False

    def release(self) -> None:
        """Let go; the file stays, for removing it would let two processes each lock one of its name."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def holder(path: str) -> int | None:
    """Return the number of the process that has claimed a lock file, 0 where it has not written it yet, or None.

    Raises:
        PermissionError: we may not look.
    """
    try:
        file = open(path, encoding="ascii", errors="replace")  # noqa: SIM115
    except FileNotFoundError:
        return None
    with file:
        if _lock(file, fcntl.LOCK_SH):
            return None
        text = file.read(20).strip()
        return int(text) if text.isascii() and text.isdigit() else 0


def runs(path: str) -> bool | None:
    """Return whether a process has claimed a lock file; None where we may not look."""
    try:
        return holder(path) is not None
    except OSError:
        return None


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
