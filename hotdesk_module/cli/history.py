"""``hotdesk history``: who, where, when, by what and why."""

from __future__ import annotations

from collections.abc import Iterator

import click

from hotdesk_module import answers
from hotdesk_module.cli.app import App, Command, pass_app
from hotdesk_module.cli.tables import Column, table
from hotdesk_module.cli.times import first_second, last_second
from hotdesk_module.core.model import EVENTS, Event
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.times import stamp

_COLUMNS = (
    Column("TIME"),
    Column("EVENT", colours={"refused": "red", "login": "green", "repair": "yellow", "emergency": "red"}),
    Column("PHONE"),
    Column("USER"),
    Column("BY", elastic=True),
    Column("WHY"),
    Column("DETAIL", elastic=True, optional=True),
    Column("NOTE", optional=True, colours={"waits": "yellow"}),
)


@click.command(cls=Command)
@click.option("--phone", metavar="PHONE", default="", help="At this phone only.")
@click.option("--user", metavar="USER", default="", help="Of this user only.")
@click.option("--event", type=click.Choice(EVENTS), help="Of this kind only.")
@click.option(
    "--since", callback=first_second, metavar="DATE", help="From 2026-11-03 or '2026-11-03 14:32' on, local time."
)
@click.option("--until", callback=last_second, metavar="DATE", help="Up to and including that day or minute.")
@click.option("--limit", type=click.IntRange(1, 100000), default=50, show_default=True, help="At most so many.")
@pass_app
def history(
    app: App, phone: str, user: str, event: str | None, since: int | None, until: int | None, limit: int
) -> None:
    """Show what happened, the newest first."""
    # One more than is shown tells whether there are more.
    found = app.parts.ledger.events(HistoryFilter(phone, user, event or "", since, until, limit + 1))
    app.answer({"events": [answers.event(e) for e in found[:limit]], "more": len(found) > limit}, _shown(found, limit))


def _shown(events: tuple[Event, ...], limit: int) -> Iterator[str]:
    if not events:
        yield "Nothing is on record."
        return
    rows = [
        (
            stamp(e.at),
            e.event,
            e.phone,
            e.user,
            f"{e.source} ({e.actor})" if e.actor else e.source,
            e.code,
            e.detail,
            "" if e.applied else "waits",
        )
        for e in events[:limit]
    ]
    yield from table(_COLUMNS, rows)
    if len(events) > limit:
        yield f"There is more; ask with --limit {2 * limit}, or --until."
