"""Who may sit where: the pool, the mailbox and its PIN."""

from __future__ import annotations

import re

from hotdesk_module.core.model import Phone, User
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
_EXTENSION = "[0-9]{1,20}"


def check_extension(text: str) -> str:
    """Return ``text`` if it can be an extension: 1 to 20 digits.

    Raises:
        BadExtension: it cannot.
    """
    if not re.fullmatch(_EXTENSION, text):
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
