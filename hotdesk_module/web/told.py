"""What an administrator is told of phones and of those who sit there, before and afterwards, in the reader's language.

Every sentence names numbers with their names. Where many are concerned, the first of them are named, and then counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Callable, TypeVar

from hotdesk_module.administration import Many, Saved
from hotdesk_module.core.machine import Decision, Ending
from hotdesk_module.core.model import Phone, Session
from hotdesk_module.errors import LedgerDown
from hotdesk_module.sentences import named
from hotdesk_module.service import Outcome
from hotdesk_module.web import happened, work
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.language import ngettext
from hotdesk_module.web.notices import CAUTION, DONE, FAILED, Notice
from hotdesk_module.web.seats import Farewell, Seat

T = TypeVar("T")

# So many sentences of one kind are told one by one.
TOLD = 10


class Names:
    """The names of some people and phones, read once."""

    def __init__(self, users: Iterable[str] = (), devices: Iterable[str] = ()) -> None:
        at = work.parts()
        self._users: dict[str, str] = {}
        self._phones: dict[str, str] = {}
        # What was done is told by numbers alone where the database has gone since.
        with suppress(LedgerDown):
            self._users = {u.extension: u.name for u in at.inventory.users(set(users))}
            self._phones = {p.device: p.label for p in at.ledger.phones(set(devices))}

    def user(self, number: str) -> str:
        """Return ``1003 (Ravi Patel)``."""
        return named(number, self._users)

    def phone(self, number: str) -> str:
        """Return ``200 (Lobby)``."""
        return named(number, self._phones)


def phone_named(phone: Phone) -> str:
    """Return ``200 (Lobby)``."""
    return named(phone.device, {phone.device: phone.label})


# Logging in


def foreseen(decision: Decision, device: str, user: str) -> list[str]:
    """Return what a login would do to others, and to the user's other phones; nothing where it displaces nobody."""
    names = _of(decision.endings, [user], [device])
    lines = []
    for ending in decision.endings:
        who, phone = names.user(ending.session.user), names.phone(ending.session.phone)
        if ending.why == "moved":
            lines.append(_("%(who)s will be moved here from phone %(phone)s.") % {"who": who, "phone": phone})
        elif ending.why == "owner":
            lines.append(_("%(who)s, who sits there, will be logged out: the phone's owner comes back.") % {"who": who})
        else:
            lines.append(_("%(who)s, who sits there, will be logged out.") % {"who": who})
    return lines


def logged_in(outcome: Outcome, device: str, user: str) -> tuple[Notice, ...]:
    """Return what became of a login, and of whom it sent away."""
    names = _of(outcome.ended, [user], [device])
    what = {
        "logged_in": _("%(who)s is logged in at phone %(phone)s now."),
        "already_here": _("%(who)s was logged in at phone %(phone)s already."),
        "home": _("%(who)s is back at the own phone, %(phone)s."),
    }[outcome.code]
    first = what % {"who": names.user(user), "phone": names.phone(device)}
    return Notice(DONE, (first, *_endings(outcome.ended, names))), follows(outcome.applied)


def _endings(endings: Iterable[Ending], names: Names) -> list[str]:
    lines = []
    for ending in endings:
        values = {"who": names.user(ending.session.user), "phone": names.phone(ending.session.phone)}
        lines.append(
            {
                "moved": _("%(who)s was moved away from phone %(phone)s."),
                "replaced": _("%(who)s was logged out of phone %(phone)s, to make room."),
                "owner": _("%(who)s was logged out of phone %(phone)s: its owner is back."),
            }.get(ending.why, _("%(who)s was logged out of phone %(phone)s."))
            % values
        )
    return lines


# Logging out


def logged_out(farewell: Farewell) -> tuple[Notice, ...]:
    """Return who was logged out, and what had become of the others in the meantime."""
    endings = [e for o in farewell.outcomes for e in o.ended]
    names = _of(endings, [s.user for s in farewell.now], [])
    count = len(endings)
    summary = ngettext("%(count)d user was logged out.", "%(count)d users were logged out.", count) % {"count": count}
    done = [summary] if count > TOLD else _endings(endings, names)
    if not count:
        return Notice(CAUTION, (_("Nobody was logged out."), *_left(farewell))), NOTHING
    left = Notice(CAUTION, tuple(_left(farewell)))
    return Notice(DONE, tuple(done)), _stuck(farewell), left, follows(farewell.applied)


def _stuck(farewell: Farewell) -> Notice:
    """Return how many were not logged out because something failed, and what."""
    if farewell.trouble is None:
        return NOTHING
    count = len(farewell.stuck)
    line = ngettext("%(count)d user is still logged in: %(why)s", "%(count)d users are still logged in: %(why)s", count)
    return Notice(FAILED, (line % {"count": count, "why": farewell.trouble.message},))


def _left(farewell: Farewell) -> list[str]:
    """Return what had changed in the meantime, a sentence for each who was to be logged out."""
    now = {s.phone: s for s in farewell.now}
    names = Names(
        [*(seat[1] for seat in farewell.left), *(s.user for s in farewell.now)], [s[0] for s in farewell.left]
    )
    return some(farewell.left, lambda seat: _left_one(seat, now.get(seat[0]), names))


def _left_one(seat: Seat, now: Session | None, names: Names) -> str:
    device, user, _since = seat
    values = {"who": names.user(user), "phone": names.phone(device)}
    if now is None:
        with suppress(LedgerDown):
            return happened.left(*seat)
        return _("%(who)s had left phone %(phone)s already.") % values
    if now.user == user:
        return _("%(who)s has logged in at phone %(phone)s anew in the meantime, and stays.") % values
    other = names.user(now.user)
    return _("%(who)s had left phone %(phone)s already; %(other)s sits there now, and stays.") % {
        **values,
        "other": other,
    }


# The pool


def added(many: Many) -> tuple[Notice, ...]:
    """Return what became of phones that were to join the pool."""
    phones = many.saved.phones
    lines = [_("Phone %(phone)s is in the pool now.") % {"phone": phone_named(p)} for p in phones]
    count = len(phones)
    summary = ngettext("%(count)d phone is in the pool now.", "%(count)d phones are in the pool now.", count)
    done = [summary % {"count": count}] if count > TOLD else lines
    return Notice(DONE, tuple(done)), failures(many), *consequences([many.saved])


def edited(many: Many) -> tuple[Notice, ...]:
    """Return what became of phones that were changed together."""
    count = len(many.saved.phones)
    line = ngettext("%(count)d phone is saved.", "%(count)d phones are saved.", count) % {"count": count}
    return Notice(DONE, (line,) if count else ()), failures(many)


def failures(many: Many) -> Notice:
    """Return what could not be done, and why."""
    return Notice(FAILED, tuple(some(many.errors, lambda one: f"{one[0]}: {one[1].message}")))


def removed(saved: Sequence[Saved]) -> Notice:
    """Return which phones left the pool, and who was logged out with it."""
    sessions = [s for one in saved for s in one.ended]
    names = Names([s.user for s in sessions])
    labels = {p.device: p.label for one in saved for p in one.phones}
    lines = [
        _("%(who)s was logged out of phone %(phone)s.") % {"who": names.user(s.user), "phone": named(s.phone, labels)}
        for s in sessions
    ]
    gone = [_("Phone %(phone)s is not in the pool any more.") % {"phone": phone_named(s.phones[0])} for s in saved]
    count = len(saved)
    summary = ngettext("%(count)d phone was removed.", "%(count)d phones were removed.", count) % {"count": count}
    return Notice(DONE, (*lines, *([summary] if count > TOLD else gone)))


def consequences(saved: Iterable[Saved]) -> tuple[Notice, ...]:
    """Return what an administrator has to know or do after the pool has changed."""
    saved = tuple(saved)
    lines = list(dict.fromkeys(w for s in saved for w in s.warnings))
    if any(s.reload for s in saved):
        lines.append(_("Own codes have changed: click Apply Config, so that the dialplan knows them."))
    return Notice(CAUTION, tuple(lines)), follows(all(s.applied for s in saved))


def follows(applied: bool) -> Notice:
    """Return a word of caution where Asterisk does not follow yet."""
    line = _("It is recorded, but Asterisk does not follow yet. The daemon will finish it.")
    return NOTHING if applied else Notice(CAUTION, (line,))


NOTHING = Notice(CAUTION, ())


def some(those: Sequence[T], tell: Callable[[T], str]) -> list[str]:
    """Return a line for each of the first, and count the rest."""
    lines = [tell(one) for one in those[: 2 * TOLD]]
    rest = len(those) - len(lines)
    if rest:
        lines.append(ngettext("And %(count)d more.", "And %(count)d more.", rest) % {"count": rest})
    return lines


def _of(endings: Iterable[Ending], users: Iterable[str], devices: Iterable[str]) -> Names:
    """Return the names of whom some endings are about, and of some others."""
    endings = tuple(endings)
    return Names([*(e.session.user for e in endings), *users], [*(e.session.phone for e in endings), *devices])
