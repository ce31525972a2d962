"""The hot desk PINs, as an administrator sets and removes them. Asterisk is not needed.

A PIN is for a user without a mailbox; who has one logs in with the mailbox's, also where a hot desk PIN was set before.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from hotdesk_module.core import changes, pins, policy
from hotdesk_module.core.changes import By
from hotdesk_module.core.model import User
from hotdesk_module.errors import HasMailbox, UnknownUser
from hotdesk_module.ports import Clock, Inventory, Ledger

USED = "used"
MAILBOX = "mailbox"
NO_USER = "no_user"


class Pin(NamedTuple):
    """That a user has a hot desk PIN; never which.

    Attributes:
        name: the user's; empty where FreePBX has no such user.
        at: when it was set.
        state: USED, MAILBOX (the user has a mailbox by now, whose PIN is the one to log in with) or NO_USER (FreePBX
            has no such extension any more).
    """

    extension: str
    name: str
    at: int
    state: str


def all_pins(ledger: Ledger, inventory: Inventory) -> tuple[Pin, ...]:
    """Return who has a hot desk PIN, by extension."""
    stored = ledger.pins()
    users = {u.extension: u for u in inventory.users(stored)}
    found = [Pin(e, users[e].name if e in users else "", at, _state(users.get(e))) for e, at in stored.items()]
    return tuple(sorted(found, key=lambda pin: (len(pin.extension), pin.extension)))


def check_user(inventory: Inventory, extension: str) -> User:
    """Return the user that may be given a hot desk PIN.

    Raises:
        BadExtension, UnknownUser: there is no such user.
        HasMailbox: the mailbox's PIN is the one to log in with.
    """
    for user in inventory.users([policy.check_extension(extension)]):
        if user.mailbox:
            raise HasMailbox(
                f"Extension {extension} has a mailbox and logs in with its PIN; set that under Extensions > Voicemail."
            )
        return user
    raise UnknownUser(f"There is no extension {extension}.")


def set_pin(
    ledger: Ledger, inventory: Inventory, clock: Clock, source: str, actor: str, extension: str, pin: str
) -> None:
    """Give a user a hot desk PIN, or another one; the history says that, and never which.

    Raises:
        BadPin: it cannot be one, or is easily guessed.
        BadExtension, UnknownUser, HasMailbox: see :func:`check_user`.
    """
    check_user(inventory, extension)
    # Before the lock, for it takes its time.
    stored = pins.hashed(pins.check(extension, pin), secrets.token_bytes(pins.SALT_LENGTH))
    with ledger.lock():
        check_user(inventory, extension)
        now = clock()
        event = changes.of_pin(By(now, source, actor), extension, changes.PIN_SET)
        ledger.save_pin(extension, stored, now, [event])


def remove_pin(ledger: Ledger, clock: Clock, source: str, actor: str, extension: str) -> bool:
    """Take a hot desk PIN away, also one that is of no use any more; return whether there was one.

    Raises:
        BadExtension: that is no extension.
    """
    policy.check_extension(extension)
    with ledger.lock():
        if not ledger.pin(extension):
            return False
        event = changes.of_pin(By(clock(), source, actor), extension, changes.PIN_REMOVED)
        ledger.remove_pin(extension, [event])
    return True


def _state(user: User | None) -> str:
    return NO_USER if user is None else MAILBOX if user.mailbox else USED
