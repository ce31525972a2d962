"""Who sat where, put together again from the history."""

from __future__ import annotations

import pytest

from hotdesk_module.core.model import Session
from hotdesk_module.core.stays import LOGIN, LOGOUT, Mark, Stay, around, stays
from tests.support.past import Past, past

PHONES, USERS = ("200", "201", "0202"), ("1001", "1002", "1003", "0042")


def into(at: int, phone: str, user: str) -> Mark:
    return Mark(at, LOGIN, phone, user)


def out(at: int, phone: str, user: str, code: str = "logout") -> Mark:
    return Mark(at, LOGOUT, phone, user, code=code)


def told(found: tuple[Stay, ...]) -> list[tuple[str, str, int | None, int | None]]:
    return [(s.phone, s.user, s.since, s.until) for s in found]


def marks(history: Past, phone: str = "", user: str = "") -> list[Mark]:
    return [
        Mark(e.at, e.event, e.phone, e.user, e.source, e.actor, e.code)
        for e in history.events
        if e.event in (LOGIN, LOGOUT) and phone in ("", e.phone) and user in ("", e.user)
    ]


def test_a_login_and_its_logout_are_a_stay() -> None:
    (stay,) = stays([into(10, "200", "1001"), out(20, "200", "1001", "idle")])
    assert (stay.phone, stay.user, stay.since, stay.until, stay.present) == ("200", "1001", 10, 20, False)
    assert stay.ended is not None and stay.ended.code == "idle"


def test_a_take_over_ends_one_stay_and_begins_another_in_the_same_second() -> None:
    found = stays([into(10, "200", "1001"), out(20, "200", "1001", "replaced"), into(20, "200", "1002")])
    assert told(found) == [("200", "1002", 20, None), ("200", "1001", 10, 20)]


def test_a_logout_without_a_login_is_since_before_the_history() -> None:
    assert told(stays([out(20, "200", "1001")])) == [("200", "1001", None, 20)]


def test_a_second_logout_is_no_stay() -> None:
    assert told(stays([into(10, "200", "1001"), out(20, "200", "1001"), out(30, "200", "1001")])) == [
        ("200", "1001", 10, 20)
    ]


def test_a_logout_of_somebody_else_ends_nothing() -> None:
    found = stays([into(10, "200", "1001"), out(15, "200", "1002"), out(20, "200", "1001")])
    assert told(found) == [("200", "1001", 10, 20)]


def test_a_login_ends_who_sat_there_although_no_logout_is_on_record() -> None:
    found = stays([into(10, "200", "1001"), into(20, "200", "1002"), out(30, "200", "1002")])
    assert told(found) == [("200", "1001", 10, 20), ("200", "1002", 20, 30)]
    assert found[0].ended is None


def test_a_login_that_is_on_record_twice_is_one() -> None:
    assert told(stays([into(10, "200", "1001"), into(12, "200", "1001"), out(20, "200", "1001")])) == [
        ("200", "1001", 10, 20)
    ]


def test_who_sits_there_now_is_present_also_where_the_login_is_not_on_record() -> None:
    found = stays([into(10, "200", "1001")], [Session("200", "1001", 10), Session("201", "1002", 5)])
    assert [(s.phone, s.since, s.until, s.present) for s in found] == [
        ("200", 10, None, True),
        ("201", 5, None, True),
    ]


def test_a_login_whose_end_nobody_knows_is_not_present() -> None:
    (stay,) = stays([into(10, "200", "1001")])
    assert (stay.until, stay.present) == (None, False)


def test_the_answer_names_who_was_there_before_and_after() -> None:
    found = stays([into(10, "200", "1001"), out(20, "200", "1001"), into(40, "200", "1002"), out(50, "200", "1002")])
    then = around(found, 20, 39)
    assert then.then == ()
    assert then.before is not None and then.before.user == "1001"
    assert then.after is not None and then.after.user == "1002"
    assert [s.user for s in around(found, 19, 40).then] == ["1001", "1002"]


@pytest.mark.parametrize("seed", range(12))
def test_for_every_minute_it_is_as_a_walk_through_the_history_has_it(seed: int) -> None:
    end = 60 * 400
    history = past(PHONES, USERS, 120, end, end, seed, step=60)
    sitting: dict[str, str] = {}
    events = list(history.events)
    found = {p: stays(marks(history, p), [s for s in history.sessions if s.phone == p]) for p in PHONES}
    mine = {u: stays(marks(history, user=u), [s for s in history.sessions if s.user == u]) for u in USERS}
    for minute in range(0, end, 60):
        while events and events[0].at <= minute:
            event = events.pop(0)
            if event.event == LOGIN:
                sitting[event.phone] = event.user
            elif event.event == LOGOUT:
                del sitting[event.phone]
        for phone in PHONES:
            then = [s.user for s in around(found[phone], minute, minute).then]
            assert then == ([sitting[phone]] if phone in sitting else [])
        for user in USERS:
            then = [s.phone for s in around(mine[user], minute, minute).then]
            assert then == [p for p, u in sitting.items() if u == user]


@pytest.mark.parametrize("seed", range(12))
def test_a_history_whose_beginning_is_gone_says_the_same_of_what_is_left(seed: int) -> None:
    end = 60 * 400
    history = past(PHONES, USERS, 120, end, end, seed, step=60)
    cut = end // 2
    for phone in PHONES:
        present = [s for s in history.sessions if s.phone == phone]
        whole = marks(history, phone)
        left = [m for m in whole if m.at >= cut]
        for minute in range(cut, end, 60):
            users = [[s.user for s in around(stays(part, present), minute, minute).then] for part in (whole, left)]
            assert users[0] == users[1]
