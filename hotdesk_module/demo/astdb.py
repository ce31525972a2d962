"""The AstDB: one flat store of family/key to value, as Asterisk keeps it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, NamedTuple

from hotdesk_module.demo.monitor import Monitor


class Change(NamedTuple):
    """One key that changed. `None` means that the key was, or is now, absent."""

    time: float
    key: str
    old: str | None
    new: str | None


Listener = Callable[[Change], None]


def join(*parts: str) -> str:
    """Return the path of a key: family and key are only a way to split it."""
    return "/".join(part.strip("/") for part in parts if part.strip("/"))


class AstDb:
    """A thread-safe AstDB which survives a restart of the demo in a JSON file."""

    def __init__(self, monitor: Monitor, path: Path | None = None) -> None:
        self._monitor = monitor
        self._path = path
        self._listeners: list[Listener] = []
        self._values: dict[str, str] = {}
        self._waits = False
        if path is not None and path.exists():
            self._values = {str(key): str(value) for key, value in json.loads(path.read_text("utf-8")).items()}

    def __len__(self) -> int:
        return len(self._values)

    def listen(self, listener: Listener) -> None:
        """Call the listener after each key that changes, under the PBX's lock."""
        self._listeners.append(listener)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write the file once for all that changes meanwhile."""
        with self._monitor.lock:
            self._waits = True
            try:
                yield
            finally:
                self._waits = False
                self._save()

    def get(self, family: str, key: str) -> str | None:
        with self._monitor.lock:
            return self._values.get(join(family, key))

    def value(self, path: str) -> str:
        """Return what `${DB(path)}` gives: the empty string where there is no such key."""
        with self._monitor.lock:
            return self._values.get(join(path), "")

    def put(self, family: str, key: str, value: str) -> None:
        with self._monitor.lock:
            self._set(join(family, key), value)
            self._save()

    def delete(self, family: str, key: str) -> bool:
        """Delete one key; say whether it was there."""
        with self._monitor.lock:
            path = join(family, key)
            if path not in self._values:
                return False
            self._set(path, None)
            self._save()
            return True

    def delete_tree(self, family: str, keytree: str = "") -> int:
        """Delete a key and all below it; return how many went. No family: everything."""
        with self._monitor.lock:
            doomed = [path for path, _ in self.show(join(family, keytree))]
            for path in doomed:
                self._set(path, None)
            self._save()
            return len(doomed)

    def show(self, prefix: str = "") -> list[tuple[str, str]]:
        """Return the keys at or below a path, sorted; the prefix ends at a slash, as in `database show`."""
        prefix = join(prefix)
        with self._monitor.lock:
            return sorted(
                (path, value)
                for path, value in self._values.items()
                if not prefix or path == prefix or path.startswith(prefix + "/")
            )

    def _set(self, path: str, value: str | None) -> None:
        old = self._values.get(path)
        if old == value:
            return
        if value is None:
            del self._values[path]
        else:
            self._values[path] = value
        change = Change(time.time(), path, old, value)
        for listener in self._listeners:
            listener(change)
        self._monitor.touch()

    def _save(self) -> None:
        if self._path is None or self._waits:
            return
        # A rename, so that a demo killed in the middle never leaves half a file.
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._values, indent=1, sort_keys=True), "utf-8")
        os.replace(fresh, self._path)
