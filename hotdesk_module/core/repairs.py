"""What a repair looks out for: leftovers of long ago, extensions that are being saved, tables that are wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from hotdesk_module.core.keys import OUR_LAMPS, is_ours, phone_lamp, user_lamp
from hotdesk_module.core.model import Device, Keys, Session, User, World
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


def remains(world: World, phones: Collection[str], wanted: Mapping[str, object], actual: Mapping[str, str]) -> Keys:
    """Return what nothing wants any more, to be removed: keys of ours, of phones that left the pool long ago and of
    users whom nobody remembers; and the lamps of all who are in no other way part of this.

    A lamp may be lit without a key: Asterisk shows what was set also where its disk was full.

    Args:
        phones: those of the pool, whose lamps are never leftovers.
        wanted: what should be there.
    """
    ours = ("HDSK/", OUR_LAMPS)
    keys = {key for key in actual if key.startswith(ours)}
    lamps = {*map(user_lamp, world.users), *map(phone_lamp, world.devices)}
    return dict.fromkeys((keys | lamps).difference(map(phone_lamp, phones), wanted))


class Contradiction(NamedTuple):
    """A key that FreePBX itself writes, and that is not what its tables say. It is never written by us.

    Attributes:
        phone: the phone of the pool it is about.
        have: None where the key is absent.
    """

    phone: str
    key: str
    want: str
    have: str | None


def contradictions(world: World, pool: Iterable[str], actual: Mapping[str, str]) -> Iterator[Contradiction]:
    """Yield what the AstDB and FreePBX's tables disagree about, of the phones of the pool and of their own numbers.

    An AstDB that was emptied or is of another day has such keys, and a module that gives a phone the name of whoever
    sits there leaves them behind.
    """
    for phone in pool:
        device, owner = world.devices.get(phone), world.owner(phone)
        if device is None:
            continue
        wanted = {f"DEVICE/{phone}/dial": device.dial, f"DEVICE/{phone}/emergency_cid": device.emergency_cid}
        if owner in world.users:
            wanted[f"AMPUSER/{owner}/cidname"] = world.users[owner].name
        number = f"AMPUSER/{owner}/cidnum"
        # An administrator may have given the phone another number to show, but hardly that of somebody else.
        if actual.get(number) != owner and actual.get(number) in world.users:
            wanted[number] = owner
        for key, want in wanted.items():
            have = actual.get(key)
            if _plain(have or "") != _plain(want):
                yield Contradiction(phone, key, want, have)


def _plain(value: str) -> str:
    """Return a value without what is lost on its way through Asterisk's console, by which FreePBX writes keys."""
    return value.replace("\\", "").strip()


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
        " are left as they are, the rest is in order. If it is right, 'hotdesk reconcile --force' does it, or Repair"
        " all the same on the page Health."
    )
