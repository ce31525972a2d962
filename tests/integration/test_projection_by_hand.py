"""The promises of hot desking hold on a real Asterisk once the projection is in place, however it got there."""

from __future__ import annotations

import pytest

from tests.integration import by_hand, promises
from tests.support.rig import Rig

pytestmark = pytest.mark.asterisk


@pytest.mark.parametrize("promise", promises.EVERY, ids=lambda promise: promise.__name__)
def test_promise_for_user_with_own_phone(rig: Rig, promise: promises.Promise) -> None:
    by_hand.sit(rig, "1001", "200")
    promise(rig, "1001", "200")


@pytest.mark.parametrize("promise", promises.EVERY, ids=lambda promise: promise.__name__)
def test_promise_for_virtual_user(rig: Rig, promise: promises.Promise) -> None:
    by_hand.sit(rig, "1003", "201")
    promise(rig, "1003", "201")


def test_reload_changes_no_promise(rig: Rig) -> None:
    by_hand.sit(rig, "1001", "200")
    rig.freepbx_reload()
    for promise in (
        promises.direct_call,
        promises.queue,
        promises.identity_inside,
        promises.own_number_goes_to_its_mailbox,
    ):
        promise(rig, "1001", "200")


def test_restart_changes_no_promise(rig: Rig) -> None:
    by_hand.sit(rig, "1001", "200")
    rig.asterisk.restart()
    rig.wait_reachable(one.number for one in rig.company.phones())
    for promise in (promises.direct_call, promises.identity_inside, promises.voicemail_is_the_users):
        promise(rig, "1001", "200")


def test_skipped_pin_follows_to_the_desk(rig: Rig) -> None:
    """`novmpw` skips the PIN at the phone where its user sits (F§4): why the product has a setting against it."""
    by_hand.sit(rig, "1003", "200")
    with rig.calling("200", "*97") as mark:
        assert rig.wait_application("VoiceMailMain", mark)["AppData"] == "1003@default,s"


def test_phone_without_mailbox_gives_congestion(rig: Rig) -> None:
    by_hand.sit(rig, "1001", "202")
    promises.own_number_goes_to_its_mailbox(rig, "1001", "202")


def test_phone_without_emergency_cid_sends_the_users(rig: Rig) -> None:
    """Why such a phone is an error in Health (F§8)."""
    by_hand.sit(rig, "1001", "202")
    with rig.calling("202", "911"):
        call = rig.trunk.wait_ringing()
    assert call.number == "5550111"


def test_lent_owners_desk(rig: Rig) -> None:
    by_hand.sit(rig, "1001", "300")
    promises.direct_call(rig, "1001", "300")
    promises.own_number_goes_to_its_mailbox(rig, "1001", "300")


def test_leaving_restores_everything(rig: Rig) -> None:
    before = rig.asterisk.db_show()
    by_hand.sit(rig, "1001", "200")
    by_hand.leave(rig, "1001", "200")
    after = {key: value for key, value in rig.asterisk.db_show().items() if not key.startswith("CustomDevstate/")}
    assert after == before
    promises.direct_call(rig, "1001", "1001")
    promises.direct_call(rig, "200", "200")
    promises.identity_inside(rig, "200", "200")
