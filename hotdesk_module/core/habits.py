"""What happens once, when a session begins or ends: forwards, Do Not Disturb and follow-me are cleared, or given back.

What an extension had *before the login* is what it had before the first of the sessions that it takes part in without
a break, as user or as owner of the phone: moves and take-overs in between change nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hotdesk_module.core.keys import FOLLOW_ME_OFF, FOLLOW_ME_ON, FORWARDS, LAMPS, OFF, follow_me, is_ours, novmpw
from hotdesk_module.core.machine import Decision
from hotdesk_module.core.model import Keys, Session, World
from hotdesk_module.core.settings import Settings

Actual = Mapping[str, "str | None"]


def habits(world: World, extension: str) -> tuple[str, ...]:
    """Return the keys in which an extension's forwards, Do Not Disturb and follow-me are kept, lamps included (V).

    Of follow-me that is whether it is on. Its list and its times are in FreePBX's tables as well, which would follow
    the keys, so an administrator's change would be undone by giving them back.
    """
    keys = [f"{family}/{extension}" for family in FORWARDS]
    keys.append(follow_me(extension))
    keys += [f"{LAMPS}{name}{extension}" for name in ("CF", "DND")]
    devices = world.own_devices(extension)
    if extension not in devices and world.owner(extension) == extension and extension in world.devices:
        # A device that FreePBX gives to nobody.
        devices += (extension,)
    for device in devices:
        keys += [f"{LAMPS}{name}{device}" for name in ("DEVCF", "DEVDND", "FOLLOWME")]
    return tuple(keys)


def looked_at(world: World, settings: Settings, sessions: Iterable[Session]) -> tuple[str, ...]:
    """Return the keys whose present values :func:`transition` asks for when ``sessions`` end and begin."""
    sessions = tuple(sessions)
    keys = [key for extension in _everybody(world, sessions) for key in habits(world, extension)]
    if settings.voicemail_pin:
        keys += [novmpw(session.user) for session in sessions]
    return tuple(dict.fromkeys(keys))


def taken_away(sessions: Iterable[Session]) -> tuple[str, ...]:
    """Return the keys that are absent because of ``sessions``, whose present values :func:`refreshed` asks for."""
    return tuple({novmpw(s.user) for s in sessions if novmpw(s.user) in (s.kept or {}).get(s.user, {})})


def refreshed(sessions: Iterable[Session], actual: Actual) -> tuple[tuple[Session, Session], ...]:
    """Return the sessions that have something newer to give back, as they are and as they should be.

    Where ``voicemail_pin`` has taken a key away and it is there again, FreePBX has written it: somebody has saved the
    extension. It will be taken away again, so it is what the logout has to give back.
    """
    found = []
    for session in sessions:
        key, mine = novmpw(session.user), (session.kept or {}).get(session.user, {})
        value = actual.get(key)
        if key in mine and value not in (None, mine[key]):
            kept = {**(session.kept or {}), session.user: {**mine, key: value}}
            found.append((session, session._replace(kept=kept)))
    return tuple(found)


def _parties(world: World, session: Session) -> frozenset[str]:
    """Return who takes part: user, owner, and who was the owner when it began."""
    return frozenset((session.user, world.owner(session.phone), *(session.kept or {})))


def _everybody(world: World, sessions: Iterable[Session]) -> frozenset[str]:
    return frozenset().union(*(_parties(world, session) for session in sessions))


def _own(world: World, extension: str, actual: Actual) -> Keys:
    """Return what an extension has set and is to get back; a Call Forward of ours is nobody's habit."""
    keys = {k: actual.get(k) for k in habits(world, extension)}
    if keys[follow_me(extension)] is None:
        # There is no follow-me. Who makes one in FreePBX meanwhile means it, and without its key nobody could use it.
        del keys[follow_me(extension)]
    if is_ours(keys[f"CF/{extension}"]):
        keys[f"CF/{extension}"] = keys[f"{LAMPS}CF{extension}"] = None
    return keys


def _cleared(world: World, extension: str, actual: Actual) -> Keys:
    """Return what makes an extension one without habits; what is off or absent stays as it is."""
    keys: Keys = {}
    for key in habits(world, extension):
        value = actual.get(key)
        if key == follow_me(extension):
            if value == FOLLOW_ME_ON:
                keys[key] = FOLLOW_ME_OFF
        else:
            keys[key] = OFF if key.startswith(LAMPS) and value == OFF else None
    return keys


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
    world: World, settings: Settings, sessions: Iterable[Session], decision: Decision, actual: Actual
) -> Transition:
    """Return what is kept, cleared and given back when ``decision`` is carried out.

    What an extension had set is kept by every session it takes part in, as user or as owner of the phone, and given
    back when the last of them ends. Without the setting it is cleared, except for who goes on sitting elsewhere.

    Args:
        sessions: those before the decision, of its phones, users and owners.
        actual: the present values of :func:`looked_at` for the sessions that end and begin.
    """
    sessions = tuple(sessions)
    over = {e.session.identity for e in decision.endings}
    staying = [s for s in sessions if s.identity not in over]
    before = _merged(sessions)

    start = decision.start
    if start is not None:
        start = start._replace(kept=_kept(world, settings, sessions, start, before, actual))

    seated = {session.user for session in staying}
    still_kept = _merged([*staying, *([start] if start else [])])
    changing = [*(e.session for e in decision.endings), *([start] if start else [])]
    pending: Keys = {}
    for extension in sorted(_everybody(world, changing)):
        if extension not in seated:
            pending.update(_cleared(world, extension, actual))
        # Who has been deleted meanwhile gets nothing back: it would wait for whoever is given the number next.
        if extension in world.users or extension in world.devices:
            kept_on = still_kept.get(extension, {})
            pending.update({k: v for k, v in before.get(extension, {}).items() if k not in kept_on})
    return Transition(start, pending)


def _kept(
    world: World,
    settings: Settings,
    sessions: Iterable[Session],
    start: Session,
    before: Mapping[str, Keys],
    actual: Actual,
) -> dict[str, Keys] | None:
    """Return what a session that begins keeps."""
    # Whoever takes part in another session has given up the habits with that one: what is set now was set there.
    earlier = _everybody(world, sessions)
    kept: dict[str, Keys] = {}
    for extension in sorted(_parties(world, start)):
        kept[extension] = dict(before.get(extension, {}))
        if settings.give_back and extension not in earlier:
            kept[extension] = _own(world, extension, actual)
        key = novmpw(extension)
        if extension != start.user:
            # Only of those who sit somewhere it is taken away.
            kept[extension].pop(key, None)
        elif settings.voicemail_pin:
            # Given back whatever the setting for the rest says, and untouched so far where no session keeps it.
            kept[extension].setdefault(key, actual.get(key))
    return {extension: keys for extension, keys in kept.items() if keys} or None
