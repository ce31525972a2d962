"""When the daemon does what, with a clock that a test moves."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from hotdesk_module.adapters.ami import Message
from hotdesk_module.daemon.keeper import (
    AFTER_ASKED,
    AFTER_CALL,
    AFTER_EVENT,
    EXPIRE_AGAIN,
    FORGET_ON,
    GLANCE_EVERY,
    HOUR,
    MINUTE,
    REPAIR_EVERY,
    Keeper,
    Work,
)
from hotdesk_module.daemon.schedule import NEAR, Schedule
from hotdesk_module.daemon.troubles import GRACE, Troubles
from hotdesk_module.errors import AsteriskDown, HotdeskError, LedgerDown, UnsafePlan
from hotdesk_module.ports import FORGET_MOST
from hotdesk_module.web.alerts import Alerts

RELOAD = Message((("Event", "Reload"), ("Module", "All")))
NOISE = Message((("Event", "PeerStatus"),))


class Watched:
    """A keeper whose work is counted, and its log."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.repairs: list[float] = []
        self.forgotten: list[float] = []
        self.examined: list[float] = []
        self.expired: list[float] = []
        self.wait = 60.0
        self.old: list[int] = []
        self.expire_error: Exception | None = None
        self.call_over = False
        self.error: Exception | None = None
        self.found = 0
        self.records: list[logging.LogRecord] = []
        self.alerts = Alerts()
        log = logging.Logger("watched")
        log.addHandler(_List(self.records))
        self.glances: list[float] = []
        self.wrong = False
        work = Work(self._repair, self._forget, self._examine, self._expire, self._hear, self._glance)
        self.keeper = Keeper(work, Troubles(self.alerts, log, self.now), log, self.now)

    def now(self) -> float:
        return self.seconds

    @property
    def log(self) -> list[str]:
        return [r.getMessage() for r in self.records]

    def run(self, seconds: float) -> list[float]:
        """Let time pass; return when it repaired."""
        before = len(self.repairs)
        end = self.seconds + seconds
        self.keeper.work()
        while True:
            wait = self.keeper.next()
            if self.seconds + wait > end:
                break
            self.seconds += wait
            self.keeper.work()
        self.seconds = end
        return self.repairs[before:]

    def _repair(self) -> int:
        self.repairs.append(self.seconds)
        if self.error is not None:
            raise self.error
        return self.found

    def _forget(self) -> int:
        self.forgotten.append(self.seconds)
        return self.old.pop(0) if self.old else 3

    def _expire(self) -> float:
        self.expired.append(self.seconds)
        if self.expire_error is not None:
            raise self.expire_error
        return self.wait

    def _hear(self, events: list[Message]) -> bool:
        return self.call_over

    def _glance(self) -> bool:
        self.glances.append(self.seconds)
        return not self.wrong

    def _examine(self) -> None:
        self.examined.append(self.seconds)


class _List(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@pytest.fixture
def watched() -> Iterator[Watched]:
    yield Watched()


def test_it_repairs_at_the_start_and_once_a_minute(watched: Watched) -> None:
    assert watched.run(190) == [0, REPAIR_EVERY, 2 * REPAIR_EVERY, 3 * REPAIR_EVERY]


def test_the_history_is_cut_hourly_and_the_installation_looked_after(watched: Watched) -> None:
    watched.run(2 * HOUR + 100)
    assert watched.forgotten == [MINUTE, MINUTE + HOUR, MINUTE + 2 * HOUR]
    assert len(watched.examined) == 13
    assert "History: 3 lines were too old and are gone." in watched.log


def test_a_long_history_is_cut_in_pieces(watched: Watched) -> None:
    watched.old = [FORGET_MOST, FORGET_MOST, FORGET_MOST - 1]
    watched.run(HOUR)
    assert watched.forgotten == [MINUTE, MINUTE + FORGET_ON, MINUTE + 2 * FORGET_ON]


def test_after_a_reload_it_repairs_soon_and_again_and_again(watched: Watched) -> None:
    watched.run(10)
    watched.keeper.heard([NOISE, RELOAD])
    assert watched.run(20) == [10 + delay for delay in AFTER_EVENT]
    watched.keeper.heard([NOISE])
    assert watched.run(15) == []


def test_a_burst_of_events_is_one(watched: Watched) -> None:
    watched.run(1)
    for _ in range(8):
        watched.keeper.heard([RELOAD, RELOAD])
        watched.run(0.05)
    assert len(watched.run(20)) == len(AFTER_EVENT)


def test_events_without_end_do_not_put_it_off(watched: Watched) -> None:
    repairs = []
    for _ in range(200):
        watched.keeper.heard([RELOAD])
        repairs += watched.run(0.3)
    assert 20 <= len(repairs) <= 70


def test_who_asks_is_served_at_once_and_takes_nothing_away(watched: Watched) -> None:
    watched.run(10)
    watched.keeper.heard([RELOAD])
    watched.run(1)
    watched.keeper.asked()
    watched.keeper.asked()
    assert watched.run(20) == pytest.approx([11.2, 14.0, 22.0])


def test_a_connection_that_comes_back_is_as_good_as_a_reload(watched: Watched) -> None:
    watched.run(10)
    watched.keeper.connected()
    assert len(watched.run(20)) == len(AFTER_EVENT)


def test_after_a_failure_it_tries_again_sooner_and_then_less_often(watched: Watched) -> None:
    watched.error = AsteriskDown("gone")
    tries = watched.run(200)
    gaps = [b - a for a, b in zip(tries, tries[1:])]
    assert gaps[:5] == [5, 10, 20, 40, REPAIR_EVERY]
    watched.error = None
    assert watched.run(130)
    watched.error = AsteriskDown("gone")
    watched.keeper.asked()
    watched.run(0.5)
    assert watched.run(5) == [pytest.approx(watched.seconds - 0.3)]


def test_a_trouble_is_logged_when_it_begins_and_when_it_is_over(watched: Watched) -> None:
    watched.error = LedgerDown("The database does not answer: 1.")
    watched.run(300)
    watched.error = LedgerDown("The database does not answer: 2.")
    watched.run(300)
    watched.error = None
    watched.run(120)
    said = [line for line in watched.log if line.startswith("repair")]
    assert len(said) == 2
    assert said[0] == "repair: The database does not answer: 1. (ledger_down)"
    assert said[1].startswith("repair: works again after") and said[1].endswith("(ledger_down)")


def test_another_trouble_is_another_line(watched: Watched) -> None:
    for error in (LedgerDown("x"), AsteriskDown("y"), LedgerDown("z")):
        watched.error = error
        watched.run(70)
    assert len([line for line in watched.log if line.startswith("repair")]) == 3


def test_what_nobody_had_thought_of_is_logged_with_its_traceback_and_the_rest_goes_on(watched: Watched) -> None:
    watched.error = ZeroDivisionError("division by zero")
    watched.run(HOUR)
    told = [r for r in watched.records if r.levelno == logging.ERROR]
    assert len(told) == 1 and told[0].exc_info is not None
    assert watched.forgotten and watched.examined


def test_a_repair_that_changed_something_is_logged(watched: Watched) -> None:
    watched.found = 7
    watched.run(1)
    assert watched.log == ["Repaired: 7 differences."]


# Alerts


@pytest.mark.parametrize(
    ("error", "at_once"),
    [(UnsafePlan("many"), True), (LedgerDown("x"), False), (AsteriskDown("x"), False), (ValueError("x"), False)],
)
def test_an_alert_shows_when_it_lasts_and_goes_with_the_trouble(
    watched: Watched, error: Exception, at_once: bool
) -> None:
    code = getattr(error, "code", HotdeskError.code)
    watched.error = error
    watched.run(10)
    assert [a.id for a in watched.alerts.all()] == ([code] if at_once else [])
    watched.run(GRACE + MINUTE)
    assert [a.id for a in watched.alerts.all()] == [code]
    watched.error = None
    watched.run(MINUTE)
    assert watched.alerts.all() == ()


def test_an_alert_says_what_is_wrong_and_what_to_do(watched: Watched) -> None:
    watched.error = UnsafePlan("This would log out 9 phones.")
    watched.run(1)
    (alert,) = watched.alerts.all()
    assert alert.level == "critical" and alert.text.startswith(
        "This would log out 9 phones. Nobody is logged out before"
    )
    watched.error = ValueError("x")
    watched.run(GRACE + MINUTE)
    (alert,) = watched.alerts.all()
    assert alert.text.startswith("ValueError: x. It tries again by itself.")


def test_one_difference_is_one(watched: Watched) -> None:
    watched.found = 1
    watched.run(1)
    assert watched.log == ["Repaired: 1 difference."]


def test_a_restart_of_asterisk_is_no_alert(watched: Watched) -> None:
    watched.error = AsteriskDown("restarting")
    watched.run(40)
    watched.error = None
    watched.run(300)
    assert watched.alerts.all() == ()


def test_one_trouble_does_not_end_another_ones_alert(watched: Watched) -> None:
    watched.error = LedgerDown("x")
    watched.run(GRACE + MINUTE)
    watched.error = UnsafePlan("many")
    watched.run(MINUTE + 1)
    assert [a.id for a in watched.alerts.all()] == ["unsafe_plan"]


# The schedule itself


def test_times_that_are_near_are_one() -> None:
    seconds = 0.0
    schedule = Schedule(lambda: seconds)
    assert schedule.next() > 1000 and schedule.take() == []
    schedule.at("a", 5.0, 5.0 + NEAR / 2, 10.0)
    schedule.at("b", 5.5)
    assert schedule.next() == 5.0
    seconds = 6.0
    assert schedule.take() == ["a", "b"]
    assert schedule.take() == []
    assert schedule.waits("a") and not schedule.waits("b")
    seconds = 10.0
    assert schedule.take() == ["a"] and not schedule.waits("a")


def test_it_looks_who_is_due_as_often_as_the_look_itself_says(watched: Watched) -> None:
    watched.run(EXPIRE_AGAIN)
    watched.wait = 25.0
    watched.run(120)
    assert watched.expired == [15, 75, 100, 125]


def test_after_a_call_that_held_a_logout_back_it_looks_soon_and_then_goes_on_as_before(watched: Watched) -> None:
    watched.run(20)
    watched.call_over = True
    watched.keeper.heard([NOISE])
    watched.call_over = False
    watched.run(100)
    assert watched.expired == [15, 20 + AFTER_CALL, 80 + AFTER_CALL]


def test_a_logout_that_fails_is_tried_again_and_told_once(watched: Watched) -> None:
    watched.expire_error = LedgerDown("The database does not answer.")
    watched.run(10 * MINUTE)
    assert len(watched.expired) == 40
    watched.expire_error = None
    watched.run(MINUTE)
    assert [line for line in watched.log if line.startswith("automatic logout")] == [
        "automatic logout: The database does not answer. (ledger_down)",
        "automatic logout: works again after 600 s (ledger_down)",
    ]


def test_when_asterisk_is_there_again_it_looks_at_once(watched: Watched) -> None:
    watched.run(20)
    watched.keeper.connected()
    watched.run(1)
    assert watched.expired == [15, 20 + AFTER_EVENT[0]]


def test_what_a_glance_sees_is_repaired_at_once_and_soon_looked_at_again(watched: Watched) -> None:
    watched.run(GLANCE_EVERY + 1)
    watched.wrong, watched.found = True, 3
    assert watched.run(GLANCE_EVERY) == [2 * GLANCE_EVERY + AFTER_ASKED[0]]
    seen = len(watched.glances)
    watched.wrong = False
    watched.run(GLANCE_EVERY)
    assert len(watched.glances) == seen + 1


def test_what_no_repair_mends_is_not_repaired_every_few_seconds(watched: Watched) -> None:
    watched.wrong, watched.error = True, UnsafePlan("too many")
    assert len(watched.run(10 * MINUTE)) <= 30
