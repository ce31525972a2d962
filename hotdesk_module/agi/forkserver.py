"""The process that has everything loaded, and becomes the script of a call for each call that is handed over to it.

It does nothing but fork: whatever becomes of a call, this process has not touched it. It ends with the daemon, which
holds the other end of its standard input; the calls that are being held go on.
"""

from __future__ import annotations

import gc
import json  # noqa: F401  (for the calls: what they load themselves, everybody behind them waits for)
import os
import select
import signal
import socket
from contextlib import suppress

from hotdesk_module import config
from hotdesk_module.adapters.open import load_driver
from hotdesk_module.agi.handover import package
from hotdesk_module.agi.main import hold
from hotdesk_module.errors import HotdeskError

# Calls that may wait to be taken.
BACKLOG = 128
# Seconds that a caller's script gets to hand over what it has.
PATIENCE = 3.0
# The daemon's end of the pipe, and the files of a process.
DAEMON, STANDARD = 0, (0, 1, 2)
_PIECE = 65536


def serve(path: str) -> int:
    """Take calls at a socket until the daemon ends."""
    with suppress(HotdeskError):
        load_driver(config.load().database)
    listener = _listen(path)
    mine = package()
    # Nobody waits for those who hold a call.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # What is loaded stays as it is: a child shares it for as long as nobody writes to it.
    gc.collect()
    gc.freeze()
    while True:
        ready, _, _ = select.select([listener.fileno(), DAEMON], [], [])
        if DAEMON in ready:
            return 0
        link, _ = listener.accept()
        with link, suppress(OSError):
            if os.fork() == 0:
                listener.close()
                os._exit(_take(link, mine))


def _listen(path: str) -> socket.socket:
    """Return a socket that only our user may open; one that a killed process left behind is taken away."""
    with suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    return listener


def _take(link: socket.socket, mine: bytes) -> int:
    """Become the script of the call that comes by a connection, and send back the exit status."""
    # What stops the daemon must not stop what has begun.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    status = 1
    try:
        link.settimeout(PATIENCE)
        link.sendall(mine)
        text, files = _receive(link)
        if len(files) != len(STANDARD):
            return status
        link.settimeout(None)
        for file, number in zip(files, STANDARD):
            os.dup2(file, number)
            os.close(file)
        status = hold(os.fsdecode(text).split("\0"))
        link.sendall(bytes([status]))
    except BaseException:
        return 1
    return status


def _receive(link: socket.socket) -> tuple[bytes, list[int]]:
    """Return what was sent, to its end, and the files that came with it."""
    text, files, _, _ = socket.recv_fds(link, _PIECE, len(STANDARD))
    while piece := link.recv(_PIECE):
        text += piece
    return text, files
