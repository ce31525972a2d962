"""``hotdesk settings``: what an administrator decides."""

from __future__ import annotations

from collections.abc import Sequence

import click

from hotdesk_module import answers, controls
from hotdesk_module.cli.app import App, Group, changes_something, pass_app
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.controls import PROJECTED, Setting
from hotdesk_module.core.settings import Spec

RECONCILE = (
    "Whoever is logged in already follows at the next repair: within a minute by the daemon, or 'hotdesk reconcile'."
)

_COLUMNS = (Column("NAME"), Column("VALUE"), Column("MEANING", wraps=True))


@click.group(cls=Group)
def settings() -> None:
    """Show and change the settings."""


@settings.command("list")
@pass_app
def list_settings(app: App) -> None:
    """List the settings, their values and what they mean."""
    found = controls.settings(app.parts.ledger)
    rows = [(s.spec.name, s.value + (" *" if s.changed else ""), _meaning(s)) for s in found]
    note = (
        ["* changed; 'hotdesk settings reset NAME' goes back to the default."] if any(s.changed for s in found) else []
    )
    app.answer({"settings": [answers.setting(s) for s in found]}, [*table(_COLUMNS, rows), *note])


def values_of(spec: Spec) -> str:
    """Return what a setting may be, in words."""
    if spec.choices:
        return f"{', '.join(spec.choices[:-1])} or {spec.choices[-1]}"
    if spec.places:
        return "LOCATION=HH:MM or LOCATION=never, with ; between them, or empty"
    return "HH:MM or empty" if spec.time else f"{spec.low} to {spec.high}"


def _meaning(setting: Setting) -> str:
    default = f"; default {setting.spec.default}" if setting.changed else ""
    return f"{setting.spec.help} ({values_of(setting.spec)}{default})"


@settings.command("set")
@click.argument("name")
@click.argument("value")
@changes_something
@pass_app
def set_setting(app: App, name: str, value: str) -> None:
    """Change a setting."""
    _tell(app, _change(app, name, value))


@settings.command()
@click.argument("name")
@changes_something
@pass_app
def reset(app: App, name: str) -> None:
    """Go back to the default of a setting."""
    _tell(app, _change(app, name, None))


def _change(app: App, name: str, value: str | None) -> Sequence[Setting]:
    return controls.change_settings(app.parts.ledger, app.parts.clock, "cli", app.actor, {name: value})


def _tell(app: App, changed: Sequence[Setting]) -> None:
    """Say what is in force now; warn of what an administrator may not expect."""
    strange = controls.unknown_locations(app.parts.ledger) if any(s.spec.places for s in changed) else ()
    warnings = [f"No phone stands at {', '.join(strange)}. Is it written differently there?"] if strange else []
    affected = any(s.spec.name in PROJECTED for s in changed) and bool(app.parts.ledger.sessions())
    warnings += [RECONCILE] if affected else []
    data = {"settings": [answers.setting(s) for s in changed], "warnings": warnings}
    app.answer(data, [f"{s.spec.name} is {s.value or 'empty'} now." for s in changed])
    for warning in warnings:
        app.warn(warning)
