"""``hotdesk locks``: who may not guess any more."""

from __future__ import annotations

from collections.abc import Iterator

import click

from hotdesk_module import answers, controls
from hotdesk_module.cli.app import App, Group, changes_something, pass_app
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.controls import Lock
from hotdesk_module.core.policy import check_extension
from hotdesk_module.core.pool import check
from hotdesk_module.times import duration, stamp

_COLUMNS = (
    Column("WHO"),
    Column("STATE", colours={"locked": "red", "counting": "yellow"}),
    Column("UNTIL", optional=True),
    Column("LEFT", optional=True),
    Column("WRONG PINS", optional=True),
    Column("LAST", optional=True),
)


@click.group(cls=Group)
def locks() -> None:
    """Show and lift the locks that follow wrong PINs."""


@locks.command("list")
@pass_app
def list_locks(app: App) -> None:
    """List who is locked, and whose wrong PINs still count."""
    now = app.parts.clock()
    found = controls.locks(app.parts.ledger, now)
    app.answer({"locks": [answers.lock(lock) for lock in found]}, _shown(found, now))


def _shown(found: tuple[Lock, ...], now: int) -> Iterator[str]:
    if not found:
        yield "Nobody is locked, and no wrong PINs count."
        return
    rows = []
    for lock in found:
        until = lock.locked_until
        other = f"at phone {lock.last_other}" if lock.kind == "user" else f"for {lock.last_other}"
        rows.append(
            (
                f"{lock.kind} {lock.subject}",
                "locked" if until else "counting",
                stamp(until) if until else "",
                duration(until - now + 59) if until else "",
                str(lock.failures) if lock.failures else "",
                f"{stamp(lock.last_at)} {other}" if lock.last_at else "",
            )
        )
    yield from table(_COLUMNS, rows)


@locks.command()
@click.option("--user", metavar="USER", help="This user's.")
@click.option("--phone", metavar="PHONE", help="This phone's.")
@click.option("--all", "everybody", is_flag=True, help="Everybody's.")
@changes_something
@pass_app
def lift(app: App, user: str | None, phone: str | None, everybody: bool) -> None:
    """Lift locks and forget the wrong PINs behind them."""
    if [user is not None, phone is not None, everybody].count(True) != 1:
        raise click.UsageError("Give --user USER, or --phone PHONE, or --all.")
    kind, subject = "", ""
    if user is not None:
        kind, subject = "user", check_extension(user)
    elif phone is not None:
        kind, subject = "phone", check("device", phone)
    parts = app.parts
    lifted = controls.lift_locks(parts.ledger, parts.clock, "cli", app.actor, kind, subject)
    lines = [f"{lock.kind.capitalize()} {lock.subject} may try again." for lock in lifted]
    app.answer(
        {"lifted": [answers.lock(lock) for lock in lifted]},
        lines or [f"{f'{kind} {subject}'.strip().capitalize() or 'Nobody'} was not locked."],
    )
