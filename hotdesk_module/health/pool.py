"""Checks of the phones of the pool against FreePBX's extensions."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.health.finding import ERROR, INFO, OK, WARNING, Finding, named
from hotdesk_module.health.installation import Known


def check(known: Known) -> Iterator[Finding]:
    """Look at every phone."""
    if not known.phones:
        yield Finding("pool", INFO, "No phones yet", "Add a phone of FreePBX, so that people can log in there.")
        return
    yield from _no_device(known)
    yield from _emergency_cid(known)
    yield from _no_answer(known)


def _no_device(known: Known) -> Iterator[Finding]:
    gone = tuple(p.device for p in known.phones if p.device not in known.world.devices)
    if gone:
        yield Finding(
            "no_device",
            ERROR,
            f"{named(gone)}: FreePBX has no such device any more",
            "Nobody can log in there. Remove the phone here, or add its extension in FreePBX again.",
            phones=gone,
        )


def _emergency_cid(known: Known) -> Iterator[Finding]:
    there = [p.device for p in known.phones if p.device in known.world.devices]
    silent = tuple(d for d in there if not known.world.devices[d].emergency_cid)
    if silent:
        yield Finding(
            "emergency_cid",
            ERROR,
            f"{named(silent)}: no Emergency CID",
            "An emergency call would show the number of whoever is logged in, not where the phone stands. Set it in"
            " FreePBX: Applications, Extensions, the phone's extension, Advanced, Emergency CID.",
            phones=silent,
        )
    elif there:
        yield Finding("emergency_cid", OK, "Every phone has an Emergency CID")


def _no_answer(known: Known) -> Iterator[Finding]:
    dead = []
    for phone in (p.device for p in known.phones if p.device in known.world.devices):
        owner = known.world.users.get(known.world.owner(phone))
        if owner is None or not (owner.mailbox or known.destinations.get(owner.extension)):
            dead.append(phone)
    if dead:
        yield Finding(
            "no_answer",
            WARNING,
            f"{named(dead)}: neither a mailbox nor a destination for unanswered calls",
            "While somebody is logged in there, who calls the phone's own number hears a busy signal. Give the"
            " phone's extension a mailbox, or a destination under Extensions, Advanced, Optional Destinations.",
            phones=tuple(dead),
        )
