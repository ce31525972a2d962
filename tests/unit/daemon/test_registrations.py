"""Who is registered, as the daemon knows it: when it asks, and when it does not."""

from __future__ import annotations

import pytest

from hotdesk_module.adapters.ami import Message
from hotdesk_module.core.model import Contact, Device
from hotdesk_module.daemon.registrations import AGAIN, APART, EVERY, Registrations
from hotdesk_module.errors import AsteriskDown, LedgerDown

LOBBY = Contact("PJSIP/200", "sip:200@192.0.2.11:5060", "192.0.2.11", 5060, reachable=True)
OLD = Contact("SIP/201", address="192.0.2.12", port=5060)


class Watch:
    """Registrations with a clock, an Asterisk that has contacts or does not run, and a database likewise."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.contacts: tuple[Contact, ...] | None = (LOBBY, OLD)
        self.database = True
        self.asked = 0
        self.registrations = Registrations(self._devices, lambda: self.seconds)

    def _devices(self) -> tuple[Device, ...]:
        if not self.database:
            raise LedgerDown("The database does not answer.")
        dials = {"200": "PJSIP/200", "201": "SIP/201", "202": "PJSIP/202"}
        return tuple(Device(number, "", dial, number, dial) for number, dial in dials.items())

    def _contacts(self) -> tuple[Contact, ...]:
        self.asked += 1
        if self.contacts is None:
            raise AsteriskDown("Asterisk does not answer.")
        return self.contacts

    def hear(self, event: str, **headers: str) -> None:
        self.registrations.heard([Message((("Event", event), *headers.items()))])

    def look(self) -> int:
        """Look where it is time to; return whether Asterisk was asked."""
        before = self.asked
        self.registrations.look(self._contacts)
        return self.asked - before

    @property
    def seen(self) -> list[str] | None:
        current = self.registrations.current()
        return None if current is None else sorted(current)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def settled(watch: Watch) -> Watch:
    """Who has looked, a while ago."""
    watch.look()
    watch.seconds += 10
    return watch


def test_before_the_first_look_nobody_knows(watch: Watch) -> None:
    assert watch.seen is None
    assert watch.look() and watch.seen == ["200", "201"]


def test_where_nothing_happens_it_looks_now_and_then(settled: Watch) -> None:
    assert not settled.look()
    assert settled.registrations.next() == EVERY - 10
    settled.contacts = ()
    settled.seconds += EVERY
    assert settled.look() and settled.seen == []


@pytest.mark.parametrize(
    ("event", "headers"),
    [
        ("ContactStatus", {"EndpointName": "200", "URI": LOBBY.uri, "ContactStatus": "Removed"}),
        ("ContactStatus", {"EndpointName": "200", "URI": LOBBY.uri, "ContactStatus": "Unreachable"}),
        ("ContactStatus", {"EndpointName": "200", "URI": "sip:200@192.0.2.99", "ContactStatus": "Reachable"}),
        ("ContactStatus", {"EndpointName": "202", "URI": "sip:202@192.0.2.13", "ContactStatus": "NonQualified"}),
        ("ContactStatus", {"EndpointName": "202", "URI": "sip:202@192.0.2.13", "ContactStatus": "Updated"}),
        ("PeerStatus", {"ChannelType": "SIP", "Peer": "SIP/201", "PeerStatus": "Unregistered"}),
        ("PeerStatus", {"ChannelType": "SIP", "Peer": "SIP/202", "PeerStatus": "Registered", "Address": "192.0.2.1:1"}),
        ("PeerStatus", {"ChannelType": "SIP", "Peer": "SIP/201", "PeerStatus": "Registered", "Address": "192.0.2.1:1"}),
        ("FullyBooted", {}),
        ("Reload", {"Module": "All"}),
    ],
)
def test_an_event_that_tells_something_new_makes_it_look_at_once(
    settled: Watch, event: str, headers: dict[str, str]
) -> None:
    settled.hear(event, **headers)
    assert settled.registrations.next() == 0
    assert settled.look()


@pytest.mark.parametrize(
    ("event", "headers"),
    [
        ("ContactStatus", {"EndpointName": "200", "URI": LOBBY.uri, "ContactStatus": "Updated"}),
        ("ContactStatus", {"EndpointName": "200", "URI": LOBBY.uri, "ContactStatus": "Reachable"}),
        ("ContactStatus", {"EndpointName": "202", "URI": "sip:202@192.0.2.13", "ContactStatus": "Removed"}),
        ("PeerStatus", {"ChannelType": "PJSIP", "Peer": "PJSIP/200", "PeerStatus": "Reachable"}),
        (
            "PeerStatus",
            {"ChannelType": "SIP", "Peer": "SIP/201", "PeerStatus": "Registered", "Address": "192.0.2.12:5060"},
        ),
        ("UserEvent", {}),
    ],
)
def test_what_is_known_already_makes_it_ask_nobody(settled: Watch, event: str, headers: dict[str, str]) -> None:
    settled.hear(event, **headers)
    assert not settled.look()


def test_however_much_happens_it_looks_once_a_second_and_misses_nothing(settled: Watch) -> None:
    looks = 0
    for n in range(100):
        phone = Contact("PJSIP/202", f"sip:202@192.0.2.13:{n}")
        settled.contacts = (phone,)
        settled.hear("ContactStatus", EndpointName="202", URI=phone.uri, ContactStatus="Reachable")
        looks += settled.look()
        settled.seconds += 0.1
    assert 10 <= looks <= 11
    settled.seconds += APART
    settled.look()
    current = settled.registrations.current()
    assert current is not None and current["202"].uri.endswith(":99")


def test_who_has_registered_anew_is_told_once(settled: Watch) -> None:
    assert settled.registrations.renewed() == frozenset()
    settled.contacts = (LOBBY._replace(expires=5), OLD, Contact("PJSIP/202", "sip:202@192.0.2.13"))
    settled.seconds += EVERY
    settled.look()
    assert settled.registrations.renewed() == {"PJSIP/200", "PJSIP/202"}
    assert settled.registrations.renewed() == frozenset()
    settled.seconds += EVERY
    settled.look()
    assert settled.registrations.renewed() == frozenset()


def test_who_was_registered_before_anybody_looked_is_not_new(settled: Watch) -> None:
    settled.registrations.away()
    settled.look()
    assert settled.registrations.renewed() == frozenset()


def test_while_asterisk_is_away_nobody_knows_and_afterwards_it_looks_at_once(settled: Watch) -> None:
    settled.registrations.away()
    assert settled.seen is None
    assert settled.registrations.next() == 0
    assert settled.look() and settled.seen == ["200", "201"]


def test_an_asterisk_that_does_not_answer_is_asked_again_soon(settled: Watch) -> None:
    settled.contacts = None
    settled.hear("Reload")
    with pytest.raises(AsteriskDown):
        settled.look()
    assert settled.seen is None
    assert settled.registrations.next() == AGAIN
    settled.contacts = (LOBBY,)
    settled.seconds += AGAIN
    assert settled.look() and settled.seen == ["200"]


def test_without_a_database_the_devices_of_the_last_look_do(settled: Watch) -> None:
    settled.database = False
    settled.contacts = (LOBBY,)
    settled.hear("Reload")
    assert settled.look() and settled.seen == ["200"]


def test_without_a_database_at_the_start_it_is_tried_again_soon(watch: Watch) -> None:
    watch.database = False
    with pytest.raises(LedgerDown):
        watch.look()
    assert watch.seen is None and watch.registrations.next() == AGAIN


def test_a_picture_that_somebody_holds_does_not_change(settled: Watch) -> None:
    held = settled.registrations.current()
    settled.contacts = ()
    settled.hear("Reload")
    settled.look()
    assert held is not None and sorted(held) == ["200", "201"]
    assert settled.seen == []
