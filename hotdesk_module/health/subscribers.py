"""Checks which phones of the pool ask for their message lamp themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from hotdesk_module.health.finding import OK, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import phones, say


def check(known: Known, subscribers: Collection[str]) -> Iterator[Finding]:
    """Look at every phone that FreePBX has.

    Asterisk answers a subscription with the phone's own messages, and nobody can add to it. What we send belongs to no
    subscription, and RFC 6665 wants a phone that has one to refuse it.

    Args:
        subscribers: the devices that have subscribed to a mailbox, e.g. ``PJSIP/200``.
    """
    devices = known.world.devices
    those = tuple(p.device for p in known.phones if p.device in devices and devices[p.device].dial in subscribers)
    if those:
        yield Finding(
            "message_lamps",
            WARNING,
            say("%(phones)s: the message lamp is subscribed to the phone's own mailbox", phones=phones(those)),
            (say("It may go on showing the phone's own messages while somebody is logged in there."),),
            (
                say(
                    "Switch off the subscription to the mailbox (MWI) in the phone, and set MWI Subscription Type to"
                    " Unsolicited: the phone's extension, Advanced; Submit, Apply Config."
                ),
            ),
            phones=those,
        )
    elif known.phones:
        yield Finding("message_lamps", OK, say("No phone has subscribed to its own mailbox"))
