"""The daemon as the demo starts it: `hotdesk serve`, which ends when the demo has ended, however that happened.

The demo holds the other end of our standard input; the system closes it also for a demo that was killed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

# Seconds in which a daemon that was told to end has ended.
_PATIENCE = 15.0


def main() -> None:
    threading.Thread(target=_end_with_the_demo, name="minder", daemon=True).start()
    # Loaded while the demo is being watched already.
    from hotdesk_module.cli import hotdesk

    state, log = sys.argv[1:]
    # One that an earlier demo has left behind would talk to a PBX that is gone.
    hotdesk(["serve", "--stop", "--state", state], prog_name="hotdesk", standalone_mode=False)
    hotdesk(["serve", "--state", state, "--log", log], prog_name="hotdesk")


def _end_with_the_demo() -> None:
    sys.stdin.buffer.read()
    # To the main thread, which waits for files: a signal to another one would not wake it.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    time.sleep(_PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
