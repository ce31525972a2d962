"""Our script as the process that takes calls, noting what calls load that it had not: ``forkserver.py … PATH``.

The names of modules, one a line, in the file ``loaded`` beside the socket.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LOADED = "loaded"


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "import":
        with open(Path(sys.argv[-1]).with_name(LOADED), "a", encoding="utf-8") as file:
            file.write(f"{arguments[0]}\n")


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    from hotdesk_module.agi.handover import run

    os.register_at_fork(after_in_child=lambda: sys.addaudithook(_note))
    sys.exit(run(sys.argv[1:]))
