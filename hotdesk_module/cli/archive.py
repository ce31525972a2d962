"""``hotdesk backup`` and ``restore``: for FreePBX's backup, and for moving to another machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from hotdesk_module import archive
from hotdesk_module.cli.app import App, Command, changes_something, pass_app
from hotdesk_module.errors import BadImport, HotdeskError, UnsafePlan


@click.command(cls=Command)
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True))
@pass_app
def backup(app: App, file: TextIO) -> None:
    """Write the pool, the settings, the hot desk PINs, what queues are to people and the history into FILE; '-' is
    standard output."""
    data = archive.dump(app.parts.ledger)
    with _private():
        json.dump(data, file, ensure_ascii=False, separators=(",", ":"))
    if file.name == "-" or file.name == "<stdout>":
        return
    phones, pins, events = len(data["phones"]), len(data["pins"]), len(data["history"])
    app.answer(
        {"phones": phones, "pins": pins, "events": events},
        [f"{phones} phones and {events} events of the history saved."],
    )


@contextmanager
def _private() -> Iterator[None]:
    """Let the file, which is made with its first byte, be for nobody else: a short PIN can be found by its hash."""
    usual = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(usual)


@click.command(cls=Command)
@click.argument("file", type=click.File("r", encoding="utf-8"))
@changes_something
@pass_app
def restore(app: App, file: TextIO) -> None:
    """Make the pool, the settings, the hot desk PINs and what queues are to people those of FILE, and add its history;
    '-' is standard input.

    Who sits at a phone goes on sitting there; who sits at one that is no longer in the pool is logged out.
    """
    try:
        data = json.load(file)
    except ValueError as error:
        raise BadImport("This is not a backup of Hot Desking; 'hotdesk backup FILE' writes one.") from error
    done = archive.restore(app.parts.ledger, app.pool, data)
    warnings = list(done.warnings)
    try:
        app.desk.reconcile()
    except UnsafePlan as error:
        warnings.append(f"Restored; but Asterisk waits for you. {error.message}")
    except HotdeskError as error:
        warnings.append(f"Restored; Asterisk is not in line yet, and will be within a minute. {error.message}")
    app.answer(
        {
            "phones": done.phones,
            "pins": done.pins,
            "events": done.events,
            "ended": [{"phone": s.phone, "user": s.user} for s in done.ended],
            "warnings": warnings,
        },
        [
            f"The pool has {done.phones} phones; {done.events} events were added to the history.",
            *(f"{s.user} was logged out of phone {s.phone}, which is no longer in the pool." for s in done.ended),
        ],
    )
    app.warn(*warnings)
