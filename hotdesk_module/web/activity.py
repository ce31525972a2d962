"""When something last happened at each phone."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from hotdesk_module.web.database import db, events


def latest(devices: Iterable[str] | None = None) -> dict[str, int]:
    """Return the time of the last event at all phones, or those among ``devices``, where there is any: logins and
    logouts, refusals too."""
    # One walk over the index of phone and time.
    asked = select(events.c.phone, func.max(events.c.at)).group_by(events.c.phone)
    if devices is not None:
        asked = asked.where(events.c.phone.in_(list(devices)))
    with db.engine.connect() as connection:
        return dict(connection.execute(asked).tuples().all())
