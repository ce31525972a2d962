"""The panel reads the history alike on SQLite and MariaDB: every narrowing, from every page, against a plain search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from hotdesk_module.core.model import Event, Phone
from hotdesk_module.days import span
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web import history
from hotdesk_module.web.database import db
from tests.contract.conftest import Databases
from tests.support.front import Front
from tests.support.past import past

# The beginning of a quarter of an hour.
NOW = 1_699_999_200
DAY = 86400
PHONES, USERS = ("200", "201", "0202"), ("1001", "1002", "0042")

Test = Callable[[Event], bool]
NARROWED: list[tuple[str, Test]] = [
    ("", lambda e: True),
    ("phone=200", lambda e: e.phone == "200"),
    ("phone=0202&user=0042", lambda e: (e.phone, e.user) == ("0202", "0042")),
    ("phone=202", lambda e: False),
    ("user=1001&what=login", lambda e: (e.user, e.event) == ("1001", "login")),
    ("what=logout", lambda e: e.event == "logout"),
    ("what=replaced", lambda e: e.code == "replaced"),
    ("what=moved", lambda e: e.code == "moved"),
    ("what=expired", lambda e: e.event == "logout" and e.source == "timer"),
    ("what=refused&source=phone", lambda e: e.event == "refused"),
    ("what=repair", lambda e: e.event == "repair"),
    ("what=unlock", lambda e: False),
    ("source=panel", lambda e: e.source == "panel"),
    ("since=2023-11-12T00:00:00Z", lambda e: e.at >= 1_699_747_200),
    ("phone=201&until=2023-11-12T00:00:00Z", lambda e: e.phone == "201" and e.at <= 1_699_747_200),
    ("since=2023-11-12T00:00:00Z&until=2023-11-12T06:00:00Z&source=timer", lambda e: (
        1_699_747_200 <= e.at <= 1_699_768_800 and e.source == "timer"
    )),
]  # fmt: skip


@pytest.fixture
def front(databases: Databases, tmp_path: Path) -> Iterator[Front]:
    made = Front(tmp_path, databases.database)
    made.office.clock.now = NOW
    made.office.inventory.all_zone = "Europe/Berlin"
    made.ledger.save_phones(Phone(p, f"Phone {p}", location=p[-1]) for p in PHONES)
    yield made
    with made.app.app_context():
        db.engine.dispose()
    made.database.close()


def fill(front: Front, count: int = 700, step: int = 900) -> tuple[Event, ...]:
    """Write a history of five days in which much happens in the same second."""
    made = past(PHONES, USERS, count, NOW, 5 * DAY, seed=7, step=step)
    front.ledger.change((), None, made.events)
    for session in made.sessions:
        front.ledger.change((), session, ())
    return made.events


def test_every_narrowing_page_by_page_is_a_plain_search(front: Front) -> None:
    fill(front)
    everything = list(front.ledger.events(HistoryFilter(limit=10_000)))
    for query, fits in NARROWED:
        expected = [e for e in everything if fits(e)]
        pages = []
        number = 1
        while True:
            found = front.get(f"/api/history?{query}&per=25&page={number}").json
            assert found["total"] == len(expected), query
            pages += [e["id"] for e in found["events"]]
            if number >= found["pages"]:
                break
            number += 1
        assert pages == [e.id for e in expected], query


def test_the_file_is_the_same_search(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(front)
    monkeypatch.setattr(history, "CHUNK", 40)
    everything = front.ledger.events(HistoryFilter(limit=10_000))
    for query, fits in NARROWED:
        lines = front.get(f"/history.csv?page=1&{query}").response.text.split("\r\n")[1:-1]
        assert len(lines) == sum(map(fits, everything)), query


def test_a_seat_is_found_between_many(front: Front) -> None:
    fill(front)
    at = NOW - 2 * DAY
    front.ledger.change((), None, [Event(at, "logout", "200", "1001"), Event(at, "login", "200", "1002", "phone")])
    found = front.get("/api/seat?phone=200&at=2023-11-12T22:00:00Z").json
    assert [s["user"] for s in found["stays"]] == ["1002"]


@pytest.mark.parametrize("query", ["range=today", "range=7", "since=2023-11-11&until=2023-11-12", "since=2023-11-12"])
def test_occupancy_is_a_count_of_every_quarter_of_an_hour(front: Front, query: str) -> None:
    events = fill(front)
    found = front.get(f"/api/occupancy?{query}").json
    for level in found["levels"]:
        since, until = span(level["since"])[0], span(level["until"])[0]
        counts = [len(taken(events, at)) for at in range(since, until, 900)]
        assert level["peak"] == max(counts), level
        assert level["average"] == round(sum(counts) / len(counts), 2), level


def taken(events: tuple[Event, ...], at: int) -> set[str]:
    sitting: set[str] = set()
    for event in events:
        if event.at <= at and event.event == "login":
            sitting.add(event.phone)
        elif event.at <= at and event.event == "logout":
            sitting.discard(event.phone)
    return sitting
