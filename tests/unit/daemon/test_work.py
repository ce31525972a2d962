"""What the daemon does with what it finds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from hotdesk_module.daemon import work
from hotdesk_module.daemon.line import Line
from hotdesk_module.daemon.work import Connections
from hotdesk_module.health.finding import ERROR, WARNING, Finding
from hotdesk_module.health.installation import Machine
from hotdesk_module.health.said import phones, say
from hotdesk_module.web.alerts import Alert, Alerts

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
