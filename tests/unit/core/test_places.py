"""Times of the day by location."""

from __future__ import annotations

import pytest

from hotdesk_module.core import places
from hotdesk_module.errors import BadValue


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        (" ; \n ", ""),
        ("Hall=18:30", "Hall=18:30"),
        (" lobby = NEVER ;Hall= 18:30;", "Hall=18:30; lobby=never"),
        ("Lobby=never\r\n2nd floor, east=00:00", "2nd floor, east=00:00; Lobby=never"),
        ("Room 1=2=23:59", "Room 1=2=23:59"),
        ("Größe=07:00", "Größe=07:00"),
    ],
)
def test_it_is_kept_in_one_way_however_it_is_written(written: str, kept: str) -> None:
    assert places.text(places.parse(written)) == kept
    assert places.parse(kept) == places.parse(written)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("Hall", "'Hall' is not a location and its time, such as Hall=18:30"),
        ("Hall=", "'Hall=' is not"),
        ("=18:30", "'=18:30' is not"),
        ("Hall=24:00", "'Hall=24:00' is not"),
        ("Hall=1830", "'Hall=1830' is not"),
        ("Hall=18:30, Lobby", "'Hall=18:30, Lobby' is not"),
        ("Hall=18:30; hall=never", "The location 'hall' is there twice"),
        ("H\x07all=18:30", "'H.all' cannot be a location"),
        ("H" * 101 + "=18:30", "cannot be a location: it is a line of at most 100"),
    ],
)
def test_what_is_wrong_is_named(written: str, message: str) -> None:
    with pytest.raises(BadValue, match=message):
        places.parse(written)


def test_capital_letters_make_no_difference_and_other_locations_have_no_time() -> None:
    found = places.parse("Hall=18:30; LOBBY=never")
    assert [places.at(found, name) for name in ("hall", "HALL", "Lobby", "Hal", "")] == [
        "18:30",
        "18:30",
        "never",
        "",
        "",
    ]


def test_a_location_where_no_phone_stands_is_named() -> None:
    assert places.unknown(places.parse("Hall=18:30; Loby=never"), ["hall", "Lobby", ""]) == ("Loby",)
