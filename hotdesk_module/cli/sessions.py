"""``hotdesk sessions``, ``login`` and ``logout``: who sits where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click

from hotdesk_module import answers, sentences
from hotdesk_module.cli.app import App, Command, changes_something, pass_app
from hotdesk_module.cli.progress import progress
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.core import expiry
from hotdesk_module.core.expiry import End
from hotdesk_module.core.model import Session
from hotdesk_module.core.pool import check
from hotdesk_module.core.settings import parse
from hotdesk_module.service import Outcome
from hotdesk_module.times import DAY, SECOND, Dailies, duration, stamp, zone

NOT_APPLIED = "It is recorded, but Asterisk does not follow yet. 'hotdesk reconcile' or the daemon will finish it."

_COLUMNS = (
    Column("USER"),
    Column("NAME", elastic=True),
    Column("PHONE"),
    Column("LABEL", elastic=True),
    Column("SINCE"),
    Column("FOR"),
    Column("UNTIL", optional=True, minor=1),
)


def people(app: App, sessions: Iterable[Session]) -> dict[str, str]:
    """Return the names of the users of sessions."""
    return {u.extension: u.name for u in app.parts.inventory.users({s.user for s in sessions})}


@click.command(cls=Command)
@pass_app
def sessions(app: App) -> None:
    """List who is logged in, the longest first."""
    found = app.parts.ledger.sessions()
    pool = {p.device: p for p in app.parts.ledger.phones()}
    labels = {p.device: p.label for p in pool.values()}
    names = people(app, found)
    now = app.parts.clock()
    current = parse(app.parts.ledger.settings())
    ends = expiry.ends(found, pool, current, now, Dailies(zone(app.parts.inventory.zone())).next)
    data = [answers.session(s, names.get(s.user, ""), labels.get(s.phone, ""), now, ends.get(s.phone)) for s in found]
    times = [(stamp(s.since), duration(now - s.since), _until(ends.get(s.phone), now)) for s in found]
    rows = [(d["user"], d["name"], d["phone"], d["label"], *shown) for d, shown in zip(data, times)]
    app.answer({"sessions": data}, _shown(rows))


def _until(end: End | None, now: int) -> str:
    """Return when a session ends, as short as can be; nothing where it does not end by itself."""
    if end is None:
        return ""
    if end.at <= now:
        return "now"
    return stamp(end.at)[-5:] if end.at < now + DAY // SECOND else stamp(end.at)


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
    names = people(app, [Session(phone, user, 0), *(e.session for e in outcome.ended)])
    labels = {p.device: p.label for p in app.parts.ledger.phones([phone])}
    data = {"code": outcome.code, "phone": phone, "user": user, **answers.ended([outcome])}
    app.answer(data, sentences.login(outcome, phone, user, labels, names))
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
    lines = (
        [f"{count} logged out." if count else "Nobody is logged in."]
        if everybody
        else sentences.endings(outcomes, people(app, [e.session for o in outcomes for e in o.ended]))
    )
    app.answer(answers.ended(outcomes), lines)
    _warn(app, outcomes)


def _logout_all(app: App, yes: bool) -> list[Outcome]:
    wanted = app.parts.ledger.sessions()
    if wanted and not yes:
        click.confirm(f"Log out {len(wanted)} user{'' if len(wanted) == 1 else 's'}?", abort=True, err=True)
    with progress("Logging out") as tell:
        return app.desk.logout_all(wanted, tell)


def _warn(app: App, outcomes: Iterable[Outcome]) -> None:
    if not all(o.applied for o in outcomes):
        app.warn(NOT_APPLIED)
