"""The page Phones: the pool, who sits where, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from hotdesk_module import sentences
from hotdesk_module.administration import APPLY_CONFIG, Saved
from hotdesk_module.core import pool_rules
from hotdesk_module.core.model import Phone
from hotdesk_module.core.pool import TEXT_LENGTH, label_from
from hotdesk_module.errors import HotdeskError, NotInPool
from hotdesk_module.web import work
from hotdesk_module.web.forms import PhoneForm, shown
from hotdesk_module.web.gate import identity
from hotdesk_module.web.links import go_to
from hotdesk_module.web.live import mark_of, news
from hotdesk_module.web.notices import CAUTION, DONE, FAILED, Notice, Notices
from hotdesk_module.web.rows import Row, Wanted, rows

NOT_APPLIED = "It is recorded, but Asterisk does not follow yet. The daemon will finish it."


def phones(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("phones", __name__)

    def tell(base: str, *told: Notice) -> Response:
        return go_to(base, notice=notices.keep(identity().user, told))

    @pages.get("/")
    @pages.get("/phones")
    def show() -> str:
        table = _table()
        return render_template("phones.html", table=Markup(table), seen=mark_of(table), **_list())

    @pages.get("/phones/table")
    def only_the_table() -> Response:
        return news(_table())

    @pages.post("/phones/find")
    def find() -> Response:
        return go_to("/phones", **{name: request.form.get(name, "") for name in Wanted._fields})

    @pages.get("/phones/add")
    def choose() -> str:
        return render_template("phones_add.html", devices=_addable(), chosen=(), location="", errors=())

    @pages.post("/phones/add")
    def add() -> Response | tuple[str, int]:
        chosen, location = tuple(dict.fromkeys(request.form.getlist("device"))), request.form.get("location", "")
        saved: list[Saved] = []
        errors: list[tuple[str, str]] = [] if chosen else [("", "Choose at least one phone.")]
        for device in chosen:
            try:
                saved.append(work.pool().add({"device": device, "location": location}))
            except HotdeskError as error:
                errors.append((device, error.message))
        if not saved:
            page = render_template(
                "phones_add.html", devices=_addable(), chosen=chosen, location=location, errors=errors
            )
            return page, 400
        done = [f"{_named(s.phones[0])} is in the pool now." for s in saved]
        failed = [f"{device}: {message}" for device, message in errors]
        return tell("/phones", Notice(DONE, tuple(done)), Notice(FAILED, tuple(failed)), _consequences(saved))

    @pages.get("/phones/<device>")
    def edit(device: str) -> str:
        row = _row(device)
        return render_template("phone.html", row=row, form=PhoneForm(data=shown(row.phone)), error="")

    @pages.post("/phones/<device>")
    def save(device: str) -> Response | tuple[str, int]:
        row, form = _row(device), PhoneForm(request.form)
        error = ""
        if form.validate():
            try:
                saved = work.pool().edit(device, form.fields())
                return tell("/phones", Notice(DONE, (f"{_named(saved.phones[0])} is saved.",)), _consequences([saved]))
            except NotInPool:
                raise
            except HotdeskError as refusal:
                error = refusal.message
        return render_template("phone.html", row=row, form=form, error=error), 400

    @pages.get("/phones/<device>/remove")
    def ask_remove(device: str) -> str:
        return render_template("phone_remove.html", row=_row(device))

    @pages.post("/phones/<device>/remove")
    def remove(device: str) -> Response:
        saved = work.pool().remove(device)
        ended = [f"{s.user} was logged out of phone {s.phone}." for s in saved.ended]
        gone = f"{_named(saved.phones[0])} is not in the pool any more."
        return tell("/phones", Notice(DONE, (*ended, gone)), _consequences([saved]))

    @pages.get("/phones/<device>/login")
    def ask_login(device: str) -> str:
        return render_template("phone_login.html", row=_row(device), users=_users(), user="", error="")

    @pages.post("/phones/<device>/login")
    def login(device: str) -> Response | tuple[str, int]:
        row, user = _row(device), request.form.get("user", "").strip()
        try:
            outcome = work.desk().login(device, user)
        except HotdeskError as error:
            return render_template("phone_login.html", row=row, users=_users(), user=user, error=error.message), 400
        labels = {p.device: p.label for p in work.parts().ledger.phones([device])}
        lines = sentences.login(outcome, device, user, labels, _names([user, *(e.session.user for e in outcome.ended)]))
        return tell("/phones", Notice(DONE, tuple(lines)), _follows(outcome.applied))

    @pages.post("/phones/<device>/logout")
    def logout(device: str) -> Response:
        """Log out who the administrator saw there, and nobody else."""
        user, since = request.form.get("user", ""), request.form.get("since", "")
        sitting = work.parts().ledger.sessions([device])
        seen = [s for s in sitting if (s.user, str(s.since)) == (user, since)]
        outcomes = work.desk().logout_all(seen) if seen else []
        lines = sentences.endings(outcomes, _names([user]))
        if lines:
            return tell("/phones", Notice(DONE, tuple(lines)), _follows(all(o.applied for o in outcomes)))
        now = f"{sentences.named(sitting[0].user, _names([sitting[0].user]))} sits" if sitting else "Nobody sits"
        return tell("/phones", Notice(CAUTION, (f"Nothing was changed. {now} at phone {device} by now.",)))

    @pages.get("/logout-all")
    def ask_logout_all() -> str:
        return render_template("logout_all.html", rows=[r for r in rows(work.parts()) if r.session])

    @pages.post("/logout-all")
    def logout_all() -> Response:
        """Log out those who were listed; who has logged in since stays."""
        seats = set(request.form.getlist("seat"))
        listed = [s for s in work.parts().ledger.sessions() if f"{s.phone} {s.user} {s.since}" in seats]
        outcomes = work.desk().logout_all(listed)
        count = sum(len(o.ended) for o in outcomes)
        told = f"{count} user{'' if count == 1 else 's'} logged out." if count else "Nobody was logged out."
        gone = len(seats) - count
        left = f"{gone} had logged out already." if gone > 0 else ""
        lines = tuple(filter(None, (told, left)))
        return tell("/phones", Notice(DONE, lines), _follows(all(o.applied for o in outcomes)))

    return pages


def _table() -> str:
    return render_template("phones_table.html", **_list())


def _list() -> dict[str, object]:
    wanted = Wanted(*(request.args.get(name, "") for name in Wanted._fields))
    everything = rows(work.parts())
    return {
        "rows": [row for row in everything if wanted.fits(row)],
        "total": len(everything),
        "occupied": sum(1 for row in everything if row.session),
        "locations": sorted({row.phone.location for row in everything} - {""}),
        "wanted": wanted,
    }


def _row(device: str) -> Row:
    for row in rows(work.parts(), [device]):
        return row
    raise NotInPool(f"Phone {device[:TEXT_LENGTH]} is not a hot desk phone.")


def _addable() -> list[tuple[str, str, bool]]:
    """Return FreePBX's SIP devices outside the pool: number, description, whether there is an Emergency CID."""
    taken = {p.device for p in work.parts().ledger.phones()}
    devices = [d for d in work.parts().inventory.devices() if d.tech in pool_rules.SIP and d.id not in taken]
    devices.sort(key=lambda d: (len(d.id), d.id))
    return [(d.id, label_from(d.description), bool(d.emergency_cid)) for d in devices]


def _users() -> list[tuple[str, str]]:
    users = sorted(work.parts().inventory.users(), key=lambda u: (len(u.extension), u.extension))
    return [(u.extension, u.name) for u in users]


def _names(users: Iterable[str]) -> dict[str, str]:
    return {u.extension: u.name for u in work.parts().inventory.users(users)}


def _named(phone: Phone) -> str:
    return f"Phone {sentences.named(phone.device, {phone.device: phone.label})}"


def _follows(applied: bool) -> Notice:
    return Notice(CAUTION, () if applied else (NOT_APPLIED,))


def _consequences(saved: Iterable[Saved]) -> Notice:
    """Return what an administrator has to know or do after the pool has changed."""
    saved = tuple(saved)
    lines = list(dict.fromkeys(w for s in saved for w in s.warnings))
    if any(s.reload for s in saved):
        lines.append(APPLY_CONFIG)
    if not all(s.applied for s in saved):
        lines.append(NOT_APPLIED)
    return Notice(CAUTION, tuple(lines))
