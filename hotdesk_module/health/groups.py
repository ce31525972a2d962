"""Checks of the queues, ring groups and follow-me lists that hold the own number of a phone of the pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hotdesk_module.core.model import Group
from hotdesk_module.health.finding import WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import Said, counted, listed, say
from hotdesk_module.ports import AstDbTree

# Kind to the code of its finding.
_CODES = {"queue": "queues", "ring_group": "ring_groups", "follow_me": "follow_me"}
_MEANS = say(
    "While somebody is logged in there, this does not ring that phone: a direct call to its number goes to its"
    " voicemail, and a queue or a group finds nobody."
)
_DO = say(
    "List the people's extensions instead; they ring wherever each of them sits. Somebody's own desk that is only lent"
    " now and then may stay."
)


class _Held(NamedTuple):
    group: Group
    phones: tuple[str, ...]


def check(known: Known, astdb: AstDbTree) -> Iterator[Finding]:
    """Look at every list that a phone's own number is in.

    Raises:
        AsteriskDown: it does not answer, which knows the queues' dynamic members.
    """
    numbers = {known.world.owner(p.device): p.device for p in known.phones}
    held: dict[str, list[_Held]] = {kind: [] for kind in _CODES}
    for group in _with_dynamic_members(known.groups, astdb):
        members = (m for m in group.members if group.kind != "follow_me" or m != group.number)
        phones = tuple(dict.fromkeys(numbers[m] for m in members if m in numbers))
        if phones and (group.kind != "follow_me" or _follows(astdb, group.number)):
            held[group.kind].append(_Held(group, phones))
    for kind, those in held.items():
        if those:
            yield _finding(kind, those)


def _with_dynamic_members(groups: Iterable[Group], astdb: AstDbTree) -> Iterator[Group]:
    """Return all lists; a queue's dynamic members are in the AstDB: ``QPENALTY/<queue>/agents/<extension>``."""
    dynamic: dict[str, list[str]] = {}
    for key in astdb.matching("QPENALTY/*"):
        parts = key.split("/")
        if len(parts) == 4 and parts[2] == "agents":
            dynamic.setdefault(parts[1], []).append(parts[3])
    for group in groups:
        more = dynamic.pop(group.number, []) if group.kind == "queue" else []
        yield group._replace(members=(*group.members, *more))
    for number, members in dynamic.items():
        yield Group("queue", number, members=tuple(members))


def _follows(astdb: AstDbTree, extension: str) -> bool:
    """Return whether a follow-me list is in use (F§2)."""
    return astdb.get(f"AMPUSER/{extension}/followme/ddial") == "DIRECT"


def _finding(kind: str, held: list[_Held]) -> Finding:
    phones = tuple(dict.fromkeys(p for h in held for p in h.phones))
    about = tuple((kind, h.group.number) for h in held)
    if len(held) == 1:
        return Finding(_CODES[kind], WARNING, _one(kind, held[0]), (_MEANS,), (_DO,), phones=phones, about=about)
    shown = listed([say("%(number)s (%(phones)s)", number=h.group.number, phones=_small(h.phones)) for h in held])
    means = (say("%(which)s.", which=shown), _MEANS)
    return Finding(_CODES[kind], WARNING, _several(kind, len(held)), means, (_DO,), phones=phones, about=about)


def _one(kind: str, held: _Held) -> Said:
    number = f"{held.group.number}{f' ({held.group.name})' if held.group.name else ''}"
    phones = _small(held.phones)
    if kind == "queue":
        return say("Queue %(number)s holds the number of %(phones)s", number=number, phones=phones)
    if kind == "ring_group":
        return say("Ring group %(number)s holds the number of %(phones)s", number=number, phones=phones)
    return say("The follow-me list of %(number)s holds the number of %(phones)s", number=number, phones=phones)


def _several(kind: str, count: int) -> Said:
    if kind == "queue":
        return counted(
            "%(count)s queue holds the number of a hot desk phone",
            "%(count)s queues hold the numbers of hot desk phones",
            count,
        )
    if kind == "ring_group":
        return counted(
            "%(count)s ring group holds the number of a hot desk phone",
            "%(count)s ring groups hold the numbers of hot desk phones",
            count,
        )
    return counted(
        "%(count)s follow-me list holds the number of a hot desk phone",
        "%(count)s follow-me lists hold the numbers of hot desk phones",
        count,
    )


def _small(phones: tuple[str, ...]) -> Said:
    return counted("phone %(numbers)s", "phones %(numbers)s", len(phones), numbers=listed(phones))
