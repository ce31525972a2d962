"""Checks for Call Forwards that point at a phone's own number: what hot desking by Call Forward leaves behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hotdesk_module.core.model import World
from hotdesk_module.health.finding import FORWARDS, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import Said, counted, listed, say
from hotdesk_module.ports import AstDbTree


def find(world: World, pool: list[str], forwards: Mapping[str, str]) -> dict[str, str]:
    """Return the users who are forwarded to a phone of the pool, each with the phone.

    Args:
        forwards: the family CF of the AstDB.
    """
    numbers = {world.owner(phone): phone for phone in pool}
    return {key.partition("/")[2]: numbers[target] for key, target in forwards.items() if target in numbers}


def each(found: Mapping[str, str]) -> list[Said]:
    """Return who is forwarded to which phone."""
    return [say("%(user)s to %(phone)s", user=user, phone=phone) for user, phone in found.items()]


def check(known: Known, astdb: AstDbTree) -> Iterator[Finding]:
    """Look at every unconditional Call Forward.

    They are not of our making, and somebody may have set one on purpose: only who is asked removes them.

    Raises:
        AsteriskDown: it does not answer.
    """
    found = find(known.world, [p.device for p in known.phones], astdb.matching("CF/*"))
    if found:
        yield Finding(
            "forwards",
            WARNING,
            counted(
                "%(count)s Call Forward to a hot desk phone's own number",
                "%(count)s Call Forwards to a hot desk phone's own number",
                len(found),
            ),
            (
                say("%(who)s.", who=listed(each(found))),
                say("Another hot desking module may have left them behind, or somebody set them by hand."),
                say(
                    "Calls to these people go to the phone whoever sits there, and to its voicemail while somebody"
                    " does."
                ),
            ),
            (
                say(
                    "'hotdesk doctor --fix' asks and removes them, as the page Health does. Those that are meant stay;"
                    " a login takes the user's own away."
                ),
            ),
            FORWARDS,
            phones=tuple(dict.fromkeys(found.values())),
            about=tuple(("extension", user) for user in found),
        )
