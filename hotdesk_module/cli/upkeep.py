"""``hotdesk reconcile`` and ``dialplan``: keeping Asterisk in line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

import click

from hotdesk_module import answers, sentences
from hotdesk_module import dialplan as dialplan_
from hotdesk_module.agi.handover import SCRIPT, SOCKET
from hotdesk_module.cli.app import App, Command, changes_something, pass_app
from hotdesk_module.cli.progress import progress
from hotdesk_module.cli.serve import state_option
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.core import codes as codes_
from hotdesk_module.core.codes import Codes
from hotdesk_module.core.model import Phone
from hotdesk_module.errors import HotdeskError
from hotdesk_module.service import Repair

# What the dialplan calls: the interpreter that runs us, deaf to the environment (-I) and without a search for packages
# (-S), and the script.
CALL = f"{sys.executable},-IS,{SCRIPT}"

_COLUMNS = (
    Column("CHANGE", colours={"remove": "red"}),
    Column("WHAT"),
    Column("NOW", elastic=True),
    Column("WANTED", elastic=True),
)


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="Only say what would be changed.")
@click.option("--force", is_flag=True, help="Also where many would be logged out for no recorded reason.")
@changes_something
@pass_app
def reconcile(app: App, dry_run: bool, force: bool) -> None:
    """Bring Asterisk in line with who is logged in."""
    with progress("Repairing") as tell:
        repair = app.desk.reconcile(dry_run, force, tell)
    app.answer(answers.repair(repair, dry_run), _shown(repair, dry_run))


def _shown(repair: Repair, dry_run: bool) -> Iterator[str]:
    would = "would be" if dry_run else "was"
    yield from sentences.gone(repair.ended, would)
    count = len(repair.effects)
    if not count:
        yield "Asterisk is in line; nothing to repair."
        return
    rows = [tuple(str(v or "") for v in answers.effect(e).values()) for e in repair.effects]
    yield from table(_COLUMNS, rows)
    things = f"{count} difference{'' if count == 1 else 's'}"
    yield f"{things}. Nothing was changed (dry run)." if dry_run else f"{things} repaired."


@click.command(cls=Command)
@click.option("--forget", is_flag=True, help="Instead let Asterisk forget what a reload without us leaves in force.")
@state_option
@pass_app
def dialplan(app: App, forget: bool, state: str) -> None:
    """Print the dialplan that the module adds to FreePBX's.

    FreePBX asks during its reload and must have an answer: where the database does not answer, the usual codes are
    printed and a warning.
    """
    if forget:
        app.parts.asterisk()[1].drop_global(*dialplan_.INTERCEPTION)
        app.answer({}, ["Callers are shown phones until the next reload."])
        return
    phones: tuple[Phone, ...] = ()
    codes = Codes()
    try:
        codes = codes_.in_force(app.parts.inventory.feature_codes())
        phones = app.parts.ledger.phones()
    except HotdeskError as error:
        click.echo(f"Warning: {error.message} The phones' own codes are missing from the dialplan.", err=True)
    built = dialplan_.build(f"{CALL},{os.path.join(state, SOCKET)}", codes, phones)
    if app.json:
        click.echo(json.dumps(dialplan_.as_data(built)))
    else:
        click.echo(dialplan_.as_text(built), nl=False)
