"""FreePBX's notifications show the locks that are in force, and no others."""

from __future__ import annotations

import logging

from hotdesk_module.controls import Lock
from hotdesk_module.daemon.guard import LOOK, Guard
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import LedgerDown
from hotdesk_module.web.alerts import SECURITY, Alert, Alerts


class Watched:
    """A guard whose clock and locks a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.locks: list[Lock] = []
        self.looked = 0
        self.down = False
        self.alerts = Alerts()
        self.guard = Guard(self.look, self.alerts, Troubles(self.alerts, logging.Logger("guard"), self.now), self.now)

    def now(self) -> float:
        return self.seconds

    def look(self) -> list[Lock]:
        self.looked += 1
        if self.down:
            raise LedgerDown("down")
        return self.locks

    def later(self) -> dict[str, Alert]:
        """Let it look again; return the alerts by name."""
        self.seconds += self.guard.next()
        self.guard.work()
        return {alert.id: alert for alert in self.alerts.all()}


def lock(kind: str, subject: str, until: int = 2000) -> Lock:
    return Lock(kind, subject, until, 0, 0, "")


def test_a_lock_is_an_alert_as_long_as_it_lasts() -> None:
    watched = Watched()
    assert watched.later() == {}
    watched.locks = [lock("phone", "200"), lock("phone", "201"), lock("user", "1001"), lock("phone", "202", 0)]
    shown = watched.later()
    assert {name: alert.title for name, alert in shown.items()} == {
        "locked_phones": "Phones 200, 201: locked after wrong PINs",
        "locked_users": "User 1001: locked after wrong PINs from several phones",
    }
    assert {alert.level for alert in shown.values()} == {SECURITY}
    watched.locks = [lock("user", "1001")]
    assert list(watched.later()) == ["locked_users"]
    watched.locks = []
    assert watched.later() == {}


def test_an_alert_stays_as_it_is_while_the_lock_does() -> None:
    """FreePBX shows an alert anew when it has changed, also to who has dismissed it."""
    watched = Watched()
    watched.locks = [lock("phone", "200", 2000)]
    before = watched.later()
    watched.locks = [lock("phone", "200", 9000)]
    assert watched.later() == before


def test_it_looks_four_times_a_minute_and_leaves_other_alerts_alone() -> None:
    watched = Watched()
    watched.alerts.show(Alert("asterisk_down", "error", "x", "y"))
    for _ in range(5):
        watched.later()
        watched.guard.work()
    assert (watched.looked, watched.seconds) == (5, 4 * LOOK)
    assert watched.guard.next() == LOOK
    assert [alert.id for alert in watched.alerts.all()] == ["asterisk_down"]


def test_a_database_that_is_down_is_a_trouble_and_the_alert_stays() -> None:
    watched = Watched()
    watched.locks = [lock("phone", "200")]
    watched.later()
    watched.down = True
    assert "locked_phones" in watched.later()
    for _ in range(9):
        watched.later()
    assert "ledger_down" in {alert.id for alert in watched.alerts.all()}
    watched.down = False
    assert list(watched.later()) == ["locked_phones"]
