"""Occupancy as data."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from hotdesk_module.core.occupancy import Level
from hotdesk_module.times import iso
from hotdesk_module.web import occupancy as use


def occupancy() -> Blueprint:
    """Return the path."""
    pages = Blueprint("api_occupancy", __name__, url_prefix="/api")

    @pages.get("/occupancy")
    def show() -> Response:
        asked = use.wanted(request.args)
        shown = use.occupancy(asked)
        return jsonify(
            location=asked.location,
            phones=shown.phones,
            **_level(shown.whole),
            peak_at=iso(shown.whole.peak_at),
            begins=iso(shown.begins) if shown.begins is not None else None,
            unit=shown.unit,
            levels=[_level(level) for level in shown.levels],
            week=[[None if a is None else round(a, 2) for a in day] for day in shown.week],
            locations=[{"location": g.location, "phones": g.phones, **_level(g.level)} for g in shown.groups],
            uses=[
                {
                    "phone": u.device,
                    "label": u.phone.label if u.phone else "",
                    "location": u.phone.location if u.phone else "",
                    "in_pool": u.phone is not None,
                    "seconds": u.seconds,
                    "share": round(u.share, 4),
                    "logins": u.logins,
                }
                for u in shown.uses
            ],
        )

    return pages


def _level(level: Level) -> dict[str, object]:
    return {
        "since": iso(level.start),
        "until": iso(level.stop),
        "average": round(level.average, 2),
        "peak": level.peak,
    }
