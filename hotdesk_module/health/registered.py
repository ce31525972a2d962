"""Checks which phones of the pool are registered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hotdesk_module.core.model import Contact
from hotdesk_module.health.finding import INFO, OK, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import counted, listed, phones, say


def check(known: Known, registrations: Mapping[str, Contact]) -> Iterator[Finding]:
    """Look at every phone that FreePBX has and that is enabled.

    Args:
        registrations: the contact of each device that is registered.
    """
    there = [p.device for p in known.phones if p.enabled and p.device in known.world.devices]
    away = [d for d in there if d not in registrations or registrations[d].reachable is False]
    taken = {s.phone for s in known.sessions}
    deserted = tuple(d for d in away if d in taken)
    idle = tuple(d for d in away if d not in taken)
    if deserted:
        yield Finding(
            "registrations",
            WARNING,
            counted(
                "Phone %(numbers)s: somebody is logged in, but the phone is not registered or not reachable",
                "Phones %(numbers)s: somebody is logged in, but the phones are not registered or not reachable",
                len(deserted),
                numbers=listed(deserted),
            ),
            (say("Calls to those people do not ring there."),),
            (say("Look at the phone's power and network, or log them out."),),
            phones=deserted,
        )
    if idle:
        yield Finding(
            "registrations",
            INFO,
            say("%(phones)s: not registered or not reachable", phones=phones(idle)),
            (say("Nobody can log in there."),),
            (say("Look at the phone's power, its network, and its SIP password."),),
            phones=idle,
        )
    if there and not away:
        yield Finding("registrations", OK, say("Every phone is registered"))
