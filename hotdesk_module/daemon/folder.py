"""The state folder: what the daemon keeps beside the database."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from hotdesk_module.adapters.instance import LOCK
from hotdesk_module.agi.handover import SOCKET
from hotdesk_module.errors import BadConfig


class Folder:
    """Names the files of a state folder.

    Attributes:
        socket: where the panel listens.
        calls: where calls are handed over.
        secret: the key with which the bridge signs.
        lock: held by the running daemon, with its process number in it.
        watched: its time is when the daemon last watched the phones.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(path).absolute()
        self.socket = str(self.path / "panel.sock")
        self.calls = str(self.path / SOCKET)
        self.secret = str(self.path / "secret")
        self.lock = str(self.path / LOCK)
        self.watched = str(self.path / "watched")

    def prepare(self) -> None:
        """Make the folder, ours alone.

        Raises:
            BadConfig: it cannot be made, or it is another user's.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chmod(self.path, 0o700)
        except OSError as error:
            raise BadConfig(
                f"The state folder {self.path} cannot be used ({error.strerror}). It must belong to FreePBX's user, and"
                " that user must run this."
            ) from error

    def new_secret(self) -> str:
        """Write a new key for the bridge, all of it or nothing, and return it.

        Raises:
            BadConfig: it cannot be written.
        """
        secret = secrets.token_hex(32)
        new = f"{self.secret}.new"
        try:
            # What a daemon that was killed has left may be another's.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(new)
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(secret)
            os.replace(new, self.secret)
        except OSError as error:
            raise BadConfig(f"{self.secret} cannot be written ({error.strerror}).") from error
        return secret
