"""From sessions to Asterisk: what the AstDB, the hints and the lamps should be, and the shortest way there.

``target`` says how things stand while somebody sits somewhere; it is true at any time and reconcile holds Asterisk to
it. ``transition`` says what happens once, when a session begins or ends: call forwards and Do Not Disturb are cleared
or given back. ``diff`` turns either into effects, in an order that is harmless to interrupt: what would send calls to
the wrong place goes before what sends them to the right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Union

from hotdesk_module.core.machine import Decision
from hotdesk_module.core.model import Device, Keys, Session, User, World
from hotdesk_module.core.settings import CALLFORWARD, Settings
from hotdesk_module.errors import UnsafePlan

# Custom device states live in this family of the AstDB; writing one goes through the device state API, which tells
# whoever watches it.
LAMPS = "CustomDevstate/"
FORWARDS = ("CF", "CFU", "CFB", "DND")
_OUR_TARGET = re.compile(r"HD[0-9]+")


def forward_target(phone: str) -> str:
    """Return the number that Call Forward points at for a phone; upper case, as F§2 wants it."""
    return f"HD{phone}"


def is_ours(forward: str | None) -> bool:
    """Return whether a Call Forward points at a target of ours."""
    return forward is not None and _OUR_TARGET.fullmatch(forward) is not None


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

    for phone in scope.phones:
        known = phone in world.devices
        # A virtual extension has this key too, and no row in the table of devices (V).
        owner = world.owner(phone) if known or phone in world.own_devices(phone) else None
        keys[f"DEVICE/{phone}/user"] = occupant.get(phone, owner) if known else owner
        lamp = "INUSE" if phone in occupant else "NOT_INUSE"
        keys[f"{LAMPS}HDSK{phone}"] = lamp if known and phone in pool else None

    for user in scope.users:
        phones = sits.get(user, [])
        own = world.own_devices(user)
        free = [d for d in own if occupant.get(d, user) == user and d not in phones]
        here = list(phones)
        if settings.ring_own_phone:
            # A virtual device rings nothing, it only stands for "no device".
            here += [d for d in free if d in world.devices]
        by_forward = settings.routing == CALLFORWARD and bool(phones)
        listed = here if phones and not by_forward else free
        keys[f"AMPUSER/{user}/device"] = "&".join(listed) if listed and user in world.users else None
        keys[f"HDSK/{user}/device"] = "&".join(here) if by_forward else None
        if by_forward:
            keys[f"CF/{user}"] = forward_target(phones[0])
            keys[f"{LAMPS}CF{user}"] = "INUSE"
        elif is_ours(forwards.get(user)):
            keys[f"CF/{user}"] = None
            keys[f"{LAMPS}CF{user}"] = None
        if settings.voicemail_pin and phones and _novmpw(user) in kept:
            # Only where a session remembers it: what nobody remembers nobody could give back.
            keys[_novmpw(user)] = None
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


def habits(world: World, settings: Settings, extension: str) -> tuple[str, ...]:
    """Return the keys in which an extension's forwards and Do Not Disturb are kept, lamps included (V)."""
    keys = [f"{family}/{extension}" for family in FORWARDS]
    keys += [f"{LAMPS}{name}{extension}" for name in ("CF", "DND")]
    for device in world.own_devices(extension):
        keys += [f"{LAMPS}{name}{device}" for name in ("DEVCF", "DEVDND")]
    if settings.voicemail_pin:
        keys.append(_novmpw(extension))
    return tuple(keys)


def _novmpw(extension: str) -> str:
    """Return the key in which FreePBX notes that an extension's own phones open its mailbox without PIN (V)."""
    return f"AMPUSER/{extension}/novmpw"


def _parties(world: World, session: Session) -> frozenset[str]:
    """Return who takes part: user, owner, and who was the owner when it began."""
    return frozenset((session.user, world.owner(session.phone), *(session.kept or {})))


def _own_habits(world: World, settings: Settings, extension: str, actual: Mapping[str, str | None]) -> Keys:
    """Return what an extension has set and is to get back; a Call Forward of ours is nobody's habit."""
    keys = {k: actual.get(k) for k in habits(world, settings, extension)}
    if is_ours(keys[f"CF/{extension}"]):
        keys[f"CF/{extension}"] = keys[f"{LAMPS}CF{extension}"] = None
    # What voicemail_pin takes away is given back whatever the setting for the rest says.
    return {k: v for k, v in keys.items() if settings.give_back or k == _novmpw(extension)}


def _merged(sessions: Iterable[Session]) -> dict[str, Keys]:
    """Return what sessions keep together, by extension: of two, one may have begun before a setting was changed."""
    kept: dict[str, Keys] = {}
    for session in sessions:
        for extension, keys in (session.kept or {}).items():
            kept[extension] = {**kept.get(extension, {}), **keys}
    return kept


class Transition(NamedTuple):
    """What a decision does once: the session with what it keeps for later, and keys to set now."""

    start: Session | None
    pending: Keys


def transition(
    world: World, settings: Settings, sessions: Iterable[Session], decision: Decision, actual: Mapping[str, str | None]
) -> Transition:
    """Return what is kept, cleared and given back when ``decision`` is carried out.

    What an extension had set is kept by every session it takes part in, as user or as owner of the phone, and given
    back when the last of them ends. Without the setting it is cleared, except for who goes on sitting elsewhere.

    Args:
        sessions: those before the decision, of its phones, users and owners.
        actual: the present values of :func:`habits` of everybody who takes part.
    """
    ended = [e.session for e in decision.endings]
    staying = [s for s in sessions if s not in ended]
    before = _merged(sessions)

    start = decision.start
    seated = {session.user for session in staying}
    if start is not None:
        kept = {
            extension: _own_habits(world, settings, extension, actual)
            for extension in _parties(world, start)
            # Who goes on sitting elsewhere had given up the habits before; what is set now was set there.
            if extension not in before and extension not in seated
        }
        if settings.voicemail_pin:
            for extension in (_parties(world, start) & before.keys()) - seated:
                key = _novmpw(extension)
                before[extension] = {key: actual.get(key), **before[extension]}
        kept.update((extension, before[extension]) for extension in _parties(world, start) & before.keys())
        start = start._replace(kept={extension: keys for extension, keys in kept.items() if keys} or None)

    after = staying + ([start] if start else [])
    still_kept = _merged(after)
    pending: Keys = {}
    for extension in sorted(frozenset().union(*(_parties(world, s) for s in [*ended, *([start] if start else [])]))):
        if extension not in seated:
            pending.update({k: None for k in habits(world, settings, extension) if k != _novmpw(extension)})
        if extension in world.users:
            kept_on = still_kept.get(extension, {})
            pending.update({k: v for k, v in before.get(extension, {}).items() if k not in kept_on})
    return Transition(start, pending)


class Delete(NamedTuple):
    """Remove a key of the AstDB."""

    key: str
    old: str


class Put(NamedTuple):
    """Set a key of the AstDB; ``old`` None: it was absent."""

    key: str
    value: str
    old: str | None


class Lamp(NamedTuple):
    """Set a custom device state, e.g. ``HDSK200`` to ``INUSE``."""

    name: str
    state: str


class Hint(NamedTuple):
    """Replace the hint of an extension in ``ext-local``."""

    extension: str
    hint: str
    old: str | None


Effect = Union[Delete, Put, Lamp, Hint]


def name(effect: Effect) -> str:
    """Return what an effect changes, in a word."""
    if isinstance(effect, Lamp):
        return f"{LAMPS}{effect.name}"
    return f"hint/{effect.extension}" if isinstance(effect, Hint) else effect.key


def diff(
    keys: Mapping[str, str | None],
    actual: Mapping[str, str | None],
    hints: Mapping[str, str],
    actual_hints: Mapping[str, str | None],
) -> tuple[Effect, ...]:
    """Return the effects that make ``actual`` what it should be: removals, settings, lamps, hints.

    Idempotent: applied once, the next difference is empty.
    """
    deletes: list[Effect] = []
    puts: list[Effect] = []
    lamps: list[Effect] = []
    for key in sorted(keys):
        want, have = keys[key], actual.get(key)
        if key.startswith(LAMPS):
            name = key[len(LAMPS) :]
            if want is None and name.startswith("HDSK"):
                if have is not None:
                    deletes.append(Delete(key, have))
            elif (have or "NOT_INUSE") != (want or "NOT_INUSE") or (want is not None and have is None):
                lamps.append(Lamp(name, want or "NOT_INUSE"))
        elif want is None:
            if have is not None:
                deletes.append(Delete(key, have))
        elif have is None or not _same(key, want, have):
            puts.append(Put(key, want, have))
    named = [
        Hint(ext, hints[ext], actual_hints.get(ext)) for ext in sorted(hints) if actual_hints.get(ext) != hints[ext]
    ]
    return (*deletes, *puts, *lamps, *named)


def _same(key: str, want: str, have: str) -> bool:
    """Compare values; in a list of devices the order carries no meaning, and FreePBX's may differ from ours."""
    if key.startswith("AMPUSER/") and key.endswith("/device"):
        return sorted(want.split("&")) == sorted(have.strip("&").split("&"))
    return want == have


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


def unexplained_logouts(
    world: World,
    scope: Scope,
    keys: Mapping[str, str | None],
    actual: Mapping[str, str | None],
    explained: Iterable[str],
) -> tuple[str, ...]:
    """Return the phones at which the AstDB seats somebody and ``keys`` nobody, with no logout on record.

    Args:
        explained: phones whose last change is in the history and waits to be applied.
    """
    explained = frozenset(explained)
    emptied = []
    for phone in sorted(scope.phones - explained):
        have, want = actual.get(f"DEVICE/{phone}/user"), keys.get(f"DEVICE/{phone}/user")
        if have not in (None, want, world.owner(phone), "none") and want in (None, world.owner(phone)):
            emptied.append(phone)
    return tuple(emptied)


def guard(phones: Iterable[str], limit: int) -> None:
    """Refuse to log out more than ``limit`` people at once for no recorded reason.

    An empty table, or one restored from another machine, would otherwise throw everybody out.

    Raises:
        UnsafePlan: there are more; the message counts and names them.
    """
    phones = tuple(phones)
    if len(phones) > limit:
        raise UnsafePlan(
            f"This would log out {len(phones)} phones for no recorded reason ({', '.join(phones[:10])}"
            f"{', …' if len(phones) > 10 else ''}). If the tables are right, repeat with --force."
        )
