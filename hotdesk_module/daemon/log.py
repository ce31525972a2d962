"""The daemon's log: one line an occurrence, rotated by ourselves."""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from typing import Any

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
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log = logging.getLogger(NAME)
    log.setLevel(logging.INFO)
    return log


class OneLine(logging.Formatter):
    """Keeps a message on its line, as plain text; only a traceback has lines of its own, which are indented.

    Names and addresses are anybody's: nothing in them begins a line, moves a terminal's cursor or turns what follows.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return _plain(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        """Return the traceback, whose last line may say what somebody has sent."""
        return "\n".join(f"    {_plain(line)}" for line in super().formatException(ei).split("\n"))


# Controls, separators of lines and paragraphs, and what changes the direction of a text.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def _plain(text: str) -> str:
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
