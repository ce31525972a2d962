"""Changing settings, for the page and for programs alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hotdesk_module import controls, sentences
from hotdesk_module.controls import PROJECTED, Setting
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.settings import Change
from hotdesk_module.errors import HotdeskError
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web import work
from hotdesk_module.web.gate import identity
from hotdesk_module.web.setting_effects import what_follows

# So far back in the history of settings somebody is looked for who changed one while a form was open.
LOOKED_AT = 100


class Done(NamedTuple):
    """What became of a change.

    Attributes:
        changes: those that make a difference.
        follows: what they mean for people, a sentence each.
        applied: who is logged in follows already; where nothing had to be applied, too.
        ended: who was logged out by the way, because FreePBX has the user or the phone no more.
    """

    changes: tuple[Change, ...]
    follows: tuple[str, ...]
    applied: bool = True
    ended: tuple[str, ...] = ()


def in_force() -> dict[str, Setting]:
    """Return the settings by name."""
    return {one.spec.name: one for one in controls.settings(work.parts().ledger)}


def foresee(values: Mapping[str, str | None]) -> Done:
    """Return what a change would do; nothing is stored.

    Args:
        values: by name; None is the default.

    Raises:
        BadValue: no such setting, or not a value of it.
    """
    stored = work.parts().ledger.settings()
    after = {**stored}
    for name, value in values.items():
        spec = settings_.spec(name)
        after[name] = spec.default if value is None else settings_.check(name, value)
    return Done(settings_.differences(stored, after), tuple(what_follows(stored, after)))


def change(values: Mapping[str, str | None], seen: Mapping[str, str] | None = None) -> Done:
    """Store settings, all or none, and let who is logged in follow where it changes their calls.

    Args:
        seen: the values by which this was decided; None: it does not matter.

    Raises:
        BadValue: no such setting, or not a value of it.
        Changed: somebody else has changed one of them since.
    """
    foreseen, at = foresee(values), work.parts()
    usual = {n for n, v in values.items() if v is None or settings_.check(n, v) == settings_.spec(n).default}
    # The default is stored as what it is: nothing.
    stored = {n: None if n in usual else v for n, v in values.items()}
    controls.change_settings(at.ledger, at.clock, work.SOURCE, identity().user, stored, seen)
    if not any(c.spec.name in PROJECTED for c in foreseen.changes) or not at.ledger.sessions():
        return foreseen
    try:
        done = work.desk().reconcile()
    except HotdeskError:
        # They are stored, whatever keeps Asterisk from following; the daemon goes on with it.
        return foreseen._replace(applied=False)
    return foreseen._replace(ended=tuple(sentences.gone(done.ended)))


def who_changed(name: str) -> tuple[str, int]:
    """Return who changed a setting last, and when; empty and 0 where the history does not say."""
    wanted = HistoryFilter(event="settings", limit=LOOKED_AT)
    for event in work.parts().ledger.events(wanted):
        if event.detail.startswith(f"{name}: "):
            return event.actor or event.source, event.at
    return "", 0
