"""What happens once, when a session begins or ends: call forwards and Do Not Disturb are cleared, or given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hotdesk_module.core.keys import FORWARDS, LAMPS, is_ours, novmpw
from hotdesk_module.core.machine import Decision
from hotdesk_module.core.model import Keys, Session, World
from hotdesk_module.core.settings import Settings


def habits(world: World, settings: Settings, extension: str) -> tuple[str, ...]:
    """Return the keys in which an extension's forwards and Do Not Disturb are kept, lamps included (V)."""
    keys = [f"{family}/{extension}" for family in FORWARDS]
    keys += [f"{LAMPS}{name}{extension}" for name in ("CF", "DND")]
    for device in world.own_devices(extension):
        keys += [f"{LAMPS}{name}{device}" for name in ("DEVCF", "DEVDND")]
    if settings.voicemail_pin:
        keys.append(novmpw(extension))
    return tuple(keys)


def _parties(world: World, session: Session) -> frozenset[str]:
    """Return who takes part: user, owner, and who was the owner when it began."""
    return frozenset((session.user, world.owner(session.phone), *(session.kept or {})))


def _own_habits(world: World, settings: Settings, extension: str, actual: Mapping[str, str | None]) -> Keys:
    """Return what an extension has set and is to get back; a Call Forward of ours is nobody's habit."""
    keys = {k: actual.get(k) for k in habits(world, settings, extension)}
    if is_ours(keys[f"CF/{extension}"]):
        keys[f"CF/{extension}"] = keys[f"{LAMPS}CF{extension}"] = None
    # What voicemail_pin takes away is given back whatever the setting for the rest says.
    return {k: v for k, v in keys.items() if settings.give_back or k == novmpw(extension)}


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
                key = novmpw(extension)
                before[extension] = {key: actual.get(key), **before[extension]}
        kept.update((extension, before[extension]) for extension in _parties(world, start) & before.keys())
        start = start._replace(kept={extension: keys for extension, keys in kept.items() if keys} or None)

    after = staying + ([start] if start else [])
    still_kept = _merged(after)
    pending: Keys = {}
    for extension in sorted(frozenset().union(*(_parties(world, s) for s in [*ended, *([start] if start else [])]))):
        if extension not in seated:
            pending.update({k: None for k in habits(world, settings, extension) if k != novmpw(extension)})
        if extension in world.users:
            kept_on = still_kept.get(extension, {})
            pending.update({k: v for k, v in before.get(extension, {}).items() if k not in kept_on})
    return Transition(start, pending)
