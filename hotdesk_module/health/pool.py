"""Checks of the phones of the pool against FreePBX's extensions."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.health.finding import ERROR, INFO, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import listed, phones, say


def check(known: Known) -> Iterator[Finding]:
    """Look at every phone."""
    yield from _outside(known)
    if not known.phones:
        yield Finding(
            "pool", INFO, say("No phones yet"), do=(say("Add a phone of FreePBX, so that people can log in there."),)
        )
        return
    yield from _no_device(known)
    yield from _no_answer(known)


def _outside(known: Known) -> Iterator[Finding]:
    """Look for sessions that are left of phones which are no hot desk phones any more."""
    pool = {p.device for p in known.phones}
    left = [s for s in known.sessions if s.phone not in pool]
    if left:
        yield Finding(
            "outside_pool",
            WARNING,
            say(
                "%(phones)s: somebody is logged in, and it is no hot desk phone", phones=phones([s.phone for s in left])
            ),
            (
                say(
                    "Calls to these people still go there (%(who)s), but nobody can log in there any more.",
                    who=listed([say("%(user)s at %(phone)s", user=s.user, phone=s.phone) for s in left]),
                ),
            ),
            (
                say(
                    "Log them out with 'hotdesk logout PHONE', or on the page People; or make it a hot desk phone again"
                    " with 'hotdesk phones add PHONE'."
                ),
            ),
            about=tuple(("extension", s.user) for s in left),
        )


def _no_device(known: Known) -> Iterator[Finding]:
    gone = tuple(p.device for p in known.phones if p.device not in known.world.devices)
    if gone:
        yield Finding(
            "no_device",
            ERROR,
            say("%(phones)s: FreePBX has no such device any more", phones=phones(gone)),
            (say("Nobody can log in there."),),
            (
                say(
                    "Remove the phone on the page Phones or with 'hotdesk phones remove', or add its extension in"
                    " FreePBX again."
                ),
            ),
            phones=gone,
        )


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
            say("%(phones)s: neither a mailbox nor a destination for unanswered calls", phones=phones(dead)),
            (say("While somebody is logged in there, who calls the phone's own number hears a busy signal."),),
            (
                say(
                    "Give the phone's extension a mailbox, or a destination under Extensions, Advanced, Optional"
                    " Destinations."
                ),
            ),
            phones=tuple(dead),
        )
