"""``hotdesk queues``: what queues do when people log in and out at a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from hotdesk_module import queues as queues_
from hotdesk_module.cli.app import App, Group, changes_something, pass_app
from hotdesk_module.cli.sessions import NOT_APPLIED
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.core.queues import BREAK, LOGIN, MODES, UNTOUCHED

_WORDS = {LOGIN: "in at login, out at logout", BREAK: "paused while logged out"}
_NOTES = {"no_user": "no extension", "no_queue": "no queue"}

_COLUMNS = (
    Column("USER"),
    Column("NAME", elastic=True),
    Column("QUEUE"),
    Column("QUEUE NAME", elastic=True),
    Column("RULE"),
    Column("NOTE", optional=True, colours=dict.fromkeys(_NOTES.values(), "red")),
)


@click.group(cls=Group)
def queues() -> None:
    """List and set what queues do when users log in and out at a phone."""


@queues.command("list")
@click.option("--user", help="Of this user only.")
@pass_app
def list_rules(app: App, user: str | None) -> None:
    """List the rules there are; every other queue is left untouched."""
    found = [r for r in queues_.rules(app.parts.ledger) if user in (None, r.user)]
    users = {u.extension: u.name for u in app.parts.inventory.users({r.user for r in found})}
    names = app.parts.inventory.queues()
    rows = [
        {
            "user": r.user,
            "name": users.get(r.user, ""),
            "queue": r.queue,
            "queue_name": names.get(r.queue, ""),
            "mode": r.mode,
            "state": "no_user" if r.user not in users else "no_queue" if r.queue not in names else "used",
        }
        for r in found
    ]
    app.answer({"queues": rows}, _shown(rows))


def _shown(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "All queues are left untouched."
        return
    yield from table(
        _COLUMNS,
        [
            (r["user"], r["name"], r["queue"], r["queue_name"], _WORDS[r["mode"]], _NOTES.get(r["state"], ""))
            for r in rows
        ],
    )


@queues.command("set")
@click.argument("extension")
@click.argument("queue")
@click.argument("mode", type=click.Choice(MODES))
@changes_something
@pass_app
def set_rule(app: App, extension: str, queue: str, mode: str) -> None:
    """Let QUEUE follow the user EXTENSION: log in and out with them, pause while they are logged out, or neither."""
    done = queues_.change(app.desk, extension, {queue: mode})
    lines = {
        UNTOUCHED: f"Queue {queue} is left untouched when {extension} logs in and out at a phone.",
        LOGIN: f"{extension} is in queue {queue} while logged in at a phone, from now on.",
        BREAK: f"{extension} is paused in queue {queue} while logged in at no phone, from now on.",
    }
    warnings = [
        *(f"{extension} is a static member of queue {one}, and so never logged out of it." for one in done.static),
        *(f"Queue {one} takes only the dynamic members that its form lists, not {extension}." for one in done.barred),
        *(() if done.applied else (NOT_APPLIED,)),
    ]
    answer = {"user": extension, "queue": queue, "mode": mode, "applied": done.applied, "warnings": warnings}
    app.answer(answer, [lines[mode]])
    app.warn(*warnings)


@queues.command()
@changes_something
@pass_app
def release(app: App) -> None:
    """Take back what the rules have done, and keep them; FreePBX does it when it disables the module."""
    count = queues_.release(app.desk)
    changes = "1 member" if count == 1 else f"{count} members"
    app.answer({"changes": count}, [f"{changes} of queues put back. The next repair carries the rules out again."])
