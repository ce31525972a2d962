"""Join the adapters for the command line, the daemon and the panel: the one place a test replaces."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Callable, NamedTuple

from hotdesk_module import config
from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.memory import Memory
from hotdesk_module.adapters.open import open_ledger
from hotdesk_module.adapters.switchboard import AmiSwitchboard
from hotdesk_module.ports import AstDbTree, Clock, Inventory, Ledger, Switchboard


class Parts(NamedTuple):
    """The adapters that an entry point works on.

    Attributes:
        asterisk: makes the AstDB and the switchboard; called only where Asterisk is needed.
        close: lets go of the database and of Asterisk.
    """

    ledger: Ledger
    inventory: Inventory
    asterisk: Callable[[], tuple[AstDbTree, Switchboard]]
    clock: Clock
    close: Callable[[], None]


def compose(memory: Memory | None = None) -> Parts:
    """Return the real adapters; nothing is connected before it is used.

    Args:
        memory: of a process that lives long.

    Raises:
        BadConfig: we cannot tell where the database is.
    """
    settings = config.load()
    ledger, inventory = open_ledger(settings, memory)

    open_until_the_end = ExitStack()
    open_until_the_end.callback(ledger.close)

    def asterisk() -> tuple[AstDbTree, Switchboard]:
        ami = Ami(settings.manager or inventory.manager())
        open_until_the_end.callback(ami.close)
        return AmiAstDb(ami), AmiSwitchboard(ami)

    return Parts(ledger, inventory, asterisk, lambda: int(time.time()), open_until_the_end.close)
