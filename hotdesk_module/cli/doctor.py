"""``hotdesk doctor``: what is wrong, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import click

from hotdesk_module.adapters import instance, machine
from hotdesk_module.cli import exits
from hotdesk_module.cli.app import App, Command, changes_something, pass_app
from hotdesk_module.cli.serve import state_option
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.health.examine import examine, healthy
from hotdesk_module.health.finding import ERROR, OK, WARNING, Finding, data
from hotdesk_module.health.installation import Installation, Machine

_COLUMNS = (
    Column("LEVEL", colours={ERROR: "red", WARNING: "yellow", OK: "green"}),
    Column("CHECK"),
    Column("WHAT", wraps=True),
)


@click.command(cls=Command)
@click.option("--fix", is_flag=True, help="Repair what can be repaired, then look again.")
@state_option
@changes_something
@pass_app
def doctor(app: App, fix: bool, state: str) -> None:
    """Look at the whole installation: what is wrong, and what to do about it."""
    found = _examine(app, state)
    repaired = fix and any(f.repairable for f in found)
    if repaired:
        app.desk.reconcile()
        found = _examine(app, state)
    app.answer({"findings": [data(f) for f in found], "repaired": repaired}, _shown(found, repaired))
    if not healthy(found):
        click.get_current_context().exit(exits.UNHEALTHY)


def _examine(app: App, state: str) -> tuple[Finding, ...]:
    about = Machine(machine.python(), machine.packages(), instance.runs(os.path.join(state, instance.LOCK)))
    parts = app.parts
    return examine(Installation(parts.ledger, parts.inventory, parts.asterisk, parts.clock, about))


def _shown(found: Iterable[Finding], repaired: bool) -> Iterator[str]:
    found = tuple(found)
    yield from table(_COLUMNS, [(f.level, f.code, f"{f.title}. {f.text}".rstrip()) for f in found])
    if repaired:
        yield "Repaired; this is how it is now."
    wrong = sum(f.level == ERROR for f in found)
    curable = any(f.repairable for f in found)
    yield f"{wrong} error{'' if wrong == 1 else 's'}.{' Repair with hotdesk doctor --fix.' if curable else ''}"
