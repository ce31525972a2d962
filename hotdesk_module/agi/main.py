"""The entry point of a call: joins the dialogue to its adapters, and survives whatever happens to the caller.

Asterisk sends SIGHUP when the caller hangs up (``res_agi``), which is ignored (:mod:`hotdesk_module.agi.handover`): the
commands that still work go on working, so what has begun is finished, and the next prompt finds out that nobody hears.
"""

from __future__ import annotations

import sys
import time

from hotdesk_module import config
from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AgiAstDb
from hotdesk_module.adapters.open import load_driver, open_ledger
from hotdesk_module.adapters.switchboard import AmiSwitchboard
from hotdesk_module.agi.dialogue import Dialogue
from hotdesk_module.agi.protocol import Agi
from hotdesk_module.errors import Hangup, HotdeskError
from hotdesk_module.service import HotDesk


def hold(arguments: list[str]) -> int:
    """Hold the dialogue that the script's arguments ask for; return the exit status.

    0: the caller got an answer, good or bad. 1: we could not speak; the dialplan sees it in AGISTATUS and does.
    """
    agi = Agi(sys.stdin.buffer, sys.stdout.buffer)
    dialogue = Dialogue(agi, lambda: open_desk(agi))
    try:
        # Not the agi_arg_N of the channel: those begin with the interpreter's own where the dialplan names one.
        converse(dialogue, arguments)
    except Hangup:
        pass
    except Exception as error:
        report(error)
        return _apologize(dialogue)
    return 0


def converse(dialogue: Dialogue, arguments: list[str]) -> str:
    """Hold the dialogue: ``login [extension]``, ``logout``, ``key [phone]``, ``where [extension]``, ``whose [phone]``,
    ``own-login code [extension]`` or ``own-logout code``."""
    verb, *rest = arguments or ["login"]
    first, second = (*rest, "", "")[:2]
    if verb == "login":
        return dialogue.login(first)
    if verb == "logout":
        return dialogue.logout()
    if verb == "key":
        return dialogue.key(first)
    if verb == "where":
        return dialogue.where(first)
    if verb == "whose":
        return dialogue.whose(first)
    if verb == "own-login":
        return dialogue.login(second, own_code=first)
    if verb == "own-logout":
        return dialogue.logout(own_code=first)
    raise ValueError(f"unknown verb {verb!r}: the dialplan and the script are of different versions")


def open_desk(agi: Agi) -> HotDesk:
    """Join the service to the database, to this call's AstDB and to the manager interface."""
    settings = config.load()
    load_driver(settings.database)
    ledger, inventory = open_ledger(settings)
    ami = Ami(settings.manager or inventory.manager())
    desk = HotDesk(ledger, inventory, AgiAstDb(agi), AmiSwitchboard(ami), lambda: int(time.time()), source="phone")
    desk.in_a_call = True
    return desk


def report(error: Exception) -> None:
    """Write what went wrong to the system's log: the type and the place, never a value, which could be a PIN."""
    import syslog

    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
    said = f": {error.message}" if isinstance(error, HotdeskError) else ""
    syslog.openlog("hotdesk")
    syslog.syslog(syslog.LOG_ERR, f"{type(error).__name__} at {where}{said}")


def _apologize(dialogue: Dialogue) -> int:
    try:
        dialogue.apologize()
    except Hangup:
        return 0
    except HotdeskError:
        return 1
    return 0
