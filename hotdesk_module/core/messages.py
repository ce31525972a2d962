"""What a phone's message lamp shows: how many messages wait, in whose mailbox, and how a phone is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hotdesk_module.core.model import User

# FreePBX's stand-in for "the mailbox of whoever is at this device", in a device's mailboxes (F§4).
OF_DEVICE = "device"


class Counts(NamedTuple):
    """Messages that were not heard yet, urgent ones among them, and those that were."""

    new: int = 0
    old: int = 0


def mailboxes(text: str) -> tuple[str, ...]:
    """Return the mailboxes of a list as Asterisk has it: ``200@default,500@default``."""
    return tuple(box for box in (part.strip() for part in text.split(",")) if box)


def of_user(user: User | None) -> tuple[str, ...]:
    """Return the mailbox of whoever sits at a phone; none where there is none."""
    return (f"{user.extension}@{user.mailbox}",) if user is not None and user.mailbox else ()


def of_device(configured: Iterable[str], owner: User | None) -> tuple[str, ...]:
    """Return the mailboxes of a phone at which nobody sits: those Asterisk has for it.

    Asterisk counts nothing in ``200@device``, it is only told of that mailbox's messages under this name as well.
    """
    found: list[str] = []
    for box in configured:
        found += of_user(owner) if box.partition("@")[2] == OF_DEVICE else (box,)
    return tuple(dict.fromkeys(found))


def total(counts: Iterable[Counts]) -> Counts:
    """Return several counts as one."""
    both = tuple(counts)
    return Counts(sum(c.new for c in both), sum(c.old for c in both))


def summary(counts: Counts) -> tuple[str, ...]:
    """Return the lines of an ``application/simple-message-summary`` (RFC 3842), as Asterisk's own NOTIFY has them.

    No Message-Account: the phone goes on dialling for messages what it dials, which leads to the right mailbox.
    """
    return (
        f"Messages-Waiting: {'yes' if counts.new else 'no'}",
        f"Voice-Message: {counts.new}/{counts.old} (0/0)",
    )
