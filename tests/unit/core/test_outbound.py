"""Which trunk gets which caller ID; tests/integration/test_emergency.py dials what is said here."""

from __future__ import annotations

import pytest

from hotdesk_module.core.model import Route, Trunk
from hotdesk_module.core.outbound import (
    CONCURRENCY,
    EXTENSION,
    FROM_USER,
    INTERNAL,
    MISSING,
    NO_EMERGENCY_CID,
    NO_NUMBER,
    NO_ROUTE,
    NO_TRUNK,
    NOT_EMERGENCY,
    PASSWORD,
    PHONE,
    ROUTE,
    SILENCED,
    TIMED,
    TRUNK,
    USER,
    WITHHELD,
    Book,
    Caller,
    CallerId,
    Way,
    inside,
    parsed,
)

CARRIER = Trunk("1", "Carrier", '"Acme" <5550100>')
BARE = Trunk("2", "Bare")
FORCED = Trunk("3", "Forced", "5550133", keep="all")
EMERGENCY = Route("1", "Emergency", emergency=True, patterns=("911",), trunks=(CARRIER,))
OUT = Route("2", "Out", patterns=("NXXXXXX",), trunks=(CARRIER,))
# Phone 200 while 1001 is logged in.
OCCUPIED = Caller("200", '"Lobby" <5550911>', "1001", "John Smith", "5550111", phone_name="Lobby Phone")
WITHOUT = OCCUPIED._replace(emergency_cid="")
PLAIN = WITHOUT._replace(outbound_cid="")


def way(caller: Caller, *routes: Route, number: str = "911") -> Way:
    return Book(routes or (EMERGENCY, OUT)).way(number, caller)


def shown(found: Way) -> list[tuple[str, str]]:
    return [(str(a.cid), a.origin) for a in found.attempts]


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ('"Lobby" <5550911>', "Lobby", "5550911"),
        ("Lobby <5550911>", "Lobby", "5550911"),
        ("<5550911>", "", "5550911"),
        ("5550911", "", "5550911"),
        ("+1 (555) 091-1.5", "", "+155509115"),
        ("Lobby", "Lobby", ""),
        ('"5550911"', "5550911", ""),
        ('"Lobby <5550911>"', "Lobby", "5550911"),
        ('"Lobby" <5550911', "Lobby", "5550911"),
        ('"The \\"Lobby\\"" <1>', 'The "Lobby"', "1"),
        ("  5550911 ", "", "5550911"),
        ("", "", ""),
    ],
)
def test_a_caller_id_is_taken_apart_as_asterisk_does(text: str, name: str, number: str) -> None:
    assert parsed(text) == (name, number)


def test_what_a_caller_shows_inside_is_the_user() -> None:
    assert inside(OCCUPIED) == ("John Smith", "1001")
    assert inside(OCCUPIED._replace(name="J")) == ("Lobby Phone", "200")


def test_the_phones_emergency_cid_goes_before_everything() -> None:
    forced = EMERGENCY._replace(trunks=(FORCED, BARE), cid="5550177", cid_overrides=True)
    assert shown(way(OCCUPIED, forced)) == [('"Lobby" <5550911>', PHONE)] * 2
    assert way(OCCUPIED, forced).missing == ()


@pytest.mark.parametrize("cid", ["", "5"])
def test_one_that_is_too_short_counts_for_nothing(cid: str) -> None:
    found = way(OCCUPIED._replace(emergency_cid=cid))
    assert (shown(found), found.missing) == ([("5550111", USER)], (NO_EMERGENCY_CID,))


def test_on_another_route_it_counts_for_nothing() -> None:
    found = way(OCCUPIED, number="5550199")
    assert (shown(found), found.missing) == ([("5550111", USER)], (NOT_EMERGENCY,))


@pytest.mark.parametrize(
    ("caller", "route", "cid", "origin"),
    [
        (PLAIN, EMERGENCY, '"Acme" <5550100>', TRUNK),
        (WITHOUT, EMERGENCY, "5550111", USER),
        (PLAIN, EMERGENCY._replace(cid="5550177"), "5550177", ROUTE),
        (WITHOUT, EMERGENCY._replace(cid="5550177"), "5550111", USER),
        (WITHOUT, EMERGENCY._replace(cid="5550177", cid_overrides=True), "5550177", ROUTE),
        (WITHOUT, EMERGENCY._replace(cid="5550177", cid_overrides=True, trunks=(FORCED,)), "5550133", TRUNK),
        (PLAIN, EMERGENCY._replace(trunks=(BARE,)), '"John Smith" <1001>', EXTENSION),
        (PLAIN._replace(name=""), EMERGENCY._replace(trunks=(BARE,)), '"Lobby Phone" <200>', EXTENSION),
    ],
)
def test_without_one_the_trunks_the_users_the_routes_and_a_forced_one_count_in_rising_order(
    caller: Caller, route: Route, cid: str, origin: str
) -> None:
    assert shown(way(caller, route)) == [(cid, origin)]


def test_a_trunk_finds_what_the_one_before_has_left_but_for_the_number() -> None:
    found = way(PLAIN, EMERGENCY._replace(trunks=(CARRIER, BARE)))
    assert shown(found) == [('"Acme" <5550100>', TRUNK), ('"Acme" <1001>', EXTENSION)]
    nobodys = way(PLAIN._replace(user="", name=""), EMERGENCY._replace(trunks=(CARRIER, BARE)))
    assert shown(nobodys) == [('"Acme" <5550100>', TRUNK)] * 2


def test_names_are_kept_back_where_freepbx_or_the_trunk_says_so_but_for_an_emergency_cid() -> None:
    nameless = EMERGENCY._replace(trunks=(CARRIER._replace(keep="cnum"),))
    assert shown(way(PLAIN, nameless)) == [("5550100", TRUNK)]
    assert shown(Book([EMERGENCY], names=False).way("911", PLAIN)) == [("5550100", TRUNK)]
    assert shown(way(OCCUPIED, nameless)) == [('"Lobby" <5550911>', PHONE)]


def test_a_hidden_caller_is_withheld() -> None:
    found = way(WITHOUT._replace(outbound_cid="hidden <5550111>"))
    assert found.attempts[0].withheld and WITHHELD in found.missing


def test_a_call_inside_the_company_keeps_its_number_or_its_alias() -> None:
    internal = EMERGENCY._replace(internal=True)
    found = way(OCCUPIED, internal)
    assert (shown(found), found.missing) == ([('"John Smith" <1001>', EXTENSION)], (INTERNAL,))
    assert shown(way(OCCUPIED._replace(alias="1999"), internal)) == [('"John Smith" <1999>', EXTENSION)]


def test_the_first_route_takes_the_number() -> None:
    first = Route("3", "Short", patterns=("N11",), trunks=(BARE,))
    found = way(OCCUPIED, first, EMERGENCY)
    assert found.route == first and found.missing == (NOT_EMERGENCY,)
    assert way(OCCUPIED, EMERGENCY, first).route == EMERGENCY
    assert way(OCCUPIED, EMERGENCY, number="112") == Way(None, (), (NO_ROUTE,))


def test_a_route_that_is_in_force_at_times_is_not_what_happens_as_a_rule_where_an_emergency_route_is_there() -> None:
    at_night = Route("3", "Night", patterns=("N11",), trunks=(BARE,), timed=True)
    assert way(OCCUPIED, at_night, EMERGENCY).route == EMERGENCY
    assert way(OCCUPIED, at_night).route == at_night
    assert way(OCCUPIED, EMERGENCY._replace(timed=True)).missing == (TIMED,)


def test_patterns_for_some_callers_are_compared_with_whoever_is_shown_not_with_the_phone() -> None:
    limited = EMERGENCY._replace(patterns=(), limited=(("911", "2XX"),))
    idle = OCCUPIED._replace(user="200", name="Lobby Phone")
    assert way(idle, limited).route == limited
    assert way(OCCUPIED, limited).missing == (NO_ROUTE,)
    assert way(OCCUPIED, limited, Route("9", "Any", patterns=(".",), trunks=(BARE,))).missing == (NOT_EMERGENCY,)
    assert way(OCCUPIED._replace(name=""), limited).route == limited


@pytest.mark.parametrize(
    ("caller", "route", "missing"),
    [
        (OCCUPIED._replace(user="none"), EMERGENCY, SILENCED),
        (OCCUPIED, EMERGENCY._replace(trunks=()), NO_TRUNK),
        (OCCUPIED._replace(emergency_cid="Lobby"), EMERGENCY, NO_NUMBER),
        (OCCUPIED, EMERGENCY._replace(password=True), PASSWORD),
        (OCCUPIED._replace(concurrency=1), EMERGENCY, CONCURRENCY),
        (OCCUPIED, EMERGENCY._replace(trunks=(CARRIER._replace(from_user="5550100"),)), FROM_USER),
    ],
)
def test_what_is_missing_is_named(caller: Caller, route: Route, missing: str) -> None:
    assert way(caller, route).missing == (missing,) and missing in MISSING


@pytest.mark.parametrize(
    ("caller", "route"),
    [
        (OCCUPIED, EMERGENCY._replace(trunks=(), destination=True)),
        (OCCUPIED._replace(pinless=True), EMERGENCY._replace(password=True)),
        (OCCUPIED._replace(concurrency=2), EMERGENCY),
    ],
)
def test_what_is_not_missing_is_not_named(caller: Caller, route: Route) -> None:
    assert way(caller, route).missing == ()


def test_names_and_numbers_are_as_long_as_freepbx_lets_them_be() -> None:
    assert inside(OCCUPIED._replace(name="x" * 50)) == CallerId("x" * 40, "1001")
