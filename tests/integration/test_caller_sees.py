"""What the other side is shown of a user who sits at a phone: the SIP messages as they come to the calling phone.

Asserted are names and numbers of P-Asserted-Identity, which is how FreePBX's endpoints tell them by default.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hotdesk_module import dialplan
from tests.integration import promises
from tests.integration.desking import Desking
from tests.support.rig import Rig
from tests.support.rig import company as names
from tests.support.rig.agent import Agent, Call
from tests.support.rig.namespace import NETWORK, TRUNK_ADDRESS

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

JOHN = ("John Smith", "1001")
JANE = ("Jane Doe", "1002")
VERA = ("Vera Tual", "1003")
LOBBY = ("Lobby Phone", "200")
GROUP, QUEUE = names.RING_GROUP, names.QUEUES[0]


@pytest.fixture(autouse=True)
def patience(desking: Desking) -> Iterator[None]:
    """A busy machine may take its time to answer before a mailbox does."""
    for one in desking.rig.company.extensions:
        desking.rig.asterisk.db_put(f"AMPUSER/{one.number}/ringtimer", "60")
    desking.rig.asterisk.cli("dialplan set global RING_GROUP_TIME 60")
    yield
    desking.rig.asterisk.cli(f"dialplan set global RING_GROUP_TIME {names.RING_TIME}")


@pytest.fixture
def caller(desking: Desking) -> Iterator[Agent]:
    """Phone 9001, which calls."""
    agent = _agent(desking.rig, 1, promises.CALLER)
    yield agent
    agent.close()


@pytest.fixture
def desk(desking: Desking) -> Iterator[Agent]:
    """Phone 200 with John Smith at it, as an agent that can tell names of its own and hand calls over."""
    desking.service.login("200", "1001")
    with standing_in(desking.rig, 2, "200") as agent:
        yield agent


@contextmanager
def standing_in(rig: Rig, host: int, number: str) -> Iterator[Agent]:
    """An agent registered in place of a phone."""
    rig.unregister(number)
    agent = _agent(rig, host, number)
    try:
        agent.register()
        rig.wait_reachable([number])
        yield agent
        agent.hang_up_all()
        agent.register(0)
    finally:
        agent.close()
        rig.register(number)


def _agent(rig: Rig, host: int, number: str) -> Agent:
    name = rig.company.extension(number).name
    return Agent(rig.namespace, f"{NETWORK}{200 + host}", number, names.SIP_PASSWORD, name)


def call(desking: Desking, caller: Agent, number: str, phone: str = "200") -> Call:
    """Call a number; the phone answers it. Return when both are connected."""
    mark = desking.rig.tap.mark()
    made = caller.dial(number)
    desking.rig.phones[phone].wait_ringing()
    desking.rig.phones[phone].answer()
    wait_connected(desking, mark)
    return made


def answered(desking: Desking, caller: Agent, number: str, at: Agent) -> tuple[Call, Call]:
    """Call a number that rings an agent, which answers; return both ends when they are connected."""
    mark = desking.rig.tap.mark()
    made = caller.dial(number)
    there = at.wait_call()
    # What a phone tells of itself in the very moment in which it is called is lost, as between its answer and the talk.
    desking.rig.tap.wait_for("DialState", mark, DialStatus="RINGING")
    at.answer(there)
    wait_connected(desking, mark)
    return made, there


def wait_connected(desking: Desking, since: int) -> None:
    """Wait until two talk. What a phone does between its answer and then is lost, a transfer too, in any PBX of
    Asterisk's."""
    desking.rig.tap.wait_for("BridgeEnter", since, BridgeNumChannels="2")


def wait_shown_as_user(desking: Desking, since: int) -> None:
    """Wait until the number of a phone has come to be shown, and became its user's."""
    becomes = "CONNECTEDLINE(num,i)=1001"
    desking.rig.tap.wait_for("Newexten", since, Context=dialplan.SHOWN, Application="Set", AppData=becomes)


def stays_shown(agent: Agent, made: Call, identity: tuple[str, str]) -> None:
    """Wait until that is shown, and see that it stays.

    Before it asks our subroutine, Asterisk notes what it would tell (22.10, ``ast_channel_connected_line_sub``). A
    message that it happens to send in that millisecond says so, and the next one puts it right.
    """
    agent.wait_shown(made, identity)
    time.sleep(0.3)
    agent.wait_shown(made, identity)


# --- every way to the phone ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["1001", GROUP, QUEUE], ids=["direct", "ring group", "queue"])
def test_the_caller_sees_the_user_from_the_first_ring_on(desking: Desking, caller: Agent, number: str) -> None:
    desking.service.login("200", "1001")
    made = call(desking, caller, number)
    caller.wait_shown(made, JOHN)
    assert made.identities == [JOHN]


def test_a_virtual_user_is_shown_too(desking: Desking, caller: Agent) -> None:
    desking.service.login("201", "1003")
    made = call(desking, caller, "1003", "201")
    caller.wait_shown(made, VERA)
    assert made.identities == [VERA]


def test_the_caller_sees_the_user_when_follow_me_comes_to_its_list(desking: Desking, caller: Agent) -> None:
    desking.service.login("200", "1001")
    desking.rig.asterisk.db_put("AMPUSER/1001/followme/ddial", "DIRECT")
    desking.rig.asterisk.db_put("AMPUSER/1001/followme/prering", "1")
    made = caller.dial("1001")
    desking.rig.phones["200"].wait_ringing()
    desking.rig.phones["200"].wait_ringing()
    desking.rig.phones["200"].answer()
    caller.wait_shown(made, JOHN)
    assert made.identities == [JOHN]


@pytest.mark.parametrize("version", [16, 17], ids=["FreePBX 16", "FreePBX 17"])
@pytest.mark.parametrize("number", ["1001", GROUP], ids=["direct", "ring group"])
def test_the_same_with_call_forward_routing(desking: Desking, caller: Agent, number: str, version: int) -> None:
    desking.reset(routing="callforward")
    desking.rig.forward_like(version)
    try:
        desking.service.login("200", "1001")
        made = call(desking, caller, number)
        caller.wait_shown(made, JOHN)
        assert made.identities == [JOHN]
    finally:
        desking.rig.forward_like(17)


def test_after_the_logout_the_phone_is_shown_again(desking: Desking, caller: Agent) -> None:
    desking.service.login("200", "1001")
    desking.service.logout("200")
    made = call(desking, caller, "200")
    caller.wait_shown(made, LOBBY)
    assert made.identities == [LOBBY]


def test_without_our_dialplan_the_phone_is_shown_and_a_variable_left_behind_harms_no_call(
    desking: Desking, caller: Agent
) -> None:
    desking.service.login("200", "1001")
    desking.rig.load_module_dialplan("")
    try:
        assert dialplan.SHOWN in desking.rig.asterisk.cli("dialplan show globals")
        made = call(desking, caller, "1001")
        caller.wait_shown(made, LOBBY)
    finally:
        desking.load_dialplan()


# --- what happens in a call ------------------------------------------------------------------------------------------


def test_a_phone_that_tells_its_own_name_when_it_answers_or_holds_is_shown_as_the_user(
    desking: Desking, caller: Agent, desk: Agent
) -> None:
    desk.asserted = '"At the desk" <sip:200@example.org>'
    mark = desking.rig.tap.mark()
    made, there = answered(desking, caller, "1001", desk)
    wait_shown_as_user(desking, mark)
    for on in (True, False):
        mark = desking.rig.tap.mark()
        desk.asserted = f'"Hold {on}" <sip:200@example.org>'
        desk.hold(there, on)
        wait_shown_as_user(desking, mark)
    stays_shown(caller, made, JOHN)


def test_a_call_handed_over_from_the_desk_shows_who_has_it_then(desking: Desking, caller: Agent, desk: Agent) -> None:
    made, there = answered(desking, caller, "1001", desk)
    desk.transfer(there, "1002")
    desking.rig.phones["1002"].wait_ringing()
    desking.rig.phones["1002"].answer()
    caller.wait_shown(made, JANE)
    assert made.identities == [JOHN, JANE]


def test_a_call_handed_over_from_the_desk_after_a_word_shows_who_has_it_then(
    desking: Desking, caller: Agent, desk: Agent
) -> None:
    made, there = answered(desking, caller, "1001", desk)
    desk.hold(there)
    question = call(desking, desk, "1002", "1002")
    desk.transfer(there, "1002", question)
    caller.wait_shown(made, JANE)
    assert made.identities == [JOHN, JANE]


def test_a_call_handed_over_to_the_desk_shows_the_user(desking: Desking, caller: Agent) -> None:
    desking.service.login("200", "1001")
    with standing_in(desking.rig, 3, "1002") as jane:
        made, there = answered(desking, caller, "1002", jane)
        jane.transfer(there, "1001")
        desking.rig.phones["200"].wait_ringing()
        desking.rig.phones["200"].answer()
        caller.wait_shown(made, JOHN)
        assert made.identities == [JANE, JOHN]
        caller.hang_up(made)
        desking.rig.settle()
        made, there = answered(desking, caller, "1002", jane)
        jane.hold(there)
        question = call(desking, jane, "1001")
        jane.transfer(there, "1001", question)
        caller.wait_shown(made, JOHN)
        assert made.identities == [JANE, JOHN]
        assert "UPDATE" in made.ways(JOHN)


@pytest.mark.parametrize("code", ["*8", "**1002"], ids=["group", "extension"])
def test_a_call_that_the_desk_picks_up_shows_the_user(desking: Desking, caller: Agent, code: str) -> None:
    desking.service.login("200", "1001")
    made = caller.dial("1002")
    desking.rig.phones["1002"].wait_ringing()
    desking.rig.phones["200"].dial(code)
    caller.wait_shown(made, JOHN)
    assert made.identities == [JANE, JOHN]


# --- the outside world -----------------------------------------------------------------------------------------------


@pytest.fixture
def trunk(desking: Desking) -> Iterator[Agent]:
    """A provider that is told who is connected."""
    pjsip = desking.rig.asterisk.etc / "pjsip.conf"
    text = pjsip.read_text()
    pjsip.write_text(text.replace("context=from-trunk\n", "context=from-trunk\nsend_pai=yes\n"))
    desking.rig.asterisk.cli("module reload res_pjsip.so")
    agent = Agent(desking.rig.namespace, TRUNK_ADDRESS, names.OUTSIDE_NUMBER, "", names.OUTSIDE_NAME, port=5070)
    yield agent
    agent.close()
    pjsip.write_text(text)
    desking.rig.asterisk.cli("module reload res_pjsip.so")


def test_a_provider_is_not_told_of_the_phone(desking: Desking, trunk: Agent, desk: Agent) -> None:
    """Core tells a caller from outside nothing where it dials one extension (option I), but in a list it does."""
    desking.rig.asterisk.db_put("AMPUSER/1001/followme/ddial", "DIRECT")
    desking.rig.asterisk.db_put("AMPUSER/1001/followme/prering", "1")
    made = trunk.dial(names.DID_PREFIX + "1001")
    first = desk.wait_call()
    desk.wait(first, lambda one: one.over, "the extension alone is rung long enough")
    there = desk.wait_call()
    desk.asserted = '"At the desk" <sip:200@example.org>'
    mark = desking.rig.tap.mark()
    desk.answer(there)
    wait_connected(desking, mark)
    mark = desking.rig.tap.mark()
    desk.asserted = '"Hold" <sip:200@example.org>'
    desk.hold(there)
    wait_shown_as_user(desking, mark)
    stays_shown(trunk, made, JOHN)


def test_a_provider_is_told_nothing_more_than_core_tells_and_then_of_the_user(
    desking: Desking, trunk: Agent, desk: Agent
) -> None:
    """One extension is dialled for a caller from outside with Dial's option I; in the call it holds no longer."""
    made, there = answered(desking, trunk, names.DID_PREFIX + "1001", desk)
    assert made.identities == []
    desk.asserted = '"Hold" <sip:200@example.org>'
    desk.hold(there)
    stays_shown(trunk, made, JOHN)


# --- emergency calls out of a call: help must come to the phone ------------------------------------------------------

ROOM = '"Lobby" <5550911>'
OTHER_ROOM = '"Room 3" <5550913>'


@pytest.mark.parametrize("by", ["keys of the phone", "the other side"])
def test_an_emergency_call_out_of_a_call_that_the_phone_answered_is_the_phones(
    desking: Desking, caller: Agent, by: str
) -> None:
    """The user has an own phone, in another room and with another Emergency CID."""
    desking.service.login("200", "1001")
    made = call(desking, caller, "1001")
    mark = desking.rig.tap.mark()
    if by == "the other side":
        caller.transfer(made, names.EMERGENCY_NUMBER)
    else:
        transfer_by_keys(desking.rig, "200")
    assert helped(desking.rig, mark) == ROOM


@pytest.mark.parametrize(("by", "room"), [("200", ROOM), ("300", OTHER_ROOM)], ids=["who began", "who answered"])
def test_an_emergency_call_out_of_a_call_that_the_phone_began_is_of_who_makes_it(
    desking: Desking, by: str, room: str
) -> None:
    desking.service.login("200", "1001")
    mark = desking.rig.tap.mark()
    desking.rig.phones["200"].dial("300")
    desking.rig.phones["300"].wait_ringing()
    desking.rig.phones["300"].answer()
    wait_connected(desking, mark)
    mark = desking.rig.tap.mark()
    transfer_by_keys(desking.rig, by)
    assert helped(desking.rig, mark) == room


def test_what_a_phone_hands_on_does_not_stick_to_the_next_one(desking: Desking, desk: Agent) -> None:
    """Follow-me dials twice: the second time the calling channel has been told of the other side already."""
    desking.rig.asterisk.db_put("AMPUSER/300/followme/ddial", "DIRECT")
    desking.rig.asterisk.db_put("AMPUSER/300/followme/prering", "1")
    mark = desking.rig.tap.mark()
    made = desk.dial("300")
    desking.rig.phones["300"].wait_ringing()
    desking.rig.phones["300"].wait_ringing()
    desking.rig.phones["300"].answer()
    wait_connected(desking, mark)
    mark = desking.rig.tap.mark()
    desk.transfer(made, names.EMERGENCY_NUMBER)
    assert helped(desking.rig, mark) == OTHER_ROOM


def transfer_by_keys(rig: Rig, phone: str) -> None:
    """Let Asterisk find the keys *2 911 in a phone's call, as if they were pressed."""
    channel = next(name for name in rig.asterisk.channels() if name.startswith(f"PJSIP/{phone}-"))
    rig.tap.action("Atxfer", Channel=channel, Exten=names.EMERGENCY_NUMBER, Context="from-internal-xfer")


def helped(rig: Rig, since: int) -> str:
    """The caller ID with which an emergency call goes out.

    What the trunk gets may be another one: Asterisk tells it who transfers, and where that comes before the INVITE is
    written, it is in there.
    """
    wanted = re.compile("^CALLERID")
    event = rig.tap.wait_for("Newexten", since, Context="macro-outbound-callerid", Application="Set", AppData=wanted)
    return event["AppData"].partition("=")[2]


# --- whose number it is ----------------------------------------------------------------------------------------------

PROBE = """[probe-shown]
exten => s,1,Set(CONNECTEDLINE(name,i)=As told)
 same => n,Set(CONNECTEDLINE(num,i)=${TOLD})
 same => n,Set(CONNECTEDLINE(tag,i)=${TAG})
 same => n,Set(EXTTOCALL=${ASKED})
 same => n,Gosub(app-hotdesk-shown,s,1())
 same => n,UserEvent(Shown,Name: ${CONNECTEDLINE(name)},Number: ${CONNECTEDLINE(num)})
"""


def test_a_number_becomes_the_users_only_where_it_is_the_phones(desking: Desking) -> None:
    desking.service.login("200", "300")  # Whose own desk
    desking.service.login("300", "1003")  # is lent.
    desking.load_dialplan(extra=PROBE)

    def shown(told: str, asked: str = "", tag: str = "") -> tuple[str, str]:
        mark = desking.rig.tap.mark()
        for name, value in (("TOLD", told), ("ASKED", asked), ("TAG", tag)):
            desking.rig.tap.action("Setvar", Variable=name, Value=value)
        desking.rig.tap.action("Originate", Channel="Local/s@probe-shown", Application="NoOp", Async="true")
        event = desking.rig.tap.wait_for("UserEvent", mark, UserEvent="Shown")
        return event["Name"], event["Number"]

    olive, vera = ("Olive Owner", "300"), VERA
    assert shown("200") == olive
    assert shown("300", asked="1003") == vera
    assert shown("300", asked="300") == ("As told", "300")
    assert shown("300", asked="1003", tag="HDSK") == ("As told", "300")
    for number in ("201", "1003", "1001", "5550199", "+49 30 1", "", "1 + 1"):
        assert shown(number) == ("As told", number)
    desking.service.logout("200")
    assert shown("200") == ("As told", "200")
    assert shown("300") == vera
