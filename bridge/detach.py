"""Run a command of the module in the background: ``detach.py OUTPUT ARGUMENT …``.

FreePBX's commands hold locks and connections open, and Apache waits for whoever has its pipes. A process that is to
live on must have none of them: all is closed, a session of its own is begun, and what it prints goes to OUTPUT.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

MODULE = Path(__file__).resolve().parent.parent


def main(output: str, arguments: list[str]) -> None:
    """Fork twice, let everything go, become the command."""
    # Anew each time, and nobody else's to read.
    os.umask(0o077)
    os.makedirs(os.path.dirname(output), exist_ok=True)
    printed = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    for number, end in enumerate((nothing, printed, printed)):
        os.dup2(end, number)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            with contextlib.suppress(OSError):
                os.close(int(name))
    command = str(MODULE / "hotdesk_module" / "__main__.py")
    os.execv(sys.executable, [sys.executable, "-I", command, *arguments])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
