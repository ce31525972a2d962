"""The names of keys in the AstDB, and what a Call Forward of ours looks like."""

from __future__ import annotations

import re

# Custom device states live in this family; writing one goes through the device state API, which tells whoever watches.
LAMPS = "CustomDevstate/"
# Ours among them: of a phone, and of somebody who sits somewhere.
OUR_LAMPS = f"{LAMPS}HDSK"
# A lamp that is off; one that has no key is off as well.
OFF = "NOT_INUSE"
# What the names of FreePBX's lamps begin with that say whether a device's user is logged in to a queue.
QUEUE = "QUEUE"
# Unconditional, unavailable and busy forwards, and Do Not Disturb (F§5).
FORWARDS = ("CF", "CFU", "CFB", "DND")
# All that a repair looks at. Of phones and users FreePBX has several times as many keys.
LOOKED_AT = (
    *(f"DEVICE/*/{name}" for name in ("user", "dial", "emergency_cid")),
    *(f"AMPUSER/*/{name}" for name in ("device", "hint", "cidname", "cidnum", "novmpw")),
    *(f"AMPUSER/*/{name}" for name in ("followme/ddial", "queues/qnostate")),
    *(f"{family}/*" for family in ("HDSK", "QPENALTY", *FORWARDS)),
    f"{LAMPS}*",
)
# What FreePBX has in the key of follow-me's state; in its tables it is not. Absent, follow-me is off as well.
FOLLOW_ME_ON, FOLLOW_ME_OFF = "DIRECT", "EXTENSION"

_OUR_TARGET = "HD[0-9]+"


def forward_target(phone: str) -> str:
    """Return the number that Call Forward points at for a phone; upper case, as F§2 wants it."""
    return f"HD{phone}"


def phone_lamp(phone: str) -> str:
    """Return the key of the lamp that says whether somebody sits at a phone of the pool."""
    return f"{OUR_LAMPS}{phone}"


def user_lamp(user: str) -> str:
    """Return the key of the lamp that says whether somebody sits anywhere; no number begins with a letter."""
    return f"{OUR_LAMPS}U{user}"


def is_ours(forward: str | None) -> bool:
    """Return whether a Call Forward points at a target of ours."""
    return forward is not None and re.fullmatch(_OUR_TARGET, forward) is not None


def novmpw(extension: str) -> str:
    """Return the key in which FreePBX notes that an extension's own phones open its mailbox without PIN (V)."""
    return f"AMPUSER/{extension}/novmpw"


def follow_me(extension: str) -> str:
    """Return the key that says whether an extension's follow-me is on; ``*21`` and UCP change it, no reload does."""
    return f"AMPUSER/{extension}/followme/ddial"


def queue_lamp(device: str, queue: str) -> str:
    """Return the key of FreePBX's lamp that says whether a device's user is logged in to a queue; ``*45`` sets it."""
    return f"{LAMPS}{QUEUE}{device}*{queue}"
