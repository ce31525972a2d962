"""The page Settings: what an administrator decides, and what follows from it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from wtforms import Form

from hotdesk_module import times, webhooks
from hotdesk_module.core import codes
from hotdesk_module.core.settings import SPECS, spec
from hotdesk_module.errors import Changed
from hotdesk_module.web import setting_change, told, work
from hotdesk_module.web.errors import BAD_INPUT, REFUSED
from hotdesk_module.web.gate import identity
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import go_to
from hotdesk_module.web.notices import DONE, NOTE, Notice, Notices
from hotdesk_module.web.setting_change import Done
from hotdesk_module.web.setting_form import Asked, SettingsForm, asked, groups
from hotdesk_module.web.setting_words import WORDS, said

# What a button of the form asks for: to save after saying what follows, to save all the same, to go back to the form,
# or, with the name of a setting behind it, to write the default into its field.
SAVE, SURE, EDIT, USUAL = "save", "sure", "edit", "usual:"
SECRETS = frozenset(one.name for one in SPECS if one.secret)


def settings(notices: Notices) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("settings", __name__)

    def tell(*told: Notice) -> Response:
        return go_to("/settings", notice=notices.keep(identity().user, told))

    @pages.get("/settings")
    def show() -> str:
        return _page(SettingsForm(data=_texts()))

    @pages.post("/settings")
    def save() -> Response | str | tuple[str, int]:
        step, sent = request.form.get("step", SAVE), asked(request.form, _texts())
        if step.startswith(USUAL):
            name = spec(step[len(USUAL) :]).name
            sent.form[name].data = spec(name).default
            return _page(sent.form, sent, told=_("The default stands in the field now. It counts when you save."))
        if step == EDIT:
            return _page(sent.form, sent)
        if not sent.form.validate():
            return _page(sent.form, sent, wrong=_("Nothing was saved: see what is wrong below.")), BAD_INPUT
        changes = sent.changes
        if _meanwhile(sent):
            return _page(sent.form, sent, wrong=_faster()), REFUSED
        foreseen = setting_change.foresee(changes)
        if not foreseen.changes:
            return tell(Notice(NOTE, (_("Nothing was changed."),)))
        if foreseen.follows and step != SURE:
            return render_template(
                "settings_sure.html", done=foreseen, sent=sent, said=said, words=WORDS, secrets=SECRETS
            )
        try:
            done = setting_change.change(changes, sent.seen)
        except Changed:
            return _page(sent.form, sent, wrong=_faster()), REFUSED
        return tell(*_told(done))

    return pages


def _texts() -> dict[str, str]:
    return {name: one.value for name, one in setting_change.in_force().items()}


def _page(form: Form, sent: Asked | None = None, wrong: str = "", told: str = "") -> str:
    """Return the form with what was typed; from now on it counts by what is in force now."""
    in_force = setting_change.in_force()
    meanwhile = _meanwhile(sent) if sent else {}
    if sent:
        for name in in_force:
            if not sent.has_changed(name):
                form[name].data = in_force[name].value
    return render_template(
        "settings.html",
        groups=groups(in_force, form, meanwhile),
        wrong=wrong,
        told=told,
        webhook=webhooks.state(work.parts().ledger),
        codes=codes.in_force(work.parts().inventory.feature_codes()),
        own=[p for p in work.parts().ledger.phones() if p.login_code or p.logout_code],
    )


def _meanwhile(sent: Asked) -> dict[str, str]:
    """Return what somebody else did to the settings that this administrator changed, a sentence for each."""
    found = {}
    for name, one in setting_change.in_force().items():
        if sent.has_changed(name) and one.value != sent.seen[name]:
            who, at = setting_change.who_changed(name)
            parts = {"value": said(one.spec, one.value), "who": who, "time": times.stamp(at, work.zone()) if at else ""}
            if who:
                sentence = _("Meanwhile %(who)s has set this to: %(value)s (%(time)s). What you chose is not saved.")
            else:
                sentence = _("Meanwhile somebody else has set this to: %(value)s. What you chose is not saved.")
            found[name] = sentence % parts
    return found


def _faster() -> str:
    return _("Nothing was saved: somebody else was faster. See below; save again to have it your way.")


def _told(done: Done) -> list[Notice]:
    """Return what was changed and what follows."""
    lines = [f"{_(WORDS[c.spec.name].title)}: {said(c.spec, c.old)} → {said(c.spec, c.new)}" for c in done.changes]
    return [Notice(DONE, tuple(lines)), Notice(NOTE, (*done.follows, *done.ended)), told.follows(done.applied)]
