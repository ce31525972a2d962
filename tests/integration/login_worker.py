"""One of many processes that log people in at the same time: a line ``phone user`` in, a line with the outcome out."""

from __future__ import annotations

import sys
import time

from hotdesk_module import config
from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.open import open_ledger
from hotdesk_module.adapters.switchboard import AmiSwitchboard
from hotdesk_module.errors import HotdeskError
from hotdesk_module.service import HotDesk


def main() -> None:
    found = config.load()
    ledger, inventory = open_ledger(found)
    ami = Ami(found.manager or inventory.manager())
    desk = HotDesk(ledger, inventory, AmiAstDb(ami), AmiSwitchboard(ami), lambda: int(time.time()), source="cli")
    ami.action("Ping")
    print("ready", flush=True)
    for line in sys.stdin:
        phone, user = line.split()
        try:
            print(desk.login(phone, user).code, flush=True)
        except HotdeskError as error:
            print(error.code, flush=True)


if __name__ == "__main__":
    main()
