#!/usr/bin/env python3
"""Give every phone back and take every key of ours out of the AstDB; the tables are FreePBX's to drop.

Run it as often as you like. With the database or Asterisk down it says so and ends with exit status 1: run it again
when they are up, for phones that somebody is logged in at would stay as they are.
"""

from __future__ import annotations

import sys
from pathlib import Path

MODULE = Path(__file__).resolve().parent
sys.path[:0] = [str(MODULE), str(MODULE / "vendor")]

from hotdesk_module import queues  # noqa: E402
from hotdesk_module.administration import Pool  # noqa: E402
from hotdesk_module.compose import compose  # noqa: E402
from hotdesk_module.core.keys import OUR_LAMPS  # noqa: E402
from hotdesk_module.dialplan import INTERCEPTION  # noqa: E402
from hotdesk_module.errors import HotdeskError  # noqa: E402
from hotdesk_module.service import HotDesk  # noqa: E402


def main() -> int:
    """Log everybody out, take every phone out of the pool; return the exit status."""
    try:
        parts = compose()
        try:
            astdb, switchboard = parts.asterisk()
            desk = HotDesk(parts.ledger, parts.inventory, astdb, switchboard, parts.clock, "cli", "uninstall")
            ended = sum(len(o.ended) for o in desk.logout_all())
            print(f"Hot Desking: {ended} logged out")
            # Nobody would unpause whom we have paused.
            queues.release(desk)
            pool = Pool(parts.ledger, parts.inventory, desk)
            for phone in parts.ledger.phones():
                pool.remove(phone.device)
            for key in astdb.matching("HDSK/*", f"{OUR_LAMPS}*"):
                astdb.delete(key)
            switchboard.drop_global(*INTERCEPTION)
            print("Hot Desking: every phone is its own again")
        finally:
            parts.close()
    except HotdeskError as error:
        print(f"Hot Desking: not everything was given back. {error.message} Then run this again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
