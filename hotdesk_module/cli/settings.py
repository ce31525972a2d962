"""``hotdesk settings``: what an administrator decides."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from hotdesk_module import answers, controls, webhooks
from hotdesk_module.cli.app import App, Group, changes_something, pass_app
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.controls import PROJECTED, Setting
from hotdesk_module.core.settings import Spec
from hotdesk_module.core.settings import spec as find

RECONCILE = (
    "Whoever is logged in already follows at the next repair: within a minute by the daemon, or 'hotdesk reconcile'."
)
KEYLESS = "The webhook is told of nothing before it has a key as well: 'hotdesk settings set webhook_secret'."

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
    if spec.several:
        return f"one or several of {', '.join(spec.choices)}"
    if spec.choices:
        return f"{', '.join(spec.choices[:-1])} or {spec.choices[-1]}"
    if spec.address:
        return "an address or empty"
    if spec.secret:
        return f"{spec.low} to {spec.high} characters; never shown"
    if spec.places:
        return "LOCATION=HH:MM or LOCATION=never, with ; between them, or empty"
    return "HH:MM or empty" if spec.time else f"{spec.low} to {spec.high}"


def _meaning(setting: Setting) -> str:
    default = f"; default {setting.spec.default}" if setting.changed else ""
    return f"{setting.spec.help} ({values_of(setting.spec)}{default})"


@settings.command("set")
@click.argument("name")
@click.argument("value", required=False)
@click.option("--stdin", is_flag=True, help="Read the value from standard input, one line.")
@changes_something
@pass_app
def set_setting(app: App, name: str, value: str | None, stdin: bool) -> None:
    """Change a setting. A secret is asked for twice and not shown, or read from standard input; it is no VALUE."""
    _tell(app, _change(app, name, _given(find(name), value, stdin)))


def _given(spec: Spec, value: str | None, stdin: bool) -> str:
    """Return the value that was given in one of its ways; a list of processes and a shell's history show arguments."""
    if spec.secret and value is not None:
        raise click.UsageError(f"Give {spec.name} without a value, to be asked for it, or with --stdin.")
    if stdin and value is None:
        return click.get_text_stream("stdin", errors="replace").readline().rstrip("\r\n")
    if stdin or (value is None and not spec.secret):
        raise click.UsageError(f"Give {spec.name} one value.")
    return _ask(spec) if value is None else value


def _ask(spec: Spec) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"There is no terminal to ask for {spec.name}; give it to --stdin.")
    entered: str = click.prompt(spec.name, hide_input=True, confirmation_prompt=True, err=True)
    return entered


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
    if any(s.spec.name.startswith("webhook") for s in changed) and webhooks.state(app.parts.ledger).lacks_key:
        warnings.append(KEYLESS)
    data = {"settings": [answers.setting(s) for s in changed], "warnings": warnings}
    app.answer(data, [f"{s.spec.name} is {s.value or 'empty'} now." for s in changed])
    app.warn(*warnings)
