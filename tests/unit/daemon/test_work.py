"""What the daemon does with what it finds."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import cast

import pytest

from hotdesk_module.daemon import work
from hotdesk_module.daemon.line import Line
from hotdesk_module.daemon.message_lamps import Keeping
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.daemon.work import Connections
from hotdesk_module.errors import AsteriskDown
from hotdesk_module.health.finding import ERROR, WARNING, Finding
from hotdesk_module.health.installation import Machine
from hotdesk_module.health.said import phones, say
from hotdesk_module.web.alerts import Alert, Alerts
from tests.support.office import Office

BROKEN = Finding("emergency_routes", ERROR, say("No trunk"), (say("It goes nowhere."),), (say("Give it one."),))
BEHIND = BROKEN._replace(heading=say("It comes second"))
SILENT = Finding("emergency_cid", ERROR, say("%(phones)s: no Emergency CID", phones=phones(["200"])))
STRANGE = Finding("forwards", WARNING, say("A Call Forward"))
UNSAFE = Finding("unsafe_plan", ERROR, say("Many"))
DOWN = Finding("asterisk", ERROR, say("Asterisk does not answer"))


class Desk:
    """The alerts after the installation was looked after."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: tuple[Finding, ...] = ()
        self.alerts = Alerts()
        monkeypatch.setattr(work, "look", lambda at: self.found)

    def after(self, *found: Finding) -> dict[str, Alert]:
        self.found = found
        connections = cast(Connections, SimpleNamespace(ledger=None, inventory=None))
        line = cast(Line, SimpleNamespace(ami=None, up=False, why=""))
        work.examine(connections, line, self.alerts, Machine("3", {}, True))
        return {alert.id: alert for alert in self.alerts.all()}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_errors_are_notifications_with_what_to_do_and_warnings_are_not(desk: Desk) -> None:
    shown = desk.after(SILENT, BROKEN, STRANGE)
    assert {name: alert.title for name, alert in shown.items()} == {
        "health_emergency_cid": "Phone 200: no Emergency CID",
        "health_emergency_routes": "No trunk",
    }
    assert shown["health_emergency_routes"].text == "It goes nowhere. Give it one."


def test_two_of_one_kind_are_two(desk: Desk) -> None:
    shown = desk.after(BROKEN, BEHIND)
    assert [alert.title for alert in shown.values()] == ["No trunk", "It comes second"]
    assert list(desk.after(BEHIND)) == ["health_emergency_routes"]


def test_what_the_repair_tells_itself_is_told_once(desk: Desk) -> None:
    assert desk.after(UNSAFE) == {}


def test_what_could_not_be_looked_at_is_not_over(desk: Desk) -> None:
    before = desk.after(SILENT)
    assert desk.after(DOWN) == before
    assert desk.after() == {}


class Lamps:
    """What keeps message lamps right, on a line that is up or not, with troubles that are noted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, up: bool = True) -> None:
        self.office = Office()
        self.office.desk.login("200", "1001")
        self.office.switchboard.told_of.clear()
        self.seconds = 0.0
        self.keeping = Keeping(lambda: self.seconds, self.office.clock)
        self.keeping.connected()
        self.lost: list[str] = []
        self.line = SimpleNamespace(ami=object(), up=up, lost=self.lost.append, fileno=lambda: -1)
        monkeypatch.setattr(work, "AmiSwitchboard", lambda ami: self.office.switchboard)
        self.alerts = Alerts()
        self.troubles = Troubles(self.alerts, logging.getLogger("nowhere"), lambda: self.seconds)

    def turn(self, seconds: float = 1.0) -> int:
        """Let time pass, take a turn, and return how many phones were told."""
        self.seconds += seconds
        self.office.switchboard.told_of.clear()
        connections = SimpleNamespace(ledger=self.office.ledger, inventory=self.office.inventory)
        self.office.inventory.refresh = lambda: None  # type: ignore[attr-defined]
        work.show_messages(self.keeping, cast(Connections, connections), cast(Line, self.line), self.troubles)
        return len(self.office.switchboard.told_of)


def test_message_lamps_are_set_when_it_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lamps = Lamps(monkeypatch)
    assert [lamps.turn(0.1), lamps.turn(1), lamps.turn(1)] == [0, 1, 0]


def test_without_asterisk_nobody_is_told_and_nothing_is_left_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    lamps = Lamps(monkeypatch, up=False)
    assert lamps.turn() == 0
    assert lamps.keeping.next() > 60 and not lamps.lost


def test_what_keeps_lamps_from_being_set_is_a_trouble_until_it_works_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lamps = Lamps(monkeypatch)
    begun: list[str] = []
    monkeypatch.setattr(lamps.troubles, "begin", lambda task, code, text: begun.append(f"{task} {code}"))
    ended: list[str] = []
    monkeypatch.setattr(lamps.troubles, "end", ended.append)

    def fail(*_: object) -> None:
        raise AsteriskDown("gone")

    with monkeypatch.context() as patch:
        patch.setattr(lamps.office.switchboard, "show_messages", fail)
        lamps.turn()
    assert (begun, ended, lamps.lost) == (["message lamps asterisk_down"], [], ["gone"])
    assert lamps.turn(20) == 1
    assert ended == ["message lamps"]
