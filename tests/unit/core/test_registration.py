"""What the manager's headers of a registration mean."""

from __future__ import annotations

import pytest

from hotdesk_module.core.model import Contact, Device
from hotdesk_module.core.registration import by_device, pjsip, sip

LOBBY = Device("200", "pjsip", "PJSIP/200", "200", "PJSIP/200")
OTHER = Device("201", "pjsip", "PJSIP/200-desk", "201", "PJSIP/200-desk")


def contact(**headers: str) -> Contact:
    found = pjsip(lambda name: {"Endpoint": "200", **headers}.get(name, ""))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("uri", "via", "address", "port"),
    [
        ("sip:200@192.0.2.11:5060", "10.0.0.1", "192.0.2.11", 5060),
        ("sip:200@192.0.2.11", "10.0.0.1", "192.0.2.11", 0),
        ("sips:200@192.0.2.11:5061;transport=tls?x=y", "", "192.0.2.11", 5061),
        ("sip:192.0.2.11:5060", "", "192.0.2.11", 5060),
        ("sip:200@[2001:db8::1]:5060", "", "2001:db8::1", 5060),
        ("sip:a%40b@192.0.2.11:5060", "", "192.0.2.11", 5060),
        ("sip:200@df7jal23ls0d.invalid;transport=ws", "192.0.2.40", "192.0.2.40", 0),
        ("sip:200@df7jal23ls0d.invalid;transport=ws", "df7jal23ls0d.invalid", "", 0),
        ("tel:200", "", "", 0),
        ("", "", "", 0),
    ],
)
def test_the_address_is_where_asterisk_sends_to_and_else_what_the_phone_says(
    uri: str, via: str, address: str, port: int
) -> None:
    found = contact(Uri=uri, ViaAddr=via)
    assert (found.address, found.port) == (address, port)


@pytest.mark.parametrize(
    ("status", "rtt", "reachable", "round_trip"),
    [
        ("Reachable", "788", True, 788),
        ("Reachable", "0", True, None),
        ("Unreachable", "N/A", False, None),
        ("NonQualified", "N/A", None, None),
        ("Unknown", "", None, None),
    ],
)
def test_whether_it_answers(status: str, rtt: str, reachable: bool | None, round_trip: int | None) -> None:
    found = contact(Status=status, RoundtripUsec=rtt)
    assert (found.reachable, found.round_trip) == (reachable, round_trip)


def test_an_endpoint_may_be_named_by_its_address_of_record_only() -> None:
    assert contact(Endpoint="", ObjectName="desk-2;@04a97c6489d1").dial == "PJSIP/desk-2"
    assert pjsip(lambda name: "") is None


@pytest.mark.parametrize(
    ("status", "reachable", "round_trip"),
    [
        ("OK (12 ms)", True, 12000),
        ("LAGGED (2100 ms)", True, 2100000),
        ("UNREACHABLE", False, None),
        ("UNKNOWN", None, None),
        ("Unmonitored", None, None),
    ],
)
def test_what_chan_sip_says_of_a_peer(status: str, reachable: bool | None, round_trip: int | None) -> None:
    headers = {"ObjectName": "200", "IPaddress": "192.0.2.9", "IPport": "5060", "Status": status}
    assert sip(headers.__getitem__) == Contact(
        "SIP/200", address="192.0.2.9", port=5060, reachable=reachable, round_trip=round_trip
    )


def test_a_peer_without_an_address_is_not_registered() -> None:
    headers = {"ObjectName": "200", "IPaddress": "-none-", "IPport": "0", "Status": "UNKNOWN"}
    assert sip(headers.__getitem__) is None


def test_a_contact_belongs_to_the_device_that_is_dialled_like_that() -> None:
    desk, trunk = Contact("PJSIP/200-desk", "a"), Contact("PJSIP/trunk", "b")
    assert by_device([desk, trunk], [LOBBY, OTHER]) == {"201": desk}


def test_of_several_contacts_the_one_that_answers_counts_and_then_the_newest() -> None:
    dead = Contact("PJSIP/200", "dead", reachable=False, expires=900)
    silent = Contact("PJSIP/200", "silent", expires=500)
    old = Contact("PJSIP/200", "old", reachable=True, expires=100)
    new = Contact("PJSIP/200", "new", reachable=True, expires=200)
    assert by_device([dead, silent], [LOBBY])["200"] == silent._replace(others=1)
    assert by_device([dead, old, new, silent], [LOBBY])["200"] == new._replace(others=3)
