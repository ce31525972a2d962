#!/usr/bin/env python3
"""An AGI script that writes and reads keys of Asterisk's database with our adapter.

agi_reader.py FILE: FILE has the keys and their values in JSON; what was read of each is put beside it, as FILE.read.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from hotdesk_module.adapters.astdb import AgiAstDb
from hotdesk_module.agi.protocol import Agi


def main() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    db = AgiAstDb(Agi(sys.stdin.buffer, sys.stdout.buffer))
    wanted = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for key, value in wanted.items():
        if value is None:
            db.delete(key)
        else:
            db.put(key, value)
    new = Path(f"{sys.argv[1]}.new")
    new.write_text(json.dumps(db.read(wanted)), encoding="utf-8")
    new.rename(f"{sys.argv[1]}.read")


if __name__ == "__main__":
    main()
