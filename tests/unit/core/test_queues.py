"""When somebody joins a queue, leaves it, is paused there or left alone."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from hotdesk_module.core import queues
from hotdesk_module.core.effects import JOIN, LEAVE, PAUSE, UNPAUSE, Membership
from hotdesk_module.core.model import Device, Event, Session, User, World
from hotdesk_module.core.queues import (
    ABSENT,
    BREAK,
    FOUND,
    FREED,
    JOINED,
    LEFT,
    LOGIN,
    MODES,
    PAUSED,
    UNTOUCHED,
    Member,
    Plan,
    Queues,
    Rule,
)

RUN = "2024-01-01 08:00:00"
SITS = (Session("200", "1001", 1),)
ARRIVES = (Event(1, "login", "200", "1001"),)
DYNAMIC, STATIC = Member(dynamic=True), Member(dynamic=False)
# Every way to be in a queue.
MEMBERS = (None, *(Member(d, p) for d in (True, False) for p in (True, False)))


def rule(mode: str, done: str = "", run: str = RUN) -> Rule:
    return Rule("1001", "700", mode, done, run)


def plan(
    one: Rule,
    member: Member | None = None,
    sits: bool = False,
    arrives: bool = False,
    run: str = RUN,
    actual: Mapping[str, str] = MappingProxyType({}),
) -> Plan:
    there = Queues(run, frozenset({"700"}), {} if member is None else {("700", "1001"): member})
    return queues.plan([one], SITS if sits else (), ARRIVES if arrives else (), there, actual)


def does(found: Plan) -> list[str]:
    return [e.change for e in found.effects]


def stored(found: Plan, before: Rule) -> Rule:
    """Return the rule as it is in the end."""
    return found.then[-1] if found.then else found.first[-1] if found.first else before


# In at login, out at logout


def test_who_sits_down_joins_and_who_leaves_is_taken_out() -> None:
    joined = plan(rule(LOGIN), sits=True, arrives=True)
    assert (does(joined), joined.queues.members) == ([JOIN], {("700", "1001"): DYNAMIC})
    after = stored(joined, rule(LOGIN))
    assert after == rule(LOGIN, JOINED)
    gone = plan(after, DYNAMIC)
    assert (does(gone), stored(gone, after).done, gone.queues.members) == ([LEAVE], LEFT, {})


def test_who_joins_has_the_name_the_penalty_and_the_hint_that_freepbx_gives_its_members() -> None:
    keys = {"AMPUSER/1001/cidname": "John, Smith", "QPENALTY/700/agents/1001": "7"}
    there = Queues(RUN, frozenset({"700"}))
    assert set(keys) <= set(queues.needs([rule(LOGIN)]))
    assert queues.plan([rule(LOGIN)], SITS, (), there, keys).effects == (
        Membership("700", "1001", JOIN, "John, Smith", 7, by_hint=True),
    )
    keys = {"AMPUSER/1001/queues/qnostate": "ignorestate", "QPENALTY/700/agents/1001": "much"}
    assert queues.plan([rule(LOGIN)], SITS, (), there, keys).effects == (
        Membership("700", "1001", JOIN, "1001", 0, by_hint=False),
    )


def test_who_was_in_the_queue_before_the_login_stays_in_it() -> None:
    found = plan(rule(LOGIN), DYNAMIC, sits=True, arrives=True)
    assert (does(found), stored(found, rule(LOGIN)).done) == ([], FOUND)
    gone = plan(rule(LOGIN, FOUND), DYNAMIC)
    assert (does(gone), stored(gone, rule(LOGIN, FOUND)).done) == ([], LEFT)


def test_who_steps_out_of_the_queue_meanwhile_stays_out_until_the_next_login() -> None:
    out = plan(rule(LOGIN, JOINED), None, sits=True)
    assert (does(out), out.then) == ([], ())
    assert does(plan(rule(LOGIN, JOINED), None)) == []
    assert does(plan(rule(LOGIN, JOINED), None, sits=True, arrives=True)) == [JOIN]


def test_who_logs_in_to_the_queue_without_sitting_anywhere_is_left_alone() -> None:
    for done in ("", LEFT):
        assert does(plan(rule(LOGIN, done), DYNAMIC)) == []


def test_a_move_changes_nothing_in_the_queue() -> None:
    for done in (JOINED, FOUND):
        moved = plan(rule(LOGIN, done), DYNAMIC, sits=True, arrives=True)
        assert (moved.first, moved.effects, moved.then) == ((), (), ())


def test_a_restart_that_forgot_the_member_is_made_up_for() -> None:
    for done in (JOINED, FOUND):
        again = plan(rule(LOGIN, done), None, sits=True, run="later")
        assert does(again) == [JOIN]
        assert again.then == (rule(LOGIN, JOINED, "later"),)
    # One with persistentmembers remembers: nothing to do.
    kept = plan(rule(LOGIN, JOINED), DYNAMIC, sits=True, run="later")
    assert (does(kept), kept.then) == ([], (rule(LOGIN, JOINED, "later"),))


def test_who_left_while_asterisk_was_down_is_taken_out_when_it_is_back() -> None:
    assert does(plan(rule(LOGIN, JOINED), DYNAMIC, run="later")) == [LEAVE]


def test_a_queue_for_those_listed_only_takes_nobody_else() -> None:
    restricted = {"QPENALTY/700/dynmemberonly": "yes"}
    barred = plan(rule(LOGIN), sits=True, arrives=True, actual=restricted)
    assert (does(barred), stored(barred, rule(LOGIN)).done) == ([], "")
    assert does(plan(rule(LOGIN), sits=True, actual={**restricted, "QPENALTY/700/agents/1001": "0"})) == [JOIN]
    assert does(plan(rule(LOGIN), sits=True, actual={"QPENALTY/700/dynmemberonly": "no"})) == [JOIN]


@pytest.mark.parametrize("died", ["before it joined", "after it joined"])
def test_a_death_around_joining_is_made_up_for_and_the_member_is_known_to_be_ours(died: str) -> None:
    (first,) = plan(rule(LOGIN), sits=True, arrives=True).first
    there = None if died == "before it joined" else DYNAMIC
    again = plan(first, there, sits=True)
    assert does(again) == ([JOIN] if there is None else [])
    assert stored(again, first) == rule(LOGIN, JOINED)


# Paused at logout, unpaused at login


@pytest.mark.parametrize("dynamic", [True, False])
def test_who_leaves_is_paused_and_who_sits_down_is_unpaused(dynamic: bool) -> None:
    left = plan(rule(BREAK, FREED), Member(dynamic))
    assert (does(left), stored(left, rule(BREAK)).done) == ([PAUSE], PAUSED)
    assert left.queues.members == {("700", "1001"): Member(dynamic, paused=True)}
    back = plan(rule(BREAK, PAUSED), Member(dynamic, paused=True), sits=True, arrives=True)
    assert (does(back), stored(back, rule(BREAK)).done) == ([UNPAUSE], FREED)


def test_a_rule_for_somebody_who_sits_nowhere_pauses_at_once() -> None:
    assert does(plan(rule(BREAK), STATIC)) == [PAUSE]


def test_a_break_at_the_desk_lasts_until_the_next_login() -> None:
    tired = Member(dynamic=False, paused=True)
    assert does(plan(rule(BREAK, FREED), tired, sits=True)) == []
    assert does(plan(rule(BREAK, FREED), tired, sits=True, run="later")) == []
    assert does(plan(rule(BREAK, FREED), tired, sits=True, arrives=True)) == [UNPAUSE]


def test_who_ends_the_pause_without_sitting_anywhere_is_left_alone() -> None:
    assert does(plan(rule(BREAK, PAUSED), STATIC)) == []


def test_a_restart_that_forgot_the_pause_of_a_static_member_is_made_up_for() -> None:
    again = plan(rule(BREAK, PAUSED), STATIC, run="later")
    assert (does(again), again.then) == ([PAUSE], (rule(BREAK, PAUSED, "later"),))


def test_who_is_no_member_is_paused_once_the_queue_lists_him_and_not_when_he_logs_in_to_it_himself() -> None:
    absent = stored(plan(rule(BREAK), None), rule(BREAK))
    assert absent.done == ABSENT
    assert does(plan(absent, DYNAMIC)) == []
    assert does(plan(absent, STATIC)) == [PAUSE]


# Changing one's mind


@pytest.mark.parametrize(
    ("before", "member", "change"),
    [
        (rule(LOGIN, JOINED), DYNAMIC, [LEAVE]),
        (rule(LOGIN, JOINED), STATIC, []),
        (rule(LOGIN, JOINED), None, []),
        (rule(LOGIN, FOUND), DYNAMIC, []),
        (rule(BREAK, PAUSED), Member(dynamic=False, paused=True), [UNPAUSE]),
        (rule(BREAK, PAUSED), STATIC, []),
        (rule(BREAK, FREED), STATIC, []),
    ],
)
@pytest.mark.parametrize("sits", [True, False])
def test_a_rule_that_is_taken_away_takes_back_what_it_did(
    before: Rule, member: Member | None, change: list[str], sits: bool
) -> None:
    turned = before.turned(UNTOUCHED)
    assert turned.over == (before.done not in (JOINED, PAUSED))
    found = plan(turned, member, sits=sits)
    assert does(found) == change
    assert stored(found, turned).over


def test_a_rule_that_becomes_another_takes_back_first() -> None:
    assert does(plan(rule(LOGIN, JOINED).turned(BREAK), DYNAMIC, sits=True)) == [LEAVE]
    assert does(plan(rule(BREAK, PAUSED).turned(LOGIN), Member(dynamic=False, paused=True))) == [UNPAUSE]
    assert rule(LOGIN, JOINED).turned(LOGIN) == rule(LOGIN, JOINED)


def test_of_a_queue_that_asterisk_does_not_have_nothing_is_done_and_nothing_forgotten() -> None:
    found = queues.plan([rule(LOGIN, JOINED), rule(UNTOUCHED, PAUSED)], (), (), Queues(RUN), {})
    assert (found.first, found.effects, found.then) == ((), (), ())


ALL = [
    (Rule("1001", "700", mode, done, run), member, sits, arrives)
    for mode, done, run, member, sits, arrives in itertools.product(
        MODES,
        ("", JOINED, FOUND, LEFT, FREED, PAUSED, ABSENT),
        ("", RUN),
        MEMBERS,
        (True, False),
        (True, False),
    )
    if sits or not arrives
]


def test_in_every_state_a_second_look_finds_nothing_to_do() -> None:
    for before, member, sits, arrives in ALL:
        first = plan(before, member, sits, arrives)
        after = stored(first, before)
        if after.over:
            continue
        again = plan(after, first.queues.members.get(("700", "1001")), sits)
        assert again.effects == () and again.then == (), (before, member, sits, arrives)


def test_in_every_state_a_static_member_stays_and_whoever_is_no_member_leaves_nothing() -> None:
    for before, member, sits, arrives in ALL:
        changes = does(plan(before, member, sits, arrives))
        if member is None or not member.dynamic:
            assert LEAVE not in changes
        if member is None:
            assert PAUSE not in changes and UNPAUSE not in changes
        else:
            assert JOIN not in changes or changes[0] == LEAVE


# Lamps

WORLD = World(
    {
        "200": Device("200", "pjsip", "PJSIP/200", "200", "PJSIP/200"),
        "1001": Device("1001", "pjsip", "PJSIP/1001", "1001", "PJSIP/1001"),
    },
    {u: User(u, "", "") for u in ("200", "1001", "1003")},
)


def test_who_is_at_a_device_is_who_sits_there_or_the_owner() -> None:
    assert queues.devices(WORLD, SITS, ("200", "999"), ("1001", "1003")) == {
        "200": "1001",
        "1001": "1001",
        "1003": "1003",
    }
    lent = (Session("1001", "1003", 1),)
    assert queues.devices(WORLD, lent, (), ("1001",)) == {"1001": "1003"}


def test_a_lamp_is_lit_where_its_user_is_logged_in_to_the_queue_and_put_out_elsewhere() -> None:
    there = Queues(RUN, frozenset({"700", "701"}), {("700", "1001"): DYNAMIC, ("701", "1001"): STATIC})
    actual = {
        "CustomDevstate/QUEUE200*701": "INUSE",
        "CustomDevstate/QUEUE200*702": "INUSE",
        "CustomDevstate/QUEUE1003*700": "NOT_INUSE",
        "CustomDevstate/QUEUE999*700": "INUSE",
        "CustomDevstate/HDSK200": "INUSE",
    }
    assert queues.lamps({"200": "1001", "1003": "1003"}, there, actual) == {
        "CustomDevstate/QUEUE200*700": "INUSE",
        # He is in it for good, so that what *45 has lit may be; of 702 he is no member.
        "CustomDevstate/QUEUE200*702": None,
    }
    assert queues.looked_at(["200"], there, Queues(RUN, frozenset(), {("702", "1001"): DYNAMIC})) == (
        "CustomDevstate/QUEUE200*700",
        "CustomDevstate/QUEUE200*701",
        "CustomDevstate/QUEUE200*702",
    )
