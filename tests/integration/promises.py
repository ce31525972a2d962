"""What must be true while a user sits at a phone, as calls to dial.

Each check takes the rig, the user and the phone and places the calls; how the user came to sit there is none of its
business, so the same checks serve every routing method and every way of logging in.
"""

from __future__ import annotations

import time
from typing import Callable

from tests.support.rig import Rig
from tests.support.rig import company as names
from tests.support.rig.phone import IncomingCall
from tests.support.rig.shell import Timeout

Promise = Callable[[Rig, str, str], None]

# A phone outside the pool, whose user nobody borrows.
CALLER = "9001"


def caller_id(rig: Rig, number: str) -> tuple[str, str]:
    return rig.company.extension(number).name, number


def shown(call: IncomingCall) -> tuple[str, str]:
    return call.name, call.number


def _own_phone_is_quiet(rig: Rig, user: str, phone: str) -> None:
    if user in rig.phones and user != phone:
        # Both would have been invited by one Dial, at once.
        time.sleep(0.1)
        assert not rig.phones[user].rang, f"{user}'s own phone rang too"


def _rings(rig: Rig, user: str, phone: str, number: str, caller: str = CALLER, timeout: float = 5.0) -> IncomingCall:
    with rig.calling(caller, number):
        call = rig.phones[phone].wait_ringing(timeout)
        _own_phone_is_quiet(rig, user, phone)
    return call


# --- a call to the user reaches the phone ----------------------------------------------------------------------------


def direct_call(rig: Rig, user: str, phone: str) -> None:
    call = _rings(rig, user, phone, user)
    assert shown(call) == caller_id(rig, CALLER)


def answered_call(rig: Rig, user: str, phone: str) -> None:
    with rig.calling(CALLER, user):
        rig.phones[phone].wait_ringing()
        rig.phones[phone].answer()
        rig.phones[CALLER].wait_answered()


def ring_group(rig: Rig, user: str, phone: str) -> None:
    _rings(rig, user, phone, names.RING_GROUP)


def ring_group_ignoring_call_forward(rig: Rig, user: str, phone: str) -> None:
    _rings(rig, user, phone, names.RING_GROUP_IGNORING_CF)


def _queue(rig: Rig, user: str, phone: str, context: int) -> None:
    # A queue learns of a changed hint a moment later than the dialplan.
    for last in (False, True):
        try:
            _rings(rig, user, phone, names.QUEUES[context])
            return
        except Timeout:
            if last:
                raise


def queue(rig: Rig, user: str, phone: str) -> None:
    _queue(rig, user, phone, 0)


def queue_with_internal_context(rig: Rig, user: str, phone: str) -> None:
    _queue(rig, user, phone, 1)


def queue_with_extension_only(rig: Rig, user: str, phone: str) -> None:
    _queue(rig, user, phone, 2)


def queue_while_own_phone_is_off(rig: Rig, user: str, phone: str) -> None:
    """The queue must judge the user by the desk, not by the phone left at home."""
    if user not in rig.phones:
        queue(rig, user, phone)
        return
    rig.unregister(user)
    try:
        queue(rig, user, phone)
    finally:
        rig.register(user)


def did(rig: Rig, user: str, phone: str) -> None:
    call = _rings(rig, user, phone, names.DID_PREFIX + user, caller="trunk")
    assert call.number == names.OUTSIDE_NUMBER


def time_condition(rig: Rig, user: str, phone: str) -> None:
    _rings(rig, user, phone, names.TIME_CONDITION_PREFIX + user, caller="trunk")


def ivr(rig: Rig, user: str, phone: str) -> None:
    with rig.calling(CALLER, names.IVR_NUMBER):
        rig.phones[CALLER].wait_answered()
        rig.phones[CALLER].send_digits(user)
        rig.phones[phone].wait_ringing()


def follow_me(rig: Rig, user: str, phone: str) -> None:
    """Pre-ring, then the list with the user's own number in it."""
    switch = f"AMPUSER/{user}/followme/ddial"
    rig.asterisk.db_put(switch, "DIRECT")
    try:
        with rig.calling(CALLER, user):
            rig.phones[phone].wait_ringing()
            rig.phones[phone].wait_ringing(timeout=names.RING_TIME + 2)
            _own_phone_is_quiet(rig, user, phone)
    finally:
        rig.asterisk.db_put(switch, "EXTENSION")


# --- and when nobody answers, the user's mailbox ---------------------------------------------------------------------


def unanswered_ends_in_users_mailbox(rig: Rig, user: str, phone: str) -> None:
    with rig.calling(CALLER, user) as mark:
        rig.phones[phone].wait_ringing()
        rig.wait_mailbox(user, mark, timeout=names.RING_TIME * 2 + 2)


def busy_ends_in_users_mailbox(rig: Rig, user: str, phone: str) -> None:
    with rig.calling(CALLER, user) as mark:
        rig.phones[phone].wait_ringing()
        rig.phones[phone].reject()
        rig.wait_mailbox(user, mark)


def unregistered_ends_in_users_mailbox(rig: Rig, user: str, phone: str) -> None:
    rig.unregister(phone)
    try:
        with rig.calling(CALLER, user) as mark:
            rig.wait_mailbox(user, mark)
    finally:
        rig.register(phone)


# --- a call from the phone carries the user --------------------------------------------------------------------------


def identity_inside(rig: Rig, user: str, phone: str) -> None:
    with rig.calling(phone, CALLER):
        call = rig.phones[CALLER].wait_ringing()
    assert shown(call) == caller_id(rig, user)


def identity_outside(rig: Rig, user: str, phone: str) -> None:
    expected = rig.company.extension(user).outbound_cid or names.TRUNK_CID
    with rig.calling(phone, names.OUTSIDE_NUMBER):
        call = rig.trunk.wait_ringing()
    assert f'"{call.name}" <{call.number}>' == expected


def emergency_carries_the_phone(rig: Rig, user: str, phone: str) -> None:
    expected = rig.company.extension(phone).emergency_cid
    assert expected, f"{phone} has no Emergency CID: choose another phone for this check"
    with rig.calling(phone, names.EMERGENCY_NUMBER):
        call = rig.trunk.wait_ringing()
    assert f'"{call.name}" <{call.number}>' == expected


def voicemail_is_the_users(rig: Rig, user: str, phone: str) -> None:
    """*97 opens the user's mailbox, asking for the PIN as FreePBX would at the user's own phone."""
    with rig.calling(phone, "*97") as mark:
        opened = rig.wait_application("VoiceMailMain", mark)["AppData"]
    wanted = f"{user}@default"
    assert opened.split(",")[0] == wanted


# --- and the phone's own number --------------------------------------------------------------------------------------


def own_number_goes_to_its_mailbox(rig: Rig, user: str, phone: str) -> None:
    """A direct call to the occupied phone rings nothing and ends in the phone's own mailbox."""
    with rig.calling(CALLER, phone) as mark:
        if rig.company.extension(phone).pin is None:
            reason = rig.phones[CALLER].wait_idle()
            assert reason.startswith("503"), reason
        else:
            rig.wait_mailbox(phone, mark)
        assert not rig.phones[phone].rang


INBOUND: tuple[Promise, ...] = (
    direct_call,
    answered_call,
    ring_group,
    ring_group_ignoring_call_forward,
    queue,
    queue_with_internal_context,
    queue_with_extension_only,
    queue_while_own_phone_is_off,
    did,
    time_condition,
    ivr,
    follow_me,
)
MAILBOX: tuple[Promise, ...] = (
    unanswered_ends_in_users_mailbox,
    busy_ends_in_users_mailbox,
    unregistered_ends_in_users_mailbox,
)
OUTBOUND: tuple[Promise, ...] = (
    identity_inside,
    identity_outside,
    emergency_carries_the_phone,
    voicemail_is_the_users,
)
OWN_NUMBER: tuple[Promise, ...] = (own_number_goes_to_its_mailbox,)
EVERY: tuple[Promise, ...] = INBOUND + MAILBOX + OUTBOUND + OWN_NUMBER
