"""What a repair looks out for: leftovers of long ago, extensions that are being saved, tables that are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hotdesk_module.core.keys import is_ours
from hotdesk_module.core.model import Device, Session, User, World
from hotdesk_module.errors import UnsafePlan


def strays(world: World, sessions: Iterable[Session], phones: Iterable[str], actual: Mapping[str, str]) -> set[str]:
    """Return the users whom the AstDB connects with a phone of the pool though they neither sit there nor own it.

    An AstDB restored from an older copy, or a crash long ago, leaves such keys behind.
    """
    seats = {(s.phone, s.user) for s in sessions}
    phones = frozenset(phones)
    found = set()
    for key, value in actual.items():
        family, _, rest = key.partition("/")
        subject, _, name = rest.partition("/")
        if family in ("AMPUSER", "HDSK") and name == "device":
            linked = [d for d in value.split("&") if d in phones and (family == "HDSK" or world.owner(d) != subject)]
            if any((d, subject) not in seats for d in linked):
                found.add(subject)
        elif family == "DEVICE" and name == "user" and subject in phones and value != "none":
            found.add(value)
        elif family == "CF" and is_ours(value):
            found.add(subject)
    return found


def still_there(world: World, sessions: Iterable[Session], actual: Mapping[str, str]) -> World:
    """Return the world with the users and phones of ``sessions`` that FreePBX is saving at this moment.

    Saving an extension removes its rows and inserts them again, one statement after the other; only a real removal
    takes its keys out of the AstDB. Whoever looks in between must not take it for deleted.
    """
    users, devices = dict(world.users), dict(world.devices)
    for session in sessions:
        user, phone = session.user, session.phone
        if user not in users and f"AMPUSER/{user}/cidname" in actual:
            users[user] = User(user, "", "")
        dial = actual.get(f"DEVICE/{phone}/dial", "")
        if phone not in devices and dial:
            owner = actual.get(f"DEVICE/{phone}/default_user", phone)
            devices[phone] = Device(phone, actual.get(f"DEVICE/{phone}/tech", ""), dial, owner, dial)
    return world._replace(users=users, devices=devices)


def others_seated(
    world: World, phones: Iterable[str], keys: Mapping[str, str | None], actual: Mapping[str, str | None]
) -> dict[str, str]:
    """Return the phones at which the AstDB seats somebody else than ``keys`` do, and whom."""
    found = {}
    for phone in sorted(phones):
        have, want = actual.get(f"DEVICE/{phone}/user"), keys.get(f"DEVICE/{phone}/user")
        if have is not None and have not in (want, world.owner(phone), "none"):
            found[phone] = have
    return found


def refusal(phones: Iterable[str]) -> UnsafePlan:
    """Return the error that says which phones are left alone."""
    phones = tuple(phones)
    named = ", ".join(phones[:10]) + (", …" if len(phones) > 10 else "")
    return UnsafePlan(
        f"This would log out {len(phones)} phones for no recorded reason ({named}). Are these the right tables? They"
        " are left as they are, the rest is in order. If it is right, repeat with --force."
    )
