"""Which route takes a number."""

from __future__ import annotations

import pytest

from hotdesk_module.core.model import Route
from hotdesk_module.core.routes import ahead, is_number, takes


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


OUT = Route("1", "Out", patterns=("NXXXXXX", "N11"), trunks=1)
EMERGENCY = Route("2", "Emergency", emergency=True, patterns=("911", "112", "9X"), trunks=1)


def test_a_route_is_in_the_way_where_it_comes_first_and_takes_the_number() -> None:
    assert list(ahead([OUT, EMERGENCY])) == [(OUT, EMERGENCY, "911")]
    assert list(ahead([EMERGENCY, OUT])) == []


def test_another_emergency_route_is_in_nobodys_way() -> None:
    assert list(ahead([OUT._replace(emergency=True), EMERGENCY])) == []


def test_a_route_that_is_in_force_at_times_or_for_some_is_not_said_to_be_in_the_way() -> None:
    assert list(ahead([OUT._replace(timed=True), EMERGENCY])) == []
    assert list(ahead([OUT._replace(patterns=(), only_for=True), EMERGENCY])) == []
