"""One phone, to be edited.

The form says what it was filled with. Where somebody else has changed or removed the phone since, nothing is saved and
nothing is lost: the page shows what was typed beside what there is by now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request

from hotdesk_module.core import pool
from hotdesk_module.core.model import Phone
from hotdesk_module.errors import Changed, HotdeskError, NotInPool, PhoneExists
from hotdesk_module.web import told, work
from hotdesk_module.web.finish import finish
from hotdesk_module.web.forms import PhoneForm, shown
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import back
from hotdesk_module.web.notices import DONE, Notice, Notices
from hotdesk_module.web.one import one
from hotdesk_module.web.phone_list import HOME
from hotdesk_module.web.rows import Row

# What a form says that was filled with a phone which is in the pool no more.
REMOVED = "removed"


class Other(NamedTuple):
    """What somebody else has made of a field in the meantime."""

    was: str
    now: str


def phone(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("phone", __name__)

    @pages.get("/phones/<device>")
    def edit(device: str) -> str:
        row = one(device)
        return _page(device, row, PhoneForm(data=shown(row.phone)))

    @pages.post("/phones/<device>")
    def save(device: str) -> Response | tuple[str, int]:
        form, was = PhoneForm(request.form), request.form.get("was", "")
        error = ""
        if form.validate():
            try:
                if was == REMOVED:
                    saved = work.pool().add({"device": device, **form.fields()})
                else:
                    saved = work.pool().edit(device, form.fields(), _seen(was))
                line = _("Phone %s is saved.") % told.phone_named(saved.phones[0])
                return finish(notices, HOME, Notice(DONE, (line,)), *told.consequences([saved]))
            except NotInPool:
                if not was:
                    raise
                return _page(device, None, form, _("Somebody else has removed this phone from the pool.")), 409
            except (Changed, PhoneExists):
                return _conflict(device, form, _seen(was) or {}), 409
            except HotdeskError as refusal:
                error = refusal.message
        row = None if was == REMOVED else one(device)
        return _page(device, row, form, error, filled=was), 400

    return pages


def _page(
    device: str,
    row: Row | None,
    form: PhoneForm,
    error: str = "",
    others: Mapping[str, Other] | None = None,
    filled: str = "",
) -> str:
    if not filled:
        filled = REMOVED if row is None else json.dumps(pool.as_fields(row.phone))
    return render_template(
        "phone.html",
        phone=row.phone if row else Phone(device),
        row=row,
        form=form,
        error=error,
        others=others or {},
        was=filled,
        back=back(HOME),
    )


def _conflict(device: str, form: PhoneForm, was: Mapping[str, str]) -> str:
    """Show a form again: what was typed stays, what was left alone is as it is by now."""
    row = one(device)
    now, typed = pool.as_fields(row.phone), form.fields()
    others = {}
    for field in form:
        name = field.name
        if now[name] != was.get(name, ""):
            others[name] = Other(was.get(name, ""), now[name])
            if typed[name] == was.get(name, ""):
                field.data = now[name] == "yes" if name == "enabled" else now[name]
    error = _(
        "Somebody else has changed this phone in the meantime. Nothing was saved yet: look at it, and save again."
    )
    return _page(device, row, form, error, others)


def _seen(was: str) -> dict[str, str] | None:
    """Return what a form was filled with; None where it does not say."""
    try:
        seen = json.loads(was)
    except ValueError:
        return None
    if not isinstance(seen, dict) or set(seen) != set(pool.FIELDS):
        return None
    return {name: str(value) for name, value in seen.items()}
