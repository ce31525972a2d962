"""A small disk over a folder, so that it can be full.

It is mounted in a mount namespace of its own, which a sleeping process keeps: nothing is mounted on the machine, and
what runs on the disk can be killed and started again without losing it.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from tests.support.rig import shell

_PIECE = 1 << 12


class SmallDisk:
    """A disk with a copy of what is in a folder, and ``spare`` bytes more; up from creation to `close`."""

    def __init__(self, folder: Path, spare: int, log: Path) -> None:
        self.folder = folder
        size = sum(one.stat().st_size + _PIECE for one in folder.rglob("*")) + spare
        there, copy = shlex.quote(str(folder)), shlex.quote(f"{folder}.small")
        script = [
            "mount --make-rprivate /",
            f"mkdir -p {copy}",
            f"mount -t tmpfs -o size={size},mode=755 tmpfs {copy}",
            # What is set aside for a file is its own also when the disk is full.
            f"cp -a --sparse=never {there}/. {copy}/",
            f"mount --move {copy} {there}",
            f"rmdir {copy}",
            f"touch {there}/.small",
            "exec sleep infinity",
        ]
        command = ["unshare", "--mount", "sh", "-ec", "\n".join(script)]
        self._holder = shell.start(command, log)
        shell.wait_until(self._is_up, f"a small disk is over {folder}", 20)

    def _is_up(self) -> bool:
        if self._holder.poll() is not None:
            raise shell.RigError(f"no small disk over {self.folder}")
        return (self.seen / ".small").exists()

    @property
    def seen(self) -> Path:
        """The folder as what runs there sees it."""
        return Path(f"/proc/{self._holder.pid}/root") / str(self.folder).lstrip("/")

    def argv(self, command: Sequence[str], user: str | None = None) -> list[str]:
        """The command line that runs `command` there, maybe as another user; it dies with the test process."""
        become = ["--reuid", user, "--regid", user, "--clear-groups"] if user else []
        inside = ["nsenter", "--target", str(self._holder.pid), "--mount", "--"]
        return [*inside, "setpriv", "--pdeathsig", "KILL", *become, *command]

    def fill(self, leave: int = 0) -> None:
        """Let nothing be free any more but so many bytes."""
        with (self.seen / ".filler").open("ab", buffering=0) as filler:
            free = self.free
            while free > leave:
                try:
                    filler.write(bytes(min(_PIECE, free - leave)))
                except OSError:
                    return
                free = self.free

    def make_room(self) -> None:
        """Let there be as much room as before."""
        (self.seen / ".filler").unlink(missing_ok=True)

    @property
    def free(self) -> int:
        """The bytes that are free."""
        room = os.statvfs(self.seen)
        return room.f_bavail * room.f_frsize

    def close(self) -> None:
        shell.stop(self._holder)
