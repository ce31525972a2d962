"""One of many processes that guess at the same time: ``socket database user guesses phone…``; prints how many it tried.

The ledger and its lock are the real ones; Asterisk and FreePBX are not needed to guess wrong.
"""

from __future__ import annotations

import sys
import time

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.mysql import MySql
from hotdesk_module.config import Database
from hotdesk_module.core.model import User
from hotdesk_module.errors import HotdeskError, WrongPin
from hotdesk_module.service import HotDesk
from tests.support.fakes import FakeAstDb, FakeInventory, FakeSwitchboard
from tests.support.rig import mariadb


def main(socket: str, database: str, user: str, guesses: int, phones: list[str]) -> None:
    connection = MySql(Database("mysql", socket=socket, name=database, user=mariadb.USER, password=mariadb.PASSWORD))
    # Fifty wait for each other: whoever waits for too long is not refused but late.
    ledger = SqlLedger(connection, lock_seconds=120)
    inventory = FakeInventory(users=[User(user, "", "default")])
    judged = 0

    def wrong() -> HotdeskError:
        nonlocal judged
        judged += 1
        return WrongPin("wrong")

    desk = HotDesk(ledger, inventory, FakeAstDb(), FakeSwitchboard(), lambda: int(time.time()), "phone")
    ledger.settings()
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(guesses):
        try:
            desk.login(phones[n % len(phones)], user, wrong)
        except HotdeskError as error:
            if error.code not in ("wrong_pin", "locked_out"):
                raise
    print(judged, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5:])
