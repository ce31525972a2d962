"""Checks for Call Forwards that point at a phone's own number: what hot desking by Call Forward leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.health.finding import NAMED, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.ports import AstDbTree


def check(known: Known, astdb: AstDbTree) -> Iterator[Finding]:
    """Look at every unconditional Call Forward.

    A repair leaves them alone: they are not of our making, and somebody may have set one on purpose.

    Raises:
        AsteriskDown: it does not answer.
    """
    numbers = {known.world.owner(p.device): p.device for p in known.phones}
    found = {key.partition("/")[2]: numbers[target] for key, target in astdb.family("CF").items() if target in numbers}
    if not found:
        return
    shown = [f"{user} to {phone}" for user, phone in list(found.items())[:NAMED]]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    yield Finding(
        "forwards",
        WARNING,
        f"{len(found)} Call Forward{'' if len(found) == 1 else 's'} to a hot desk phone's own number",
        f"{', '.join(shown)}{more}. Another hot desking module may have left them behind, or somebody set them by hand."
        " Calls to these people go to the phone whoever sits there, and to its voicemail while somebody does. A login"
        " takes the user's own away; otherwise dial the code for Call Forward All Deactivate from the user's phone.",
        phones=tuple(dict.fromkeys(found.values())),
        about=tuple(("extension", user) for user in found),
    )
