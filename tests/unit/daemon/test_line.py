"""The connection to Asterisk: it is made, lost, and made again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotdesk_module.adapters.ami import WAITING, Ami
from hotdesk_module.daemon.line import FIRST, LONGEST, Line
from hotdesk_module.errors import LedgerDown
from tests.support.ami_server import AmiServer


class Wire:
    """A line with a clock, to a server that listens or does not."""

    def __init__(self, server: AmiServer) -> None:
        self.server = server
        self.seconds = 0.0
        self.reachable = True
        self.attempts = 0
        self.line = Line(self._connect, lambda: self.seconds)

    def _connect(self) -> Ami:
        self.attempts += 1
        if not self.reachable:
            raise LedgerDown("The database does not say where Asterisk is.")
        return Ami(self.server.manager, "system", timeout=1)

    def heard(self, wanted: int) -> list[str]:
        """Return the names of events, as soon as so many have arrived."""
        names: list[str] = []
        for _ in range(200):
            names += [e.get("Event") for e in self.line.events()]
            if len(names) >= wanted or not self.line.up:
                break
        return names


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = AmiServer()
    wire = Wire(server)
    yield wire
    wire.line.lost("the end")
    server.close()


def test_it_connects_once_and_hears(wire: Wire) -> None:
    assert wire.line.keep() is True
    assert wire.line.keep() is False
    assert wire.line.up and wire.line.fileno() >= 0
    wire.server.send("Event: Reload\nModule: All\n\nEvent: FullyBooted\n\n")
    assert wire.heard(2) == ["Reload", "FullyBooted"]
    assert wire.server.received[0]["Events"] == "system"


def test_it_notices_that_asterisk_hung_up_and_comes_back(wire: Wire) -> None:
    wire.line.keep()
    wire.server.hang_up()
    assert wire.heard(1) == []
    assert not wire.line.up and "hung up" in wire.line.why
    assert wire.line.wait() == FIRST
    wire.seconds += FIRST
    assert wire.line.keep() is True


def test_an_action_that_failed_does_not_connect_again_unseen(wire: Wire) -> None:
    wire.line.keep()
    assert wire.line.ami is not None
    wire.line.ami.close()
    assert wire.line.events() == []
    assert not wire.line.up
    assert wire.server.connections == 1


def test_it_tries_less_and_less_often(wire: Wire) -> None:
    wire.reachable = False
    for _ in range(3000):
        wire.line.keep()
        wire.seconds += 0.1
    assert 10 <= wire.attempts <= 20
    assert wire.line.wait() <= LONGEST
    assert wire.line.why.startswith("The database")
    wire.reachable = True
    wire.seconds += LONGEST
    assert wire.line.keep() is True
    wire.line.lost("again")
    assert wire.line.wait() == FIRST


def test_a_refused_login_is_no_connection(wire: Wire) -> None:
    wire.server.answers["Login"] = "Response: Error\n{id}\nMessage: Authentication failed"
    assert wire.line.keep() is False
    assert "does not let" in wire.line.why


def test_events_that_nobody_takes_are_not_kept_without_end(wire: Wire) -> None:
    assert wire.line.keep()
    ami = wire.line.ami
    assert ami is not None
    wire.server.unasked = "Event: Noise\n\n" * (WAITING + 1000)
    ami.action("Ping")
    assert len(ami._events) == WAITING


def test_what_asterisk_said_during_an_action_is_waiting_though_the_socket_is_silent(wire: Wire) -> None:
    assert wire.line.keep()
    assert not wire.line.waiting
    assert wire.line.ami is not None
    wire.server.unasked = "Event: Reload\nModule: All\n\n"
    wire.line.ami.action("Ping")
    assert wire.line.waiting
    assert wire.heard(1) == ["Reload"]
    assert not wire.line.waiting
