"""Which route takes a number."""

from __future__ import annotations

import pytest

from hotdesk_module.core.model import Route, Trunk
from hotdesk_module.core.routes import ahead, emergency_numbers, example, is_emergency, is_number, takes


@pytest.mark.parametrize(
    ("pattern", "number", "whether"),
    [
        ("911", "911", True),
        ("911", "9111", False),
        ("N11", "911", True),
        ("N11", "111", False),
        ("n1x", "911", True),
        ("ZXX", "911", True),
        ("ZXX", "011", False),
        (".", "911", True),
        ("911.", "911", False),
        ("911!", "911", True),
        ("[19]11", "911", True),
        ("[1-8]11", "911", False),
        ("[2-9]1[0-3]", "911", True),
        ("9|11", "911", False),
        ("+1NXX", "+1911", True),
        ("*67.", "*67911", True),
        ("[9-1]11", "911", False),
        ("[]11", "911", False),
        ("[9", "9", False),
        ("(911)", "911", False),
        ("", "911", False),
    ],
)
def test_a_pattern_takes_what_asterisk_takes(pattern: str, number: str, whether: bool) -> None:
    assert takes(pattern, number) is whether


def test_a_number_is_no_pattern() -> None:
    assert [is_number(p) for p in ("911", "*911", "+49112", "N11", "", "9.")] == [True, True, True, False, False, False]


CARRIER = Trunk("1", "Carrier")
OUT = Route("1", "Out", patterns=("NXXXXXX", "N11"), trunks=(CARRIER,))
EMERGENCY = Route("2", "Emergency", emergency=True, patterns=("911", "112", "9X"), trunks=(CARRIER,))


def test_a_route_is_in_the_way_where_it_comes_first_and_takes_the_number() -> None:
    assert list(ahead([OUT, EMERGENCY])) == [(OUT, EMERGENCY, "911")]
    assert list(ahead([EMERGENCY, OUT])) == []


def test_another_emergency_route_is_in_nobodys_way() -> None:
    assert list(ahead([OUT._replace(emergency=True), EMERGENCY])) == []


def test_a_route_that_is_in_force_at_times_or_for_some_is_not_said_to_be_in_the_way() -> None:
    assert list(ahead([OUT._replace(timed=True), EMERGENCY])) == []
    assert list(ahead([OUT._replace(patterns=(), limited=(("911", "200"),)), EMERGENCY])) == []


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("911", "911"),
        ("NXX", "200"),
        ("[59]11", "511"),
        ("9Z.", "910"),
        ("112!", "112"),
        ("[]11", ""),
        ("", ""),
        ("[9-1]1", ""),
    ],
)
def test_a_pattern_has_an_example(pattern: str, number: str) -> None:
    assert example(pattern) == number


def test_each_pattern_of_an_emergency_route_has_a_number_to_try_it_with() -> None:
    more = EMERGENCY._replace(patterns=("911", "NXX"), limited=(("933", "200"), ("112", "2XX")))
    assert emergency_numbers([OUT, EMERGENCY, more]) == {
        "911": "911",
        "112": "112",
        "90": "9X",
        "200": "NXX",
        "933": "933",
    }


def test_an_emergency_number_is_one_that_an_emergency_route_is_meant_for() -> None:
    limited = EMERGENCY._replace(patterns=(), limited=(("933", "200"),))
    found = [n for n in ("911", "933", "95", "5550100", "411") if is_emergency([OUT, EMERGENCY, limited], n)]
    assert found == ["911", "933", "95"]
