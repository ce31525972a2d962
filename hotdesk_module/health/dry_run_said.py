"""The emergency dry run for people: what is the same is told once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hotdesk_module.core import outbound
from hotdesk_module.core.model import Phone
from hotdesk_module.core.outbound import NOTES, Attempt, Way
from hotdesk_module.health.dry_run import Line, State, depends
from hotdesk_module.health.said import Said, say, verbatim

_ALWAYS = say("always")
_IDLE = say("idle")
_SOMEBODY = say("somebody is logged in")
_WITH_CID = say("somebody with an outbound CID is logged in")
_WITHOUT_CID = say("somebody without an outbound CID is logged in")

ORIGINS: Mapping[str, Said] = {
    outbound.PHONE: say("the phone's Emergency CID"),
    outbound.USER: say("the outbound CID of whoever is logged in"),
    outbound.ROUTE: say("the route's CID"),
    outbound.TRUNK: say("the trunk's CID"),
    outbound.EXTENSION: say("the extension of whoever is logged in"),
}
_OWN = say("the extension's own number")

MISSING: Mapping[str, Said] = {
    outbound.SILENCED: say(
        "FreePBX hangs up every call from this phone: DEVICE/<phone>/user is 'none'. 'hotdesk reconcile' puts it right."
    ),
    outbound.NO_ROUTE: say("No outbound route takes this number for whoever calls; the call goes nowhere."),
    outbound.NO_TRUNK: say("The route has no trunk that is switched on; the call goes nowhere."),
    outbound.NOT_EMERGENCY: say("The route that takes the number is no emergency route: no Emergency CID goes out."),
    outbound.INTERNAL: say("The route is of type Intra-Company as well: FreePBX leaves the Emergency CID out."),
    outbound.NO_EMERGENCY_CID: say("The phone has no Emergency CID."),
    outbound.NO_NUMBER: say("There is no number in what goes out."),
    outbound.WITHHELD: say("The number is withheld."),
    outbound.PASSWORD: say("The caller has to enter the route's password."),
    outbound.CONCURRENCY: say("Outbound Concurrency Limit is 1: no call goes out during another one of the same user."),
    outbound.TIMED: say("The route is in force at certain times only."),
    outbound.FROM_USER: say("The trunk has a From User; ask the provider which number counts."),
}


class Row(NamedTuple):
    """What happens to some numbers of a phone.

    Attributes:
        when: in which states of the phone.
        cids: what goes out: each caller ID with where it comes from and the trunks that get it.
    """

    phone: Phone
    numbers: tuple[str, ...]
    when: Said
    way: Way
    cids: tuple[Said, ...]

    @property
    def right(self) -> bool:
        """Return whether nothing but notes is missing."""
        return all(m in NOTES for m in self.way.missing)

    @property
    def missing(self) -> tuple[Said, ...]:
        """Return what is missing, in sentences."""
        return tuple(MISSING[m] for m in self.way.missing)


def rows(lines: Iterable[Line]) -> tuple[Row, ...]:
    """Return the rows of a table; states and numbers with one outcome are one row."""
    found: dict[tuple[str, Said, Way], Row] = {}
    for line in lines:
        same = all(state.way == line.idle.way for state in line.occupied)
        states = [(_ALWAYS, line.idle)] if same else [(_when(s, s is line.idle), s) for s in line.states]
        for when, state in states:
            key = (line.phone.device, when, state.way)
            before = found.get(key)
            numbers = (*(before.numbers if before else ()), line.number)
            found[key] = Row(line.phone, numbers, when, state.way, tuple(_cids(state)))
    return tuple(found.values())


def _when(state: State, idle: bool) -> Said:
    if idle:
        return _IDLE
    if state.user:
        return say("%(user)s is logged in", user=state.user)
    return {None: _SOMEBODY, True: _WITH_CID, False: _WITHOUT_CID}[state.own_cid]


def _cids(state: State) -> Iterable[Said]:
    by_cid: dict[Said, list[str]] = {}
    for attempt in state.way.attempts:
        by_cid.setdefault(_cid(attempt, state), []).append(attempt.trunk.name)
    for cid, trunks in by_cid.items():
        yield cid if len(by_cid) == 1 else say("%(cid)s at %(trunks)s", cid=cid, trunks=tuple(trunks))


def _cid(attempt: Attempt, state: State) -> Said:
    if not state.user and depends(attempt):
        return ORIGINS[attempt.origin]
    origin = _OWN if attempt.origin == outbound.EXTENSION else ORIGINS[attempt.origin]
    if attempt.origin == outbound.USER:
        origin = say("the outbound CID of %(user)s", user=state.user)
    return say("%(cid)s (%(origin)s)", cid=verbatim(str(attempt.cid)), origin=origin)
