"""What every ledger keeps: the one of the tests, SQLite and MariaDB."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.mysql import MySql
from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sql import MissingTable
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.config import Database
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.lockout import Attempts, Failure
from hotdesk_module.core.model import ClockChange, Event, Phone, Session
from hotdesk_module.core.queues import JOINED, LOGIN, PAUSED, UNTOUCHED, Rule
from hotdesk_module.errors import Busy, DuplicateMac, LedgerDown
from hotdesk_module.ports import HistoryFilter, Ledger
from tests.contract.conftest import PASSWORD, SQL, Databases
from tests.support.fakes import FakeLedger

LOBBY = Phone("200", "Lobby", "aabbccddeeff", "Ground floor – “left” 🙂", "*55", "*56", 0, "18:30", False)
ATTIC = Phone("201", "Attic")
ALICE = Session("200", "1001", 1000, 1, {"1001": {"CF/1001": "0049,1", "DND/1001": None}, "200": {}})
BOB = Session("201", "1002", 900, active=950)
PENDING = {"DND/1001": None, "CF/1001": "ünï"}


class Pair(NamedTuple):
    """A ledger, and the same one as another process has it."""

    ledger: Ledger
    other: Ledger


@pytest.fixture(params=["fake", *SQL])
def pair(request: pytest.FixtureRequest) -> Pair:
    if request.param == "fake":
        fake = FakeLedger()
        return Pair(fake, fake)
    databases = request.getfixturevalue(f"{request.param}_databases")
    create_tables(databases.connect())
    return Pair(SqlLedger(databases.connect(), 0.05), SqlLedger(databases.connect(), 0.05))


@pytest.fixture
def ledger(pair: Pair) -> Ledger:
    return pair.ledger


@pytest.fixture
def real(databases: Databases) -> SqlLedger:
    create_tables(databases.connect())
    return SqlLedger(databases.connect(), 0.05)


# Phones


def test_a_phone_comes_back_as_it_was_saved(ledger: Ledger) -> None:
    ledger.save_phones([LOBBY, ATTIC])
    assert ledger.phones() == (LOBBY, ATTIC)


def test_phones_come_by_number_and_those_asked_for(ledger: Ledger) -> None:
    ledger.save_phones([Phone("1000"), Phone("200"), Phone("99"), Phone("0200")])
    assert [p.device for p in ledger.phones()] == ["99", "200", "0200", "1000"]
    assert [p.device for p in ledger.phones(iter(["1000", "99", "404"]))] == ["99", "1000"]
    assert ledger.phones([]) == ()


def test_saving_a_phone_again_replaces_it(ledger: Ledger) -> None:
    ledger.save_phones([LOBBY])
    ledger.save_phones([LOBBY._replace(label="Hall", enabled=True)])
    assert ledger.phones() == (LOBBY._replace(label="Hall", enabled=True),)


def test_an_address_belongs_to_one_phone_and_the_error_says_to_which(ledger: Ledger) -> None:
    ledger.save_phones([LOBBY])
    with pytest.raises(DuplicateMac, match=r"aabbccddeeff.*200"):
        ledger.save_phones([Phone("300"), ATTIC._replace(mac=LOBBY.mac)])
    assert ledger.phones() == (LOBBY,)


def test_two_new_phones_cannot_have_one_address(ledger: Ledger) -> None:
    with pytest.raises(DuplicateMac, match="aabbccddeeff belongs to phone 200"):
        ledger.save_phones([LOBBY, ATTIC._replace(mac=LOBBY.mac)])
    assert ledger.phones() == ()


def test_two_phones_can_exchange_their_addresses(ledger: Ledger) -> None:
    ledger.save_phones([LOBBY, ATTIC._replace(mac="001122334455")])
    ledger.save_phones([LOBBY._replace(mac="001122334455"), ATTIC._replace(mac=LOBBY.mac)])
    assert [p.mac for p in ledger.phones()] == ["001122334455", "aabbccddeeff"]


def test_a_phone_that_is_removed_is_gone_and_removing_it_again_is_no_error(ledger: Ledger) -> None:
    ledger.save_phones([LOBBY, ATTIC])
    ledger.remove_phone("200")
    ledger.remove_phone("200")
    assert ledger.phones() == (ATTIC,)


# Sessions and events


def test_a_session_comes_back_as_it_was_written(ledger: Ledger) -> None:
    ledger.change([], ALICE, [])
    assert ledger.sessions() == (ALICE,)


def test_sessions_come_oldest_first_and_those_asked_for(ledger: Ledger) -> None:
    carol = Session("202", "1003", 950)
    for session in (ALICE, BOB, carol):
        ledger.change([], session, [])
    assert ledger.sessions() == (BOB, carol, ALICE)
    assert ledger.sessions(phones=["200"]) == (ALICE,)
    assert ledger.sessions(users=iter(["1003"])) == (carol,)
    assert ledger.sessions(phones=["200"], users=["1002"]) == (BOB, ALICE)
    assert ledger.sessions(phones=["200"], users=[]) == (ALICE,)
    assert ledger.sessions(phones=[], users=[]) == ()
    assert ledger.sessions(phones=[]) == ()


def test_one_change_ends_begins_and_records(ledger: Ledger) -> None:
    ledger.change([], BOB, [])
    moved = Session("200", "1002", 1000)
    events = [Event(1000, "logout", "201", "1002", code="moved"), Event(1000, "login", "200", "1002")]
    ids = ledger.change([BOB], moved, iter(events))
    assert ledger.sessions() == (moved,)
    assert sorted(ids) == list(ids) and len(set(ids)) == 2
    assert [e.event for e in ledger.events(HistoryFilter())] == ["login", "logout"]
    assert {e.id for e in ledger.events(HistoryFilter())} == set(ids)


def test_ending_a_session_that_is_over_leaves_the_next_one_there(ledger: Ledger) -> None:
    ledger.change([], ALICE, [])
    ledger.change([Session("200", "1002", 5), Session("210", "1001", 5)], None, [])
    assert ledger.sessions() == (ALICE,)


def test_many_sessions_end_in_one_change(ledger: Ledger) -> None:
    sessions = [Session(str(n), str(1000 + n), n) for n in range(200, 220)]
    for session in sessions:
        ledger.change([], session, [])
    ledger.change(sessions[:19], None, [])
    assert ledger.sessions() == (sessions[19],)


def test_a_user_sits_at_two_phones_in_two_places_of_the_count(ledger: Ledger) -> None:
    second = Session("201", "1001", 1100, 2)
    ledger.change([], ALICE, [])
    ledger.change([], second, [])
    assert ledger.sessions(users=["1001"]) == (ALICE, second)


@pytest.mark.parametrize("intruder", [Session("200", "1002", 5), Session("201", "1001", 5)], ids=["phone", "user"])
def test_a_change_that_seats_two_where_one_sits_writes_nothing(ledger: Ledger, intruder: Session) -> None:
    ledger.change([], BOB._replace(phone="210"), [])
    ledger.change([], ALICE, [])
    before = ledger.sessions()
    with pytest.raises(Busy):
        ledger.change([BOB._replace(phone="210")], intruder, [Event(5, "login")])
    assert ledger.sessions() == before
    assert ledger.events(HistoryFilter()) == ()


def test_activity_is_noted_for_several_phones_at_once(pair: Pair) -> None:
    for session in (ALICE, BOB, Session("202", "1003", 950)):
        pair.ledger.change([], session, [])
    pair.ledger.touch({"200": 1500, "201": 1400, "999": 1500})
    assert [(s.phone, s.active) for s in pair.other.sessions()] == [("201", 1400), ("202", 0), ("200", 1500)]
    pair.ledger.touch({"200": 1450})
    assert pair.other.sessions(["200"]) == (ALICE._replace(active=1450),)
    pair.ledger.touch({})


def test_activity_before_the_login_is_not_the_users(ledger: Ledger) -> None:
    ledger.change([], ALICE, [])
    ledger.touch({"200": ALICE.since - 1})
    assert ledger.sessions() == (ALICE,)
    ledger.touch({"200": ALICE.since})
    assert ledger.sessions() == (ALICE._replace(active=ALICE.since),)


def test_a_session_whose_activity_was_noted_in_between_ends_all_the_same(ledger: Ledger) -> None:
    ledger.change([], ALICE, [])
    ledger.touch({"200": 1500})
    ledger.change([ALICE], None, [])
    assert ledger.sessions() == ()


AGES_AGO = -(10**12)


@pytest.mark.parametrize(
    ("change", "since", "active", "expected"),
    [
        (ClockChange(1000, 91_000, 90_980, AGES_AGO), 900, 950, (90_900, 90_950)),
        (ClockChange(1000, 91_000, 90_980, AGES_AGO), 1000, 0, (91_000, 0)),
        (ClockChange(91_000, 1000, 980, AGES_AGO), 90_900, 90_950, (900, 950)),
        (ClockChange(91_000, 1000, 980, AGES_AGO), 500, 600, (-89_500, -89_400)),
        # Since it was set somebody has logged in and called.
        (ClockChange(91_000, 1000, 980, AGES_AGO), 985, 1000, (985, 1000)),
        # A clock that was wrong is right now: what is later than the wrong one stays, unless it is in the future.
        (ClockChange(100, 6000, 5990, AGES_AGO), 5000, 5100, (5000, 5100)),
        (ClockChange(100, 6000, 5990, AGES_AGO), 5000, 9000, (5000, 6000)),
        # While the machine starts, only what was written since it started was written by the wrong one.
        (ClockChange(5100, 9000, 8990, 5000), 4000, 5050, (4000, 8950)),
        (ClockChange(9000, 5100, 5090, 8900), 4000, 8950, (4000, 5050)),
        (ClockChange(9000, 5100, 5090, 8900), 7000, 7100, (5100, 5100)),
        # Nobody has set it: there is only nothing in the future.
        (ClockChange(6000, 6000, 6000, AGES_AGO), 5000, 9000, (5000, 6000)),
    ],
)
def test_sessions_follow_a_clock_that_is_set(
    ledger: Ledger, change: ClockChange, since: int, active: int, expected: tuple[int, int]
) -> None:
    ledger.change([], ALICE._replace(since=since, active=active), [])
    ledger.set_clock(change)
    assert [(s.since, s.active) for s in ledger.sessions()] == [expected]


def test_a_change_that_fails_in_the_middle_writes_nothing(ledger: Ledger) -> None:
    def events() -> Iterator[Event]:
        yield Event(1, "login")
        raise KeyError

    ledger.change([], BOB, [])
    with pytest.raises(KeyError):
        ledger.change([BOB], ALICE, events())
    assert ledger.sessions() == (BOB,)
    assert ledger.events(HistoryFilter()) == ()


def test_an_event_comes_back_as_it_was_written(ledger: Ledger) -> None:
    event = Event(1000, "logout", "200", "1001", "panel", "Zoë", "forced", "why – “so”", False, PENDING)
    (number,) = ledger.change([], None, [event])
    assert number > 0
    assert ledger.events(HistoryFilter()) == (event._replace(id=number),)


def test_events_wait_until_they_are_marked_applied(ledger: Ledger) -> None:
    waiting = [Event(1000 - n, "login", str(n), applied=False, pending=PENDING) for n in range(3)]
    ids = ledger.change([], None, [*waiting, Event(1, "refused")])
    assert [e.phone for e in ledger.unapplied()] == ["0", "1", "2"]
    assert ledger.unapplied()[0].pending == PENDING
    ledger.mark_applied([])
    ledger.mark_applied(iter([ids[0], ids[2]]))
    assert [e.phone for e in ledger.unapplied()] == ["1"]
    assert len(ledger.events(HistoryFilter())) == 4


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (HistoryFilter(), "edcba"),
        (HistoryFilter(phone="200"), "eca"),
        (HistoryFilter(user="1002"), "db"),
        (HistoryFilter(event="login"), "cba"),
        (HistoryFilter(since=30), "edc"),
        (HistoryFilter(until=30), "cba"),
        (HistoryFilter(since=0, until=10), "a"),
        (HistoryFilter(limit=2, offset=1), "dc"),
        (HistoryFilter(phone="200", event="login", since=20), "c"),
        (HistoryFilter(phone="404"), ""),
    ],
)
def test_the_history_shows_what_is_wanted_newest_first(ledger: Ledger, wanted: HistoryFilter, found: str) -> None:
    ledger.change(
        [],
        None,
        [
            Event(40, "logout", "201", "1002", detail="d"),
            Event(10, "login", "200", "1001", detail="a"),
            Event(20, "login", "201", "1002", detail="b"),
            Event(30, "login", "200", "1001", detail="c"),
            Event(40, "logout", "200", "1001", detail="e"),
        ],
    )
    assert "".join(e.detail for e in ledger.events(wanted)) == found


def test_only_old_events_that_are_applied_are_forgotten(ledger: Ledger) -> None:
    ledger.change([], None, [Event(1, "login"), Event(2, "login", applied=False), Event(3, "login")])
    assert ledger.forget_events(3) == 1
    assert [e.at for e in ledger.events(HistoryFilter())] == [3, 2]


def test_of_too_many_old_events_the_oldest_are_forgotten_first(ledger: Ledger) -> None:
    ledger.change([], None, [Event(at, "login") for at in (3, 1, *range(10, 1210), 2)])
    assert ledger.forget_events(2000, most=2) == 2
    assert min(e.at for e in ledger.events(HistoryFilter(limit=2000))) == 3
    assert ledger.forget_events(2000, most=1100) == 1100
    assert [ledger.forget_events(2000, most=1100) for _ in range(2)] == [101, 0]


# The webhook


def written(ledger: Ledger, *details: str) -> list[int]:
    """Write events of this minute into the history; return their ids."""
    return list(ledger.change([], None, [Event(100, "login", detail=detail, pending=PENDING) for detail in details]))


def test_what_was_written_after_an_event_comes_in_its_order_and_as_much_as_is_wanted(ledger: Ledger) -> None:
    assert (ledger.last_event(), ledger.events_after(0, 10)) == (0, ())
    one, two, three = written(ledger, "one", "two", "three")
    assert [e.id for e in ledger.events_after(one, 10)] == [two, three]
    assert [e.detail for e in ledger.events_after(0, 2)] == ["one", "two"]
    assert ledger.events_after(three, 10) == () and ledger.last_event() == three
    assert ledger.events_after(two, 1)[0] == Event(100, "login", detail="three", pending=PENDING, id=three)


def test_what_the_webhook_is_still_to_be_told_is_not_forgotten_and_neither_is_the_last_it_was(ledger: Ledger) -> None:
    one, two, three = written(ledger, "one", "two", "three")
    assert ledger.forget_events(1000, two) == 1
    assert [e.id for e in ledger.events_after(0, 10)] == [two, three]
    assert ledger.forget_events(1000, one) == 0 and ledger.forget_events(1000) == 2


def test_how_far_the_webhook_was_told_comes_back_as_it_was_stored(pair: Pair) -> None:
    ledger = pair.ledger
    assert ledger.delivery() is None
    begun = Delivery(7, 1, 2, 3, "ünreachable 🙂", 5, 6)
    ledger.begin_delivery(begun)
    assert ledger.delivery() == pair.other.delivery() == begun
    ledger.begin_delivery(Delivery(9))
    assert ledger.delivery() == Delivery(9)
    ledger.begin_delivery(None)
    assert ledger.delivery() is None


def test_it_is_moved_on_only_where_nobody_else_has_moved_it(pair: Pair) -> None:
    old = Delivery(7)
    pair.ledger.begin_delivery(old)
    pair.ledger.move_delivery(old, old._replace(tries=1, failing_since=50, error="x" * 300))
    assert pair.other.delivery() in (Delivery(7, 0, 50, 1, "x" * 255), Delivery(7, 0, 50, 1, "x" * 300))
    pair.other.begin_delivery(Delivery(20))
    pair.ledger.move_delivery(old, Delivery(8))
    assert pair.ledger.delivery() == Delivery(20)
    pair.ledger.begin_delivery(None)
    pair.ledger.move_delivery(old, Delivery(8))
    assert pair.ledger.delivery() is None


def test_what_is_not_committed_yet_is_passed_over_by_no_one_who_holds_the_lock(mariadb_databases: Databases) -> None:
    """An id is given when a row is written, and others see it when it is committed: here the second one first."""
    create_tables(mariadb_databases.connect())
    raw = mariadb_databases.connect()
    slow, quick, reader = SqlLedger(raw), *(SqlLedger(mariadb_databases.connect()) for _ in range(2))
    holds, seen = threading.Event(), threading.Event()

    def write() -> None:
        with slow.lock(), raw.transaction():
            slow._record([Event(1, "login", detail="slow")])
            holds.set()
            assert seen.wait(10)
        raw.close()

    writing = threading.Thread(target=write)
    writing.start()
    assert holds.wait(10)
    quick.change((), None, [Event(1, "pool", detail="quick")])
    assert [e.detail for e in reader.events_after(0, 10)] == ["quick"]
    seen.set()
    with reader.lock():
        assert [e.detail for e in reader.events_after(0, 10)] == ["slow", "quick"]
    writing.join()


# Locks against guessing, and settings


def test_wrong_pins_are_counted_for_each_user_and_phone(ledger: Ledger) -> None:
    count = Attempts((Failure(1000, "200"), Failure(1001, "201")), 0)
    assert ledger.attempts("user", "1001") == Attempts()
    ledger.save_attempts("user", "1001", count)
    ledger.save_attempts("phone", "1001", Attempts((), 2000, 3))
    assert ledger.attempts("user", "1001") == count
    assert ledger.attempts("phone", "1001") == Attempts((), 2000, 3)
    assert ledger.all_attempts() == (("phone", "1001", Attempts((), 2000, 3)), ("user", "1001", count))


def test_a_lock_is_stored_with_its_line_of_the_history(ledger: Ledger) -> None:
    ledger.save_attempts("phone", "200", Attempts((), 2000, 1), [Event(1, "lock", "200", code="phone")])
    ledger.save_attempts("phone", "200", Attempts(), [Event(2, "unlock", "200")])
    assert [(e.at, e.event) for e in ledger.events(HistoryFilter())] == [(2, "unlock"), (1, "lock")]


def test_who_has_a_weak_pin_is_noted_and_forgotten(ledger: Ledger) -> None:
    assert ledger.weak_pins() == ledger.weak_pins(["1001"]) == {}
    for extension, at in (("1002", 5), ("1001", 6), ("1001", 7)):
        ledger.save_weak_pin(extension, at)
    assert ledger.weak_pins() == {"1001": 7, "1002": 5}
    assert (ledger.weak_pins(["1002", "1003"]), ledger.weak_pins([])) == ({"1002": 5}, {})
    for extension in ("1001", "1003"):
        ledger.save_weak_pin(extension, 0)
    assert ledger.weak_pins() == {"1002": 5}


def test_a_count_is_replaced_and_an_empty_one_is_removed(ledger: Ledger) -> None:
    ledger.save_attempts("user", "1001", Attempts((Failure(1, "200"),)))
    ledger.save_attempts("user", "1001", Attempts((Failure(2, ""),), 3))
    assert ledger.attempts("user", "1001") == Attempts((Failure(2, ""),), 3)
    ledger.save_attempts("user", "1001", Attempts())
    assert ledger.all_attempts() == ()


def test_settings_are_stored_replaced_and_go_back_to_their_default(ledger: Ledger) -> None:
    assert ledger.settings() == {}
    ledger.save_settings({"attempts": "3", "routing": "device"})
    ledger.save_settings({"attempts": "4", "routing": None, "unheard_of": None})
    ledger.save_settings({})
    assert ledger.settings() == {"attempts": "4"}


# Hot desk PINs


def test_a_pin_comes_back_as_it_was_stored_and_who_has_one_is_listed_without_it(ledger: Ledger) -> None:
    assert (ledger.pin("1005"), ledger.pins()) == ("", {})
    ledger.save_pin("1005", "pbkdf2-sha256$1$aa$bb", 1000)
    ledger.save_pin("01005", "another", 2000)
    assert (ledger.pin("1005"), ledger.pin("01005"), ledger.pin("1006")) == ("pbkdf2-sha256$1$aa$bb", "another", "")
    assert ledger.pins() == {"01005": 2000, "1005": 1000}


def test_a_pin_is_replaced_and_removed_and_removing_it_again_is_no_error(ledger: Ledger) -> None:
    ledger.save_pin("1005", "old", 1000)
    ledger.save_pin("1005", "new", 2000)
    assert (ledger.pin("1005"), ledger.pins()) == ("new", {"1005": 2000})
    ledger.remove_pin("1005")
    ledger.remove_pin("1005")
    assert (ledger.pin("1005"), ledger.pins()) == ("", {})


# Queues


def test_what_queues_are_to_people_comes_back_as_it_was_stored(ledger: Ledger) -> None:
    assert ledger.queue_rules() == ledger.queue_rules(["1001"]) == ()
    rules = [Rule("10001", "70", LOGIN), Rule("1002", "700", LOGIN, JOINED, "2024-01-01 08:00:00"), *WAITING]
    ledger.save_queue_rules(reversed(rules))
    ledger.save_queue_rules([])
    assert ledger.queue_rules() == (*WAITING, rules[1], rules[0])
    assert (ledger.queue_rules(["10001", "1003"]), ledger.queue_rules([])) == ((rules[0],), ())


def test_what_is_over_is_removed_and_what_is_still_to_be_taken_back_is_not(ledger: Ledger) -> None:
    ledger.save_queue_rules([Rule("1001", "70", LOGIN), *WAITING])
    ledger.save_queue_rules([Rule("1001", "70", UNTOUCHED), WAITING[0]._replace(mode=UNTOUCHED), WAITING[1]])
    assert ledger.queue_rules() == (WAITING[0]._replace(mode=UNTOUCHED), WAITING[1])
    ledger.save_queue_rules(Rule(r.user, r.queue, UNTOUCHED) for r in WAITING)
    assert ledger.queue_rules() == ()


def test_where_an_update_has_not_made_the_table_yet_there_are_no_rules(databases: Databases, real: SqlLedger) -> None:
    databases.connect().execute("DROP TABLE hotdesk_queues")
    assert real.queue_rules() == real.queue_rules(["1001"]) == ()


WAITING = (Rule("1001", "700", "pause", PAUSED, "x" * 40), Rule("1001", "701", "pause"))


# What an administrator changes, and its line in the history

CHANGES: dict[str, Callable[[Ledger, Iterable[Event]], None]] = {
    "save_phones": lambda ledger, events: ledger.save_phones([LOBBY], events),
    "remove_phone": lambda ledger, events: ledger.remove_phone("201", events),
    "save_settings": lambda ledger, events: ledger.save_settings({"attempts": "4", "routing": None}, events),
    "save_pin": lambda ledger, events: ledger.save_pin("1005", "new", 2000, events),
    "remove_pin": lambda ledger, events: ledger.remove_pin("1006", events),
    "save_queue_rules": lambda ledger, events: ledger.save_queue_rules([Rule("1001", "70", LOGIN)], events),
}


def everything(ledger: Ledger) -> tuple[object, ...]:
    pins = (ledger.pins(), ledger.pin("1005"))
    return ledger.phones(), ledger.settings(), pins, ledger.queue_rules(), ledger.events(HistoryFilter())


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_and_its_events_are_written_together_or_not_at_all(ledger: Ledger, change: str) -> None:
    ledger.save_phones([ATTIC])
    ledger.save_settings({"routing": "callforward"})
    ledger.save_pin("1005", "old", 1000)
    ledger.save_pin("1006", "old", 1000)
    before = everything(ledger)

    def broken() -> Iterator[Event]:
        yield Event(1, "pool")
        raise KeyError

    with pytest.raises(KeyError):
        CHANGES[change](ledger, broken())
    assert everything(ledger) == before
    CHANGES[change](ledger, iter([Event(1, "pool", detail="first"), Event(1, "pool", detail="second")]))
    assert everything(ledger)[:4] != before[:4]
    assert [e.detail for e in ledger.events(HistoryFilter())] == ["second", "first"]
    assert ledger.unapplied() == ()


def test_an_import_of_many_phones_is_as_few_statements_as_one_of_two(databases: Databases) -> None:
    class Counting(MySql if databases.kind == "mariadb" else Sqlite):  # type: ignore[misc]
        count = 0

        def _run(self, work: Callable[[object], object]) -> object:
            self.count += 1
            return super()._run(work)

    where = databases.database
    connection = Counting(where if databases.kind == "mariadb" else where.path)
    create_tables(connection)
    ledger = SqlLedger(connection)
    counts = []
    for many in (2, 500):
        connection.count = 0
        phones = [Phone(str(1000 + n), f"Phone {n}") for n in range(many)]
        ledger.save_phones(phones, [Event(1, "pool", p.device, code="added") for p in phones])
        counts.append(connection.count)
    assert counts[0] == counts[1]
    assert len(ledger.phones()) == 500
    assert len(ledger.events(HistoryFilter(limit=1000))) == 502
    connection.close()


def test_two_phones_with_one_address_are_not_in_the_history_either(ledger: Ledger) -> None:
    with pytest.raises(DuplicateMac):
        ledger.save_phones([LOBBY, ATTIC._replace(mac=LOBBY.mac)], [Event(1, "pool")])
    assert ledger.events(HistoryFilter()) == ()


# The lock of all writers


def test_the_lock_keeps_others_out_across_a_change(pair: Pair) -> None:
    with pair.ledger.lock():
        pair.ledger.change([], ALICE, [])
        with pytest.raises(Busy), pair.other.lock():
            pass
    with pair.other.lock():
        assert pair.other.sessions() == (ALICE,)


def test_the_lock_is_released_after_an_error(pair: Pair) -> None:
    with pytest.raises(KeyError), pair.ledger.lock():
        raise KeyError
    with pair.other.lock():
        pass


def test_who_does_not_hold_the_lock_can_still_read(pair: Pair) -> None:
    pair.ledger.save_phones([LOBBY])
    with pair.ledger.lock():
        assert pair.other.phones() == (LOBBY,)


# What only real databases do


def test_threads_take_turns_under_the_lock(databases: Databases) -> None:
    create_tables(databases.connect())
    ledger = SqlLedger(databases.connect(), 10)
    errors: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(5):
                with ledger.lock():
                    ledger.save_settings({"n": str(int(ledger.settings().get("n", "0")) + 1)})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, ledger.settings()) == ([], {"n": "20"})


def test_the_lock_of_a_process_that_is_killed_is_free(databases: Databases, real: SqlLedger) -> None:
    script = (
        "import sys; from hotdesk_module.config import *; from hotdesk_module.adapters.open import open_ledger\n"
        "with open_ledger(Config(Database(*eval(sys.argv[1]))))[0].lock(): print('held', flush=True); sys.stdin.read()"
    )
    arguments = [sys.executable, "-c", script, str(tuple(databases.database))]
    here = Path(__file__).parents[2]
    with subprocess.Popen(arguments, cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Busy), real.lock():
            pass
        holder.kill()
        holder.wait()
    with SqlLedger(databases.connect(), 5).lock():
        pass


def test_texts_that_are_too_long_are_cut(real: SqlLedger) -> None:
    real.save_phones([Phone("200", "ü" * 101)])
    real.change([], None, [Event(1, "refused", "2" * 30, "1" * 30, detail="é" * 300, actor="a" * 101)])
    (event,) = real.events(HistoryFilter())
    assert (real.phones()[0].label, event.detail, event.actor) == ("ü" * 100, "é" * 255, "a" * 100)
    assert (event.phone, event.user) == ("2" * 20, "1" * 20)


def test_bytes_of_a_command_line_that_are_no_text_do_no_harm(real: SqlLedger) -> None:
    real.save_phones([Phone("200", "caf\udce9")])
    assert real.phones()[0].label == "caf?"


def test_what_somebody_else_wrote_into_a_column_of_keys_is_no_keys(databases: Databases, real: SqlLedger) -> None:
    connection = databases.connect()
    connection.execute("INSERT INTO hotdesk_sessions (phone, user, since, kept) VALUES ('200', '1001', 5, 'x')")
    connection.execute("INSERT INTO hotdesk_events (at, event, applied, pending) VALUES (5, 'login', 0, '[1]')")
    connection.execute("INSERT INTO hotdesk_lockouts (kind, subject, failures) VALUES ('user', '1', 'x:200 7:201 y')")
    assert real.sessions() == (Session("200", "1001", 5),)
    assert real.unapplied()[0].pending is None
    assert real.attempts("user", "1") == Attempts((Failure(7, "201"),))


def test_a_database_without_our_tables_is_named_as_such(databases: Databases) -> None:
    for table in ("hotdesk_phones", "hotdesk_settings"):
        databases.connect().execute(f"DROP TABLE IF EXISTS {table}")
    with pytest.raises(MissingTable, match="hotdesk_settings"):
        SqlLedger(databases.connect()).settings()


def test_a_file_that_cannot_be_opened_is_a_ledger_that_is_down() -> None:
    with pytest.raises(LedgerDown, match="/proc/no/ledger"):
        SqlLedger(Sqlite("/proc/no/ledger")).sessions()
    with pytest.raises(LedgerDown, match="/proc/no/ledger"), SqlLedger(Sqlite("/proc/no/ledger")).lock():
        pass


def test_a_server_that_does_not_answer_is_a_ledger_that_is_down_and_no_password_is_told() -> None:
    ledger = SqlLedger(MySql(Database("mysql", "127.0.0.1", 1, "", "asterisk", "me", PASSWORD)))
    with pytest.raises(LedgerDown, match=r"asterisk at 127\.0\.0\.1") as caught:
        ledger.sessions()
    assert PASSWORD not in str(caught.value)


@pytest.mark.mariadb
def test_a_wrong_password_is_a_ledger_that_is_down_and_is_not_told(mariadb_server: Database) -> None:
    with pytest.raises(LedgerDown, match="Access denied") as caught:
        SqlLedger(MySql(mariadb_server._replace(password="guess!"))).sessions()
    assert "guess!" not in str(caught.value)


def _kill(databases: Databases, victim: MySql) -> None:
    ((number,),) = victim.select("SELECT CONNECTION_ID()")
    databases.connect().execute(f"KILL {number}")


@pytest.mark.mariadb
def test_a_connection_that_the_server_closed_meanwhile_is_opened_again(mariadb_databases: Databases) -> None:
    victim = MySql(mariadb_databases.database)
    create_tables(victim)
    ledger = SqlLedger(victim, 0.05)
    _kill(mariadb_databases, victim)
    assert ledger.settings() == {}
    _kill(mariadb_databases, victim)
    ledger.change([], ALICE, [])
    _kill(mariadb_databases, victim)
    with ledger.lock():
        assert ledger.sessions() == (ALICE,)
    victim.close()


@pytest.mark.mariadb
def test_a_connection_lost_under_the_lock_is_an_error_and_frees_the_lock(mariadb_databases: Databases) -> None:
    victim = MySql(mariadb_databases.database)
    create_tables(victim)
    ledger, other = SqlLedger(victim, 0.05), SqlLedger(mariadb_databases.connect(), 2)
    with pytest.raises(LedgerDown), ledger.lock():
        _kill(mariadb_databases, victim)
        with pytest.raises(LedgerDown):
            ledger.change([], ALICE, [Event(1, "login")])
        with other.lock():
            assert other.sessions() == ()
        ledger.sessions()
    assert ledger.sessions() == ()
    with ledger.lock():
        ledger.change([], ALICE, [])
    assert other.sessions() == (ALICE,)
    victim.close()


@pytest.mark.mariadb
def test_a_connection_lost_in_a_transaction_takes_it_back(mariadb_databases: Databases) -> None:
    victim = MySql(mariadb_databases.database)
    create_tables(victim)
    with pytest.raises(LedgerDown), victim.transaction():
        victim.execute("INSERT INTO hotdesk_settings (name, value) VALUES ('a', 'b')")
        _kill(mariadb_databases, victim)
        victim.execute("INSERT INTO hotdesk_settings (name, value) VALUES ('c', 'd')")
    assert SqlLedger(victim).settings() == {}
    victim.close()


@pytest.mark.mariadb
def test_the_locks_of_two_databases_are_two(mariadb_databases: Databases) -> None:
    mariadb_databases.connect().execute("CREATE DATABASE IF NOT EXISTS another")
    elsewhere = SqlLedger(MySql(mariadb_databases.database._replace(name="another")), 0.05)
    with SqlLedger(mariadb_databases.connect(), 0.05).lock(), elsewhere.lock():
        pass
    elsewhere.close()
