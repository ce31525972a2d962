"""Queues follow people who log in with their fingers, and no caller of a queue is lost while they move."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hotdesk_module import queues
from hotdesk_module.core.queues import BREAK, LOGIN, Member
from tests.integration.desking import Desking
from tests.integration.promises import CALLER
from tests.support.rig.company import QUEUES, RING_TIME
from tests.support.rig.shell import Timeout

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

QUEUE = QUEUES[0]
# Who is no member of the company's queues, and who is a static one.
AGENT, STATIC = "300", "1001"


@pytest.fixture
def centre(desking: Desking) -> Iterator[Desking]:
    """The product on the rig, with members as the company has them before and after."""
    _tidy(desking)
    yield desking
    _tidy(desking)


def _tidy(desking: Desking) -> None:
    switchboard = desking.service.switchboard
    for (queue, user), member in switchboard.queues().members.items():
        if member.dynamic:
            switchboard.leave_queue(queue, user)
        elif member.paused:
            switchboard.pause_in_queue(queue, user, False)


def member(desking: Desking, user: str) -> Member | None:
    return desking.service.switchboard.queues([user]).members.get((QUEUE, user))


def test_an_agent_is_in_the_queue_from_the_login_to_the_logout(centre: Desking) -> None:
    rig = centre.rig
    at_rest = rig.asterisk.db_show()
    queues.change(centre.service, AGENT, {QUEUE: LOGIN})
    rig.asterisk.db_put(f"QPENALTY/{QUEUE}/agents/{AGENT}", "2")
    assert centre.log_in("200", AGENT) == "logged_in"
    assert member(centre, AGENT) == Member(dynamic=True)
    assert rig.asterisk.db_get(f"CustomDevstate/QUEUE200*{QUEUE}") == "INUSE"
    ours = rig.asterisk.cli(f"queue show {QUEUE}")
    assert "Olive Owner (Local/300@from-queue/n from hint:300@ext-local)" in ours and "with penalty 2" in ours
    for user in rig.company.members:
        # An agent with a penalty is called when nobody without one is there.
        centre.service.switchboard.pause_in_queue(QUEUE, user, True)
    _rings(centre, "200")
    rig.asterisk.restart()
    centre.service.reconcile()
    assert member(centre, AGENT) == Member(dynamic=True)
    assert centre.log_out("200") == "logged_out"
    assert member(centre, AGENT) is None
    # Every call leaves the last caller's number.
    for key in (f"QPENALTY/{QUEUE}/agents/{AGENT}", f"CALLTRACE/{AGENT}"):
        rig.asterisk.db_del(key)
    assert rig.asterisk.db_show() == at_rest


def _rings(desking: Desking, phone: str) -> None:
    """A queue learns of a hint a moment later than the dialplan (V)."""
    for last in (False, True):
        try:
            with desking.rig.calling(CALLER, QUEUE):
                desking.rig.phones[phone].wait_ringing()
            return
        except Timeout:
            if last:
                raise


def test_a_static_member_rests_while_sitting_nowhere_also_after_a_restart(centre: Desking) -> None:
    queues.change(centre.service, STATIC, {QUEUE: BREAK})
    assert member(centre, STATIC) == Member(dynamic=False, paused=True)
    assert centre.log_in("200", STATIC) == "logged_in"
    assert member(centre, STATIC) == Member(dynamic=False)
    _rings(centre, "200")
    centre.service.logout("200")
    centre.rig.asterisk.restart()
    assert member(centre, STATIC) == Member(dynamic=False)
    centre.service.reconcile()
    assert member(centre, STATIC) == Member(dynamic=False, paused=True)
    assert [h for h in centre.history() if h.startswith("repair")] == []


@pytest.mark.parametrize(
    "moves", [5, pytest.param(50, marks=(pytest.mark.slow, pytest.mark.exhaustive))], ids=["a few", "fifty"]
)
def test_no_caller_of_a_queue_is_lost_while_the_only_agent_moves(centre: Desking, moves: int) -> None:
    rig, desk = centre.rig, centre.service
    for user in rig.company.members:
        desk.switchboard.pause_in_queue(QUEUE, user, True)
    queues.change(desk, AGENT, {QUEUE: LOGIN})
    desk.login("200", AGENT)
    # Who has to wait for another turn of the queue is not lost.
    rig.asterisk.cli("dialplan set global QUEUE_TIME 60")
    for phone in rig.phones.values():
        phone.forget()
    mark, begun = rig.tap.mark(), time.monotonic()
    called = moved = 0
    desks = ("201", "200")
    try:
        while _answered(centre, mark) < moves:
            now = time.monotonic() - begun
            assert now < 3 * moves + 30, f"{_answered(centre, mark)} of {called} calls were answered"
            if called < moves and now >= called:
                _call(centre)
                called += 1
            # At another moment of each call.
            if moved < moves and now >= moved + 1 + (moved * 0.37) % 1:
                desk.login(desks[moved % 2], AGENT)
                moved += 1
            _take_a_call(centre, desks[(moved - 1) % 2] if moved else "200")
    finally:
        rig.asterisk.cli(f"dialplan set global QUEUE_TIME {3 * RING_TIME}")
    lost = rig.tap.events("QueueCallerAbandon", mark)
    assert (called, lost) == (moves, [])


def _call(desking: Desking) -> None:
    desking.rig.tap.action(
        "Originate",
        Channel=f"Local/{QUEUE}@from-internal/n",
        Application="Wait",
        Data="60",
        CallerID=CALLER,
        Async="true",
    )


def _answered(desking: Desking, mark: int) -> int:
    return len(desking.rig.tap.events("AgentConnect", mark))


def _take_a_call(desking: Desking, phone: str) -> None:
    """Answer at the desk where the agent sits now, should it ring, and hang up."""
    one = desking.rig.phones[phone]
    try:
        one.wait_ringing(0.05)
        # It may have rung when the agent had gone, and have given up.
        if one.idle:
            return
        one.answer(2.0)
        time.sleep(0.1)
    except Timeout:
        return
    one.hangup()
