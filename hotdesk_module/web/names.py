"""What the phones of the pool are called: all that most pages need of them, and a third of what reading them takes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from hotdesk_module.core.model import Phone
from hotdesk_module.web.database import db, phones
from hotdesk_module.web.listing import number_key


def named_phones(devices: Iterable[str] | None = None) -> dict[str, Phone]:
    """Return the phones of the pool, or those among ``devices``, by their numbers and in the order of these.

    They have a label and a location only.
    """
    query = select(phones.c.device, phones.c.label, phones.c.location)
    if devices is not None:
        query = query.where(phones.c.device.in_(list(devices)))
    with db.engine.connect() as connection:
        rows = connection.execute(query).all()
    found = sorted(rows, key=lambda row: number_key(row.device))
    return {device: Phone(device, label, location=location) for device, label, location in found}
