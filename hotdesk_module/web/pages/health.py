"""The page Health: what is wrong, what to do, and a repair."""

from __future__ import annotations

from typing import Callable

from flask import Blueprint, Response, render_template, request

from hotdesk_module import answers, sentences
from hotdesk_module.errors import UnsafePlan
from hotdesk_module.health.examine import examine, healthy
from hotdesk_module.health.finding import Finding
from hotdesk_module.health.installation import Installation, Machine
from hotdesk_module.service import Repair
from hotdesk_module.web import work
from hotdesk_module.web.gate import identity
from hotdesk_module.web.links import go_to
from hotdesk_module.web.notices import CAUTION, DONE, NOTE, Notice, Notices

# So many changes of a repair are listed.
LISTED = 200


def health(notices: Notices, machine: Callable[[], Machine]) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("health", __name__)

    @pages.get("/health")
    def show() -> str:
        found = look(machine())
        return render_template("health.html", findings=found, healthy=healthy(found))

    @pages.get("/health/force")
    def ask_force() -> str:
        found = work.desk().reconcile(dry_run=True, force=True)
        effects = [answers.effect(e) for e in found.effects]
        ended = sentences.gone(found.ended, "would be")
        return render_template("health_force.html", ended=ended, effects=effects[:LISTED], count=len(effects))

    @pages.post("/health/repair")
    def repair() -> Response:
        try:
            done = work.desk().reconcile(force=request.form.get("force") == "yes")
            told = Notice(DONE, tuple(told_of(done))) if done.effects or done.ended else Notice(NOTE, (NOTHING,))
        except UnsafePlan as error:
            told = Notice(CAUTION, (error.message.replace("repeat with --force", "repair all the same"),))
        return go_to("/health", notice=notices.keep(identity().user, [told]))

    return pages


NOTHING = "Asterisk was in line already; there was nothing to repair."


def look(machine: Machine) -> tuple[Finding, ...]:
    """Return what is wrong with this installation."""
    at = work.parts()
    return examine(Installation(at.ledger, at.inventory, at.asterisk, at.clock, machine))


def told_of(done: Repair) -> list[str]:
    """Return what a repair did, in words."""
    lines = sentences.gone(done.ended)
    count = len(done.effects)
    if count:
        lines.append(f"{count} difference{'' if count == 1 else 's'} repaired.")
    return lines
