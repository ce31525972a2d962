"""A network of its own for one test run.

Asterisk and the phones talk only over the loopback interface of a network namespace, so a test run needs no free
port, disturbs no PBX on the same machine and can reach nothing outside.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import shutil
import signal
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.rig.shell import RigError, run

_PREFIX = "hdsk-"
_CLONE_NEWNET = 0x40000000
_numbers = itertools.count()

# Documentation addresses: routed nowhere, and unlike 127/8 accepted by SIP phones as an address of their own.
NETWORK = "192.0.2."
PBX_ADDRESS = NETWORK + "1"
TRUNK_ADDRESS = NETWORK + "254"


def missing() -> list[str]:
    """What keeps this machine from making a network namespace, in words for a skip reason."""
    if not shutil.which("ip"):
        return ["iproute2"]
    try:
        Namespace().close()
    except RigError:
        return ["the right to make network namespaces"]
    return []


def remove_stale() -> None:
    """Remove the namespaces of test runs that died before they could."""
    for line in run(["ip", "netns", "list"]).splitlines():
        name = line.split()[0] if line.split() else ""
        owner = name[len(_PREFIX) :].split("-")[0]
        if name.startswith(_PREFIX) and owner.isdigit() and not Path(f"/proc/{owner}").exists():
            _remove(name)


def _remove(name: str) -> None:
    with contextlib.suppress(RigError):
        for pid in run(["ip", "netns", "pids", name]).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
    with contextlib.suppress(RigError):
        run(["ip", "netns", "delete", name])


class Namespace:
    """One network namespace, up from creation to `close`."""

    def __init__(self) -> None:
        remove_stale()
        self.name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
        run(["ip", "netns", "add", self.name])
        run(["ip", "-n", self.name, "link", "set", "lo", "up"])
        run(["ip", "-n", self.name, "address", "add", PBX_ADDRESS + "/24", "dev", "lo"])

    def close(self) -> None:
        _remove(self.name)

    def argv(self, command: Sequence[str]) -> list[str]:
        """The command line that runs `command` inside; the process keeps its id, so it can be signalled."""
        return ["ip", "netns", "exec", self.name, *command]

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Put the calling thread inside for a while; sockets made meanwhile stay inside for good."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        inside = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _setns(inside)
            try:
                yield
            finally:
                _setns(home)
        finally:
            os.close(inside)
            os.close(home)

    def connect(self, host: str, port: int, timeout: float = 5.0) -> socket.socket:
        with self.entered():
            return socket.create_connection((host, port), timeout=timeout)


def _setns(descriptor: int) -> None:
    # os.setns came with Python 3.12.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        code = ctypes.get_errno()
        raise RigError(f"setns: {os.strerror(code)}")
