"""What becomes of a number that a phone dials: the outbound route, its trunks, and the caller ID on each.

FreePBX's core decides it in its dialplan; here it is reckoned, step by step as there (``macro-user-callerid``,
``macro-dialout-trunk`` and ``macro-outbound-callerid``; equal in 16 and 17). Reckoned is a call that the phone itself
dials: nothing of what forwards, follow-me, queues and transfers bring along.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hotdesk_module.core.model import Route, Trunk
from hotdesk_module.core.routes import takes

# Where a caller ID comes from.
PHONE, USER, ROUTE, TRUNK, EXTENSION = "emergency_cid", "user", "route", "trunk", "extension"
# Core's dialplan asks whether there is a second character (F§8).
SHORTEST = 2
# FreePBX's word for "withhold my number", in place of a name.
HIDDEN = "hidden"
# What silences a phone (F§1).
NOBODY = "none"
# A number is cut at this length.
_LONGEST = 40
_PHONE_NUMBER = frozenset("0123456789*#+")

# What may be missing or wrong, the worst first; docs/health.md says what each is.
SILENCED = "silenced"
NO_ROUTE = "no_route"
NO_TRUNK = "no_trunk"
NOT_EMERGENCY = "not_emergency"
INTERNAL = "internal"
NO_EMERGENCY_CID = "no_emergency_cid"
NO_NUMBER = "no_number"
WITHHELD = "withheld"
PASSWORD = "password"
CONCURRENCY = "concurrency"
TIMED = "timed"
FROM_USER = "from_user"
MISSING = (
    SILENCED,
    NO_ROUTE,
    NO_TRUNK,
    NOT_EMERGENCY,
    INTERNAL,
    NO_EMERGENCY_CID,
    NO_NUMBER,
    WITHHELD,
    PASSWORD,
    CONCURRENCY,
    TIMED,
    FROM_USER,
)
# These want a look, and do not keep the call from arriving with the right number by themselves.
NOTES = (CONCURRENCY, TIMED, FROM_USER)


class CallerId(NamedTuple):
    """A name and a number; either may be empty."""

    name: str
    number: str

    def __str__(self) -> str:
        return f'"{self.name}" <{self.number}>' if self.name else self.number


class Caller(NamedTuple):
    """A phone and who is logged in there, as Asterisk's database has them at the moment of the call.

    Attributes:
        device: the number by which Asterisk knows the phone, whoever sits there (REALCALLERIDNUM).
        emergency_cid: the phone's, or empty.
        user: whose calls these are; NOBODY silences the phone; empty: nobody's.
        name, outbound_cid: the user's display name and outbound CID, or empty.
        alias: the number the user shows inside in place of the own one (CID Num Alias).
        pinless: the user need not enter a route's password.
        concurrency: how many outbound calls the user may have at a time; 0: any number.
        phone_name: what the endpoint itself is called; seen where the user has no name.
    """

    device: str
    emergency_cid: str = ""
    user: str = ""
    name: str = ""
    outbound_cid: str = ""
    alias: str = ""
    pinless: bool = False
    concurrency: int = 0
    phone_name: str = ""


class Attempt(NamedTuple):
    """A trunk that is tried, with the caller ID that it gets.

    Attributes:
        origin: where that comes from: PHONE, USER, ROUTE, TRUNK or EXTENSION.
        withheld: the number is not to be shown.
    """

    trunk: Trunk
    cid: CallerId
    origin: str
    withheld: bool = False


class Way(NamedTuple):
    """What becomes of a call.

    Attributes:
        route: the one that takes it; None: none does.
        attempts: its trunks in the order in which they are tried, until one takes the call.
        missing: some of MISSING, in that order.
    """

    route: Route | None
    attempts: tuple[Attempt, ...] = ()
    missing: tuple[str, ...] = ()


class Book:
    """The outbound routes, in which many numbers and callers are looked up.

    Args:
        routes: in the order in which FreePBX asks them.
        names: callers' names go out (not so with FreePBX's setting BLOCK_OUTBOUND_TRUNK_CNAM).
    """

    def __init__(self, routes: Iterable[Route], names: bool = True) -> None:
        self._routes = tuple(routes)
        self._names = names
        self._taking: dict[str, tuple[tuple[Route, tuple[str, ...]], ...]] = {}

    def way(self, number: str, caller: Caller) -> Way:
        """Return what becomes of a number."""
        if caller.user == NOBODY:
            return Way(None, (), (SILENCED,))
        shown = inside(caller)
        route = self._route(number, shown.number)
        if route is None:
            return Way(None, (), (NO_ROUTE,))
        attempts = tuple(self._attempts(route, caller, shown))
        return Way(route, attempts, tuple(_missing(route, attempts, caller)))

    def _route(self, number: str, shown: str) -> Route | None:
        """Return the first route that takes a number.

        Patterns for some callers only are compared with who is *shown* at that moment. That is the user, not the phone:
        ``macro-user-callerid`` is the first step of every pattern, and Asterisk looks for the second step anew.
        """
        for route, callers in self._candidates(number):
            if not callers or any(takes(pattern, shown) for pattern in callers):
                return route
        return None

    def _candidates(self, number: str) -> tuple[tuple[Route, tuple[str, ...]], ...]:
        """Return the routes that take a number, each with the callers it is limited to; none of them: for everybody."""
        if number not in self._taking:
            found: list[tuple[Route, tuple[str, ...]]] = []
            for route in self._routes:
                if any(takes(pattern, number) for pattern in route.patterns):
                    found.append((route, ()))
                    continue
                callers = tuple(caller for pattern, caller in route.limited if takes(pattern, number))
                if callers:
                    found.append((route, callers))
            if any(route.emergency for route, _ in found):
                # What is in the way at times only is not what happens as a rule.
                found = [(route, callers) for route, callers in found if route.emergency or not route.timed]
            self._taking[number] = tuple(found)
        return self._taking[number]

    def _attempts(self, route: Route, caller: Caller, shown: CallerId) -> Iterable[Attempt]:
        """Yield the trunks in their order. What one has set, the next one finds, but for the number."""
        cid, origin = shown, EXTENSION
        for trunk in route.trunks:
            if route.internal:
                if caller.alias:
                    cid = cid._replace(number=caller.alias)
                yield Attempt(trunk, cid, origin)
            elif route.emergency and len(caller.emergency_cid) >= SHORTEST:
                cid, origin = parsed(caller.emergency_cid), PHONE
                yield Attempt(trunk, cid, origin)
            else:
                cid, origin = _normal(route, trunk, caller, cid, origin)
                withheld = cid.name == HIDDEN
                if not self._names or trunk.keep == "cnum":
                    cid = cid._replace(name="")
                yield Attempt(trunk, cid, origin, withheld)
            if caller.user:
                cid, origin = CallerId(cid.name, caller.user), EXTENSION


def inside(caller: Caller) -> CallerId:
    """Return what a call shows before any trunk is chosen: the user, or the endpoint's own where the user's name has
    no second character."""
    if len(caller.name) < SHORTEST:
        return CallerId(caller.phone_name[:_LONGEST], caller.device)
    return CallerId(caller.name[:_LONGEST], caller.user[:_LONGEST])


def parsed(text: str) -> CallerId:
    """Return the name and the number of a caller ID as Asterisk takes it apart: ``"Lobby" <5551234>``, ``5551234``."""
    text = text.strip()
    bare = _unquoted(text)
    before, bracket, behind = bare.rpartition("<")
    if bracket:
        return CallerId(_name(before), _shrunk(behind.rpartition(">")[0] if ">" in behind else behind))
    number = _shrunk(bare)
    if bare == text and number and set(number) <= _PHONE_NUMBER:
        return CallerId("", number)
    return CallerId(_name(bare), "")


def _normal(route: Route, trunk: Trunk, caller: Caller, cid: CallerId, origin: str) -> tuple[CallerId, str]:
    """Return the caller ID of a call that has no Emergency CID: in rising order the trunk's, the user's, the route's,
    one that the trunk insists on."""
    if trunk.cid:
        cid, origin = parsed(trunk.cid), TRUNK
    if caller.outbound_cid:
        cid, origin = parsed(caller.outbound_cid), USER
    if route.cid and (route.cid_overrides or not caller.outbound_cid):
        cid, origin = parsed(route.cid), ROUTE
    if trunk.keep == "all" and trunk.cid:
        cid, origin = parsed(trunk.cid), TRUNK
    return cid, origin


def _missing(route: Route, attempts: tuple[Attempt, ...], caller: Caller) -> Iterable[str]:
    if not route.trunks and not route.destination:
        yield NO_TRUNK
    if not route.emergency:
        yield NOT_EMERGENCY
    elif route.internal:
        yield INTERNAL
    elif len(caller.emergency_cid) < SHORTEST:
        yield NO_EMERGENCY_CID
    if any(not a.cid.number for a in attempts):
        yield NO_NUMBER
    if any(a.withheld for a in attempts):
        yield WITHHELD
    if route.password and not caller.pinless:
        yield PASSWORD
    if caller.concurrency == 1:
        yield CONCURRENCY
    if route.timed:
        yield TIMED
    if any(a.trunk.from_user for a in attempts):
        yield FROM_USER


def _name(text: str) -> str:
    return _unquoted(text).replace('\\"', '"').replace("\\\\", "\\")


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _shrunk(number: str) -> str:
    """Return a number without what people write between its digits."""
    kept = "".join(c for c in number if c not in "( )-")
    return kept[:-1].replace(".", "") + kept[-1:]
