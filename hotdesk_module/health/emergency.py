"""Checks of emergency calls: a phone's Emergency CID, and the routes that carry it.

An emergency call has the number of where the phone stands only if it leaves on a route that is marked as an emergency
route, and the phone has an Emergency CID; else that of whoever is logged in (F§8, V).
"""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.core.model import Route
from hotdesk_module.core.outbound import SHORTEST, parsed
from hotdesk_module.core.routes import ahead
from hotdesk_module.health.finding import ERROR, OK, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import Said, phones, say

# A pattern that takes whatever follows so few digits is for more than emergencies.
_PREFIX = 4

_WRONG_PLACE = say(
    "An emergency call would show the number of whoever is logged in, or the trunk's, not where the phone stands."
)


def check(known: Known) -> Iterator[Finding]:
    """Look at the phones, and at FreePBX's outbound routes."""
    if known.phones:
        yield from _cids(known)
        yield from _routes(known)


def _cids(known: Known) -> Iterator[Finding]:
    there = [p.device for p in known.phones if p.device in known.world.devices]
    silent = tuple(d for d in there if len(known.world.devices[d].emergency_cid) < SHORTEST)
    if silent:
        yield Finding(
            "emergency_cid",
            ERROR,
            say("%(phones)s: no Emergency CID", phones=phones(silent)),
            (_WRONG_PLACE,),
            (
                say(
                    "Set it in FreePBX: Extensions, the phone's extension, Advanced, Emergency CID; then click Submit"
                    " and Apply Config."
                ),
            ),
            phones=silent,
        )
    unnumbered = tuple(d for d in there if d not in silent and not parsed(known.world.devices[d].emergency_cid).number)
    if unnumbered:
        yield Finding(
            "emergency_cid",
            ERROR,
            say("%(phones)s: an Emergency CID without a number", phones=phones(unnumbered)),
            (say("An emergency call shows no number at all, but a name."),),
            (
                say(
                    'Write a number, or "Name" <number>: in FreePBX, Extensions, the phone\'s extension, Advanced,'
                    " Emergency CID; then click Submit and Apply Config."
                ),
            ),
            phones=unnumbered,
        )
    if there and not silent and not unnumbered:
        yield Finding("emergency_cid", OK, say("Every phone has an Emergency CID"))


def _routes(known: Known) -> Iterator[Finding]:
    emergency = [r for r in known.routes if r.emergency]
    if not emergency:
        yield _none(known.routes)
        return
    wrong = [*_broken(emergency), *_behind(known.routes)]
    yield from wrong
    if not wrong:
        yield Finding(
            "emergency_routes",
            OK,
            say("Emergency calls have a route: %(names)s", names=tuple(_name(r) for r in emergency)),
        )


def _none(routes: tuple[Route, ...]) -> Finding:
    mark = say(
        "In FreePBX, Connectivity, Outbound Routes: add a route for your emergency numbers (e.g. 911 or 112), set Route"
        " Type to Emergency, give it a trunk, and drag it to the top; then click Submit and Apply Config."
    )
    if routes:
        return Finding(
            "emergency_routes", ERROR, say("No outbound route is an emergency route"), (_WRONG_PLACE,), (mark,)
        )
    return Finding(
        "emergency_routes",
        WARNING,
        say("There is no outbound route"),
        (say("No call leaves this PBX, and no emergency call does."),),
        (mark,),
    )


def _broken(emergency: list[Route]) -> Iterator[Finding]:
    for route in emergency:
        name = _name(route)
        if not route.trunks and not route.destination:
            yield _of(
                route,
                ERROR,
                say("The emergency route %(route)s has no trunk that is switched on", route=name),
                say("An emergency call on it goes nowhere."),
                say("Give it a trunk, or switch its trunk on at Connectivity, Trunks; then click Apply Config."),
            )
        if not route.patterns and not route.limited:
            yield _of(
                route,
                ERROR,
                say("The emergency route %(route)s has no dial pattern", route=name),
                say("No call takes it."),
                say("Add your emergency numbers to its Dial Patterns, e.g. 911 or 112; then click Apply Config."),
            )
        if route.limited:
            yield _of(
                route,
                ERROR,
                say("The emergency route %(route)s has dial patterns for some callers only", route=name),
                say(
                    "FreePBX compares them with the number of whoever is logged in, not with the phone's: an emergency"
                    " call from an occupied phone takes another route, or none."
                ),
                say("Empty CallerID in its Dial Patterns; then click Submit and Apply Config."),
            )
        if route.internal:
            yield _of(
                route,
                ERROR,
                say("The emergency route %(route)s is of type Intra-Company as well", route=name),
                say("FreePBX then leaves the Emergency CID out: the call shows the extension of whoever is logged in."),
                say("Set its Route Type to Emergency only; then click Submit and Apply Config."),
            )
        if any(p.endswith((".", "!")) and len(p) < _PREFIX for p in route.patterns):
            yield _of(
                route,
                WARNING,
                say("The emergency route %(route)s takes nearly every number", route=name),
                say("All these calls carry the phone's Emergency CID, and each is reported as an emergency call."),
                say("Let its Dial Patterns be your emergency numbers, and have another route for the rest."),
            )
        if route.password:
            yield _of(
                route,
                ERROR,
                say("The emergency route %(route)s asks for a password", route=name),
                say("Who is in danger does not know it."),
                say("Empty its Route Password; then click Submit and Apply Config."),
            )
        if route.timed:
            yield _of(
                route,
                WARNING,
                say("The emergency route %(route)s is in force at certain times only", route=name),
                say("At other times an emergency call takes another route, or none."),
                say("Set its Time Match to 'Permanent Route'; then click Submit and Apply Config."),
            )


def _behind(routes: tuple[Route, ...]) -> Iterator[Finding]:
    first: dict[tuple[Route, Route], list[str]] = {}
    for other, emergency, number in ahead(routes):
        first.setdefault((other, emergency), []).append(number)
    for (other, emergency), numbers in first.items():
        yield _of(
            emergency,
            ERROR,
            say(
                "The route %(other)s takes %(numbers)s before the emergency route %(route)s does",
                other=_name(other),
                numbers=tuple(numbers),
                route=_name(emergency),
            ),
            _WRONG_PLACE,
            say("Drag the emergency route to the top at Connectivity, Outbound Routes; then click Apply Config."),
        )


def _of(route: Route, level: str, heading: Said, means: Said, do: Said) -> Finding:
    return Finding("emergency_routes", level, heading, (means,), (do,), about=(("route", route.id),))


def _name(route: Route) -> str:
    return route.name or route.id
