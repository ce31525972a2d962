"""What happened, in the words of who was there: for every line of the history a sentence, in the reader's language."""

from __future__ import annotations

from typing import Callable

from hotdesk_module.web.language import N_
from hotdesk_module.web.language import gettext as _

# An administrator; a timer and a repair are neither.
_BY_OTHERS = ("panel", "cli")


def whats() -> dict[str, str]:
    """Return what can be asked for (see :data:`hotdesk_module.web.history.WHATS`), with its title."""
    return {
        "login": _("Logins"),
        "logout": _("Logouts"),
        "replaced": _("Take-overs"),
        "moved": _("Moves to another phone"),
        "expired": _("Automatic logouts"),
        "refused": _("Refusals"),
        "repair": _("Repairs"),
        "lock": _("Locks after wrong PINs"),
        "unlock": _("Locks lifted"),
        "emergency": _("Emergency calls"),
        "pool": _("Changes of phones"),
        "pin": _("Changes of PINs"),
        "queue": _("Changes of queues"),
        "settings": _("Changes of settings"),
    }


def sources() -> dict[str, str]:
    """Return where something can come from, with its title."""
    return {
        "phone": _("At the phone"),
        "panel": _("Panel"),
        "cli": _("Command line"),
        "timer": _("Timer"),
        "repair": _("Repair"),
    }


def told(event: str, source: str, code: str) -> str:
    """Return what happened, in a sentence; what a newer version has written is told as well as it goes.

    Args:
        event, source, code: see :class:`hotdesk_module.core.model.Event`.
    """
    return _EVENTS[event](source, code) if event in _EVENTS else event


def _login(source: str, code: str) -> str:
    return _("Logged in by an administrator") if source in _BY_OTHERS else _("Logged in")


def _logout(source: str, code: str) -> str:
    if code in _ENDINGS:
        return _(_ENDINGS[code])
    return _("Logged out by an administrator") if source in _BY_OTHERS else _("Logged out")


def _refused(source: str, code: str) -> str:
    return _(_REFUSALS[code]) if code in _REFUSALS else _("Refused")


def _repair(source: str, code: str) -> str:
    return _(_REPAIRS.get(code, _REPAIRS["drift"]))


def _lock(source: str, code: str) -> str:
    if code == "user":
        return _("User locked after too many wrong PINs from several phones")
    return _("Phone locked after too many wrong PINs")


def _unlock(source: str, code: str) -> str:
    return _("Lock after wrong PINs lifted")


def _emergency(source: str, code: str) -> str:
    return _("An emergency number was dialled")


def _pool(source: str, code: str) -> str:
    return {"added": _("Phone added to the pool"), "removed": _("Phone removed from the pool")}.get(
        code, _("Phone changed")
    )


def _pin(source: str, code: str) -> str:
    return _("Hot desk PIN removed") if code == "pin_removed" else _("Hot desk PIN set")


def _queue(source: str, code: str) -> str:
    return _("What a queue is to the user was changed")


def _settings(source: str, code: str) -> str:
    return _("Setting changed")


_EVENTS: dict[str, Callable[[str, str], str]] = {
    "login": _login,
    "logout": _logout,
    "refused": _refused,
    "repair": _repair,
    "lock": _lock,
    "unlock": _unlock,
    "emergency": _emergency,
    "pool": _pool,
    "pin": _pin,
    "queue": _queue,
    "settings": _settings,
}
_REPAIRS = {
    "drift": N_("Asterisk did not match our records and was put right"),
    "recurring": N_("The same difference comes back after every repair; it is repaired on and on without a line here"),
    "forgotten": N_("What was left of extensions deleted in FreePBX was removed"),
    "forwards": N_("Call Forwards to hot desk phones were removed"),
}
_ENDINGS = {
    "replaced": N_("Logged out, because somebody else logged in here"),
    "moved": N_("Logged out, because the user logged in at another phone"),
    "owner": N_("Logged out, because the phone's owner came back"),
    "idle": N_("Logged out automatically: no call for a long time"),
    "max_time": N_("Logged out automatically: logged in for as long as is allowed"),
    "daily": N_("Logged out automatically at the daily time"),
    "user_deleted": N_("Logged out, because the user's extension was deleted in FreePBX"),
    "phone_deleted": N_("Logged out, because the phone was deleted in FreePBX"),
}
_REFUSALS = {
    "wrong_pin": N_("Refused: wrong PIN"),
    "unknown_user": N_("Refused: there is no such extension"),
    "no_mailbox": N_("Refused: the user has neither a mailbox nor a hot desk PIN"),
    "empty_pin": N_("Refused: the user's mailbox has no PIN"),
    "weak_pin": N_("Refused: the PIN is easily guessed"),
    "locked_out": N_("Refused: locked after too many wrong PINs"),
    "bad_extension": N_("Refused: that is not an extension"),
    "no_input": N_("Given up: nothing was entered"),
    "not_in_pool": N_("Refused: the phone is not a hot desk phone"),
    "unknown_phone": N_("Refused: FreePBX does not have this phone"),
    "phone_disabled": N_("Refused: the phone is switched off for logins"),
    "occupied": N_("Refused: somebody else is logged in there"),
    "elsewhere": N_("Refused: the user is logged in at another phone"),
    "too_many_phones": N_("Refused: the user is logged in at as many phones as is allowed"),
    "not_logged_in": N_("Nothing to log out: nobody was logged in"),
    "code_not_here": N_("Refused: the code belongs to another phone"),
    "hangup": N_("Given up: the caller hung up"),
    "ledger_down": N_("Failed: the database did not answer"),
    "busy": N_("Failed: another login took too long"),
    "asterisk_down": N_("Failed: Asterisk did not answer"),
    "internal_error": N_("Failed: an error of Hot Desking"),
}
