"""The daemon's log: one line an occurrence, rotated by ourselves."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler

from hotdesk_module.errors import BadConfig

NAME = "hotdesk"
BYTES = 1_000_000
FILES = 5


def start(path: str) -> logging.Logger:
    """Return the log, which goes to a file, or to standard error where ``path`` is empty.

    Raises:
        BadConfig: the file cannot be written.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if path:
        try:
            handler = RotatingFileHandler(
                path, maxBytes=BYTES, backupCount=FILES, encoding="utf-8", errors="backslashreplace"
            )
        except OSError as error:
            raise BadConfig(f"The log {path} cannot be written ({error.strerror}).") from error
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log = logging.getLogger(NAME)
    log.setLevel(logging.INFO)
    return log


class _OneLine(logging.Formatter):
    """Keeps a message on its line; only a traceback has lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")
