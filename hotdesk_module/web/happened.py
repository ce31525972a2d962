"""What has happened meanwhile: for whom acted on a page that was no longer true."""

from __future__ import annotations

from collections.abc import Iterable

from hotdesk_module import times
from hotdesk_module.core.model import Event
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web import work
from hotdesk_module.web.language import gettext as _

# What was lifted longer ago has nothing to do with the lock that was seen; seconds.
RECENT = 86400


def left(phone: str, user: str, since: int) -> str:
    """Return what has become of a session that was seen, and where the user sits now."""
    ledger = work.parts().ledger
    lines = [_gone(phone, user, ledger.events(HistoryFilter(phone, user, "logout", since, limit=1)))]
    for session in ledger.sessions((), (user,)):
        lines.append(_("%(who)s sits at phone %(phone)s now.") % {"who": user, "phone": session.phone})
    return " ".join(lines)


def _gone(phone: str, user: str, ended: Iterable[Event]) -> str:
    for event in ended:
        when = _when(event)
        return _("%(user)s was logged out of phone %(phone)s %(when)s.") % {"user": user, "phone": phone, "when": when}
    return _("%(user)s does not sit at phone %(phone)s any more.") % {"user": user, "phone": phone}


def lifted(kind: str, subject: str, who: str) -> str:
    """Return in a sentence why there is no lock of a user or phone; ``who`` is what it is called in it."""
    phone, user = ("", subject) if kind == "user" else (subject, "")
    lift = HistoryFilter(phone, user, "unlock", work.parts().clock() - RECENT, limit=1)
    for event in work.parts().ledger.events(lift):
        return _("%(who)s is not locked: the lock was lifted %(when)s.") % {"who": who, "when": _when(event)}
    return _("%(who)s is not locked any more.") % {"who": who}


def _when(event: Event) -> str:
    at = times.stamp(event.at, work.zone())
    if event.actor:
        return _("at %(time)s by %(actor)s") % {"time": at, "actor": event.actor}
    return _("at %(time)s") % {"time": at}
