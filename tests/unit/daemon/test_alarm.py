"""An emergency number is dialled at a hot desk phone."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager

import pytest

from hotdesk_module.adapters.ami import Ami, Message
from hotdesk_module.core.model import Event, Phone, User
from hotdesk_module.daemon.alarm import AGAIN, CALLS, LOOK, SHOWN, Alarm
from hotdesk_module.daemon.line import Line
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import AsteriskDown, Busy, LedgerDown
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web.alerts import CRITICAL, Alert, Alerts
from tests.support.ami_server import AmiServer
from tests.support.office import Office


def dials(number: str, device: str = "PJSIP/200", state: str = "Ring", event: str = "Newchannel") -> Message:
    headers = (("Event", event), ("Channel", f"{device}-0000001a"), ("ChannelStateDesc", state))
    return Message((*headers, ("Exten", number), ("Uniqueid", "1.1")))


class Watched:
    """An alarm whose clock and database a test moves; Asterisk's manager is away unless a server is given."""

    def __init__(self, server: AmiServer | None = None) -> None:
        self.seconds = 0.0
        self.office = Office()
        self.office.ledger.save_phones([Phone("200", "Lobby", location="Ground floor")])
        self.office.inventory.all_zone = "UTC"
        self.alerts = Alerts()
        self.line = Line(lambda: self._connect(server), lambda: self.seconds)
        self.line.keep()
        self.alarm = self.started()
        self.alarm.work()

    @staticmethod
    def _connect(server: AmiServer | None) -> Ami:
        if server is None:
            raise AsteriskDown("away")
        return Ami(server.manager, timeout=1)

    def started(self) -> Alarm:
        """Return an alarm that knows nothing yet."""
        office, log = self.office, logging.Logger("alarm")
        troubles = Troubles(self.alerts, log, self.now)
        return Alarm(office.ledger, office.inventory, self.line, self.alerts, troubles, log, office.clock, self.now)

    def now(self) -> float:
        return self.seconds

    def hears(self, *events: Message) -> dict[str, Alert]:
        """Let Asterisk say something; return the alerts that are shown at once."""
        self.alarm.heard(events)
        return self.shown()

    def shown(self) -> dict[str, Alert]:
        return {a.id: a for a in self.alerts.all() if a.id.startswith(CALLS)}

    def later(self, seconds: float = 0.0) -> dict[str, Alert]:
        self.seconds += seconds or self.alarm.next()
        self.alarm.work()
        return self.shown()

    def history(self) -> list[Event]:
        return list(reversed(self.office.ledger.events(HistoryFilter(event="emergency"))))


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_call_is_shown_at_once_and_noted(watched: Watched) -> None:
    watched.office.desk.login("200", "1003")
    (alert,) = watched.hears(dials("911")).values()
    assert (alert.id, alert.level) == ("emergency_200", CRITICAL)
    assert alert.title == "Emergency call: phone 200 dialled 911 (Lobby, Ground floor)"
    assert "Person 1003 (1003) was logged in" in alert.text
    assert watched.alarm.next() == 0
    assert watched.later()["emergency_200"] == alert, "FreePBX would take another text for another call"
    (event,) = watched.history()
    assert (event.phone, event.user, event.source, event.detail, event.applied) == (
        "200",
        "1003",
        "phone",
        "911 (Lobby, Ground floor)",
        True,
    )


def test_of_an_idle_phone_it_says_that_nobody_was_logged_in(watched: Watched) -> None:
    assert "nobody was logged in" in watched.hears(dials("112", "PJSIP/201"))["emergency_201"].text


@pytest.mark.parametrize(
    "event",
    [
        dials("5550199"),
        dials(""),
        dials("911", "PJSIP/1001"),
        dials("911", "PJSIP/trunk"),
        dials("911", "Local/911@from-internal"),
        # The phone is called; and what Asterisk tells of a call later on.
        dials("911", state="Down"),
        dials("911", event="Newstate"),
        dials("911", event="Hangup"),
    ],
)
def test_nothing_else_is_one(watched: Watched, event: Message) -> None:
    assert watched.hears(event) == {} and watched.later() == {} and watched.history() == []


def test_a_number_that_is_somebodys_own_is_none(watched: Watched) -> None:
    watched.office.inventory.all_users.append(User("911", "Nina", ""))
    assert watched.hears(dials("911")) == {}


def test_two_calls_are_two_lines_and_one_alert_that_is_new_again(watched: Watched) -> None:
    first = watched.hears(dials("911"))["emergency_200"]
    watched.office.clock.advance(60)
    watched.hears(dials("112"))
    second = watched.later()["emergency_200"]
    assert second.text != first.text and second.title.startswith("Emergency call: phone 200 dialled 112")
    assert [e.detail[:3] for e in watched.history()] == ["911", "112"]


def test_a_new_daemon_shows_it_and_after_a_day_nobody_does(watched: Watched) -> None:
    shown = watched.hears(dials("911"))
    watched.later()
    watched.alerts.clear(*shown)
    watched.alarm = watched.started()
    assert watched.later() == shown
    watched.office.clock.advance(SHOWN + 1)
    assert watched.later() == {} and len(watched.history()) == 1


def test_where_it_is_not_wanted_it_is_only_noted(watched: Watched) -> None:
    watched.office.ledger.save_settings({"emergency_alert": "no"})
    assert watched.hears(dials("911")) == {} and watched.later() == {} and len(watched.history()) == 1


def test_routes_and_phones_are_read_again_once_a_minute_and_after_a_reload(watched: Watched) -> None:
    (route, *others) = watched.office.inventory.all_routes
    watched.office.inventory.all_routes = [route._replace(patterns=("933",)), *others]
    assert watched.hears(dials("933")) == {} and watched.alarm.next() == LOOK
    watched.hears(Message((("Event", "Reload"),)))
    assert watched.alarm.next() == 0 and watched.later() == {}
    assert list(watched.hears(dials("933"))) == ["emergency_200"]


def test_without_a_database_it_is_shown_from_memory_and_noted_later(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise LedgerDown("away")

    with monkeypatch.context() as away:
        for method in ("phones", "sessions", "events", "lock"):
            away.setattr(watched.office.ledger, method, down)
        alert = watched.hears(dials("911"))["emergency_200"]
        assert "911 (Lobby, Ground floor)" in alert.title
        watched.later()
        assert watched.alarm.next() == AGAIN and watched.shown()
    watched.later()
    assert len(watched.history()) == 1
    watched.later(LOOK)
    assert len(watched.history()) == 1


def test_while_somebody_else_writes_it_waits(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy() -> AbstractContextManager[None]:
        raise Busy("busy")

    with monkeypatch.context() as away:
        away.setattr(watched.office.ledger, "lock", busy)
        watched.hears(dials("911"))
        watched.later()
    assert watched.history() == []
    watched.later()
    assert len(watched.history()) == 1


def test_whoever_listens_to_the_manager_is_told() -> None:
    server = AmiServer()
    try:
        watched = Watched(server)
        watched.office.desk.login("200", "1003")
        watched.hears(dials("911"))
        sent = next(a for a in server.received if a.get("UserEvent") == "HDSKEmergency")
        assert {k: sent[k] for k in ("Number", "Phone", "Label", "Location", "User", "Name")} == {
            "Number": "911",
            "Phone": "200",
            "Label": "Lobby",
            "Location": "Ground floor",
            "User": "1003",
            "Name": "Person 1003",
        }
        watched.line.lost("the end")
    finally:
        server.close()
