"""FreePBX's rules for a call, as functions of the AstDB alone: who calls, what was dialled, what rings.

Left out on purpose: call waiting (a phone in use counts as busy), follow-me, ring groups, queues and CFU/CFB.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

from hotdesk_module.demo import cast
from hotdesk_module.demo.astdb import AstDb
from hotdesk_module.demo.channel import CallerId

MAILBOX_CODE = "*97"


class Kind(enum.Enum):
    MAILBOX = "mailbox"
    EMERGENCY = "emergency"
    EXTENSION = "extension"
    OUTBOUND = "outbound"
    UNKNOWN = "unknown"


class Dialled(NamedTuple):
    """What a number means; `target` is the extension or the outside number."""

    kind: Kind
    target: str


class Identity(NamedTuple):
    """Who FreePBX takes a phone for: AMPUSER and the caller ID that goes with it."""

    user: str
    caller: CallerId

    @property
    def barred(self) -> bool:
        """`none` hangs up every call, emergency included (F§1)."""
        return self.user == "none"


class Reach(NamedTuple):
    """What a call to an extension rings.

    `devices` are rung together for `seconds` (None: until somebody gives up); then `mailbox`, or congestion.
    `outside` is a number to forward to instead.
    """

    devices: tuple[str, ...]
    limited: bool
    mailbox: str | None
    busy: bool = False
    outside: str = ""


def classify(number: str, users: frozenset[str]) -> Dialled:
    """Say what FreePBX's own dialplan makes of a number; the module's codes come before (`module_codes`)."""
    if number == MAILBOX_CODE:
        return Dialled(Kind.MAILBOX, "")
    if number == cast.EMERGENCY_NUMBER:
        return Dialled(Kind.EMERGENCY, number)
    if number in users:
        return Dialled(Kind.EXTENSION, number)
    # Outbound routes: 9 for an outside line, or simply a full number.
    if re.fullmatch(r"9\d{3,}", number):
        return Dialled(Kind.OUTBOUND, number[1:])
    if re.fullmatch(r"\+?\d{7,}", number):
        return Dialled(Kind.OUTBOUND, number)
    return Dialled(Kind.UNKNOWN, number)


def identify(db: AstDb, device: str, endpoint: CallerId) -> Identity:
    """Follow user-callerid (F§1): the user of the device, with that user's name and number.

    A missing or one-character name leaves the caller ID of the endpoint as it is.
    """
    user = db.value(f"DEVICE/{device}/user")
    name = db.value(f"AMPUSER/{user}/cidname") if user else ""
    if len(name) < 2:
        return Identity(user, endpoint)
    return Identity(user, CallerId(name, db.value(f"AMPUSER/{user}/cidnum") or user))


def outside_caller(db: AstDb, device: str, user: str, emergency: bool) -> CallerId:
    """Follow outbound-callerid (F§1, F§8): what the outside world is shown.

    An emergency call shows the *phone's* Emergency CID, whoever sits there; without one the user's, or the trunk's.
    """
    place = db.value(f"DEVICE/{device}/emergency_cid")
    if emergency and len(place) >= 2:
        return parse_caller(place)
    return parse_caller(db.value(f"AMPUSER/{user}/outboundcid") or cast.TRUNK_CID)


def parse_caller(text: str) -> CallerId:
    """Read `"Name" <number>` or a bare number."""
    match = re.fullmatch(r'\s*"?([^"<]*?)"?\s*<([^>]*)>\s*', text)
    return CallerId(match.group(1), match.group(2)) if match else CallerId("", text.strip())


def reach(db: AstDb, extension: str, caller_user: str, caller_device: str) -> Reach:
    """Follow exten-vm and dial-one (F§2): forward, do not disturb, device list, and where an unanswered call ends."""
    mailbox = mailbox_of(db, extension)
    target = db.value(f"CF/{extension}")
    # A forward that points back at the caller is ignored and the own devices ring.
    if target and target not in (caller_user, caller_device, extension):
        return _forwarded(db, target, mailbox, caller_user, caller_device)
    if db.value(f"DND/{extension}"):
        return Reach((), True, mailbox, busy=True)
    return Reach(devices_of(db, extension), True, mailbox)


def _forwarded(db: AstDb, target: str, mailbox: str | None, caller_user: str, caller_device: str) -> Reach:
    owned = re.fullmatch(r"HD(\d+)", target)
    if owned:
        return _seated(db, owned.group(1), mailbox, caller_user, caller_device)
    if target in cast.users():
        # FreePBX 17: rings with no time limit, and no mailbox follows (V).
        return Reach(devices_of(db, target), False, None)
    return Reach((), False, None, outside=target)


def _seated(db: AstDb, phone: str, mailbox: str | None, caller_user: str, caller_device: str) -> Reach:
    """Follow the module's forward target: the phones of whoever sits at this one (`app-hotdesk-target`)."""
    user = db.value(f"DEVICE/{phone}/user")
    if user in ("", db.value(f"DEVICE/{phone}/default_user")):
        # A forward that was left over must not ring a phone at which its user does not sit.
        return Reach((), True, mailbox)
    if caller_user == user or caller_device == phone:
        return Reach((), True, mailbox, busy=True)
    return Reach(_pjsip(db, (db.value(f"HDSK/{user}/device") or phone).split("&")), True, mailbox)


def devices_of(db: AstDb, extension: str) -> tuple[str, ...]:
    """Return the phones in `AMPUSER/<ext>/device`: read at the moment of the call, so a login needs no reload."""
    return _pjsip(db, db.value(f"AMPUSER/{extension}/device").split("&"))


def _pjsip(db: AstDb, devices: list[str]) -> tuple[str, ...]:
    dials = [db.value(f"DEVICE/{device}/dial") for device in devices if device]
    # A virtual device's dial string is `/1003`: there is nothing to ring.
    return tuple(dial.partition("/")[2] for dial in dials if dial.startswith("PJSIP/"))


def mailbox_of(db: AstDb, extension: str) -> str | None:
    """Return the extension's mailbox, by the voicemail context FreePBX keeps with the user (F§4)."""
    context = db.value(f"AMPUSER/{extension}/voicemail")
    return extension if context and context != "novm" else None


def mailbox_pin_is_skipped(db: AstDb, user: str, device: str) -> bool:
    """Follow *97 (F§4): with `novmpw` the PIN is skipped, but only at one of the user's devices."""
    if not db.value(f"AMPUSER/{user}/novmpw"):
        return False
    return device in _pjsip(db, (db.value(f"AMPUSER/{user}/device") or user).split("&"))


def dialled_in_full(digits: str) -> bool:
    """Be the phones' digit map: say when nothing can follow, so that the phone dials without waiting."""
    if digits in ("*12", MAILBOX_CODE, cast.EMERGENCY_NUMBER):
        return True
    return bool(re.fullmatch(r"\*11\d{4}|1\d{3}|2\d{2}|[3-8]\d{6}|9\d{7}", digits))
