"""Every state has an answer for every command."""

from __future__ import annotations

from itertools import product

import pytest

from hotdesk_module.core import machine
from hotdesk_module.core.machine import Login, Logout, LogoutUser, Seat, Whereabouts, decide
from hotdesk_module.core.model import Session
from hotdesk_module.core.settings import Settings

ANA, BEN = "1001", "1002"
NOW = 1_000


def sessions(*seats: tuple[str, str]) -> tuple[Session, ...]:
    """Return sessions from (phone, user), a user's second one in slot 2."""
    users = [u for _, u in seats]
    return tuple(Session(p, u, n, users[: n + 1].count(u)) for n, (p, u) in enumerate(seats))


def seats_after(before: tuple[Session, ...], decision: machine.Decision) -> set[tuple[str, str]]:
    ended = [e.session for e in decision.endings]
    after = [s for s in before if s not in ended] + ([decision.start] if decision.start else [])
    return {(s.phone, s.user) for s in after}


def test_the_table_has_an_answer_for_every_state_of_a_login() -> None:
    for verb, seat, where in product(("login", "come home"), Seat, Whereabouts):
        assert (verb, seat, where) in machine.TABLE


@pytest.mark.parametrize("several", ["move", "refuse", "allow"])
@pytest.mark.parametrize("take_over", ["replace", "refuse"])
def test_every_command_in_every_state_keeps_one_user_a_phone_and_few_phones_a_user(
    several: str, take_over: str
) -> None:
    phones, users = ("200", "201", "202"), (ANA, BEN)
    settings = Settings(several_phones=several, take_over=take_over, max_phones=2)
    commands = [*(Login(p, u) for p in phones for u in users), *(Login(p, ANA, owner=True) for p in phones)]
    commands = [*commands, *(Logout(p) for p in phones), *(LogoutUser(u) for u in users)]  # type: ignore[list-item]
    for occupants in product((None, ANA, BEN), repeat=3):
        before = sessions(*((p, u) for p, u in zip(phones, occupants) if u))
        for command in commands:
            decision = decide(before, command, settings, NOW)
            after = seats_after(before, decision)
            assert len({p for p, _ in after}) == len(after)
            if decision.refusal is not None:
                assert not decision.changes
            for user in users:
                had, has = (sum(u == user for _, u in s) for s in ({(s.phone, s.user) for s in before}, after))
                assert has <= max(had, 2 if several == "allow" else 1)


def test_a_free_phone_is_taken() -> None:
    assert decide((), Login("200", ANA), Settings(), NOW).start == Session("200", ANA, NOW, 1)


def test_whoever_sits_there_is_replaced() -> None:
    before = sessions(("200", BEN))
    decision = decide(before, Login("200", ANA), Settings(), NOW)
    assert decision.endings == (machine.Ending(before[0], "replaced"),)
    assert seats_after(before, decision) == {("200", ANA)}


def test_nobody_is_replaced_where_the_setting_refuses_it() -> None:
    decision = decide(sessions(("200", BEN)), Login("200", ANA), Settings(take_over="refuse"), NOW)
    assert decision.refusal is not None
    assert decision.refusal.code == "occupied"


def test_a_user_who_sits_elsewhere_moves() -> None:
    before = sessions(("201", ANA))
    decision = decide(before, Login("200", ANA), Settings(), NOW)
    assert [e.why for e in decision.endings] == ["moved"]
    assert seats_after(before, decision) == {("200", ANA)}


def test_a_user_who_sits_elsewhere_is_refused_where_the_setting_says_so() -> None:
    decision = decide(sessions(("201", ANA)), Login("200", ANA), Settings(several_phones="refuse"), NOW)
    assert decision.refusal is not None
    assert decision.refusal.code == "elsewhere"


def test_several_phones_fill_the_slots_that_are_free() -> None:
    settings = Settings(several_phones="allow", max_phones=3)
    second = decide(sessions(("200", ANA)), Login("201", ANA), settings, NOW)
    assert second.start == Session("201", ANA, NOW, 2)
    gap = (Session("201", ANA, 0, 2),)
    assert decide(gap, Login("202", ANA), settings, NOW).start == Session("202", ANA, NOW, 1)


def test_one_phone_too_many_is_refused() -> None:
    settings = Settings(several_phones="allow", max_phones=2)
    decision = decide(sessions(("200", ANA), ("201", ANA)), Login("202", ANA), settings, NOW)
    assert decision.refusal is not None
    assert decision.refusal.code == "too_many_phones"


def test_logging_in_where_one_sits_already_changes_nothing() -> None:
    decision = decide(sessions(("200", ANA)), Login("200", ANA), Settings(), NOW)
    assert not decision.changes
    assert decision.refusal is None


def test_an_owner_sends_the_guest_away_whatever_the_policies_say() -> None:
    before = sessions(("200", BEN), ("201", ANA))
    strict = Settings(take_over="refuse", several_phones="refuse")
    decision = decide(before, Login("200", ANA, owner=True), strict, NOW)
    assert {(e.session.phone, e.why) for e in decision.endings} == {("200", "owner"), ("201", "moved")}
    assert decision.start is None


def test_leaving_a_phone_where_nobody_sits_is_refused() -> None:
    decision = decide((), Logout("200"), Settings(), NOW)
    assert decision.refusal is not None
    assert decision.refusal.code == "not_logged_in"


def test_logging_a_user_out_ends_all_sessions() -> None:
    before = sessions(("200", ANA), ("201", ANA), ("202", BEN))
    assert seats_after(before, decide(before, LogoutUser(ANA), Settings(), NOW)) == {("202", BEN)}
