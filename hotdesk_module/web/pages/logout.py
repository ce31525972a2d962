"""Logging out: one, a selection, a location, or all; always after a page that lists exactly who."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, render_template, request

from hotdesk_module.web import happened, told, work
from hotdesk_module.web.finish import finish
from hotdesk_module.web.links import back, go_to
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.phone_list import HOME
from hotdesk_module.web.rows import NAME, Row, rows
from hotdesk_module.web.seats import log_out, read


def logout(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("logout", __name__)

    @pages.get("/logout")
    def ask_all() -> str:
        location = request.args.get("location", "")
        everybody = _sitting([s.phone for s in work.parts().ledger.sessions()])
        locations = sorted({row.phone.location for row in everybody} - {""}, key=str.casefold)
        chosen = [row for row in everybody if location in ("", row.phone.location)]
        return _question(chosen, locations, location)

    @pages.post("/logout/find")
    def find() -> Response:
        return go_to("/logout", location=request.form.get("location", ""), back=back(""))

    @pages.post("/logout/ask")
    def ask() -> str:
        """Ask about people (``seat``), or about whoever sits at phones (``device``)."""
        seats = read(request.form.getlist("seat"))
        if not seats:
            return _question(_sitting(request.form.getlist("device")), asked=True)
        chosen = {(r.phone.device, r.session.user): r for r in _sitting(seat[0] for seat in seats) if r.session}
        asked = {seat[:2]: seat for seat in seats}
        gone = [seat for key, seat in asked.items() if key not in chosen]
        still = [row for key, row in chosen.items() if key in asked]
        return _question(still, asked=True, gone=told.some(gone, lambda seat: happened.left(*seat)))

    @pages.post("/logout")
    def do() -> Response:
        return finish(notices, HOME, *told.logged_out(log_out(read(request.form.getlist("seat")))))

    return pages


def _sitting(devices: Iterable[str]) -> list[Row]:
    """Return those of some phones where somebody sits."""
    return [row for row in rows(work.parts(), set(devices), frozenset((NAME,))) if row.session]


def _question(
    chosen: list[Row],
    locations: Sequence[str] = (),
    location: str = "",
    asked: bool = False,
    gone: Sequence[str] = (),
) -> str:
    """Return the page that asks.

    Args:
        asked: whether certain people or phones were chosen.
        gone: what has become of those who were chosen and do not sit there any more.
    """
    return render_template(
        "logout.html", rows=chosen, locations=locations, location=location, asked=asked, gone=gone, back=back(HOME)
    )
