"""Who may sit where: the pool, the mailbox, and locks against guessing."""

from __future__ import annotations

import re
from typing import NamedTuple

from hotdesk_module.core.model import Phone, User
from hotdesk_module.core.settings import Settings
from hotdesk_module.errors import (
    BadExtension,
    EmptyPin,
    HotdeskError,
    NoMailbox,
    NotInPool,
    PhoneDisabled,
    UnknownUser,
)

# FreePBX's columns users.extension and devices.id hold 20 characters.
_EXTENSION = re.compile(r"[0-9]{1,20}")


def check_extension(text: str) -> str:
    """Return ``text`` if it can be an extension: 1 to 20 digits.

    Raises:
        BadExtension: it cannot.
    """
    if not _EXTENSION.fullmatch(text):
        raise BadExtension(f"'{text[:40]}' is not an extension: an extension is 1 to 20 digits.")
    return text


def refuse_phone(device: str, phone: Phone | None) -> HotdeskError | None:
    """Return why nobody can log in at this phone, or None."""
    if phone is None:
        return NotInPool(f"Phone {device} is not a hot desk phone.")
    if not phone.enabled:
        return PhoneDisabled(f"Phone {device} is switched off for logins.")
    return None


def refuse_user(extension: str, user: User | None, has_pin: bool = False) -> HotdeskError | None:
    """Return why this user cannot log in with a PIN, or None.

    Args:
        has_pin: there is a hot desk PIN, for a user without a mailbox.

    What was entered as an extension and is none stays unsaid: it may be a PIN, entered too early.
    """
    if user is None:
        return UnknownUser("There is no such extension.")
    if not user.mailbox and not has_pin:
        return NoMailbox(f"Extension {extension} has neither a mailbox nor a hot desk PIN.")
    return None


def refuse_password(extension: str, password: str) -> HotdeskError | None:
    """Return why a mailbox password cannot be a login PIN, or None.

    ``password`` is app_voicemail's: one leading ``-`` marks a PIN the user may not change and is not part of it (F§4).
    """
    if pin_of(password) == "":
        return EmptyPin(f"The mailbox of {extension} has no PIN.")
    return None


def pin_of(password: str) -> str:
    """Return the digits a caller has to enter for a mailbox password."""
    return password[1:] if password.startswith("-") else password


class Failure(NamedTuple):
    """A wrong PIN: when, and the other party: for a user's count the phone, for a phone's count the user."""

    at: int
    other: str


class Attempts(NamedTuple):
    """The recent wrong PINs of one user or one phone.

    Attributes:
        failures: oldest first.
        locked_until: no guess is judged before this time; 0 is never locked.
    """

    failures: tuple[Failure, ...] = ()
    locked_until: int = 0


def is_locked(attempts: Attempts, now: int) -> bool:
    """Return whether guesses are refused unjudged."""
    return now < attempts.locked_until


def after_failure(attempts: Attempts, other: str, now: int, settings: Settings) -> Attempts:
    """Return the count after one more wrong PIN; enough of them within the window lock."""
    recent = tuple(f for f in attempts.failures if 0 <= now - f.at < settings.lock_window * 60)
    recent += (Failure(now, other),)
    if settings.lock_failures and len(recent) >= settings.lock_failures:
        return Attempts((), now + settings.lock_minutes * 60)
    return Attempts(recent, attempts.locked_until)


def after_success(attempts: Attempts, other: str | None = None) -> Attempts:
    """Return the count after a right PIN: a user's errors are forgotten, and a phone's errors for that user.

    A phone's errors for other users stay: who knows one PIN must not get free guesses at the others.
    """
    if other is None:
        return Attempts()
    return Attempts(tuple(f for f in attempts.failures if f.other != other), attempts.locked_until)
