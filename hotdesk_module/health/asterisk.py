"""Checks of what Asterisk has loaded and knows, against the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module import dialplan
from hotdesk_module.core import codes, effects
from hotdesk_module.errors import UnsafePlan
from hotdesk_module.health.finding import ERROR, NAMED, OK, WARNING, Finding
from hotdesk_module.health.installation import Installation, Known
from hotdesk_module.ports import AstDbTree, Switchboard
from hotdesk_module.service import HotDesk

# Where core's own user logon is (F§6).
CORES = "app-userlogonoff"
_APPLY = "Click Apply Config in FreePBX, or run 'fwconsole reload'."


def check(at: Installation, known: Known) -> Iterator[Finding]:
    """Look at Asterisk.

    Raises:
        HotdeskError: it does not answer, or the database stopped to.
    """
    astdb, switchboard = at.asterisk()
    astdb.get("AMPUSER/0/device")
    yield Finding("asterisk", OK, "Asterisk's manager interface answers")
    yield from _dialplan(switchboard, known)
    yield from _projection(at, astdb, switchboard)


def _dialplan(switchboard: Switchboard, known: Known) -> Iterator[Finding]:
    built = dialplan.build("", *codes.in_force(known.features), known.phones)
    missing = [c for c in dict.fromkeys(s.context for s in built.steps) if switchboard.context(c) is None]
    if missing:
        yield Finding("dialplan", ERROR, "Asterisk has not loaded our dialplan", f"Nobody can log in. {_APPLY}")
        return
    wanted = {s.extension for s in built.steps if s.context == dialplan.CODES}
    loaded = switchboard.context(dialplan.CODES)
    have = set(loaded.extensions) if loaded else set()
    if wanted != have:
        different = ", ".join(sorted(c for c in wanted ^ have if not c.startswith("_")))
        yield Finding("dialplan", WARNING, f"Codes have changed and are not loaded yet: {different}", _APPLY)
        return
    (where, _), *_ = built.includes
    parent = switchboard.context(where)
    order = parent.includes if parent else ()
    absent = [name for _, name in built.includes if name not in order]
    if absent:
        yield Finding("dialplan", ERROR, "No call reaches our dialplan", f"{where} does not include it. {_APPLY}")
    elif CORES in order and order.index(CORES) < order.index(dialplan.CODES):
        yield Finding(
            "dialplan", ERROR, "FreePBX's own user logon comes before ours", f"Our codes may not be reached. {_APPLY}"
        )
    else:
        yield Finding("dialplan", OK, "Our dialplan is loaded")


def _projection(at: Installation, astdb: AstDbTree, switchboard: Switchboard) -> Iterator[Finding]:
    desk = HotDesk(at.ledger, at.inventory, astdb, switchboard, at.clock, "repair")
    try:
        found = desk.reconcile(dry_run=True)
    except UnsafePlan as error:
        yield Finding("unsafe_plan", ERROR, "A repair would log out many users for no recorded reason", error.message)
        return
    count = len(found.effects) + len(found.ended)
    if not count:
        yield Finding("projection", OK, "Asterisk is in line with who is logged in")
        return
    names = [f"{e.session.user} at {e.session.phone}" for e in found.ended] + [effects.name(e) for e in found.effects]
    shown = ", ".join(names[:NAMED]) + (f" and {count - NAMED} more" if count > NAMED else "")
    yield Finding(
        "projection",
        WARNING,
        f"Asterisk differs from who is logged in, in {count} {'thing' if count == 1 else 'things'}",
        f"{shown}. Repair puts it right; the daemon does so by itself within a minute.",
        repairable=True,
    )
