"""The settings in the words of the page: in which group each stands, what it and its values are called.

What a setting does, in one sentence, :mod:`hotdesk_module.core.settings` says; the translators find it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hotdesk_module.core.settings import (
    ALLOW,
    CALLFORWARD,
    DEVICE,
    EMERGENCY,
    EXPIRY,
    LOCK,
    LOGIN,
    LOGOUT,
    MOVE,
    NEW,
    REFUSE,
    REFUSED,
    REPLACE,
    SET,
    UNLOCK,
    WARN,
    Spec,
)
from hotdesk_module.web.language import N_
from hotdesk_module.web.language import gettext as _


class Choice(NamedTuple):
    """A value to choose.

    Attributes:
        title: what it is called.
        follows: what it means for people, in a sentence; may be empty.
    """

    title: str
    follows: str = ""


class Words(NamedTuple):
    """How a setting is called.

    Attributes:
        unit: what a number counts; empty where it needs none.
        never: what the number 0, or nothing, means; empty where that is nothing special.
        choices: by value; empty for everything else.
    """

    title: str
    unit: str = ""
    never: str = ""
    choices: Mapping[str, Choice] = {}


NEVER, NONE = N_("never"), N_("none")
# What is said of a secret.
_SECRETS = {"": NONE, SET: N_("set"), NEW: N_("a new one")}

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Routing"), ("routing", "ring_own_phone", "give_back", "voicemail_pin")),
    (N_("Logging in"), ("take_over", "several_phones", "max_phones", "weak_pins")),
    (N_("Automatic logout"), ("idle_hours", "max_hours", "daily_at", "daily_by_location")),
    (
        N_("Wrong PINs"),
        ("attempts", "lock_failures", "lock_window", "lock_user_failures", "lock_minutes", "lock_longest"),
    ),
    (N_("Emergency calls"), ("emergency_alert",)),
    (N_("History"), ("history_days",)),
    (N_("Safety"), ("mass_logout",)),
    (N_("Webhook"), ("webhook_url", "webhook_secret", "webhook_events")),
)

WORDS: dict[str, Words] = {
    "routing": Words(
        N_("How calls find the phone"),
        choices={
            DEVICE: Choice(
                N_("The user's list of devices"),
                N_("The shared phone rings as if it were the user's own: ring groups, queues and follow-me as well."),
            ),
            CALLFORWARD: Choice(
                N_("FreePBX's Call Forward"),
                N_(
                    "The forward is visible in FreePBX. Ring groups that ignore Call Forward, and queues that restrict"
                    " agents, do not reach the phone."
                ),
            ),
        },
    ),
    "ring_own_phone": Words(
        N_("The user's own phone"),
        choices={
            "no": Choice(N_("Stays silent"), N_("Calls ring where the user sits, and nowhere else.")),
            "yes": Choice(N_("Rings as well"), N_("Whoever answers first, here or there, has the call.")),
        },
    ),
    "give_back": Words(
        N_("Call forwards, Do Not Disturb and follow-me after logout"),
        choices={
            "no": Choice(N_("Cleared"), N_("They are cleared, and follow-me is switched off, at login and at logout.")),
            "yes": Choice(N_("Given back"), N_("At logout user and phone have again what they had before the login.")),
        },
    ),
    "voicemail_pin": Words(
        N_("The PIN of the mailbox, at a shared phone"),
        choices={
            "no": Choice(N_("As FreePBX has it"), N_("With FreePBX's usual settings a mailbox opens without a PIN.")),
            "yes": Choice(N_("Always asked for"), N_("Whoever finds a phone that was left logged in hears nothing.")),
        },
    ),
    "take_over": Words(
        N_("Somebody logs in where somebody else sits"),
        choices={
            REPLACE: Choice(N_("They take over"), N_("Who sat there is logged out.")),
            REFUSE: Choice(N_("They are refused"), N_("Who sits there has to log out first.")),
        },
    ),
    "several_phones": Words(
        N_("Somebody logs in who sits elsewhere"),
        choices={
            MOVE: Choice(N_("They move"), N_("They are logged out at the other phone.")),
            REFUSE: Choice(N_("They are refused"), N_("They have to log out at the other phone first.")),
            ALLOW: Choice(
                N_("They sit at both"), N_("Calls ring at every phone where they sit, up to the number below.")
            ),
        },
    ),
    "max_phones": Words(N_("Phones of one user"), N_("phones")),
    "weak_pins": Words(
        N_("PINs that are easily guessed"),
        choices={
            WARN: Choice(N_("Warn"), N_("They log in, and the page Health names who has one.")),
            REFUSE: Choice(N_("Refuse"), N_("Who has one must change it before the next login.")),
        },
    ),
    "idle_hours": Words(N_("Log out after so long without a call"), N_("hours"), NEVER),
    "max_hours": Words(N_("Log out after so long in any case"), N_("hours"), NEVER),
    "daily_at": Words(N_("Log out everybody daily at"), never=NEVER),
    "daily_by_location": Words(N_("Locations with another time of the day"), never=N_("none")),
    "attempts": Words(N_("Tries in one call"), N_("tries")),
    "lock_failures": Words(N_("Wrong PINs that lock a phone"), N_("wrong PINs"), N_("never lock")),
    "lock_window": Words(N_("Counted together within"), N_("minutes")),
    "lock_user_failures": Words(N_("Wrong PINs that lock a user"), N_("wrong PINs"), N_("never lock users")),
    "lock_minutes": Words(N_("The first lock lasts"), N_("minutes")),
    "lock_longest": Words(N_("A lock lasts at most"), N_("minutes")),
    "emergency_alert": Words(
        N_("An emergency number is dialled at a hot desk phone"),
        choices={
            "no": Choice(N_("Only note it"), N_("The history has it, and the webhook if it is told of such calls.")),
            "yes": Choice(N_("Say so at once"), N_("In FreePBX's notifications, naming the place and who sits there.")),
        },
    ),
    "history_days": Words(N_("Keep the history for"), N_("days"), N_("for ever")),
    "mass_logout": Words(N_("Logouts by a repair without asking, at most"), N_("sessions")),
    "webhook_url": Words(N_("Address to tell of events"), never=NONE),
    "webhook_secret": Words(N_("Key to sign with"), never=NONE),
    "webhook_events": Words(
        N_("Events to tell of"),
        choices={
            LOGIN: Choice(N_("Logins"), N_("Somebody sits at a phone.")),
            LOGOUT: Choice(N_("Logouts"), N_("Somebody has left, was replaced, has moved, or was logged out.")),
            EXPIRY: Choice(N_("Automatic logouts"), N_("Somebody's time was over.")),
            LOCK: Choice(N_("Locks"), N_("Wrong PINs have locked a phone or a user.")),
            EMERGENCY: Choice(N_("Emergency calls"), N_("An emergency number was dialled at a hot desk phone.")),
            UNLOCK: Choice(N_("Lifted locks"), N_("An administrator has lifted a lock.")),
            REFUSED: Choice(N_("Refusals"), N_("Somebody could not log in or out. These may be many.")),
        },
    ),
}


def said(spec: Spec, value: str) -> str:
    """Return a value as people say it, in the reader's language: ``8 hours``, ``They move``, ``never``."""
    words = WORDS[spec.name]
    if spec.secret:
        return _(_SECRETS[value])
    if spec.several:
        return ", ".join(_(words.choices[choice].title) for choice in value.split(","))
    if words.choices:
        return _(words.choices[value].title)
    if words.never and value in ("", "0"):
        return _(words.never)
    return f"{value} {_(words.unit)}" if words.unit else value
