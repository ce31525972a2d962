"""Checks of what Asterisk has loaded and knows, against the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module import dialplan
from hotdesk_module.core import codes
from hotdesk_module.core.registration import by_device
from hotdesk_module.health import forwards, groups, orphans, queue_rules, registered, subscribers, versions
from hotdesk_module.health.finding import ERROR, OK, WARNING, Finding
from hotdesk_module.health.installation import Installation, Known
from hotdesk_module.health.projection import compare
from hotdesk_module.health.said import say
from hotdesk_module.ports import Switchboard
from hotdesk_module.service import HotDesk

# Where core's own user logon is (F§6).
CORES = "app-userlogonoff"
_APPLY = say("Click Apply Config in FreePBX, or run 'fwconsole reload'.")


def check(at: Installation, known: Known) -> Iterator[Finding]:
    """Look at Asterisk.

    Raises:
        HotdeskError: it does not answer, or the database stopped to.
    """
    astdb, switchboard = at.asterisk()
    astdb.get("AMPUSER/0/device")
    yield Finding("asterisk", OK, say("Asterisk's manager interface answers"))
    yield versions.asterisk(switchboard.version())
    yield from _dialplan(switchboard, known)
    yield from groups.check(known, astdb)
    yield from queue_rules.check(known, astdb)
    yield from forwards.check(known, astdb)
    yield from orphans.check(orphans.find(at.ledger, known.world.users, astdb))
    registrations = at.registrations() if at.registrations else None
    if registrations is None:
        registrations = by_device(switchboard.contacts(), known.world.devices.values())
    yield from registered.check(known, registrations)
    yield from subscribers.check(known, switchboard.subscribers() if known.phones else ())
    if at.compared is not None:
        yield from at.compared
    else:
        yield from compare(HotDesk(at.ledger, at.inventory, astdb, switchboard, at.clock, "repair"), known.world)


def _dialplan(switchboard: Switchboard, known: Known) -> Iterator[Finding]:
    built = dialplan.build("", codes.in_force(known.features), known.phones)
    missing = [c for c in dict.fromkeys(s.context for s in built.steps) if switchboard.context(c) is None]
    if missing == [dialplan.SHOWN]:
        heading = say("A part of our dialplan is not loaded yet")
        found = say("Who calls a user is shown the phone's name and number after the answer, not the user's.")
        yield Finding("dialplan", WARNING, heading, (found,), (_APPLY,))
        return
    if missing:
        heading = say("Asterisk has not loaded our dialplan")
        yield Finding("dialplan", ERROR, heading, (say("Nobody can log in."),), (_APPLY,))
        return
    wanted = {s.extension for s in built.steps if s.context == dialplan.CODES}
    loaded = switchboard.context(dialplan.CODES)
    have = set(loaded.extensions) if loaded else set()
    if wanted != have:
        different = tuple(sorted(c for c in wanted ^ have if not c.startswith("_")))
        heading = say("Codes have changed and are not loaded yet: %(codes)s", codes=different)
        yield Finding("dialplan", WARNING, heading, do=(_APPLY,))
        return
    (where, _), *_ = built.includes
    parent = switchboard.context(where)
    order = parent.includes if parent else ()
    absent = [name for _, name in built.includes if name not in order]
    if absent:
        not_included = say("%(context)s does not include it.", context=where)
        yield Finding("dialplan", ERROR, say("No call reaches our dialplan"), (not_included,), (_APPLY,))
    elif CORES in order and order.index(CORES) < order.index(dialplan.CODES):
        heading = say("FreePBX's own user logon comes before ours")
        yield Finding("dialplan", ERROR, heading, (say("Our codes may not be reached."),), (_APPLY,))
    else:
        yield Finding("dialplan", OK, say("Our dialplan is loaded"))
