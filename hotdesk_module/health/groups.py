"""Checks of the queues, ring groups and follow-me lists that hold the own number of a phone of the pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hotdesk_module.core.model import Group
from hotdesk_module.health.finding import NAMED, WARNING, Finding, named
from hotdesk_module.health.installation import Known
from hotdesk_module.ports import AstDbTree

# Kind to the code of its finding, what one is called, and what several are.
_KINDS = {
    "queue": ("queues", "Queue", "queues"),
    "ring_group": ("ring_groups", "Ring group", "ring groups"),
    "follow_me": ("follow_me", "The follow-me list of", "follow-me lists"),
}
_DO = (
    "While somebody is logged in there, this does not ring that phone: a direct call to its number goes to its"
    " voicemail, and a queue or a group finds nobody. List the people's extensions instead; they ring wherever each of"
    " them sits. Somebody's own desk that is only lent now and then may stay."
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
    held: dict[str, list[_Held]] = {kind: [] for kind in _KINDS}
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
    for key in astdb.family("QPENALTY"):
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
    code, one, several = _KINDS[kind]
    phones = tuple(dict.fromkeys(p for h in held for p in h.phones))
    if len(held) == 1:
        group = held[0].group
        title = f"{one} {group.number}{f' ({group.name})' if group.name else ''} holds the number of {_small(phones)}"
        text = _DO
    else:
        title = f"{len(held)} {several} hold the numbers of hot desk phones"
        shown = [f"{h.group.number}: {_small(h.phones)}" for h in held[:NAMED]]
        more = f" and {len(held) - NAMED} more" if len(held) > NAMED else ""
        text = f"{'; '.join(shown)}{more}. {_DO}"
    return Finding(code, WARNING, title, text, phones=phones, about=tuple((kind, h.group.number) for h in held))


def _small(phones: tuple[str, ...]) -> str:
    text = named(phones)
    return text[0].lower() + text[1:]
