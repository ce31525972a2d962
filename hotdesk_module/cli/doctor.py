"""``hotdesk doctor``: what is wrong, and what to do about it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import click

from hotdesk_module.adapters import instance, machine
from hotdesk_module.cli import exits
from hotdesk_module.cli.app import App, Command, changes_something, pass_app
from hotdesk_module.cli.serve import state_option
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.errors import UnsafePlan
from hotdesk_module.health import cures
from hotdesk_module.health.cures import Cure
from hotdesk_module.health.examine import examine, healthy
from hotdesk_module.health.finding import ASKED, ERROR, FORCE, FORWARDS, OK, RECONCILE, WARNING, Finding, data
from hotdesk_module.health.installation import Installation, Machine

_COLUMNS = (
    Column("LEVEL", colours={ERROR: "red", WARNING: "yellow", OK: "green"}),
    Column("CHECK"),
    Column("WHAT", wraps=True),
)
# So many changes are shown for a person; a program gets all.
SHOWN = 200

_QUESTIONS = {
    FORWARDS: "Remove these Call Forwards? Hot desking has not set them.",
    FORCE: "Log out who is logged in there?",
}


class _Done(NamedTuple):
    """A repair that was wanted.

    Attributes:
        done: whether it was carried out; else nobody agreed to it, or it is a dry run.
        refused: why it was not done, or not wholly; empty where it was.
    """

    cure: Cure
    done: bool
    refused: str = ""


@click.command(cls=Command)
@click.option("--fix", is_flag=True, help="Repair what can be repaired, then look again.")
@click.option("--dry-run", is_flag=True, help="Only say what --fix would do.")
@click.option("--force", is_flag=True, help="Repair without asking, also where many would be logged out.")
@state_option
@changes_something
@pass_app
def doctor(app: App, fix: bool, dry_run: bool, force: bool, state: str) -> None:
    """Look at the whole installation: what is wrong, and what to do about it."""
    found = _examine(app, state)
    repairs: list[_Done] = []
    if fix or dry_run:
        for repair in cures.wanted(found):
            repairs.append(_cure(app, repair, dry_run, force))
    repaired = any(r.done for r in repairs)
    if repaired:
        found = _examine(app, state)
    answer = {
        "findings": [data(f) for f in found],
        "dry_run": dry_run,
        "repaired": repaired,
        "repairs": [_data(r) for r in repairs],
    }
    app.answer(answer, _shown(found, repaired, asked=fix or dry_run))
    status = exits.UNSAFE if any(r.refused for r in repairs) else exits.OK if healthy(found) else exits.UNHEALTHY
    if status != exits.OK:
        click.get_current_context().exit(status)


def _examine(app: App, state: str) -> tuple[Finding, ...]:
    about = Machine(machine.python(), machine.packages(), instance.runs(os.path.join(state, instance.LOCK)))
    parts = app.parts
    return examine(Installation(parts.ledger, parts.inventory, parts.asterisk, parts.clock, about))


def _cure(app: App, repair: str, dry_run: bool, force: bool) -> _Done:
    """Say what a repair does, and do it."""
    try:
        cure = cures.foresee(repair, app.desk, force)
        _tell(app, cure, dry_run)
        if dry_run:
            return _Done(cure, done=False)
        if repair in ASKED and not force and not _agreed(app, repair):
            return _left(app, cure)
        return _Done(cures.carry_out(repair, app.desk, force), done=True)
    except UnsafePlan as error:
        app.warn(error.message)
        return _Done(Cure(repair, ()), done=False, refused=error.message)


def _left(app: App, cure: Cure) -> _Done:
    """Leave what nobody agreed to; what nobody has to agree to is done all the same."""
    if cure.repair == FORCE:
        cures.carry_out(RECONCILE, app.desk)
    app.warn("This was left as it is; --force does it without a question.")
    return _Done(cure, done=False)


def _agreed(app: App, repair: str) -> bool:
    """Return whether somebody who is there says yes."""
    if app.json:
        return False
    try:
        return click.confirm(_QUESTIONS[repair], default=False, err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        click.echo(err=True)
        return False


def _tell(app: App, cure: Cure, dry_run: bool) -> None:
    if app.json:
        return
    count = len(cure.changes)
    click.echo("Would be done:" if dry_run else "To be done:" if cure.repair in ASKED else "Repairing:")
    for change in cure.changes[:SHOWN]:
        click.echo(f"  {change}.")
    if count > SHOWN:
        click.echo(f"  And {count - SHOWN} more.")


def _data(repair: _Done) -> dict[str, Any]:
    changes = [str(change) for change in repair.cure.changes]
    return {"repair": repair.cure.repair, "done": repair.done, "changes": changes, "refused": repair.refused or None}


def _shown(found: Iterable[Finding], repaired: bool, asked: bool) -> Iterator[str]:
    found = tuple(found)
    if repaired:
        yield "Repaired; this is how it is now."
    yield from table(_COLUMNS, [(f.level, f.code, f"{f.title}. {f.text}".rstrip()) for f in found])
    wrong = sum(f.level == ERROR for f in found)
    curable = not asked and any(f.repair for f in found)
    yield f"{wrong} error{'' if wrong == 1 else 's'}.{' Repair with hotdesk doctor --fix.' if curable else ''}"
