"""The codes that the module adds to FreePBX's dialplan, dialled as the generated dialplan has them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from hotdesk_module import dialplan
from hotdesk_module.adapters.inventory import SqlInventory
from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.core.codes import Codes, in_force
from hotdesk_module.core.model import Phone
from hotdesk_module.dialplan import Dialplan
from hotdesk_module.errors import LedgerDown

_AGI = re.compile(r"AGI\([^,]*,(.*)\)")
_EXTEN = re.compile(r"\$\{EXTEN:(\d+)\}")


def generate(codes: Codes | None = None, phones: Iterable[Phone] = ()) -> Dialplan:
    """Return the module's dialplan; the script's path plays no part here."""
    return dialplan.build("hotdesk.py", codes or Codes(), phones)


class Generated:
    """The dialplan for a ledger: generated again at each call, as if Apply Config had been pressed just before."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._latest = generate()

    def __call__(self) -> Dialplan:
        connection = Sqlite(str(self._database))
        try:
            codes = in_force(SqlInventory(connection).feature_codes())
            self._latest = generate(codes, SqlLedger(connection).phones())
        except LedgerDown:
            # Asterisk does not ask a database either: the last dialplan stays in force.
            pass
        finally:
            connection.close()
        return self._latest


def script_arguments(plan: Dialplan, digits: str) -> list[str] | None:
    """Return what the dialplan hands to the script for these digits; None where they are none of its codes.

    An extension that is written out comes before a pattern, and the longer pattern before the shorter, as in Asterisk.
    """
    found = [step for step in plan.steps if step.context == dialplan.CODES and _matches(step.extension, digits)]
    for step in sorted(found, key=lambda step: (step.extension.startswith("_"), -len(step.extension))):
        call = _AGI.fullmatch(step.app)
        if call:
            return _EXTEN.sub(lambda exten: digits[int(exten[1]) :], call[1]).split(",")
    return None


def _matches(extension: str, digits: str) -> bool:
    if not extension.startswith("_"):
        return extension == digits
    # The module's patterns are a code, one digit at least, and whatever follows: `_*11X.`.
    code = extension[1:].removesuffix("X.")
    return re.fullmatch(rf"{re.escape(code)}[0-9].+", digits) is not None
