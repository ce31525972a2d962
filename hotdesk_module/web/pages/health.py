"""The page Health: what is wrong, what to do, and a repair."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, render_template, request

from hotdesk_module import answers, sentences
from hotdesk_module.errors import UnsafePlan
from hotdesk_module.health import cures
from hotdesk_module.health.cures import Cure
from hotdesk_module.health.examine import healthy
from hotdesk_module.health.finding import FORGET, FORWARDS, LEVELS, OK, Finding
from hotdesk_module.health.said import Said
from hotdesk_module.service import Repair
from hotdesk_module.web import links, work
from hotdesk_module.web.checkup import Checkup
from hotdesk_module.web.errors import REFUSED
from hotdesk_module.web.gate import identity
from hotdesk_module.web.language import N_, ngettext
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import go_to
from hotdesk_module.web.live import mark_of
from hotdesk_module.web.notices import CAUTION, DONE, NOTE, Notice, Notices

# So many changes of a repair are listed.
LISTED = 200
# So many of them are told one by one, afterwards.
TOLD = 10


def health(notices: Notices, checkup: Checkup) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("health", __name__)

    @pages.get("/health")
    def show() -> str:
        found = checkup.examine()
        groups = [(level, [f for f in found.findings if f.level == level]) for level in LEVELS]
        return render_template(
            "health.html",
            examined=found,
            groups=[group for group in groups if group[1]],
            healthy=healthy(found.findings),
            ways=ways,
            say=say,
        )

    @pages.post("/health/check")
    def check() -> Response:
        checkup.changed()
        return go_to("/health")

    @pages.get("/health/force")
    def ask_force() -> str:
        return _question(_foreseen())

    @pages.post("/health/repair")
    def repair() -> Response | tuple[str, int]:
        if request.form.get("force") == "yes":
            # What nothing else holds back is done as it was seen, or not at all.
            foreseen = _foreseen()
            if request.form.get("checked") != _mark(foreseen):
                return _question(foreseen, _(CHANGED)), REFUSED
        try:
            done = work.desk().reconcile(force=request.form.get("force") == "yes", asked=True)
            told = Notice(DONE, tuple(told_of(done))) if done.effects or done.ended else Notice(NOTE, (_(NOTHING),))
        except UnsafePlan as error:
            told = Notice(CAUTION, (error.message,))
        finally:
            checkup.changed()
        return go_to("/health", notice=notices.keep(identity().user, [told]))

    @pages.get("/health/forwards")
    def ask_forwards() -> str:
        return _ask(cures.foresee(FORWARDS, work.desk()))

    @pages.post("/health/forwards")
    def forwards() -> Response | tuple[str, int]:
        # Somebody may have set one on purpose since: only what was seen is removed.
        foreseen = cures.foresee(FORWARDS, work.desk())
        if request.form.get("checked") != _mark_of(foreseen):
            return _ask(foreseen, _(CHANGED)), REFUSED
        done = cures.carry_out(FORWARDS, work.desk())
        return go_to("/health", notice=notices.keep(identity().user, [_told(done)]))

    @pages.post("/health/forget")
    def forget() -> Response:
        try:
            told = _told(cures.carry_out(FORGET, work.desk()))
        except UnsafePlan as error:
            told = Notice(CAUTION, (error.message,))
        return go_to("/health", notice=notices.keep(identity().user, [told]))

    return pages


def say(*sentences_: Said) -> str:
    """Return what a check found, in the reader's language."""
    return " ".join(s.told(_, ngettext) for s in sentences_)


def _told(done: Cure) -> Notice:
    """Return what a repair did."""
    if not done.changes:
        return Notice(NOTE, (_(NOTHING_LEFT),))
    return Notice(DONE, (_("Done:"), *_lines(done.changes)))


def _lines(changes: Iterable[Said]) -> list[str]:
    changes = list(changes)
    more = len(changes) - TOLD
    lines = [f"{say(change)}." for change in changes[:TOLD]]
    return (
        [*lines, ngettext("And %(count)d more.", "And %(count)d more.", more) % {"count": more}] if more > 0 else lines
    )


def _mark_of(cure: Cure) -> str:
    """Return by what an administrator agrees to just this."""
    return mark_of(repr(sorted(map(str, cure.changes))))


def _ask(cure: Cure, caution: str = "") -> str:
    return render_template(
        "health_forwards.html", changes=[say(c) for c in cure.changes], mark=_mark_of(cure), caution=caution
    )


def _foreseen() -> Repair:
    """Return what a repair would do that nothing holds back."""
    return work.desk().reconcile(dry_run=True, force=True)


def _mark(found: Repair) -> str:
    """Return by what an administrator agrees to just this."""
    return mark_of(repr((sorted(e.session.identity for e in found.ended), sorted(map(repr, found.effects)))))


def _question(found: Repair, caution: str = "") -> str:
    effects = [answers.effect(e) for e in found.effects]
    return render_template(
        "health_force.html",
        ended=sentences.gone(found.ended, "would be"),
        effects=effects[:LISTED],
        count=len(effects),
        mark=_mark(found),
        caution=caution,
    )


# Findings whose phones are put right at their extensions in FreePBX; the others at the phone's page here.
AT_EXTENSION = ("emergency_cid", "message_lamps", "no_answer", "phone_keys", "phone_names")
# Where in FreePBX the rest is put right: page and its name.
AT_PAGE = {
    "codes": ("featurecodeadmin", N_("Feature Codes")),
    "core_codes": ("featurecodeadmin", N_("Feature Codes")),
    "emergency_routes": ("routing", N_("Outbound Routes")),
    "asterisk": ("advancedsettings", N_("Advanced Settings")),
    "zone": ("advancedsettings", N_("Advanced Settings")),
}
KINDS = {
    "extension": N_("Extension"),
    "queue": N_("Queue"),
    "ring_group": N_("Ring group"),
    "follow_me": N_("Follow-me of"),
    "route": N_("Outbound route"),
}

# So many phones of a finding are linked; the list of phones shows them all.
MOST = 200

CHANGED = N_("What would be done has changed in the meantime. Nothing was done yet: look again.")
NOTHING = N_("Asterisk was in line already; there was nothing to repair.")
NOTHING_LEFT = N_("Somebody else was faster: there was nothing left to do.")


def ways(finding: Finding) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return where a finding is put right: titles, each with links as (text, target), the first MOST of them."""
    found = []
    phones = finding.phones[:MOST]
    if phones and finding.code in AT_EXTENSION:
        found.append((_("In FreePBX:"), [(phone, links.extension(phone)) for phone in phones]))
    elif phones:
        found.append((_("Phones:"), [(phone, links.link(f"/phones/{phone}")) for phone in phones]))
    if finding.about:
        theirs = [(f"{_(KINDS[kind])} {number}", links.freepbx(kind, number)) for kind, number in finding.about[:MOST]]
        found.append((_("In FreePBX:"), theirs))
    if finding.level != OK and finding.code in AT_PAGE:
        page, name = AT_PAGE[finding.code]
        found.append((_("In FreePBX:"), [(_(name), f"?display={page}")]))
    if finding.level != OK and finding.code in ("emergency_cid", "emergency_routes"):
        found.append((_("Here:"), [(_("Emergency dry run"), links.link("/health/emergency"))]))
    if finding.level != OK and finding.code == "webhook":
        found.append((_("Here:"), [(_("Settings"), links.link("/settings"))]))
    return found


def told_of(done: Repair) -> list[str]:
    """Return what a repair did, in words."""
    lines = sentences.gone(done.ended)
    count = len(done.effects)
    if count:
        line = ngettext("%(count)d difference repaired.", "%(count)d differences repaired.", count)
        lines.append(line % {"count": count})
    return lines
