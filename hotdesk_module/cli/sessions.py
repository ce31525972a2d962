"""``hotdesk sessions``, ``login`` and ``logout``: who sits where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from hotdesk_module import answers
from hotdesk_module.cli.app import App, Command, changes_something, pass_app
from hotdesk_module.cli.progress import progress
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.core.model import Session
from hotdesk_module.core.pool import check
from hotdesk_module.service import Outcome
from hotdesk_module.times import duration, stamp

NOT_APPLIED = "It is recorded, but Asterisk does not follow yet. 'hotdesk reconcile' or the daemon will finish it."

_COLUMNS = (
    Column("USER"),
    Column("NAME", elastic=True),
    Column("PHONE"),
    Column("LABEL", elastic=True),
    Column("SINCE"),
    Column("FOR"),
)
_OUTCOMES = {
    "logged_in": "{user} is logged in at {phone} now.",
    "already_here": "{user} was logged in at {phone} already.",
    "home": "{user} is back at the own phone, {phone}.",
}
_WHY = {"replaced": "replaced", "moved": "moved", "owner": "the owner came back", "logout": ""}


def people(app: App, sessions: Iterable[Session]) -> dict[str, str]:
    """Return the names of the users of sessions."""
    return {u.extension: u.name for u in app.parts.inventory.users({s.user for s in sessions})}


def named(number: str, names: Mapping[str, str]) -> str:
    """Return a number with the name that goes with it."""
    return f"{number} ({names[number]})" if names.get(number) else number


@click.command(cls=Command)
@pass_app
def sessions(app: App) -> None:
    """List who is logged in, the longest first."""
    found = app.parts.ledger.sessions()
    labels = {p.device: p.label for p in app.parts.ledger.phones()}
    names = people(app, found)
    now = app.parts.clock()
    data = [answers.session(s, names.get(s.user, ""), labels.get(s.phone, ""), now) for s in found]
    rows = [
        (d["user"], d["name"], d["phone"], d["label"], stamp(s.since), duration(now - s.since))
        for d, s in zip(data, found)
    ]
    app.answer({"sessions": data}, _shown(rows))


def _shown(rows: list[tuple[Any, ...]]) -> Iterator[str]:
    if not rows:
        yield "Nobody is logged in."
        return
    yield from table(_COLUMNS, rows)
    yield f"{len(rows)} session{'' if len(rows) == 1 else 's'}."


@click.command(cls=Command)
@click.argument("phone")
@click.argument("user")
@changes_something
@pass_app
def login(app: App, phone: str, user: str) -> None:
    """Log USER in at PHONE, without a PIN."""
    check("device", phone)
    outcome = app.desk.login(phone, user)
    names = {u.extension: u.name for u in app.parts.inventory.users([user])}
    labels = {p.device: p.label for p in app.parts.ledger.phones([phone])}
    first = _OUTCOMES[outcome.code].format(user=named(user, names), phone=f"phone {named(phone, labels)}")
    data = {"code": outcome.code, "phone": phone, "user": user, **answers.ended([outcome])}
    app.answer(data, [first, *_endings([outcome])])
    _warn(app, [outcome])


@click.command(cls=Command)
@click.argument("phone", required=False)
@click.option("--user", metavar="USER", help="Log this user out, wherever they sit.")
@click.option("--all", "everybody", is_flag=True, help="Log everybody out.")
@click.option("--yes", is_flag=True, help="Do not ask before everybody is logged out.")
@changes_something
@pass_app
def logout(app: App, phone: str | None, user: str | None, everybody: bool, yes: bool) -> None:
    """Give PHONE back: log out who sits there. Or a user, or everybody."""
    if [phone is not None, user is not None, everybody].count(True) != 1:
        raise click.UsageError("Give a phone, or --user USER, or --all.")
    if phone is not None:
        outcomes = [app.desk.logout(check("device", phone))]
    elif user is not None:
        outcomes = [app.desk.logout_user(user)]
    else:
        outcomes = _logout_all(app, yes)
    count = sum(len(o.ended) for o in outcomes)
    lines = [f"{count} logged out." if count else "Nobody is logged in."] if everybody else _endings(outcomes)
    app.answer(answers.ended(outcomes), lines)
    _warn(app, outcomes)


def _logout_all(app: App, yes: bool) -> list[Outcome]:
    wanted = app.parts.ledger.sessions()
    if wanted and not yes:
        click.confirm(f"Log out {len(wanted)} user{'' if len(wanted) == 1 else 's'}?", abort=True, err=True)
    with progress("Logging out") as tell:
        return app.desk.logout_all(wanted, tell)


def _endings(outcomes: Iterable[Outcome]) -> list[str]:
    lines = []
    for ending in (e for o in outcomes for e in o.ended):
        why = _WHY.get(ending.why, ending.why)
        lines.append(
            f"{ending.session.user} was logged out of phone {ending.session.phone}{f' ({why})' if why else ''}."
        )
    return lines


def _warn(app: App, outcomes: Iterable[Outcome]) -> None:
    if not all(o.applied for o in outcomes):
        app.warn(NOT_APPLIED)
