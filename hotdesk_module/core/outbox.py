"""What is still to be done for changes that are in the ledger: events that are not applied, and their keys."""

from __future__ import annotations

from collections.abc import Iterable

from hotdesk_module.core.keys import FORWARDS
from hotdesk_module.core.model import Event, Keys


def pending(events: Iterable[Event]) -> Keys:
    """Return what is still to be done once, the younger events having the last word."""
    keys: Keys = {}
    for event in events:
        keys.update(event.pending or {})
    return keys


def touching(events: Iterable[Event], phones: Iterable[str], users: Iterable[str]) -> tuple[Event, ...]:
    """Return the events of these phones and users, and of those that such events lead to: what a crash left behind is
    finished together, because the events of one change name several phones and users, and what is still to be done
    for it may be an owner's, whom no event names."""
    events, near = tuple(events), {*phones, *users} - {""}
    while True:
        found = tuple(e for e in events if not near.isdisjoint(_named(e)))
        grown = near.union(*map(_named, found))
        if grown == near:
            return found
        near = grown


def _named(event: Event) -> set[str]:
    """Return the phone and user of an event, and the extensions whose keys wait for it."""
    keys = (key.split("/") for key in event.pending or {})
    return {event.phone, event.user, *(k[1] for k in keys if k[0] in ("AMPUSER", *FORWARDS))} - {""}
