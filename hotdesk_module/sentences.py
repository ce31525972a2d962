"""What people are told of a login or logout, by the command line and by the panel alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hotdesk_module.core.machine import Ending
from hotdesk_module.service import Outcome

_OUTCOMES = {
    "logged_in": "{user} is logged in at {phone} now.",
    "already_here": "{user} was logged in at {phone} already.",
    "home": "{user} is back at the own phone, {phone}.",
}
_WHY = {"replaced": "replaced", "moved": "moved", "owner": "the owner came back", "logout": ""}


def named(number: str, names: Mapping[str, str]) -> str:
    """Return a number with the name that goes with it."""
    return f"{number} ({names[number]})" if names.get(number) else number


def login(outcome: Outcome, phone: str, user: str, labels: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    """Return what became of a login, and of whom it sent away."""
    first = _OUTCOMES[outcome.code].format(user=named(user, names), phone=f"phone {named(phone, labels)}")
    return [first, *endings([outcome], names)]


def endings(outcomes: Iterable[Outcome], names: Mapping[str, str] | None = None) -> list[str]:
    """Return who was logged out, a sentence each."""
    lines = []
    for ending in (e for o in outcomes for e in o.ended):
        why = _WHY.get(ending.why, ending.why)
        who = named(ending.session.user, names or {})
        lines.append(f"{who} was logged out of phone {ending.session.phone}{f' ({why})' if why else ''}.")
    return lines


def gone(ended: Iterable[Ending], would: str = "was") -> list[str]:
    """Return whose session ended, or would end, because FreePBX has the user or the phone no more."""
    return [
        f"{e.session.user} {would} logged out of phone {e.session.phone}: FreePBX has no such"
        f" {'user' if e.why == 'user_deleted' else 'phone'} any more."
        for e in ended
    ]
