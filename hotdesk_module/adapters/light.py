"""PyMySQL for a process that lives for one call, without what it imports and a call does not need.

More than half of the time that its import takes goes into TLS, which we never ask for, into `cryptography` where
Python has it, which only a sign-in by TCP may want, into a parser of option files, and into the printing of tracebacks,
which since Python 3.13 brings the colours of a terminal along. PyMySQL does without each of them.
"""

from __future__ import annotations

import sys
from types import ModuleType

# PyMySQL asks whether they are there.
_MISSING = ("ssl", "cryptography")


def load_pymysql() -> None:
    """Import PyMySQL so, where nothing has imported it yet.

    While this runs no other thread may import anything. What PyMySQL does without is there again afterwards.
    """
    if "pymysql" in sys.modules:
        return
    stand_ins: dict[str, ModuleType | None] = {name: None for name in _MISSING if name not in sys.modules}
    for name, attribute in (("traceback", "format_exc"), ("pymysql.optionfile", "Parser")):
        if name not in sys.modules:
            stand_in = ModuleType(name)
            setattr(stand_in, attribute, str)
            stand_ins[name] = stand_in
    sys.modules.update(stand_ins)  # type: ignore[arg-type]
    try:
        import pymysql  # noqa: F401
    finally:
        for name in stand_ins:
            del sys.modules[name]
