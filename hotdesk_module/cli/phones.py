"""``hotdesk phones``: the pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, TypeVar

import click

from hotdesk_module import answers, sentences
from hotdesk_module.administration import APPLY_CONFIG, Saved
from hotdesk_module.cli.app import App, Group, changes_something, pass_app
from hotdesk_module.cli.sessions import NOT_APPLIED, people
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.core import registration
from hotdesk_module.core.model import Contact, Device, Phone
from hotdesk_module.core.pool import as_fields, check
from hotdesk_module.errors import AsteriskDown

F = TypeVar("F", bound=Callable[..., Any])

UNREGISTERED = "not registered"

_COLUMNS = (
    Column("PHONE"),
    Column("LABEL", elastic=True),
    Column("LOCATION", elastic=True, optional=True, minor=1),
    Column("MAC", optional=True, minor=3),
    Column("SIP"),
    Column("ADDRESS", optional=True, minor=4, colours={UNREGISTERED: "red"}),
    Column("CODES", optional=True, minor=2),
    Column("USER"),
    Column("NOTE", optional=True, colours={"disabled": "yellow", "no device": "red"}),
)


def _fields(command: F) -> F:
    """Give a command the options for the fields of a phone."""
    for option in (
        click.option("--enable/--disable", "enabled", default=None, help="Allow or refuse logins at this phone."),
        click.option("--daily-at", metavar="TIME", help="Log out daily at HH:MM, or never; '': as the settings say."),
        click.option("--idle-hours", metavar="N", help="Log out after N hours without calls; '': as the setting says."),
        click.option("--logout-code", metavar="CODE", help="A logout code of its own, e.g. *56; '' for none."),
        click.option("--login-code", metavar="CODE", help="A login code of its own, e.g. *55; '' for none."),
        click.option("--location", metavar="TEXT", help="Where it stands."),
        click.option("--mac", metavar="MAC", help="Its MAC address, in any usual form; '' for none."),
        click.option("--label", metavar="TEXT", help="What people call it. Default: FreePBX's description."),
    ):
        command = option(command)
    return command


@click.group(cls=Group)
def phones() -> None:
    """List and change the pool: the phones that anybody may log in at."""


@phones.command("list")
@pass_app
def list_phones(app: App) -> None:
    """List the phones and who is logged in there."""
    parts = app.parts
    pool = parts.ledger.phones()
    numbers = [p.device for p in pool]
    devices = {d.id: d for d in parts.inventory.devices(numbers)}
    transports = parts.inventory.transports(numbers)
    sessions = {s.phone: s for s in parts.ledger.sessions()}
    registered = _registrations(app, devices.values())
    data = [
        {
            **answers.phone_seen(p, devices.get(p.device), transports.get(p.device), sessions.get(p.device)),
            **answers.registration(p.device, registered),
        }
        for p in pool
    ]
    app.answer({"phones": data}, _shown(pool, data))


def _registrations(app: App, devices: Iterable[Device]) -> Mapping[str, Contact] | None:
    """Ask Asterisk who is registered; None where it does not answer, for the list is of use without."""
    try:
        _, switchboard = app.parts.asterisk()
        return registration.by_device(switchboard.contacts(), devices)
    except AsteriskDown:
        return None


def _shown(pool: tuple[Phone, ...], data: list[dict[str, Any]]) -> Iterator[str]:
    if not pool:
        yield "The pool is empty. Add a phone of FreePBX to it: hotdesk phones add 200"
        return
    rows = []
    for d in data:
        sip = " ".join(filter(None, (d["tech"], d["transport"])))
        codes = " ".join(filter(None, (d["login_code"], d["logout_code"])))
        at = "" if d["registered"] is None else (d["address"] or "yes") if d["registered"] else UNREGISTERED
        note = "no device" if d["tech"] is None else "" if d["enabled"] else "disabled"
        rows.append((d["device"], d["label"], d["location"], d["mac"], sip, at, codes, d["user"] or "", note))
    yield from table(_COLUMNS, rows)
    occupied = sum(1 for d in data if d["user"])
    yield f"{len(pool)} phone{'' if len(pool) == 1 else 's'}, {occupied} occupied."


@phones.command()
@click.argument("phone")
@_fields
@changes_something
@pass_app
def add(app: App, phone: str, **fields: Any) -> None:
    """Take a SIP device of FreePBX into the pool."""
    tell_saved(app, app.pool.add({"device": phone, **_given(fields)}), "added")


@phones.command()
@click.argument("phone")
@_fields
@changes_something
@pass_app
def edit(app: App, phone: str, **fields: Any) -> None:
    """Change fields of a phone; those that are not given stay."""
    given = _given(fields)
    if not given:
        raise click.UsageError("Say what to change, e.g. --label 'Lobby'.")
    tell_saved(app, app.pool.edit(check("device", phone), given), "changed")


@phones.command()
@click.argument("phone")
@click.option("--yes", is_flag=True, help="Do not ask, also where somebody is logged in.")
@changes_something
@pass_app
def remove(app: App, phone: str, yes: bool) -> None:
    """Take a phone out of the pool; who is logged in there is logged out first."""
    phone = check("device", phone)
    sitting = app.parts.ledger.sessions([phone])
    if sitting and not yes:
        who = sentences.named(sitting[0].user, people(app, sitting))
        click.confirm(f"{who} is logged in at phone {phone}. Log out and remove it?", abort=True, err=True)
    tell_saved(app, app.pool.remove(phone), "removed")


def _given(fields: Mapping[str, Any]) -> dict[str, str]:
    texts = {k: v for k, v in fields.items() if v is not None}
    return {k: ("yes" if v else "no") if isinstance(v, bool) else v for k, v in texts.items()}


def tell_saved(app: App, saved: Saved, verb: str) -> None:
    """Say what became of one phone."""
    (phone,) = saved.phones
    data = {
        "phone": answers.phone(phone),
        "fate": verb,
        "ended": [{"phone": s.phone, "user": s.user} for s in saved.ended],
        **consequences(saved),
    }
    shown = [f"{k.replace('_', ' ')} {v}" for k, v in as_fields(phone).items() if v and k not in ("device", "label")]
    lines = [f"{s.user} was logged out of phone {s.phone}." for s in saved.ended]
    details = "" if verb == "removed" else f": {', '.join(shown)}"
    lines.append(f"Phone {phone.device}{f' ({phone.label})' if phone.label else ''} {verb}{details}.")
    app.answer(data, lines)
    app.warn(*consequences(saved)["warnings"])


def consequences(saved: Saved) -> dict[str, Any]:
    """Return what a program is told of a change besides the phones; ``warnings`` are for people too."""
    more = [*([APPLY_CONFIG] if saved.reload else []), *([] if saved.applied else [NOT_APPLIED])]
    return {"apply_config": saved.reload, "applied": saved.applied, "warnings": [*saved.warnings, *more]}
