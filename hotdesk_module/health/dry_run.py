"""The emergency dry run: which way an emergency call from each phone would go, and with which caller ID; nothing is
dialled.

What decides at the moment of a call are keys in Asterisk's database and FreePBX's outbound routes, so these are read
here, not FreePBX's tables of devices and users; :mod:`hotdesk_module.core.outbound` is the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hotdesk_module.core.model import Phone, World
from hotdesk_module.core.outbound import (
    EXTENSION,
    NOBODY,
    NOTES,
    USER,
    Attempt,
    Book,
    Caller,
    CallerId,
    Way,
    parsed,
)
from hotdesk_module.core.routes import emergency_numbers
from hotdesk_module.errors import NotInPool
from hotdesk_module.ports import AstDbTree, Inventory, Ledger

# Stands for whoever may log in, where nobody is; none of it is shown.
_SOMEBODY = Caller("", user="?", name="??")
_SOME_CID = "00"


class State(NamedTuple):
    """A call from the phone while it is idle, or while somebody is logged in.

    Attributes:
        user: the phone's owner, or who is logged in; empty: whoever logs in.
        name: the user's, as Asterisk's database has it.
        own_cid: of whoever logs in: those with an outbound CID of their own (True), or those without one (False); None:
            all of them, or it is known who.
        way: what becomes of the call. A caller ID that depends on who logs in is empty.
    """

    user: str
    name: str
    way: Way
    own_cid: bool | None = None


class Line(NamedTuple):
    """A number dialled at a phone.

    Attributes:
        pattern: the dial pattern that the number stands for; empty: somebody asked for the number.
        emergency_cid: the phone's, as Asterisk's database has it.
        user: who is logged in now; empty: nobody.
        idle, occupied: what would become of a call; of an occupied phone there are two states where it depends on who
            logs in.
    """

    phone: Phone
    number: str
    pattern: str
    emergency_cid: str
    user: str
    idle: State
    occupied: tuple[State, ...]

    @property
    def states(self) -> tuple[State, ...]:
        """Return all states."""
        return (self.idle, *self.occupied)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what is missing in any state, each once."""
        return tuple(dict.fromkeys(m for state in self.states for m in state.way.missing))

    @property
    def right(self) -> bool:
        """Return whether a call arrives with the phone's Emergency CID, whoever sits there."""
        return all(m in NOTES for m in self.missing)


class DryRun(NamedTuple):
    """What was reckoned.

    Attributes:
        numbers: those that were tried, each with its pattern.
        lines: by phone, and by number in the order of the routes.
    """

    numbers: Mapping[str, str]
    lines: tuple[Line, ...]

    @property
    def right(self) -> bool:
        """Return whether there are emergency routes, and every call on them is as it should be."""
        return bool(self.numbers) and all(line.right for line in self.lines)


def dry_run(
    ledger: Ledger,
    inventory: Inventory,
    astdb: AstDbTree,
    phones: Iterable[str] | None = None,
    numbers: Iterable[str] = (),
    user: str = "",
) -> DryRun:
    """Reckon.

    Args:
        phones: those to try; None: all of the pool.
        numbers: what to dial; none: one number for each dial pattern of the emergency routes.
        user: who is taken to be logged in at these phones; empty: who is, or whoever may be.

    Raises:
        NotInPool: one of ``phones`` is not.
        LedgerDown, AsteriskDown: it does not answer.
    """
    wanted = None if phones is None else tuple(phones)
    pool = ledger.phones(wanted)
    for number in set(wanted or ()) - {p.device for p in pool}:
        raise NotInPool(f"{number} is not a hot desk phone.")
    routes = inventory.routes()
    asked = {n: "" for n in numbers} or emergency_numbers(routes)
    keys = astdb.matching("DEVICE/*", "AMPUSER/*")
    devices = {d.id: d for d in inventory.devices(p.device for p in pool)}
    world, forced, book = World(devices, {}), inventory.forced_caller_ids(), Book(routes, inventory.names_go_out())
    sitting = {s.phone: s.user for s in ledger.sessions(p.device for p in pool)}
    lines = []
    for phone in pool:
        at = _phone(phone.device, world.owner(phone.device), keys, forced.get(phone.device))
        here = user or sitting.get(phone.device, "")
        # Core's own user logon has left it, and the phone is as it is now: silent (F§1).
        silent = keys.get(f"DEVICE/{phone.device}/user") == NOBODY
        for number, pattern in asked.items():
            idle = _state(book, number, _as(at, NOBODY if silent and not here else at.user, keys))
            occupied = _occupied(book, number, at, NOBODY if silent and here else here, keys)
            lines.append(
                Line(phone, number, pattern, at.emergency_cid, sitting.get(phone.device, ""), idle, tuple(occupied))
            )
    return DryRun(asked, tuple(lines))


def _occupied(book: Book, number: str, at: Caller, user: str, keys: Mapping[str, str]) -> Iterable[State]:
    if user:
        yield _state(book, number, _as(at, user, keys))
        return
    nobody = _SOMEBODY._replace(device=at.device, emergency_cid=at.emergency_cid)
    with_cid, without = (_unnamed(_state(book, number, nobody._replace(outbound_cid=cid))) for cid in (_SOME_CID, ""))
    if with_cid == without:
        yield with_cid
    else:
        yield with_cid._replace(own_cid=True)
        yield without._replace(own_cid=False)


def _state(book: Book, number: str, caller: Caller) -> State:
    return State(caller.user, caller.name, book.way(number, caller))


def _unnamed(state: State) -> State:
    """Return a state without what depends on who it is."""
    attempts = tuple(a._replace(cid=CallerId("", "")) if depends(a) else a for a in state.way.attempts)
    return State("", "", state.way._replace(attempts=attempts))


def depends(attempt: Attempt) -> bool:
    """Return whether a caller ID is the user's."""
    return attempt.origin in (USER, EXTENSION)


def _phone(device: str, owner: str, keys: Mapping[str, str], forced: str | None) -> Caller:
    """Return an idle phone."""
    name, number = keys.get(f"AMPUSER/{owner}/cidname", ""), device
    if forced is not None:
        # Asterisk knows the phone by the number that it gives itself: so the Emergency CID is that number's.
        name, number = parsed(forced)
    at = Caller(number, keys.get(f"DEVICE/{number}/emergency_cid", ""), owner, phone_name=name)
    return at if number == device else at._replace(user=keys.get(f"DEVICE/{number}/user", ""))


def _as(at: Caller, user: str, keys: Mapping[str, str]) -> Caller:
    """Return a phone with somebody logged in."""
    limit = keys.get(f"AMPUSER/{user}/concurrency_limit", "")
    own = f"AMPUSER/{user}"
    alias = keys.get(f"{own}/cidnum", "")
    return at._replace(
        user=user,
        name=keys.get(f"{own}/cidname", ""),
        outbound_cid=keys.get(f"{own}/outboundcid", ""),
        alias=alias if alias != user else "",
        pinless=keys.get(f"{own}/pinless") == "NOPASSWD",
        concurrency=int(limit) if limit.isascii() and limit.isdigit() else 0,
    )
