"""``hotdesk pins``: how users without a mailbox log in.

A PIN is never an argument: a process list and a shell's history would show it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click

from hotdesk_module import pins as pins_
from hotdesk_module.cli.app import App, Group, changes_something, pass_app
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.pins import MAILBOX, NO_USER, USED, Pin
from hotdesk_module.times import iso, stamp

_NOTES = {USED: "", MAILBOX: "has a mailbox", NO_USER: "no extension"}

_COLUMNS = (
    Column("USER"),
    Column("NAME", elastic=True),
    Column("SET"),
    Column("NOTE", optional=True, colours={_NOTES[MAILBOX]: "yellow", _NOTES[NO_USER]: "red"}),
)


@click.group(cls=Group)
def pins() -> None:
    """List, set and remove the hot desk PINs of users without a mailbox."""


@pins.command("list")
@pass_app
def list_pins(app: App) -> None:
    """List who has a hot desk PIN; nobody can see which."""
    found = pins_.all_pins(app.parts.ledger, app.parts.inventory)
    app.answer({"pins": [_as_data(pin) for pin in found]}, _shown(found))


def _as_data(pin: Pin) -> dict[str, Any]:
    return {"user": pin.extension, "name": pin.name, "set": iso(pin.at), "state": pin.state}


def _shown(found: tuple[Pin, ...]) -> Iterator[str]:
    if not found:
        yield "Nobody has a hot desk PIN."
        return
    yield from table(_COLUMNS, [(p.extension, p.name, stamp(p.at), _NOTES[p.state]) for p in found])


@pins.command("set")
@click.argument("extension")
@click.option("--stdin", is_flag=True, help="Read the PIN from standard input, one line.")
@changes_something
@pass_app
def set_pin(app: App, extension: str, stdin: bool) -> None:
    """Give the user EXTENSION, who has no mailbox, a PIN to log in with; it is asked for twice."""
    parts = app.parts
    # Before anybody thinks of a PIN.
    pins_.check_user(parts.inventory, extension)
    pin = _read() if stdin else _ask(extension)
    pins_.set_pin(parts.ledger, parts.inventory, parts.clock, "cli", app.actor, extension, pin)
    app.answer({"user": extension, "code": "pin_set"}, [f"{extension} logs in with the new hot desk PIN from now on."])


def _read() -> str:
    return click.get_text_stream("stdin", errors="replace").readline().rstrip("\r\n")


def _ask(extension: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the PIN; give it to --stdin.")
    entered: str = click.prompt(f"Hot desk PIN for {extension}", hide_input=True, confirmation_prompt=True, err=True)
    return entered


@pins.command()
@click.argument("extension")
@changes_something
@pass_app
def remove(app: App, extension: str) -> None:
    """Take the hot desk PIN of EXTENSION away."""
    removed = pins_.remove_pin(app.parts.ledger, app.parts.clock, "cli", app.actor, extension)
    line = "has no hot desk PIN any more." if removed else "had no hot desk PIN."
    app.answer({"user": extension, "removed": removed}, [f"{extension} {line}"])
