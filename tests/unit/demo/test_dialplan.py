"""FreePBX's rules, each by the section of the facts it comes from."""

from __future__ import annotations

import pytest

from hotdesk_module.demo import cast, dialplan
from hotdesk_module.demo.channel import CallerId
from hotdesk_module.demo.dialplan import Kind
from hotdesk_module.demo.pbx import Pbx

LOBBY = CallerId("Lobby", "200")


@pytest.mark.parametrize(
    ("number", "kind", "target"),
    [
        ("*97", Kind.MAILBOX, ""),
        ("911", Kind.EMERGENCY, "911"),
        ("1003", Kind.EXTENSION, "1003"),
        ("95550199", Kind.OUTBOUND, "5550199"),
        ("5550199", Kind.OUTBOUND, "5550199"),
        ("1099", Kind.UNKNOWN, "1099"),
    ],
)
def test_a_number_is_what_freepbx_takes_it_for(number: str, kind: Kind, target: str) -> None:
    assert dialplan.classify(number, frozenset(cast.users())) == (kind, target)


def test_the_caller_is_the_user_of_the_device(pbx: Pbx) -> None:  # F§1
    pbx.db.put("DEVICE", "200/user", "1003")
    assert dialplan.identify(pbx.db, "200", LOBBY) == ("1003", CallerId("Ravi Patel", "1003"))


def test_a_device_with_no_user_keeps_the_caller_id_of_its_endpoint(pbx: Pbx) -> None:  # V
    pbx.db.delete("DEVICE", "200/user")
    assert dialplan.identify(pbx.db, "200", LOBBY).caller == LOBBY


def test_user_none_bars_every_call(pbx: Pbx) -> None:  # F§1
    pbx.db.put("DEVICE", "200/user", "none")
    assert dialplan.identify(pbx.db, "200", LOBBY).barred


def test_an_emergency_call_shows_the_place_of_the_phone(pbx: Pbx) -> None:  # F§8
    assert dialplan.outside_caller(pbx.db, "200", "1003", True) == CallerId("Lobby", "5550200")
    assert dialplan.outside_caller(pbx.db, "200", "1003", False) == CallerId("Ravi Patel", "5551003")


def test_without_emergency_cid_the_users_number_goes_out(pbx: Pbx) -> None:  # F§8, V
    pbx.db.delete("DEVICE", "200/emergency_cid")
    assert dialplan.outside_caller(pbx.db, "200", "1003", True).number == "5551003"
    assert str(dialplan.outside_caller(pbx.db, "200", "200", True)) == cast.TRUNK_CID


def test_the_device_list_is_read_at_the_moment_of_the_call(pbx: Pbx) -> None:  # F§2
    pbx.db.put("AMPUSER", "1001/device", "1001&200")
    assert dialplan.reach(pbx.db, "1001", "200", "200").devices == ("1001", "200")
    pbx.db.delete("AMPUSER", "1001/device")
    assert dialplan.reach(pbx.db, "1001", "200", "200") == ((), True, "1001", False, "")


def test_a_virtual_user_has_nothing_to_ring(pbx: Pbx) -> None:  # V
    assert dialplan.reach(pbx.db, "1003", "", "").devices == ()


def test_do_not_disturb_is_busy(pbx: Pbx) -> None:  # F§2
    pbx.db.put("DND", "1001", "YES")
    assert dialplan.reach(pbx.db, "1001", "", "").busy


def test_a_forward_to_the_modules_target_rings_the_phone_and_keeps_the_mailbox(pbx: Pbx) -> None:  # F§3
    pbx.db.put("CF", "1003", "HD200")
    pbx.db.put("DEVICE", "200/user", "1003")
    pbx.db.delete("AMPUSER", "200/device")
    assert dialplan.reach(pbx.db, "1003", "", "") == (("200",), True, "1003", False, "")
    pbx.db.put("HDSK", "1003/device", "200&201")
    assert dialplan.reach(pbx.db, "1003", "", "").devices == ("200", "201")


def test_a_forward_that_was_left_over_rings_nothing(pbx: Pbx) -> None:
    pbx.db.put("CF", "1003", "HD200")
    assert dialplan.reach(pbx.db, "1003", "", "") == ((), True, "1003", False, "")


def test_a_call_to_oneself_through_the_modules_target_is_busy(pbx: Pbx) -> None:
    pbx.db.put("CF", "1003", "HD200")
    pbx.db.put("DEVICE", "200/user", "1003")
    assert dialplan.reach(pbx.db, "1003", "1003", "200").busy


def test_a_plain_forward_rings_without_end(pbx: Pbx) -> None:  # V, FreePBX 17
    pbx.db.put("CF", "1001", "200")
    assert dialplan.reach(pbx.db, "1001", "", "") == (("200",), False, None, False, "")


def test_a_forward_back_to_the_caller_is_ignored(pbx: Pbx) -> None:  # F§2
    pbx.db.put("CF", "1001", "200")
    assert dialplan.reach(pbx.db, "1001", "1003", "200").devices == ("1001",)


def test_the_mailbox_pin_is_skipped_only_at_the_users_devices(pbx: Pbx) -> None:  # F§4
    assert not dialplan.mailbox_pin_is_skipped(pbx.db, "1003", "200")
    pbx.db.put("AMPUSER", "1003/device", "200")
    assert dialplan.mailbox_pin_is_skipped(pbx.db, "1003", "200")
    pbx.db.delete("AMPUSER", "1003/novmpw")
    assert not dialplan.mailbox_pin_is_skipped(pbx.db, "1003", "200")


def test_no_voicemail_context_is_no_mailbox(pbx: Pbx) -> None:  # F§4
    pbx.db.put("AMPUSER", "1003/voicemail", "novm")
    assert dialplan.reach(pbx.db, "1003", "", "").mailbox is None


def test_the_phones_wait_only_where_more_can_follow() -> None:
    assert all(dialplan.dialled_in_full(n) for n in ("*12", "*97", "911", "1003", "200", "*111003", "5550199"))
    assert not any(dialplan.dialled_in_full(n) for n in ("*11", "1", "20", "*1110", "9555"))
