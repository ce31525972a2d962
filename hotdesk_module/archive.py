"""What goes with FreePBX's backup, and back: the pool, the settings and the history; nobody's session.

A session is a person who sits at a phone now. Who does so when a backup is restored goes on sitting there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from hotdesk_module.administration import Pool
from hotdesk_module.core import pool as pool_
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.model import Event, Phone, Session
from hotdesk_module.errors import BadImport, BadValue
from hotdesk_module.ports import HistoryFilter, Ledger

FORMAT = 1
# Events read or written at a time.
PAGE = 5000

# What an event is in the file: whether it is applied, and its id, are the business of the machine it happened on.
_EVENT = ("at", "event", "phone", "user", "source", "actor", "code", "detail")


class Restored(NamedTuple):
    """What a restore did.

    Attributes:
        phones: how many the pool has now.
        events: how many events the history did not have yet.
        ended: the sessions at phones that are no longer in the pool.
        warnings: what of the file could not be used.
    """

    phones: int
    events: int
    ended: tuple[Session, ...]
    warnings: tuple[str, ...]


def dump(ledger: Ledger) -> dict[str, Any]:
    """Return everything that is worth keeping, for JSON: ``hotdesk`` (the format), ``phones``, ``settings``,
    ``history`` (rows of at, event, phone, user, source, actor, code, detail; newest first)."""
    return {
        "hotdesk": FORMAT,
        "phones": [pool_.as_fields(p) for p in ledger.phones()],
        "settings": ledger.settings(),
        "history": [[getattr(e, name) for name in _EVENT] for e in _history(ledger)],
    }


def restore(ledger: Ledger, pool: Pool, data: Any) -> Restored:
    """Make pool and settings those of ``data``, and add its history to what is there.

    The tables are written first: where Asterisk is down, only the phones that leave the pool are left to do.

    Raises:
        BadImport: it is not what :func:`dump` returns; nothing was changed.
        DuplicateMac: two of its phones have one address; nothing was changed.
        AsteriskDown: phones that leave the pool are still in it; everything else is restored.
    """
    phones, history = _read(data)
    values, warnings = _settings(data["settings"])
    with ledger.lock():
        gone = [p.device for p in ledger.phones() if p.device not in {p.device for p in phones}]
        # Those that leave are in it a moment longer, without their addresses, which may be others' now.
        ledger.save_phones((*map(Phone, gone), *phones))
        ledger.save_settings({spec.name: values.get(spec.name) for spec in settings_.SPECS})
        added = _add(ledger, history)
    ended: tuple[Session, ...] = ()
    for device in gone:
        ended += pool.remove(device).ended
    return Restored(len(phones), added, ended, warnings)


def _history(ledger: Ledger) -> Iterator[Event]:
    offset = 0
    while True:
        events = ledger.events(HistoryFilter(limit=PAGE, offset=offset))
        yield from events
        if len(events) < PAGE:
            return
        offset += PAGE


def _add(ledger: Ledger, history: Iterable[Event]) -> int:
    """Add the events that the history does not have, the oldest first; return how many."""
    known = {event[: len(_EVENT)] for event in _history(ledger)}
    missing = [event for event in history if event[: len(_EVENT)] not in known][::-1]
    for first in range(0, len(missing), PAGE):
        ledger.change((), None, missing[first : first + PAGE])
    return len(missing)


def _read(data: Any) -> tuple[tuple[Phone, ...], tuple[Event, ...]]:
    if not isinstance(data, dict) or "hotdesk" not in data:
        raise BadImport("This is not a backup of Hot Desking; 'hotdesk backup FILE' writes one.")
    if data["hotdesk"] != FORMAT:
        raise BadImport(
            f"This backup has format {data['hotdesk']}, and this version reads {FORMAT}. Install the version of Hot"
            " Desking that wrote it, or a newer one."
        )
    try:
        phones = tuple(_phone(fields) for fields in data["phones"])
        events = tuple(_event(row) for row in data["history"])
        if not isinstance(data["settings"], dict):
            raise TypeError
    except (KeyError, TypeError, ValueError, BadValue) as error:
        what = f": {error.message}" if isinstance(error, BadValue) else "."
        raise BadImport(f"The backup is damaged; nothing was restored{what}") from error
    return phones, events


def _phone(fields: Any) -> Phone:
    if not isinstance(fields, dict):
        raise TypeError
    return pool_.phone({str(name): str(value) for name, value in fields.items()})


def _event(row: Any) -> Event:
    at, event, phone, user, source, actor, code, detail = row
    return Event(int(at), str(event), str(phone), str(user), str(source), str(actor), str(code), str(detail))


def _settings(stored: Mapping[Any, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    values, warnings = {}, []
    for name, value in stored.items():
        try:
            values[str(name)] = settings_.check(str(name), str(value))
        except BadValue as error:
            warnings.append(f"A setting of the backup is left at its default. {error.message}")
    return values, tuple(warnings)
