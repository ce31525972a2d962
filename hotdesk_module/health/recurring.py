"""Says what comes back after every repair."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module import times
from hotdesk_module.core import drift
from hotdesk_module.health.finding import ERROR, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import listed, say


def check(known: Known) -> Iterator[Finding]:
    """Look at the repairs of the last hour."""
    event = drift.recurring(known.repairs)
    if event is not None:
        yield Finding(
            "recurring",
            ERROR,
            say("The same difference comes back after every repair"),
            (
                say("%(what)s.", what=listed(event.detail.split())),
                say(
                    "Last noted at %(at)s. Something else writes these keys again and again; between two repairs calls"
                    " may go elsewhere than they should.",
                    at=times.iso(event.at),
                ),
            ),
            (
                say(
                    "Look for another hot desking module, FreePBX's own user logon, or a script that writes to"
                    " Asterisk's database, and disable it; /var/log/asterisk/full at the minute of a repair may name"
                    " it. This goes away by itself an hour after the last of them."
                ),
            ),
        )
