"""Checks of the PINs that people log in with. No PIN is looked at: a login notes that one is weak, and not which."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.health.finding import OK, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import say, users


def check(known: Known) -> Iterator[Finding]:
    """Look at who had an easily guessed PIN at the last login."""
    weak = sorted(known.weak_pins & known.world.users.keys(), key=lambda extension: (len(extension), extension))
    if not weak:
        yield Finding("weak_pins", OK, say("Nobody has logged in with a PIN that is easily guessed"))
        return
    yield Finding(
        "weak_pins",
        WARNING,
        say("%(users)s: a PIN that is easily guessed", users=users(weak)),
        do=(
            say(
                "Have it changed, in the mailbox's own menu or under Extensions, Voicemail, or with 'hotdesk pins set'."
                " This goes away at the next login with a better one. The setting 'weak_pins' refuses such PINs."
            ),
        ),
        about=tuple(("extension", extension) for extension in weak),
    )
