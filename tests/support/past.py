"""Years of hot desking in a moment: a history as logins and logouts would have left it, and who still sits there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from hotdesk_module.core.model import Event, Session

# Of a hundred things that happen.
REFUSED, REPAIRED = 8, 2


class Past(NamedTuple):
    """What happened, the oldest first, and who sits where at the end."""

    events: tuple[Event, ...]
    sessions: tuple[Session, ...]


def past(
    phones: Sequence[str], users: Sequence[str], count: int, end: int, span: int, seed: int = 1, step: int = 1
) -> Past:
    """Return a history of about ``count`` events in the ``span`` seconds before ``end``.

    Args:
        step: every time is a multiple of so many seconds.
    """
    chance = random.Random(seed)
    moments = sorted(end - span + chance.randrange(span // step) * step for _ in range(count * 3 // 4))
    at_phone: dict[str, tuple[str, int]] = {}
    phone_of: dict[str, str] = {}
    events: list[Event] = []

    def leave(at: int, phone: str, source: str, why: str) -> None:
        user, _ = at_phone.pop(phone)
        del phone_of[user]
        events.append(Event(at, "logout", phone, user, source, "maria" if source == "panel" else "", why))

    for at in moments:
        kind, phone, user = chance.randrange(100), chance.choice(phones), chance.choice(users)
        if kind < REFUSED:
            events.append(Event(at, "refused", phone, user, "phone", "", chance.choice(("wrong_pin", "locked_out"))))
        elif kind < REFUSED + REPAIRED:
            events.append(Event(at, "repair", "", "", "repair", "", "drift", f"DEVICE/{phone}/user"))
        elif phone in at_phone and chance.random() < 0.8:
            source, why = chance.choice((("phone", "logout"), ("panel", "logout"), ("timer", "idle")))
            leave(at, phone, source, why)
        elif at_phone.get(phone, ("",))[0] != user:
            if phone in at_phone:
                leave(at, phone, "phone", "replaced")
            if user in phone_of:
                leave(at, phone_of[user], "phone", "moved")
            at_phone[phone], phone_of[user] = (user, at), phone
            events.append(Event(at, "login", phone, user, "phone"))
    return Past(tuple(events), tuple(Session(p, u, since) for p, (u, since) in at_phone.items()))
