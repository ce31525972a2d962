"""How Asterisk expands what asks for keys of its database."""

from __future__ import annotations

import re
from typing import Callable


def expand_keys(expression: str, get: Callable[[str], str | None]) -> str:
    """Return an expression with each ``${DB_EXISTS(key)}`` and ``${DB(key)}`` replaced."""

    def replace(match: re.Match[str]) -> str:
        found = get(match[2])
        if match[1]:
            return "0" if found is None else "1"
        return found or ""

    return re.sub(r"\$\{DB(_EXISTS)?\(([^)]*)\)\}", replace, expression)
