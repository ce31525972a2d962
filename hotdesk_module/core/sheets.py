"""Lines of CSV that a spreadsheet opens and does not calculate."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A spreadsheet would calculate what begins like this, Japan's also in full width; the apostrophe makes it text. One
# that is there already gets another, so that what is read back is what was written.
_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
_QUOTED = re.compile(r'[,;"\t\r\n]')
# Excel takes a file for UTF-8 only when it begins with this.
BOM = "\ufeff"


def line(values: Iterable[str]) -> str:
    """Return a line, with commas and CRLF as RFC 4180 has it."""
    return ",".join(_quoted(guarded(value)) for value in values) + "\r\n"


def guarded(value: str) -> str:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if _FORMULA.match(value) else value


def unguarded(value: str) -> str:
    """Return what was guarded."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if _QUOTED.search(value) else value
