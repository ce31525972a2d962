"""The phone that a page is about."""

from __future__ import annotations

from hotdesk_module.core.texts import LENGTH
from hotdesk_module.errors import NotInPool
from hotdesk_module.web import work
from hotdesk_module.web.rows import Row, rows


def one(device: str) -> Row:
    """Return a phone of the pool.

    Raises:
        NotInPool: it is none.
    """
    for row in rows(work.parts(), [device]):
        return row
    raise NotInPool(f"Phone {device[:LENGTH]} is not a hot desk phone.")
