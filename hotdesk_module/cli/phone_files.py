"""``hotdesk phones import`` and ``export``: the pool as a CSV file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import click

from hotdesk_module.administration import Saved
from hotdesk_module.cli.app import App, Command, changes_something, pass_app
from hotdesk_module.cli.phones import consequences
from hotdesk_module.cli.progress import progress
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.core import pool_csv
from hotdesk_module.core.pool import FIELDS, as_fields
from hotdesk_module.core.pool_import import ADDED, CHANGED, ERROR, UNCHANGED, Row
from hotdesk_module.errors import BadImport

_COLUMNS = (
    Column("LINE"),
    Column("PHONE"),
    Column("FATE", colours={ERROR: "red", ADDED: "green", CHANGED: "yellow"}),
    Column("WHAT", wraps=True),
)


@click.command("import", cls=Command)
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only say what would become of each line.")
@changes_something
@pass_app
def import_phones(app: App, file: BinaryIO, dry_run: bool) -> None:
    """Add and change phones from a CSV FILE, all or nothing; '-' reads standard input.

    \b
    Columns, in any order, all but device optional:
    device,label,mac,location,login_code,logout_code,idle_hours,daily_at,enabled
    """
    text = pool_csv.decoded(file.read())
    if dry_run:
        rows, saved = app.pool.plan_import(text), Saved(())
    else:
        with progress("Importing") as tell:
            rows, saved = app.pool.apply(text, tell)
    data = {"dry_run": dry_run, "rows": [_as_data(r) for r in rows], **consequences(saved)}
    app.answer(data, _shown(rows, dry_run))
    # For a dry run the warnings are in the table.
    app.warn(*consequences(saved)["warnings"])
    if any(r.fate == ERROR for r in rows):
        app.exit(BadImport.code)


def _as_data(row: Row) -> dict[str, Any]:
    return {
        "line": row.line,
        "device": row.device,
        "fate": row.fate,
        "changes": list(row.changes),
        "errors": list(row.errors),
        "warnings": list(row.warnings),
    }


def _shown(rows: Sequence[Row], dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield from table(_COLUMNS, [(str(r.line), r.device, r.fate, _what(r)) for r in rows])
    fates = [r.fate for r in rows]
    counts = ", ".join(f"{fates.count(f)} {f}" for f in (ADDED, CHANGED, UNCHANGED))
    errors = fates.count(ERROR)
    if errors:
        yield f"{counts}, {errors} with errors. Nothing would be imported before they are mended."
    else:
        yield f"{counts}.{' Nothing was changed (dry run).' if dry_run else ''}"


def _what(row: Row) -> str:
    if row.fate == CHANGED:
        after = as_fields(row.phone)
        return ", ".join(f"{f} {after[f] or 'empty'}" for f in row.changes)
    return " ".join((*row.errors, *row.warnings)) or (row.phone.label if row.fate == ADDED else "")


@click.command("export", cls=Command)
@click.option("-o", "--output", type=click.Path(dir_okay=False, allow_dash=True), default="-", help="A file to write.")
@pass_app
def export_phones(app: App, output: str) -> None:
    """Print the pool as CSV, for a spreadsheet and for import."""
    pool = app.parts.ledger.phones()
    if app.json:
        app.answer({"phones": [{k: as_fields(p)[k] for k in FIELDS} for p in pool]}, ())
        return
    text = pool_csv.write(pool)
    if output == "-":
        click.echo(text.encode(), nl=False)
        return
    with click.open_file(output, "wb") as file:
        # Excel takes a file for UTF-8 only when it begins with the mark.
        file.write(text.encode("utf-8-sig"))
    click.echo(f"{len(pool)} phones written to {output}.", err=True)
