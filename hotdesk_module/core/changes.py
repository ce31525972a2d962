"""What an administrator changed, as lines of the history: which fields, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hotdesk_module.core import places, pool
from hotdesk_module.core.model import Event, Phone
from hotdesk_module.core.settings import Change, differences

ADDED = "added"
CHANGED = "changed"
REMOVED = "removed"
PIN_SET = "pin_set"
PIN_REMOVED = "pin_removed"

# As long as the column of the table.
LENGTH = 255
# So much of a text is shown, so that several fields have room.
_SHOWN = 40
_NOTHING = "–"


class By(NamedTuple):
    """Who changes something, from which entry point, and when; see :class:`hotdesk_module.core.model.Event`."""

    at: int
    source: str
    actor: str


def of_pool(by: By, before: Iterable[Phone], after: Iterable[Phone], note: str = "") -> tuple[Event, ...]:
    """Return an event for each phone that was added, changed or removed; what stays as it is has none.

    Args:
        before, after: the phones that the change is about.
        note: how it came about, where that is not one change by hand, e.g. ``import``.
    """
    old, new = {p.device: p for p in before}, {p.device: p for p in after}
    events = []
    for device in dict.fromkeys((*old, *new)):
        was, now = old.get(device), new.get(device)
        if was != now:
            code, words = _what(was, now)
            events.append(Event(by.at, "pool", device, "", by.source, by.actor, code, _detail(note, words)))
    return tuple(events)


def of_settings(by: By, before: Mapping[str, str], after: Mapping[str, str], note: str = "") -> tuple[Event, ...]:
    """Return an event for each setting whose value in force is another one: of locations for each of them, of a secret
    only that it is.

    Args:
        before, after: what is stored.
    """
    changes = [line for change in differences(before, after) for line in _setting(change)]
    return tuple(
        Event(by.at, "settings", "", "", by.source, by.actor, CHANGED, _detail(note, [change])) for change in changes
    )


def _setting(change: Change) -> list[str]:
    name = change.spec.name
    if not change.spec.places:
        return [f"{name}: {_clip(change.old)} → {_clip(change.new)}"]
    was, now = dict(places.parse(change.old)), dict(places.parse(change.new))
    names = [place for place in sorted({*was, *now}, key=str.casefold) if was.get(place) != now.get(place)]
    return [f"{name}: {_clip(n)}: {was.get(n, _NOTHING)} → {now.get(n, _NOTHING)}" for n in names]


def of_pin(by: By, extension: str, code: str, note: str = "") -> Event:
    """Return that a hot desk PIN was set or removed; never which."""
    return Event(by.at, "pin", "", extension, by.source, by.actor, code, note)


def of_queue(by: By, extension: str, queue: str, old: str, new: str, note: str = "") -> Event:
    """Return that a queue is something else to somebody; it is to be applied still."""
    detail = _detail(note, [f"{queue}: {old} → {new}"])
    return Event(by.at, "queue", "", extension, by.source, by.actor, CHANGED, detail, applied=False)


def _what(was: Phone | None, now: Phone | None) -> tuple[str, list[str]]:
    if was and now:
        return CHANGED, _differences(was, now)
    if now:
        return ADDED, _fields(now)
    assert was is not None
    return REMOVED, _fields(was)


def _differences(was: Phone, now: Phone) -> list[str]:
    old, new = pool.as_fields(was), pool.as_fields(now)
    return [f"{name}: {_clip(old[name])} → {_clip(new[name])}" for name in old if old[name] != new[name]]


def _fields(phone: Phone) -> list[str]:
    """Return what is not as it is by default, so that a phone that was removed can be had again."""
    plain, own = pool.as_fields(Phone(phone.device)), pool.as_fields(phone)
    return [f"{name}: {_clip(own[name])}" for name in own if own[name] != plain[name]]


def _detail(note: str, words: list[str]) -> str:
    return _clip("; ".join([*([note] if note else []), *words]), LENGTH, "")


def _clip(text: str, length: int = _SHOWN, nothing: str = _NOTHING) -> str:
    return (text if len(text) <= length else f"{text[: length - 1]}…") or nothing
