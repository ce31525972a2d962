"""The script of a call: gives the call to a process that has everything loaded, or else does all of it itself.

To start Python and load what a login needs takes several times as long as the login. The daemon keeps a process that
has done that and forks it for each call (:mod:`hotdesk_module.agi.forkserver`); this one has only to start, hand over
its pipes, and wait. Where nobody takes the call (the daemon is down, or of another version) it goes on by itself, so
nothing depends on the daemon.

Nothing is imported that Python has not loaded by itself: ``socket`` and ``signal`` would bring ``enum`` along and
double the time.
"""

from __future__ import annotations

import os
import sys
from _signal import SIG_IGN, SIGHUP, signal  # type: ignore[import-not-found,unused-ignore]
from _socket import AF_UNIX, SCM_RIGHTS, SHUT_WR, SOCK_STREAM, SOL_SOCKET, socket

# What Asterisk starts, and where in the daemon's state folder calls are taken.
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCRIPT = os.path.join(os.path.dirname(PACKAGE), "agi-bin", "hotdesk.py")
SOCKET = "calls.sock"
# Before a path: be the process that takes them.
SERVE = "forkserver"
# Seconds until somebody must have taken the call; on a busy machine doing it ourselves takes longer still.
PATIENCE = 3.0
_STANDARD = (0, 1, 2)


def run(arguments: list[str]) -> int:
    """Hold the dialogue that the arguments ask for; return the exit status.

    Args:
        arguments: of the dialplan; the first may be the path of the socket where calls are taken.
    """
    # Asterisk's word for a caller who hung up; what has begun must not end by it.
    signal(SIGHUP, SIG_IGN)
    if arguments[:1] == [SERVE]:
        _find_packages()
        from hotdesk_module.agi.forkserver import serve

        return serve(arguments[1])
    if arguments and arguments[0].startswith("/"):
        path, *arguments = arguments
        status = hand_over(path, arguments)
        if status is not None:
            return status
    _find_packages()
    from hotdesk_module.agi.main import hold

    return hold(arguments)


def hand_over(path: str, arguments: list[str]) -> int | None:
    """Let the process at a socket hold the dialogue; return its exit status, None where nobody has taken the call.

    Who takes it says first which package it runs. By then it is a process of this call's own, so nobody can take a
    call twice: whoever comes too late finds the connection closed, and nothing in it.
    """
    link = socket(AF_UNIX, SOCK_STREAM)
    try:
        link.settimeout(PATIENCE)
        link.connect(path)
        if link.recv(len(package()) + 1) != package():
            return None
        _send(link, arguments)
    except OSError:
        link.close()
        return None
    try:
        link.settimeout(None)
        status = link.recv(1)
    except OSError:
        status = b""
    # It died in the middle: to Asterisk the script has.
    return status[0] if status else 1


def package() -> bytes:
    """Return what tells this copy of the package from another one, as an upgrade brings it."""
    found = os.stat(PACKAGE)
    return f"{found.st_dev} {found.st_ino}\n".encode()


def _send(link: socket, arguments: list[str]) -> None:
    """Send our standard files and the arguments."""
    files = b"".join(number.to_bytes(4, sys.byteorder) for number in _STANDARD)
    link.sendmsg([os.fsencode("\0".join(arguments))], [(SOL_SOCKET, SCM_RIGHTS, files)])
    link.shutdown(SHUT_WR)


def _find_packages() -> None:
    """Let Python find what is installed beside it, where the packages have not come with the module.

    The dialplan starts it with ``-S``, without that: it takes a third of the time of starting Python.
    """
    if sys.flags.no_site and not os.path.isdir(os.path.join(os.path.dirname(PACKAGE), "vendor")):
        import site

        site.main()
