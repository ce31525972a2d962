"""What must be true while a user sits at a phone, as calls on this FreePBX."""

from __future__ import annotations

import re
import time
from typing import Callable

from tests.freepbx import office
from tests.freepbx.office import RING_TIME, by_number
from tests.freepbx.telephones import Telephones
from tests.support.rig.phone import IncomingCall
from tests.support.rig.shell import Timeout, wait_until

Promise = Callable[[Telephones, str, str], None]

CALLER = office.CALLER.number
# FreePBX looks up a lot before a phone rings.
RINGS = 12.0


def _rings(on: Telephones, phone: str, number: str, caller: str = CALLER, user: str = "") -> IncomingCall:
    with on.calling(caller, number):
        call = on.phones[phone].wait_ringing(RINGS)
        if user in on.phones and user != phone:
            time.sleep(0.3)
            assert not on.phones[user].rang, f"{user}'s own phone rang too"
    return call


# --- a call to the user reaches the phone ----------------------------------------------------------------------------


def direct_call(on: Telephones, user: str, phone: str) -> None:
    call = _rings(on, phone, user, user=user)
    assert (call.name, call.number) == (office.CALLER.name, CALLER)


def answered_call(on: Telephones, user: str, phone: str) -> None:
    with on.calling(CALLER, user):
        on.phones[phone].wait_ringing(RINGS)
        on.phones[phone].answer()
        on.phones[CALLER].wait_answered()


def ring_group(on: Telephones, user: str, phone: str) -> None:
    _rings(on, phone, office.GROUP, user=user)


def ring_group_ignoring_call_forward(on: Telephones, user: str, phone: str) -> None:
    _rings(on, phone, office.GROUP_IGNORING_CF, user=user)


def queue(on: Telephones, user: str, phone: str) -> None:
    _rings(on, phone, office.QUEUE, user=user)


def did(on: Telephones, user: str, phone: str) -> None:
    with on.coming_in(office.DIDS[user]):
        on.phones[phone].wait_ringing(RINGS)


def caller_sees_the_user(on: Telephones, user: str, phone: str) -> None:
    with on.calling(CALLER, user) as mark:
        on.phones[phone].wait_ringing(RINGS)
        on.phones[phone].answer()
        on.phones[CALLER].wait_answered()
        # Asterisk tells the caller's phone what it knows of the other side, and who answers a moment later.
        time.sleep(1.5)
        told = [
            (event["ConnectedLineName"], event["ConnectedLineNum"])
            for event in on.tap.events("NewConnectedLine", mark)
            if event["Channel"].startswith(f"PJSIP/{CALLER}-")
        ]
    assert told, "the caller was told of nobody"
    assert told[-1] == (by_number(user).name, user)


def lamps_follow_the_call(on: Telephones, user: str, phone: str) -> None:
    """Whoever watches the user sees the phone where that sits, and so does whoever watches the phone's number."""
    assert _lamps(on, user, phone) == ["0", "0"]
    with on.calling(CALLER, user):
        on.phones[phone].wait_ringing(RINGS)
        on.phones[phone].answer()
        on.phones[CALLER].wait_answered()
        wait_until(lambda: _lamps(on, user, phone) == ["1", "1"], "both lamps are on", 1.5)
    wait_until(lambda: _lamps(on, user, phone) == ["0", "0"], "both lamps are off", 1.5)


def _lamps(on: Telephones, *numbers: str) -> list[str]:
    return [on.tap.action("ExtensionState", Context="ext-local", Exten=number)["Status"] for number in numbers]


# --- and when nobody answers, the user's mailbox ---------------------------------------------------------------------


def unanswered_ends_in_users_mailbox(on: Telephones, user: str, phone: str) -> None:
    with on.calling(CALLER, user) as mark:
        on.phones[phone].wait_ringing(RINGS)
        on.wait_mailbox(user, mark, RING_TIME * 2 + 5)


def busy_ends_in_users_mailbox(on: Telephones, user: str, phone: str) -> None:
    with on.calling(CALLER, user) as mark:
        on.phones[phone].wait_ringing(RINGS)
        on.phones[phone].reject()
        on.wait_mailbox(user, mark)


# --- a call from the phone carries the user --------------------------------------------------------------------------


def identity_inside(on: Telephones, user: str, phone: str) -> None:
    call = _rings(on, CALLER, CALLER, caller=phone)
    assert (call.name, call.number) == (by_number(user).name, user)


def identity_outside(on: Telephones, user: str, phone: str) -> None:
    call = _rings(on, "trunk", office.OUTSIDE, caller=phone)
    wanted = by_number(user).outbound_cid or office.TRUNK_CID
    assert call.number == re.sub(r".*<|>.*", "", wanted)


def emergency_carries_the_phone(on: Telephones, user: str, phone: str) -> None:
    call = _rings(on, "trunk", office.EMERGENCY, caller=phone)
    assert call.number == by_number(phone).emergency_cid


def voicemail_is_the_users(on: Telephones, user: str, phone: str) -> None:
    with on.calling(phone, "*97") as mark:
        opened = on.wait_application("VoiceMailMain", mark)
    assert opened.split(",")[0] == f"{user}@default"


# --- and the phone's own number --------------------------------------------------------------------------------------


def own_number_goes_to_its_mailbox(on: Telephones, user: str, phone: str) -> None:
    with on.calling(CALLER, phone) as mark:
        on.wait_mailbox(phone, mark)
        assert not on.phones[phone].rang


INBOUND: tuple[Promise, ...] = (
    direct_call,
    answered_call,
    caller_sees_the_user,
    lamps_follow_the_call,
    ring_group,
    ring_group_ignoring_call_forward,
    queue,
    did,
)
MAILBOX: tuple[Promise, ...] = (unanswered_ends_in_users_mailbox, busy_ends_in_users_mailbox)
OUTBOUND: tuple[Promise, ...] = (
    identity_inside,
    identity_outside,
    emergency_carries_the_phone,
    voicemail_is_the_users,
)
EVERY: tuple[Promise, ...] = (*INBOUND, *MAILBOX, *OUTBOUND, own_number_goes_to_its_mailbox)
# Enough to see that a session is whole.
FEW: tuple[Promise, ...] = (direct_call, identity_inside, own_number_goes_to_its_mailbox)


def broken(on: Telephones, user: str, phone: str, *wanted: Promise) -> dict[str, str]:
    """Return the promises that are not kept, with the reasons.

    A call that fails is dialled once more: real phones and queues lose one now and then, with or without hot desking
    (V). What fails twice is broken.
    """
    found = {}
    for promise in wanted:
        reasons = [_dial(on, user, phone, promise)]
        if reasons[0]:
            print(f"{promise.__name__}, {user} at {phone}: {reasons[0]}")
            reasons.append(_dial(on, user, phone, promise))
        if all(reasons):
            found[promise.__name__] = "; ".join(reasons)
    return found


def _dial(on: Telephones, user: str, phone: str, promise: Promise) -> str:
    try:
        promise(on, user, phone)
    except (AssertionError, Timeout) as error:
        return f"{type(error).__name__}: {error}"
    return ""
