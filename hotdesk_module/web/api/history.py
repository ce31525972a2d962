"""The history as data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from hotdesk_module import answers
from hotdesk_module.core.stays import Stay
from hotdesk_module.times import iso
from hotdesk_module.web import history as past
from hotdesk_module.web import story, work
from hotdesk_module.web.pages.history import as_csv
from hotdesk_module.web.whereabouts import Whereabouts, whereabouts


def history() -> Blueprint:
    """Return the paths."""
    pages = Blueprint("api_history", __name__, url_prefix="/api")

    @pages.get("/history")
    def show() -> Response:
        page = past.page(past.wanted(request.args), work.zone())
        at = work.parts()
        labels = {p.device: p.label for p in at.ledger.phones({e.phone for e in page.rows})}
        names = {u.extension: u.name for u in at.inventory.users({e.user for e in page.rows})}
        return jsonify(
            events=[
                {
                    **answers.event(e),
                    "label": labels.get(e.phone, ""),
                    "name": names.get(e.user, ""),
                    "text": story.told(e.event, e.source, e.code),
                }
                for e in page.rows
            ],
            total=page.total,
            page=page.number,
            per=page.per,
            pages=page.pages,
        )

    @pages.get("/history.csv")
    def export() -> Response:
        return as_csv()

    @pages.get("/seat")
    def who() -> Response:
        found = whereabouts(*(request.args.get(name, "").strip() for name in ("phone", "user", "at")))
        before, after = found.around.before, found.around.after
        return jsonify(
            phone=found.phone,
            user=found.user,
            since=iso(found.first),
            until=iso(found.last),
            known=found.is_known,
            stays=[_stay(s, found) for s in found.around.then],
            before=_stay(before, found) if before else None,
            after=_stay(after, found) if after else None,
            begins=iso(found.begins) if found.begins is not None else None,
        )

    return pages


def _stay(stay: Stay, found: Whereabouts) -> dict[str, Any]:
    ended = stay.ended
    return {
        "phone": stay.phone,
        "label": found.labels.get(stay.phone, ""),
        "user": stay.user,
        "name": found.names.get(stay.user, ""),
        "since": iso(stay.since) if stay.since is not None else None,
        "until": iso(stay.until) if stay.until is not None else None,
        "present": stay.present,
        "ended": {"source": ended.source, "actor": ended.actor, "code": ended.code} if ended else None,
    }
