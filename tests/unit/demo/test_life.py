"""The past of the demo's company."""

from __future__ import annotations

import time
from itertools import groupby
from pathlib import Path
from typing import Callable

import pytest

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.demo import cast, life
from hotdesk_module.demo.run import begin_life, prepare_database
from hotdesk_module.ports import HistoryFilter

# Noon of a Monday, a Sunday after summer time has ended in Europe, and a New Year's morning.
NOWS = [
    int(time.mktime(moment))
    for moment in ((2026, 6, 8, 12, 0, 0, 0, 0, -1), (2026, 11, 1, 9, 0, 0, 0, 0, -1), (2027, 1, 1, 1, 0, 0, 0, 0, -1))
]
EVERYTHING = HistoryFilter(limit=10_000)


@pytest.fixture
def ledger(tmp_path: Path) -> SqlLedger:
    path = tmp_path / "demo.db"
    prepare_database(path)
    return SqlLedger(Sqlite(str(path)))


@pytest.mark.parametrize("now", NOWS)
@pytest.mark.parametrize("whose", [lambda stay: stay.phone, lambda stay: stay.user])
def test_nobody_sits_at_two_phones_and_no_phone_has_two(now: int, whose: Callable[[life.Stay], str]) -> None:
    stays = sorted(life.stays(now), key=lambda stay: (whose(stay), stay.since))
    assert len(stays) > 100
    for _, theirs in groupby(stays, whose):
        row = list(theirs)
        assert all(stay.since < stay.until for stay in row)
        assert all(before.until <= after.since for before, after in zip(row, row[1:]))


@pytest.mark.parametrize("now", NOWS)
def test_the_ledger_tells_of_four_weeks_and_of_who_sits_there_now(ledger: SqlLedger, now: int) -> None:
    life.begin(ledger, now)
    events = ledger.events(EVERYTHING)
    assert now - 29 * life.DAY < events[-1].at < now - 25 * life.DAY and events[0].at < now
    assert {"wrong_pin", "locked_out", "moved", "replaced", "idle"} <= {event.code for event in events}
    assert {event.source for event in events} == {"phone", "panel", "timer"}
    # Whoever has come and not gone sits there.
    seats: dict[str, str] = {}
    for event in reversed(events):
        if event.event == "login":
            assert event.phone not in seats
            seats[event.phone] = event.user
        elif event.event == "logout":
            assert seats.pop(event.phone) == event.user
    assert seats == {session.phone: session.user for session in ledger.sessions()} and seats
    assert not seats.keys() & {desk.number for desk in cast.DESKS}


def test_every_phone_has_a_place_and_only_what_is_plugged_in_is_enabled(ledger: SqlLedger) -> None:
    life.begin(ledger, NOWS[0])
    phones = ledger.phones()
    assert len(phones) == 15 and len({phone.mac for phone in phones}) == 15
    assert {phone.location for phone in phones} == {"Ground floor", "First floor", "Second floor"}
    assert [phone.device for phone in phones if not phone.enabled] == ["222"]


def test_the_past_is_written_once_and_is_the_same_each_time(ledger: SqlLedger, tmp_path: Path) -> None:
    begin_life(tmp_path / "demo.db")
    before = ledger.events(EVERYTHING)
    begin_life(tmp_path / "demo.db")
    assert ledger.events(EVERYTHING) == before
    assert list(life.stays(NOWS[0])) == list(life.stays(NOWS[0]))
