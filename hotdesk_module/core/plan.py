"""From sessions to Asterisk: what the keys and the hints of phones and users should be while somebody sits somewhere.

It is true at any time: login's last step applies it, and reconcile holds Asterisk to it. What happens only once is in
``habits``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hotdesk_module.core.keys import LAMPS, OFF, forward_target, is_ours, novmpw, phone_lamp, user_lamp
from hotdesk_module.core.model import Keys, Session, World
from hotdesk_module.core.settings import CALLFORWARD, Settings


class Scope(NamedTuple):
    """The phones and users whose keys are looked at."""

    phones: frozenset[str]
    users: frozenset[str]


class Target(NamedTuple):
    """How the keys and the hints should be; None: absent."""

    keys: Keys
    hints: dict[str, str]


def affected(world: World, sessions: Iterable[Session]) -> Scope:
    """Return the phones and users whose keys depend on ``sessions``: theirs, and the owners of the phones."""
    phones = frozenset(s.phone for s in sessions)
    return Scope(phones, frozenset(s.user for s in sessions) | frozenset(world.owner(p) for p in phones))


def target(
    world: World,
    sessions: Iterable[Session],
    settings: Settings,
    scope: Scope,
    pool: Iterable[str],
    forwards: Mapping[str, str | None],
) -> Target:
    """Return what ``scope`` should look like (design §4).

    Args:
        sessions: all that touch the scope: of its phones, of its users, and at its users' own devices.
        pool: the hot desk phones of the scope.
        forwards: the present Call Forward of each user of the scope, so that one of ours is taken back where it
            no longer belongs; a user's own is not state of ours and is left alone here.
    """
    sits: dict[str, list[str]] = {}
    occupant: dict[str, str] = {}
    kept: set[str] = set()
    for session in sorted(sessions, key=lambda s: s.slot):
        sits.setdefault(session.user, []).append(session.phone)
        occupant[session.phone] = session.user
        kept.update(key for keys_ in (session.kept or {}).values() for key in keys_)
    keys: Keys = {}
    hints: dict[str, str] = {}
    pool = frozenset(pool)
    owned = world.own_devices_of(scope.phones | scope.users)

    for phone in scope.phones:
        known = phone in world.devices
        # A virtual extension has this key too, and no row in the table of devices (V).
        owner = world.owner(phone) if known or phone in owned[phone] else None
        keys[f"DEVICE/{phone}/user"] = occupant.get(phone, owner) if known else owner
        lamp = "INUSE" if phone in occupant else OFF
        keys[phone_lamp(phone)] = lamp if known and phone in pool else None

    for user in scope.users:
        phones = sits.get(user, [])
        own = owned[user]
        free = [d for d in own if occupant.get(d, user) == user and d not in phones]
        here = list(phones)
        if settings.ring_own_phone:
            # A virtual device rings nothing, it only stands for "no device".
            here += [d for d in free if d in world.devices]
        by_forward = settings.routing == CALLFORWARD and bool(phones)
        listed = here if phones and not by_forward else free
        keys[f"AMPUSER/{user}/device"] = "&".join(listed) if listed and user in world.users else None
        keys[f"HDSK/{user}/device"] = "&".join(here) if by_forward else None
        forward = forwards.get(user)
        if by_forward:
            # What somebody forwards at the desk is meant, and stays until logout or until it is taken back.
            if not forward or is_ours(forward):
                keys[f"CF/{user}"] = forward_target(phones[0])
                keys[f"{LAMPS}CF{user}"] = "INUSE"
        elif is_ours(forward):
            keys[f"CF/{user}"] = None
            keys[f"{LAMPS}CF{user}"] = None
        if phones and novmpw(user) in kept:
            # Only where a session remembers it, for what nobody remembers nobody could give back; and for as long as it
            # does, whatever has become of the setting since.
            keys[novmpw(user)] = None
        # Most people sit nowhere most of the time: a lamp without a key is off.
        keys[user_lamp(user)] = "INUSE" if phones and user in world.users else None
        hint = hint_of(world, user, here if phones else own)
        keys[f"AMPUSER/{user}/hint"] = hint if user in world.users else None
        if user in world.users:
            hints[user] = hint
    return Target(keys, hints)


def hint_of(world: World, user: str, devices: Iterable[str]) -> str:
    """Return the hint of an extension as FreePBX's core writes it: devices, Do Not Disturb, presence (F§7)."""
    named = "&".join(world.devices[d].hint for d in devices if d in world.devices)
    dnd = f"&Custom:DND{user}" if world.dnd_in_hints else ""
    return f"{named}{dnd},CustomPresence:{user}"
