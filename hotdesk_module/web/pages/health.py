"""The page Health: what is wrong, what to do, and a repair."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from hotdesk_module import answers, sentences
from hotdesk_module.errors import UnsafePlan
from hotdesk_module.health.examine import healthy
from hotdesk_module.health.finding import LEVELS, OK, Finding
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
            done = work.desk().reconcile(force=request.form.get("force") == "yes")
            told = Notice(DONE, tuple(told_of(done))) if done.effects or done.ended else Notice(NOTE, (_(NOTHING),))
        except UnsafePlan as error:
            told = Notice(CAUTION, (error.message.replace("repeat with --force", "repair all the same"),))
        finally:
            checkup.changed()
        return go_to("/health", notice=notices.keep(identity().user, [told]))

    return pages


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
AT_EXTENSION = ("emergency_cid", "no_answer")
# Where in FreePBX the rest is put right: page and its name.
AT_PAGE = {
    "codes": ("featurecodeadmin", N_("Feature Codes")),
    "core_codes": ("featurecodeadmin", N_("Feature Codes")),
    "asterisk": ("advancedsettings", N_("Advanced Settings")),
    "zone": ("advancedsettings", N_("Advanced Settings")),
}
KINDS = {
    "extension": N_("Extension"),
    "queue": N_("Queue"),
    "ring_group": N_("Ring group"),
    "follow_me": N_("Follow-me of"),
}

# So many phones of a finding are linked; the list of phones shows them all.
MOST = 200

CHANGED = N_("What would be done has changed in the meantime. Nothing was done yet: look again.")
NOTHING = N_("Asterisk was in line already; there was nothing to repair.")


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
    return found


def told_of(done: Repair) -> list[str]:
    """Return what a repair did, in words."""
    lines = sentences.gone(done.ended)
    count = len(done.effects)
    if count:
        line = ngettext("%(count)d difference repaired.", "%(count)d differences repaired.", count)
        lines.append(line % {"count": count})
    return lines
