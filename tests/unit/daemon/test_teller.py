"""What the webhook is told and when, with clocks that a test moves and a receiver that a test is."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from hotdesk_module import controls, webhooks
from hotdesk_module.core.address import Address
from hotdesk_module.core.delivery import DELAYS, LONGEST, Delivery
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.machine import Ending
from hotdesk_module.core.model import Event, Keys, Phone
from hotdesk_module.daemon.teller import LOOK, READ, Outside, Teller
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import LedgerDown, WebhookFailed, WrongPin
from hotdesk_module.ports import HistoryFilter, Reply
from hotdesk_module.web.alerts import Alerts
from tests.support.fakes import Crash, FakeLedger
from tests.support.office import Office

KEY, OTHER_KEY = "a-key-of-16-signs", "another-key-of-the-tests"
ON = {"webhook_url": "https://hooks.example.com/x", "webhook_secret": KEY}
HOUR = 3600


class Told:
    """An office whose webhook is the test.

    Attributes:
        down: why the receiver does not take anything; empty: it does.
        status: what it answers.
        got: what it has taken.
        tries: when there was one, by the machine's clock.
    """

    def __init__(self, **more: str) -> None:
        self.office = Office()
        self.ledger: FakeLedger = self.office.ledger
        self.seconds = 1000.0
        self.down, self.status = "", 200
        self.got: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.tries: list[float] = []
        self.stop_after = 10**9
        self.records: list[str] = []
        self.alerts = Alerts()
        self.set(**{**ON, **more})
        self.start()

    def set(self, **values: str | None) -> None:
        controls.change_settings(self.ledger, self.office.clock, "cli", "maria", values)

    def start(self) -> None:
        """Start the daemon, or the next one after it was killed."""
        log = logging.Logger("told")
        handler = logging.Handler()
        handler.emit = lambda record: self.records.append(record.getMessage())  # type: ignore[method-assign]
        log.addHandler(handler)
        at = Outside(self.ledger, self.office.inventory, self.post, "pbx.example.com", self.office.clock, self.now)
        self.teller = Teller(at, Troubles(self.alerts, log, self.now), log, lambda: len(self.got) >= self.stop_after)

    def now(self) -> float:
        return self.seconds

    def post(self, to: Address, body: bytes, headers: Mapping[str, str]) -> Reply:
        assert not self.ledger.locked, "a login would wait for the receiver"
        self.tries.append(self.seconds)
        if self.down:
            raise WebhookFailed(f"{to.place}: {self.down}.")
        if self.status == 200:
            self.got.append(json.loads(body))
            self.headers.append(headers)
        return Reply(self.status, 0.1)

    def run(self, seconds: float) -> None:
        """Let time pass, with a look whenever it is time for one; over hours with few of those that find nothing."""
        end = self.seconds + seconds
        pause = max(LOOK, seconds / 2000)
        while True:
            wait = self.teller.look()
            step = min(pause if wait == LOOK else wait, end - self.seconds)
            if self.seconds + step >= end:
                break
            self.pass_(step)
        self.pass_(end - self.seconds)

    def pass_(self, seconds: float) -> None:
        before = int(self.seconds)
        self.seconds += seconds
        self.office.clock.advance(int(self.seconds) - before)

    @property
    def events(self) -> list[tuple[str, str, str, str]]:
        return [(g["event"], g["phone"], g["user"], g["code"]) for g in self.got]

    @property
    def so_far(self) -> Delivery:
        found = self.ledger.delivery()
        assert found is not None
        return found


@pytest.fixture
def told() -> Told:
    return Told()


# What is told


def test_who_logs_in_and_out_is_told_in_the_order_in_which_it_happened(told: Told) -> None:
    desk = told.office.desk
    desk.login("200", "1003")
    desk.login("201", "1003")
    desk.login("201", "1004")
    desk.logout("201")
    told.run(LOOK)
    assert told.events == [
        ("login", "200", "1003", ""),
        ("logout", "200", "1003", "moved"),
        ("login", "201", "1003", ""),
        ("logout", "201", "1003", "replaced"),
        ("login", "201", "1004", ""),
        ("logout", "201", "1004", "logout"),
    ]
    ids = [g["id"] for g in told.got]
    assert ids == sorted(set(ids)) == [e.id for e in told.ledger.events_after(told.got[0]["id"] - 1, 100)]


def test_an_event_says_who_and_where_by_name(told: Told) -> None:
    told.ledger.save_phones([Phone("200", "Lobby ☕", location="Ground floor")])
    told.office.desk.login("200", "1003")
    told.run(LOOK)
    (got,) = told.got
    assert got == {
        "id": told.ledger.last_event(),
        "event": "login",
        "at": "2023-11-14T22:13:20Z",
        "pbx": "pbx.example.com",
        "phone": "200",
        "label": "Lobby ☕",
        "location": "Ground floor",
        "user": "1003",
        "name": "Person 1003",
        "source": "phone",
        "actor": "",
        "code": "",
        "detail": "",
    }
    assert told.headers[0]["User-Agent"].startswith("Hot-Desking/")
    assert told.headers[0]["X-Hotdesk-Id"] == str(got["id"])


def test_a_phone_and_a_user_that_are_gone_are_told_by_number(told: Told) -> None:
    told.ledger.change((), None, [Event(5, "login", "999", "9999"), Event(5, "logout")])
    told.run(LOOK)
    assert [(g["phone"], g["label"], g["location"], g["user"], g["name"]) for g in told.got] == [
        ("999", "", "", "9999", ""),
        ("", "", "", "", ""),
    ]


def test_a_logout_by_a_timer_is_told_as_an_expiry(told: Told) -> None:
    told.office.desk.login("200", "1003")
    (session,) = told.ledger.sessions()
    told.office.desk.end([Ending(session, "idle")])
    told.run(LOOK)
    assert told.events == [("login", "200", "1003", ""), ("expiry", "200", "1003", "idle")]


def test_a_lock_is_told_and_refusals_are_told_where_they_are_wanted(told: Told) -> None:
    told.set(lock_failures="2", webhook_events="lock,unlock,refused")
    for _ in range(2):
        with pytest.raises(WrongPin):
            told.office.desk.login("200", "1003", lambda: WrongPin("no"))
    controls.lift_locks(told.ledger, told.office.clock, "cli", "maria")
    told.run(LOOK)
    assert [e for e in told.events if e[0] == "lock"] == [("lock", "200", "1003", "phone")]
    assert [e for e in told.events if e[0] == "refused"] == [("refused", "200", "1003", "wrong_pin")] * 2
    assert ("unlock", "200", "", "") in told.events
    assert next(g["detail"] for g in told.got if g["event"] == "lock") == "15 minutes"


def test_what_is_not_wanted_is_passed_by(told: Told) -> None:
    told.set(webhook_events="lock")
    told.office.desk.login("200", "1003")
    told.run(LOOK)
    assert told.got == [] and told.so_far.last_id == told.ledger.last_event()


def test_what_administrators_change_and_what_asterisk_has_still_to_be_given_is_told_to_nobody(told: Told) -> None:
    told.ledger.change((), None, [Event(1, "pin", user="1003"), Event(1, "pool", "200")])
    pending: Keys = {"CF/1003": "0049301234567"}
    told.ledger.change((), None, [Event(1, "login", "200", "1003", applied=False, pending=pending)])
    told.run(LOOK)
    # A login is one as soon as it is in the ledger, whether Asterisk follows already or not.
    assert told.events == [("login", "200", "1003", "")]
    assert "0049301234567" not in json.dumps(told.got)


# When it begins


def test_nothing_of_before_is_told_when_it_is_switched_on() -> None:
    told = Told(webhook_url="")
    told.office.desk.login("200", "1003")
    told.run(60)
    told.set(webhook_url=ON["webhook_url"])
    told.office.desk.logout("200")
    told.run(60)
    assert [e[0] for e in told.events] == ["logout"]


def test_it_begins_at_the_change_also_where_no_daemon_looks_until_later(told: Told) -> None:
    told.run(LOOK)
    told.set(webhook_url="")
    told.office.desk.login("200", "1003")
    told.set(webhook_url=ON["webhook_url"])
    told.office.desk.logout("200")
    told.run(LOOK)
    assert [e[0] for e in told.events] == ["logout"]


def test_a_key_alone_switches_it_on_where_the_address_was_there() -> None:
    told = Told(webhook_secret="")
    told.office.desk.login("200", "1003")
    told.run(LOOK)
    told.set(webhook_secret=KEY)
    told.office.desk.logout("200")
    told.run(LOOK)
    assert [e[0] for e in told.events] == ["logout"]


def test_where_somebody_wrote_the_settings_past_us_it_begins_with_the_first_look(told: Told) -> None:
    told.ledger.begin_delivery(None)
    told.office.desk.login("200", "1003")
    told.run(LOOK)
    told.office.desk.logout("200")
    told.run(2 * LOOK)
    assert [e[0] for e in told.events] == ["logout"]


def test_a_crash_while_it_is_switched_on_lets_nothing_of_before_be_told(told: Told) -> None:
    told.run(LOOK)
    told.set(webhook_url="")
    told.office.desk.login("200", "1003")
    told.ledger.writes.fail(2)
    with pytest.raises(Crash):
        told.set(webhook_url=ON["webhook_url"])
    assert told.ledger.settings()["webhook_url"] == ""
    told.ledger.writes.never_fail()
    told.set(webhook_url=ON["webhook_url"])
    told.run(LOOK)
    assert told.got == []


def test_another_address_goes_on_where_the_first_was(told: Told) -> None:
    told.down = "silent"
    told.office.desk.login("200", "1003")
    told.run(60)
    told.down = ""
    told.set(webhook_url="https://other.example.com/x")
    told.run(LOOK)
    assert [e[0] for e in told.events] == ["login"]


# Killed, stopped, and others who write


def test_whatever_kills_the_daemon_each_event_is_told_once_at_least_and_in_order() -> None:
    for kill_at in itertools.count(1):
        told = Told()
        desk = told.office.desk
        desk.login("200", "1003")
        desk.login("201", "1004")
        desk.logout("200")
        told.ledger.writes.fail(kill_at)
        killed = False
        try:
            told.run(LOOK)
        except Crash:
            killed = True
        told.ledger.writes.never_fail()
        # The system frees the lock of whoever died.
        told.ledger.locked = False
        told.start()
        desk.logout("201")
        told.run(LOOK)
        ids = [g["id"] for g in told.got]
        assert ids == sorted(ids) and len(ids) - len(set(ids)) <= killed
        assert list(dict.fromkeys(e[:3] for e in told.events)) == [
            ("login", "200", "1003"),
            ("login", "201", "1004"),
            ("logout", "200", "1003"),
            ("logout", "201", "1004"),
        ]
        if not killed:
            assert len(ids) == 4 and kill_at > 2
            break


def test_what_was_told_is_not_told_again_by_the_next_daemon(told: Told) -> None:
    told.office.desk.login("200", "1003")
    told.run(LOOK)
    told.start()
    told.run(60)
    assert len(told.got) == 1


def test_it_ends_between_two_events_and_the_next_daemon_goes_on(told: Told) -> None:
    for _ in range(3):
        told.office.desk.login("200", "1003")
        told.office.desk.logout("200")
    told.stop_after = 2
    told.teller.look()
    assert len(told.got) == 2
    told.stop_after = 10**9
    told.start()
    told.run(LOOK)
    assert [e[0] for e in told.events] == ["login", "logout"] * 3


def test_more_than_is_read_at_once_is_told_without_a_pause(told: Told) -> None:
    told.ledger.change((), None, [Event(n, "login", "200", "1003") for n in range(2 * READ + 5)])
    told.run(LOOK / 2)
    assert len(told.got) == 2 * READ + 5


def test_it_is_switched_off_between_two_events(told: Told) -> None:
    told.office.desk.login("200", "1003")
    told.office.desk.logout("200")
    post = told.post

    def last(to: Address, body: bytes, headers: Mapping[str, str]) -> Reply:
        told.set(webhook_url="")
        return post(to, body, headers)

    told.teller._at = told.teller._at._replace(post=last)
    told.run(LOOK)
    assert [e[0] for e in told.events] == ["login"]


def test_where_it_is_begun_anew_during_a_delivery_what_that_notes_counts_for_nothing(told: Told) -> None:
    told.office.desk.login("200", "1003")
    post = told.post

    def anew(to: Address, body: bytes, headers: Mapping[str, str]) -> Reply:
        with told.ledger.lock():
            told.ledger.change((), None, [Event(1, "logout", "200", "1003")])
            controls.begin_webhook(told.ledger)
        return post(to, body, headers)

    told.teller._at = told.teller._at._replace(post=anew)
    told.teller.look()
    assert told.so_far == Delivery(told.ledger.last_event())


def test_nothing_is_written_and_nobody_has_to_wait_while_nothing_happens(told: Told) -> None:
    told.office.desk.login("200", "1003")
    told.run(LOOK)
    writes = told.ledger.writes.count
    told.ledger.locked = True
    told.run(HOUR)
    assert told.ledger.writes.count == writes


def test_a_database_that_is_down_is_told_to_who_asked_and_costs_no_try(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.office.desk.login("200", "1003")

    def down(*_: object) -> None:
        raise LedgerDown("down")

    with monkeypatch.context() as patched:
        patched.setattr(FakeLedger, "phones", down)
        with pytest.raises(LedgerDown):
            told.run(LOOK)
    assert told.tries == []
    told.run(LOOK)
    assert len(told.got) == 1


# When the receiver does not take it


def test_it_is_tried_again_ever_more_rarely_and_then_told_in_order(told: Told) -> None:
    told.down = "silent"
    told.office.desk.login("200", "1003")
    told.run(20)
    told.office.desk.logout("200")
    told.run(5000)
    waits = [int(b - a) for a, b in zip(told.tries, told.tries[1:])]
    assert waits[: len(DELAYS) + 2] == [*DELAYS, DELAYS[-1], DELAYS[-1]]
    told.down = ""
    told.run(DELAYS[-1])
    assert [e[0] for e in told.events] == ["login", "logout"]
    assert (told.so_far.failing_since, told.so_far.tries, told.so_far.error) == (0, 0, "")


def test_a_status_that_is_no_success_is_a_failure_and_a_redirect_says_so(told: Told) -> None:
    told.office.desk.login("200", "1003")
    for status in (500, 404, 199, 302):
        told.status = status
        told.start()
        told.run(LOOK)
        assert f"answered {status}" in told.so_far.error
    assert "redirect" in told.so_far.error and told.so_far.tries == 4
    told.status = 200
    told.start()
    told.run(LOOK)
    assert len(told.got) == 1


def test_the_log_says_so_once_and_once_when_it_is_over_and_holds_neither_key_nor_path(told: Told) -> None:
    told.down = "silent"
    told.office.desk.login("200", "1003")
    told.run(HOUR)
    assert told.records == ["webhook: hooks.example.com: silent. (webhook_failed)"]
    told.down = ""
    told.run(HOUR)
    assert len(told.records) == 2 and "works again" in told.records[1]
    assert KEY not in "".join(told.records) and "/x" not in "".join(told.records)


@pytest.mark.parametrize("change", [{"webhook_url": "https://other.example.com/y"}, {"webhook_secret": OTHER_KEY}])
def test_after_a_change_of_the_settings_it_is_tried_at_once(told: Told, change: dict[str, str]) -> None:
    told.status = 401
    told.office.desk.login("200", "1003")
    told.run(2 * HOUR)
    told.set(**change)
    told.status = 200
    told.run(LOOK)
    assert len(told.got) == 1


def test_the_next_daemon_tries_at_once_and_knows_since_when_it_fails(told: Told) -> None:
    told.down = "silent"
    told.office.desk.login("200", "1003")
    told.run(HOUR)
    before = told.so_far
    tries = len(told.tries)
    told.start()
    told.run(1)
    assert len(told.tries) == tries + 1
    assert told.so_far.failing_since == before.failing_since and told.so_far.tries == before.tries + 1


def test_after_a_day_an_event_is_given_up_and_the_next_one_has_its_own_day(told: Told) -> None:
    told.down = "silent"
    told.office.desk.login("200", "1003")
    told.run(HOUR)
    told.office.desk.logout("200")
    told.run(LONGEST)
    assert told.so_far.given_up == 1
    assert [r for r in told.records if "given up" in r] == [
        f"webhook: event {told.so_far.last_id} (login) is given up; hooks.example.com: silent."
    ]
    told.down = ""
    told.run(HOUR)
    assert [e[0] for e in told.events] == ["logout"]
    assert told.so_far.given_up == 1 and told.so_far.failing_since == 0


def test_one_event_that_the_receiver_cannot_take_costs_the_others_a_day_and_no_more(told: Told) -> None:
    post = told.post

    def picky(to: Address, body: bytes, headers: Mapping[str, str]) -> Reply:
        return Reply(500, 0.1) if json.loads(body)["phone"] == "200" else post(to, body, headers)

    told.teller._at = told.teller._at._replace(post=picky)
    told.office.desk.login("200", "1003")
    told.office.desk.login("201", "1004")
    told.run(LONGEST + HOUR)
    assert told.events == [("login", "201", "1004", "")]


def test_a_daemon_that_was_away_for_long_gives_nothing_up_for_that(told: Told) -> None:
    told.office.desk.login("200", "1003")
    told.pass_(10 * LONGEST)
    told.down = "silent"
    told.run(LONGEST - HOUR)
    told.down = ""
    told.run(HOUR)
    assert len(told.got) == 1


def test_who_waits_is_counted(told: Told) -> None:
    told.down = "silent"
    told.office.desk.login("200", "1003")
    told.ledger.save_attempts("user", "1003", Attempts(), [Event(1, "pool")])
    told.office.desk.logout("200")
    told.run(LOOK)
    found = webhooks.state(told.ledger)
    assert (found.waiting, found.lacks_key) == (2, False)
    assert len(told.ledger.events(HistoryFilter())) > 3
