"""What a change of the settings means for who is logged in, and for what is on record: said before it is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select

from hotdesk_module.core import expiry, lockout, places
from hotdesk_module.core.model import Session
from hotdesk_module.core.settings import ALLOW, Settings, parse, secret
from hotdesk_module.times import Dailies
from hotdesk_module.web import work
from hotdesk_module.web.database import db, events
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.language import ngettext

DAY = 86400


def what_follows(stored_before: Mapping[str, str], stored_after: Mapping[str, str]) -> list[str]:
    """Return what happens to people and to the history when the settings change, a sentence each.

    Args:
        stored_before, stored_after: what is stored.
    """
    before, after = parse(stored_before), parse(stored_after)
    sessions = work.parts().ledger.sessions()
    users = len({s.user for s in sessions})
    return [
        *_calls(before, after, users),
        *_seats(before, after, sessions),
        *_timers(before, after, sessions),
        *_locks(before, after),
        *_history(before, after),
        *_webhook(before, after, bool(secret(stored_after, "webhook_secret"))),
    ]


def _calls(before: Settings, after: Settings, users: int) -> list[str]:
    lines = []
    if users and before.routing != after.routing:
        sentence = ngettext(
            "Calls to the %(count)s user who is logged in take the new way at once.",
            "Calls to the %(count)s users who are logged in take the new way at once.",
            users,
        )
        lines.append(sentence % {"count": users})
    if users and before.ring_own_phone != after.ring_own_phone:
        lines.append(
            _("The own phones of those who are logged in ring as well, at once.")
            if after.ring_own_phone
            else _("The own phones of those who are logged in stop ringing at once.")
        )
    later = ((before.give_back, after.give_back), (before.voicemail_pin, after.voicemail_pin))
    if users and any(old != new for old, new in later):
        lines.append(_("Who is logged in keeps to the old rule until the next login."))
    return lines


def _seats(before: Settings, after: Settings, sessions: tuple[Session, ...]) -> list[str]:
    most = after.max_phones if after.several_phones == ALLOW else 1
    users = sum(1 for count in Counter(s.user for s in sessions).values() if count > most)
    if not users or (before.several_phones, before.max_phones) == (after.several_phones, after.max_phones):
        return []
    sentence = ngettext(
        "%(count)s user sits at more phones than will be allowed, and stays there until the next login or logout.",
        "%(count)s users sit at more phones than will be allowed, and stay there until their next login or logout.",
        users,
    )
    return [sentence % {"count": users}]


def _timers(before: Settings, after: Settings, sessions: tuple[Session, ...]) -> list[str]:
    at = work.parts()
    pool, now, daily = {p.device: p for p in at.ledger.phones()}, at.clock(), Dailies(work.zone()).next
    was, becomes = (expiry.ends(sessions, pool, s, now, daily) for s in (before, after))
    over = [p for p, end in becomes.items() if end.at <= now and (p not in was or was[p].at > now)]
    sentence = ngettext(
        "At %(count)s phone that time is over: who sits there is logged out within a minute, or after the call.",
        "At %(count)s phones that time is over: who sits there is logged out within a minute, or after the call.",
        len(over),
    )
    lines = [sentence % {"count": len(over)}] if over else []
    if before.daily_by_location != after.daily_by_location:
        strange = places.unknown(after.daily_by_location, (p.location for p in pool.values()))
        if strange:
            line = _("No phone stands at %(names)s. Is it written differently there?")
            lines.append(line % {"names": ", ".join(strange)})
    return lines


def _locks(before: Settings, after: Settings) -> list[str]:
    if before.lock_failures and not after.lock_failures:
        return [_("Wrong PINs lock nobody any more: whoever guesses can go on for as long as it takes.")]
    if lockout.one_phone_locks_users(after) and not lockout.one_phone_locks_users(before):
        return [
            _(
                "Somebody who guesses at one phone can then lock a user, who can log in only at the phones used lately"
                " until the lock ends."
            )
        ]
    return []


def _history(before: Settings, after: Settings) -> list[str]:
    if before.history_days == after.history_days or not after.history_days:
        return []
    oldest = work.parts().clock() - after.history_days * DAY
    lines = db.session.scalar(select(func.count()).select_from(events).where(events.c.at < oldest)) or 0
    sentence = ngettext(
        "%(count)s line of the history is older than that, and will be removed for good.",
        "%(count)s lines of the history are older than that, and will be removed for good.",
        lines,
    )
    return [sentence % {"count": lines}] if lines else []


def _webhook(before: Settings, after: Settings, has_key: bool) -> list[str]:
    if after.webhook_url and not has_key and after.webhook_url != before.webhook_url:
        return [_("The webhook is told of nothing before it has a key as well.")]
    return []
