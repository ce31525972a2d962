"""``hotdesk emergency``: which way emergency calls would go, and with which caller ID."""

from __future__ import annotations

from collections.abc import Iterator

import click

from hotdesk_module.cli import exits
from hotdesk_module.cli.app import App, Command, pass_app
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.core.policy import check_extension
from hotdesk_module.core.pool import check
from hotdesk_module.core.routes import is_number
from hotdesk_module.errors import BadValue
from hotdesk_module.health.dry_run import DryRun, dry_run
from hotdesk_module.health.dry_run_data import data
from hotdesk_module.health.dry_run_said import rows
from hotdesk_module.health.said import joined

_COLUMNS = (
    Column("PHONE"),
    Column("LABEL", elastic=True, optional=True),
    Column("NUMBERS", elastic=True),
    Column("WHEN", elastic=True),
    Column("CALLER ID", elastic=True),
    Column("ROUTE", elastic=True, minor=1),
    Column("TRUNKS", elastic=True, minor=2),
    Column("MISSING", optional=True, wraps=True),
)


@click.command(cls=Command)
@click.option("--phone", "phones", multiple=True, metavar="PHONE", help="This phone; may be given several times.")
@click.option(
    "--number",
    "numbers",
    multiple=True,
    metavar="NUMBER",
    help="This number; else one for each dial pattern of the emergency routes.",
)
@click.option("--user", metavar="USER", default="", help="As if this user were logged in there.")
@pass_app
def emergency(app: App, phones: tuple[str, ...], numbers: tuple[str, ...], user: str) -> None:
    """Say which caller ID emergency calls would go out with, and which way. Nothing is dialled."""
    wanted = [check("device", phone) for phone in phones] or None
    for number in numbers:
        if not is_number(number):
            raise BadValue(f"'{number[:40]}' is not a number to dial.")
    parts = app.parts
    astdb, _ = parts.asterisk()
    run = dry_run(parts.ledger, parts.inventory, astdb, wanted, numbers, check_extension(user) if user else "")
    app.answer(data(run), _shown(run))
    if not run.right:
        click.get_current_context().exit(exits.UNHEALTHY)


def _shown(run: DryRun) -> Iterator[str]:
    if not run.numbers:
        yield "No outbound route is an emergency route, so there is no number to try; --number NUMBER tries one."
        return
    if not run.lines:
        yield "There is no hot desk phone."
        return
    cells = [
        (
            row.phone.device,
            row.phone.label,
            ", ".join(row.numbers),
            str(row.when),
            "; ".join(map(str, row.cids)),
            (row.way.route.name or row.way.route.id) if row.way.route else "",
            ", ".join(a.trunk.name for a in row.way.attempts),
            joined(row.missing),
        )
        for row in rows(run.lines)
    ]
    yield from table(_COLUMNS, cells)
    wrong = len({line.phone.device for line in run.lines if not line.right})
    if wrong:
        yield f"At {wrong} phone{'' if wrong == 1 else 's'} something is missing."
    else:
        yield "Every call carries the phone's Emergency CID, whoever is logged in."
