"""What goes with FreePBX's backup, and back: the pool, the settings, the hot desk PINs (as hashes), what queues are to
people, and the history; nobody's session.

A session is a person who sits at a phone now. Who does so when a backup is restored goes on sitting there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from hotdesk_module import controls, queues, webhooks
from hotdesk_module.administration import Pool
from hotdesk_module.core import changes, policy, webhook
from hotdesk_module.core import pins as pins_
from hotdesk_module.core import pool as pool_
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.changes import By
from hotdesk_module.core.model import Event, Phone, Session
from hotdesk_module.core.queues import UNTOUCHED, Rule
from hotdesk_module.errors import BadExtension, BadImport, BadValue
from hotdesk_module.ports import HistoryFilter, Ledger

FORMAT = 1
# Events read or written at a time.
PAGE = 5000

# What the history says of changes by a restore.
NOTE = "restore"

# What an event is in the file: whether it is applied, and its id, are the business of the machine it happened on.
_EVENT = ("at", "event", "phone", "user", "source", "actor", "code", "detail")


class Restored(NamedTuple):
    """What a restore did.

    Attributes:
        phones: how many the pool has now.
        pins: how many hot desk PINs there are now.
        events: how many events the history did not have yet.
        ended: the sessions at phones that are no longer in the pool.
        warnings: what of the file could not be used.
    """

    phones: int
    pins: int
    events: int
    ended: tuple[Session, ...]
    warnings: tuple[str, ...]


class _Pin(NamedTuple):
    stored: str
    at: int


def dump(ledger: Ledger) -> dict[str, Any]:
    """Return everything that is worth keeping, for JSON: ``hotdesk`` (the format), ``phones``, ``settings``, ``pins``
    (rows of extension, hash, at), ``queues`` (rows of extension, queue, mode), ``history`` (rows of at, event, phone,
    user, source, actor, code, detail; newest first)."""
    return {
        "hotdesk": FORMAT,
        "phones": [pool_.as_fields(p) for p in ledger.phones()],
        "settings": ledger.settings(),
        "pins": [[extension, ledger.pin(extension), at] for extension, at in ledger.pins().items()],
        "queues": [[r.user, r.queue, r.mode] for r in queues.rules(ledger)],
        "history": [[getattr(e, name) for name in _EVENT] for e in _history(ledger)],
    }


def restore(ledger: Ledger, pool: Pool, data: Any) -> Restored:
    """Make pool, settings, hot desk PINs and what queues are to people those of ``data``; add its history to the one
    that is there.

    A backup from before there were hot desk PINs, or queues, leaves them as they are. The next repair lets Asterisk's
    queues follow. The tables are written first: where Asterisk
    is down, only the phones that leave the pool are left to do.

    Raises:
        BadImport: it is not what :func:`dump` returns; nothing was changed.
        DuplicateMac: two of its phones have one address; nothing was changed.
        AsteriskDown: phones that leave the pool are still in it; everything else is restored.
    """
    phones, pins, modes, history = _read(data)
    values, warnings = _settings(data["settings"])
    by = pool.by()
    with ledger.lock():
        saved = {p.device for p in phones}
        before = ledger.phones()
        gone = [p for p in before if p.device not in saved]
        stay = [p for p in before if p.device in saved]
        # Those that leave are in it a moment longer, without their addresses and codes, which may be others' now.
        leaving = [p._replace(mac="", login_code="", logout_code="") for p in gone]
        ledger.save_phones((*leaving, *phones), changes.of_pool(by, stay, phones, NOTE))
        # What is added to the history is old, and nobody is told of it: not now, and not after a crash either.
        waiting = webhooks.state(ledger).waiting
        ledger.begin_delivery(None)
        of_settings = changes.of_settings(by, ledger.settings(), values, NOTE)
        ledger.save_settings({spec.name: values.get(spec.name) for spec in settings_.SPECS}, of_settings)
        if pins is not None:
            _save_pins(ledger, pins, by)
        if modes is not None:
            _save_modes(ledger, modes, by)
        added = _add(ledger, history)
        if webhook.hook(values):
            controls.begin_webhook(ledger)
    ended: tuple[Session, ...] = ()
    for phone in gone:
        ended += pool.remove(phone.device).ended
    if waiting:
        events = "1 earlier event, which" if waiting == 1 else f"{waiting} earlier events, which"
        warnings += (f"The webhook is not told of {events} it had not taken yet.",)
    return Restored(len(phones), len(ledger.pins()), added, ended, warnings)


def _save_pins(ledger: Ledger, pins: Mapping[str, _Pin], by: By) -> None:
    for extension in ledger.pins().keys() - pins.keys():
        ledger.remove_pin(extension, [changes.of_pin(by, extension, changes.PIN_REMOVED, NOTE)])
    for extension, pin in pins.items():
        if ledger.pin(extension) != pin.stored:
            ledger.save_pin(extension, pin.stored, pin.at, [changes.of_pin(by, extension, changes.PIN_SET, NOTE)])


def _save_modes(ledger: Ledger, modes: Mapping[tuple[str, str], str], by: By) -> None:
    before = {(r.user, r.queue): r for r in ledger.queue_rules()}
    for place in {**before, **modes}:
        rule = before.get(place, Rule(*place, UNTOUCHED))
        mode = modes.get(place, UNTOUCHED)
        if mode != rule.mode:
            event = changes.of_queue(by, *place, rule.mode, mode, NOTE)
            ledger.save_queue_rules([rule.turned(mode)], [event])


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


class _Backup(NamedTuple):
    phones: tuple[Phone, ...]
    pins: dict[str, _Pin] | None
    modes: dict[tuple[str, str], str] | None
    history: tuple[Event, ...]


def _read(data: Any) -> _Backup:
    if not isinstance(data, dict) or "hotdesk" not in data:
        raise BadImport("This is not a backup of Hot Desking; 'hotdesk backup FILE' writes one.")
    if data["hotdesk"] != FORMAT:
        raise BadImport(
            f"This backup has format {data['hotdesk']}, and this version reads {FORMAT}. Install the version of Hot"
            " Desking that wrote it, or a newer one."
        )
    try:
        phones = tuple(_phone(fields) for fields in data["phones"])
        pins = dict(_pin(row) for row in data["pins"]) if "pins" in data else None
        modes = dict(_mode(row) for row in data["queues"]) if "queues" in data else None
        events = tuple(_event(row) for row in data["history"])
        if not isinstance(data["settings"], dict):
            raise TypeError
    except (KeyError, TypeError, ValueError, BadExtension, BadValue) as error:
        what = f": {error.message}" if isinstance(error, BadValue) else "."
        raise BadImport(f"The backup is damaged; nothing was restored{what}") from error
    return _Backup(phones, pins, modes, events)


def _pin(row: Any) -> tuple[str, _Pin]:
    extension, stored, at = row
    if not pins_.is_hash(stored):
        raise ValueError
    return policy.check_extension(extension), _Pin(stored, int(at))


def _mode(row: Any) -> tuple[tuple[str, str], str]:
    extension, queue, mode = row
    return (policy.check_extension(extension), policy.check_extension(queue)), queues.check_mode(mode)


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
