"""Something fails when a part is done: what was done is told, and so is what was not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.administration import Pool, Saved
from hotdesk_module.core.model import Session
from hotdesk_module.errors import Busy, LedgerDown
from hotdesk_module.service import HotDesk, Outcome
from hotdesk_module.web import seats
from tests.support.front import Front

AWAY = "The database does not answer."


def sit(front: Front) -> list[str]:
    """Let two people sit; return their seats."""
    front.desk.login("200", "1003")
    front.desk.login("201", "1004")
    return [seats.seat_of(s) for s in front.ledger.sessions()]


@pytest.fixture
def second_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database go away after the first of many was logged out."""
    real, count = HotDesk.logout_all, iter(range(9))

    def logout_all(desk: HotDesk, sessions: Sequence[Session]) -> list[Outcome]:
        if next(count):
            raise LedgerDown(AWAY)
        return real(desk, sessions)

    monkeypatch.setattr(seats, "CHUNK", 1)
    monkeypatch.setattr(HotDesk, "logout_all", logout_all)


def test_who_was_logged_out_and_who_was_not(front: Front, second_fails: None) -> None:
    text = front.follow(front.post("/logout", seat=sit(front))).text
    assert "1003 (Person 1003) was logged out of phone 200" in text
    assert f"1 user is still logged in: {AWAY}" in text
    assert (front.seat("200"), front.seat("201")) == (None, "1004")


def test_a_program_is_told_the_same(front: Front, second_fails: None) -> None:
    answer = front.call("/api/logout", seats=sit(front)).json
    assert [e["user"] for e in answer["ended"]] == ["1003"] and answer["left"] == []
    assert answer["errors"] == [{"phone": "201", "user": "1004", "code": "ledger_down", "message": AWAY}]


def test_phones_that_were_not_tried_any_more_are_named(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Pool.remove

    def remove(pool: Pool, device: str, *more: object) -> Saved:
        if device != "200":
            raise LedgerDown(AWAY)
        return real(pool, device)

    monkeypatch.setattr(Pool, "remove", remove)
    text = front.follow(front.post("/phones/remove", device=["200", "201", "202"])).text
    assert "Phone 200 (Phone 200) is not in the pool any more." in text
    assert f"201: {AWAY}" in text and f"202: {AWAY}" in text


def test_nothing_done_is_an_error(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def remove(*_: object) -> Saved:
        raise LedgerDown(AWAY)

    monkeypatch.setattr(Pool, "remove", remove)
    assert front.post("/phones/remove", device=["200", "201"]).status == 503
    assert front.call("/api/phones/remove", devices=["200"]).error == (503, "ledger_down")


def test_what_was_done_is_told_without_names_where_the_database_has_gone(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    (seat, _other) = sit(front)
    real = HotDesk.logout_all

    def gone(*_: object) -> None:
        raise LedgerDown(AWAY)

    def logout_all(desk: HotDesk, sessions: Sequence[Session]) -> list[Outcome]:
        done = real(desk, sessions)
        for name in ("phones", "sessions"):
            monkeypatch.setattr(SqlLedger, name, gone)
        return done

    monkeypatch.setattr(HotDesk, "logout_all", logout_all)
    answer = front.post("/logout", seat=seat)
    monkeypatch.undo()
    assert "1003 (Person 1003) was logged out of phone 200." in front.follow(answer).text


def test_settings_that_are_stored_are_not_called_an_error(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def reconcile(*_: object) -> None:
        raise Busy("Another login or logout is going on; try again in a moment.")

    sit(front)
    monkeypatch.setattr(HotDesk, "reconcile", reconcile)
    answer = front.call("/api/settings", routing="callforward").json
    assert answer["applied"] is False and front.ledger.settings() == {"routing": "callforward"}


@pytest.mark.parametrize("no", ["no", "false", "0"])
def test_not_all_is_not_all(front: Front, no: str) -> None:
    sit(front)
    assert front.post("/api/logout", all=no).error == (400, "bad_value")
    assert front.post("/api/locks/lift", all=no).error == (400, "bad_value")
    assert len(front.ledger.sessions()) == 2
