"""The settings as data."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from hotdesk_module import answers, controls
from hotdesk_module.core import codes
from hotdesk_module.errors import BadValue
from hotdesk_module.web import setting_change, work
from hotdesk_module.web.api.given import flag, given
from hotdesk_module.web.links import TOKEN
from hotdesk_module.web.setting_words import WORDS

# What is given along with the settings themselves.
DRY_RUN, SEEN = "dry_run", "seen"


def settings() -> Blueprint:
    """Return the paths under /api/settings."""
    pages = Blueprint("api_settings", __name__, url_prefix="/api/settings")

    @pages.get("")
    def show() -> Response:
        at = work.parts()
        found = [
            {**answers.setting(one), "unit": WORDS[one.spec.name].unit or None} for one in controls.settings(at.ledger)
        ]
        in_force = codes.in_force(at.inventory.feature_codes())
        return jsonify(settings=found, codes=in_force._asdict())

    @pages.post("")
    def change() -> Response:
        values, dry_run = _values(), flag(DRY_RUN)
        done = setting_change.foresee(values) if dry_run else setting_change.change(values, _seen())
        return jsonify(
            dry_run=dry_run,
            changed=[{"name": c.spec.name, "old": c.old, "new": c.new} for c in done.changes],
            follows=done.follows,
            ended=done.ended,
            applied=done.applied,
        )

    return pages


def _values() -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    for name, value in given().items():
        if name in (TOKEN, DRY_RUN, SEEN):
            continue
        if value is not None and not isinstance(value, str):
            raise BadValue(f"{name}: write it as text, in quotes; null is the default.")
        values[name] = value
    return values


def _seen() -> dict[str, str] | None:
    seen = given().get(SEEN)
    if seen is None:
        return None
    if not isinstance(seen, dict) or not all(isinstance(v, str) for v in seen.values()):
        raise BadValue(f"{SEEN}: write an object of texts.")
    return seen
