"""What is done to Asterisk, as values, in an order that is harmless to interrupt: what would send calls to the wrong
place goes before what sends them to the right one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Union

from hotdesk_module.core.keys import LAMPS, OFF, QUEUE

JOIN, LEAVE, PAUSE, UNPAUSE = "join", "leave", "pause", "unpause"


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
    """Set a custom device state, e.g. ``HDSK200`` to ``INUSE``.

    Attributes:
        forget: remove its key afterwards: whoever watches has been told, and a lamp without a key is off.
    """

    name: str
    state: str
    forget: bool = False


class Hint(NamedTuple):
    """Replace the hint of an extension in ``ext-local``."""

    extension: str
    hint: str
    old: str | None


class Membership(NamedTuple):
    """Let a user join or leave a queue, or be paused or unpaused there.

    Attributes:
        change: JOIN, LEAVE, PAUSE or UNPAUSE.
        name, penalty: who joins, as FreePBX has them for its members.
        by_hint: the queue calls a member who joins only while the user's hint is free.
    """

    queue: str
    user: str
    change: str
    name: str = ""
    penalty: int = 0
    by_hint: bool = True


Effect = Union[Delete, Put, Lamp, Hint, Membership]


def name(effect: Effect) -> str:
    """Return what an effect changes, in a word."""
    if isinstance(effect, Lamp):
        return f"{LAMPS}{effect.name}"
    if isinstance(effect, Membership):
        return f"queue/{effect.queue}/{effect.user}"
    return f"hint/{effect.extension}" if isinstance(effect, Hint) else effect.key


def follows_reload(effect: Effect) -> bool:
    """Return whether an effect is what every reload of FreePBX makes necessary, which writes all hints anew (F§7); or
    every restart of Asterisk, which forgets members of queues and their pauses, or every ``*45`` at a desk, which
    lights the lamps of that desk only."""
    if isinstance(effect, (Hint, Membership)):
        return True
    if isinstance(effect, Lamp):
        return effect.name.startswith(QUEUE)
    return effect.key.endswith("/hint")


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
            if want is None and have == OFF:
                deletes.append(Delete(key, have))
            elif want != have:
                # Whoever watches is told that it is off before it is nothing at all.
                lamps.append(Lamp(name, want or OFF, forget=want is None))
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
