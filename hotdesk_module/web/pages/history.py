"""The page History: what happened, and who sat where at some time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from flask import Blueprint, Response, render_template, request, stream_with_context

from hotdesk_module import days
from hotdesk_module.core import settings, sheets
from hotdesk_module.core.model import Event
from hotdesk_module.errors import HotdeskError
from hotdesk_module.web import history as past
from hotdesk_module.web import story, work
from hotdesk_module.web.database import events
from hotdesk_module.web.links import go_to
from hotdesk_module.web.listing import PER, Page
from hotdesk_module.web.whereabouts import Whereabouts, whereabouts

SEAT = ("phone", "user", "date", "time")
COLUMNS = (
    *("time", "what", "event", "code", "phone", "label", "user", "name", "source", "actor", "detail", "applied"),
)


def history() -> Blueprint:
    """Return the pages."""
    pages = Blueprint("history", __name__)

    @pages.get("/history")
    def show() -> str | tuple[str, int]:
        return _page()

    @pages.post("/history/find")
    def find() -> Response:
        asked = past.wanted(request.form)
        return go_to("/history", **asked.query())

    @pages.post("/history/seat")
    def ask() -> Response:
        return go_to("/history/seat", **{name: request.form.get(name, "").strip() for name in SEAT})

    @pages.get("/history/seat")
    def answer() -> str | tuple[str, int]:
        asked = {name: request.args.get(name, "").strip() for name in SEAT}
        at = f"{asked['date']} {asked['time']}".strip()
        try:
            return _page(whereabouts(asked["phone"], asked["user"], at), about=asked)
        except HotdeskError as error:
            if error.code == "ledger_down":
                raise
            return _page(error=error.message, about=asked)

    @pages.get("/history.csv")
    def export() -> Response:
        return as_csv()

    return pages


def _page(
    found: Whereabouts | None = None, error: str = "", about: dict[str, str] | None = None
) -> str | tuple[str, int]:
    """Return the page.

    Args:
        found: the answer to who sat where.
        about: what was asked about, for that form.
    """
    asked, zone = past.wanted(request.args if about is None else {}), work.zone()
    try:
        page: Page[Event] = past.page(asked, zone)
    except HotdeskError as refusal:
        page, error = Page((), 0, 1, asked.per), refusal.message
    now = days.local(work.parts().clock(), zone)
    phones, users = past.numbers(events.c.phone), past.numbers(events.c.user)
    labels, names = _named({*phones, *(e.phone for e in page.rows)}, {*users, *(e.user for e in page.rows)})
    text = render_template(
        "history.html",
        page=page,
        wanted=asked,
        per=PER,
        whats=story.whats(),
        sources=story.sources(),
        told=story.told,
        phones=phones,
        users=users,
        labels=labels,
        names=names,
        days=settings.parse(work.parts().ledger.settings()).history_days,
        begins=past.begin(),
        seat=found,
        asked=about or {"date": now.strftime("%Y-%m-%d"), "time": now.strftime("%H:%M")},
        error=error,
    )
    return (text, 400) if error else text


def _named(phones: Iterable[str] | None, users: Iterable[str] | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the labels of phones and the names of users, by number; None: of all."""
    at = work.parts()
    labels = {p.device: p.label for p in at.ledger.phones(phones)}
    return labels, {u.extension: u.name for u in at.inventory.users(users)}


def as_csv() -> Response:
    """Return all that a query asks for as a file, row by row as it is read."""
    zone = work.zone()
    chunks = past.chunks(past.wanted(request.args), zone)
    # The first one now: where the database is away, that is the answer.
    first = next(chunks)
    labels, names = _named(None, None)
    tell = cache(story.told)

    def lines() -> Iterator[str]:
        yield sheets.BOM + sheets.line(COLUMNS)
        for some in _with(first, chunks):
            yield "".join(
                sheets.line(
                    (
                        days.iso(e.at, zone),
                        tell(e.event, e.source, e.code),
                        e.event,
                        e.code,
                        e.phone,
                        labels.get(e.phone, ""),
                        e.user,
                        names.get(e.user, ""),
                        e.source,
                        e.actor,
                        e.detail,
                        "yes" if e.applied else "no",
                    )
                )
                for e in some
            )

    return download(stream_with_context(lines()), "hotdesk-history")


def download(text: str | Iterable[str], name: str) -> Response:
    """Return a CSV file to be saved, with the day in its name."""
    day = days.today(work.parts().clock(), work.zone()).isoformat()
    headers = {"Content-Disposition": f"attachment; filename={name}-{day}.csv"}
    return Response(text, mimetype="text/csv", headers=headers)


def _with(first: list[Event], others: Iterable[list[Event]]) -> Iterator[list[Event]]:
    yield first
    yield from others
