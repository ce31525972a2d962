"""People log in by DTMF at real SIP phones on real Asterisk and MariaDB, and the promises of design §1 are dialled."""

from __future__ import annotations

import re
import time

import pytest

from hotdesk_module.core import pins
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.model import Phone
from tests.integration import promises
from tests.integration.desking import Desking
from tests.support.rig.company import DID_PREFIX

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

# What FreePBX's own Call Forward cannot keep (F§2, V); docs/routing.md says so to administrators. Ring groups that
# ignore Call Forward drop the member, and so do queues whose use_queue_context is not 0.
LOST_BY_CALL_FORWARD = (
    promises.ring_group_ignoring_call_forward,
    promises.queue_with_internal_context,
    promises.queue_with_extension_only,
)


def dial_all(desking: Desking, user: str, phone: str, *wanted: promises.Promise) -> dict[str, str]:
    """Return the promises that are not kept, with the reasons.

    A call that fails is dialled once more: real SIP phones and queues lose one now and then, with or without hot
    desking (V). What fails twice is broken.
    """
    broken = {}
    for promise in wanted:
        reasons = [_dial(desking, user, phone, promise)]
        if reasons[0]:
            reasons.append(_dial(desking, user, phone, promise))
            print(f"{promise.__name__} at {phone}: {reasons}")
        if all(reasons):
            broken[promise.__name__] = "; ".join(reasons)
    return broken


def _dial(desking: Desking, user: str, phone: str, promise: promises.Promise) -> str:
    mark = desking.rig.tap.mark()
    try:
        promise(desking.rig, user, phone)
    except Exception as error:
        return f"{type(error).__name__}: {error} (its way: {_way(desking, mark)})"
    return ""


def _way(desking: Desking, mark: int) -> str:
    """Return through which extensions calls have gone since the mark, and which digits came."""
    steps = []
    for event in desking.rig.tap.events("", mark):
        if event.get("Event") not in ("Newexten", "DTMFEnd"):
            continue
        step = event.get("Digit") or f"{event.get('Context')},{event.get('Extension')}"
        steps.append(f"{event.get('Channel', '').rsplit('-', 1)[0]} {step}")
    return " > ".join(step for n, step in enumerate(steps) if n == 0 or steps[n - 1] != step)


@pytest.mark.parametrize(("user", "phone"), [("1001", "200"), ("1003", "201")], ids=["own phone", "virtual"])
def test_device_routing_keeps_every_promise_and_logout_takes_everything_back(
    desking: Desking, user: str, phone: str
) -> None:
    before = desking.rig.asterisk.db_show()
    assert desking.log_in(phone, user) == "logged_in"
    assert dial_all(desking, user, phone, *promises.EVERY) == {}
    assert desking.log_out(phone) == "logged_out"
    after = desking.rig.asterisk.db_show()
    assert {k: v for k, v in after.items() if not k.startswith("CALLTRACE/")} == before
    assert dial_all(desking, phone, phone, promises.direct_call, promises.identity_inside) == {}


@pytest.mark.parametrize("version", [16, 17], ids=["FreePBX 16", "FreePBX 17"])
@pytest.mark.parametrize(("user", "phone"), [("1001", "200"), ("1003", "201")], ids=["own phone", "virtual"])
def test_call_forward_routing_keeps_what_call_forward_can_and_loses_what_the_guide_says(
    desking: Desking, user: str, phone: str, version: int
) -> None:
    desking.reset(routing="callforward")
    desking.rig.forward_like(version)
    before = desking.rig.asterisk.db_show()
    assert desking.log_in(phone, user) == "logged_in"
    kept = [p for p in promises.EVERY if p not in LOST_BY_CALL_FORWARD]
    assert dial_all(desking, user, phone, *kept) == {}
    assert [p.__name__ for p in LOST_BY_CALL_FORWARD if not _dial(desking, user, phone, p)] == []
    assert desking.log_out(phone) == "logged_out"
    after = desking.rig.asterisk.db_show()
    assert {k: v for k, v in after.items() if not k.startswith("CALLTRACE/")} == before


@pytest.mark.parametrize("version", [16, 17], ids=["FreePBX 16", "FreePBX 17"])
def test_a_caller_from_outside_cannot_transfer_by_keys_through_call_forward(desking: Desking, version: int) -> None:
    desking.reset(routing="callforward")
    desking.rig.forward_like(version)
    desking.log_in("200", "1001")
    with desking.rig.calling("trunk", DID_PREFIX + "1001") as mark:
        desking.rig.phones["200"].wait_ringing()
        # Events come after the call that they tell of.
        dial = desking.rig.tap.wait_for("Newexten", mark, Application="Dial", AppData=re.compile("^PJSIP/200/"))
    assert "T" not in dial["AppData"].rsplit(",", 1)[-1]


@pytest.mark.parametrize("version", [16, 17], ids=["FreePBX 16", "FreePBX 17"])
@pytest.mark.parametrize("routing", ["device", "callforward"])
def test_do_not_disturb_set_at_the_desk_keeps_it_quiet(desking: Desking, routing: str, version: int) -> None:
    desking.reset(routing=routing)
    desking.rig.forward_like(version)
    desking.log_in("200", "1001")
    desking.rig.asterisk.db_put("DND/1001", "YES")
    with desking.rig.calling(promises.CALLER, "1001") as mark:
        desking.rig.wait_mailbox("1001", mark)
        assert not desking.rig.phones["200"].rang


def test_a_phone_without_mailbox_gives_congestion_to_who_calls_its_own_number(desking: Desking) -> None:
    """Why Health names such a phone (design §1.4)."""
    desking.log_in("202", "1001")
    assert dial_all(desking, "1001", "202", promises.own_number_goes_to_its_mailbox) == {}


def test_a_phone_without_emergency_cid_shows_the_users_number_to_the_emergency_desk(desking: Desking) -> None:
    """Why a phone without one is an error in Health (F§8, V)."""
    desking.log_in("202", "1001")
    with desking.rig.calling("202", "911"):
        assert desking.rig.trunk.wait_ringing().number == "5550111"


@pytest.mark.parametrize(("setting", "options"), [("no", "1003@default,s"), ("yes", "1003@default")])
def test_voicemail_asks_for_the_pin_at_a_shared_phone_where_the_setting_says_so(
    desking: Desking, setting: str, options: str
) -> None:
    desking.reset(voicemail_pin=setting)
    desking.log_in("200", "1003")
    with desking.rig.calling("200", "*97") as mark:
        assert desking.rig.wait_application("VoiceMailMain", mark)["AppData"] == options
    desking.log_out("200")
    assert desking.rig.asterisk.db_get("AMPUSER/1003/novmpw") == "yes"


def test_extension_dialled_with_the_code_asks_for_the_pin_only(desking: Desking) -> None:
    assert desking.log_in_at_once("200", "1001") == "logged_in"
    assert desking.seats() == {"200": "1001"}


def test_a_user_who_logs_in_elsewhere_moves(desking: Desking) -> None:
    desking.log_in("200", "1001")
    assert desking.log_in("201", "1001") == "logged_in"
    assert desking.seats() == {"201": "1001"}
    checks = (promises.direct_call, promises.queue, promises.identity_inside, promises.own_number_goes_to_its_mailbox)
    assert dial_all(desking, "1001", "201", *checks) == {}
    assert dial_all(desking, "200", "200", promises.direct_call, promises.identity_inside) == {}


def test_whoever_logs_in_at_an_occupied_phone_takes_it_over(desking: Desking) -> None:
    desking.log_in("200", "1003")
    assert desking.log_in("200", "1001") == "logged_in"
    assert desking.seats() == {"200": "1001"}
    assert dial_all(desking, "1001", "200", promises.direct_call, promises.identity_inside) == {}
    with desking.rig.calling(promises.CALLER, "1003") as mark:
        desking.rig.wait_mailbox("1003", mark)
        assert not desking.rig.phones["200"].rang
    assert desking.history() == ["login 200 1003", "logout 200 1003 replaced", "login 200 1001"]


def test_an_owners_desk_is_lent_while_the_owner_sits_elsewhere(desking: Desking) -> None:
    before = desking.rig.asterisk.db_show()
    desking.log_in("200", "300")
    desking.log_in("300", "1003")
    checks = (promises.direct_call, promises.identity_inside, promises.unanswered_ends_in_users_mailbox)
    assert dial_all(desking, "300", "200", *checks) == {}
    assert dial_all(desking, "1003", "300", *checks) == {}
    assert desking.log_in("300", "300") == "home"
    assert dial_all(desking, "300", "300", promises.direct_call, promises.identity_inside) == {}
    after = desking.rig.asterisk.db_show()
    assert {k: v for k, v in after.items() if not k.startswith("CALLTRACE/")} == before


def test_three_wrong_pins_end_the_call_and_lock_the_next_one(desking: Desking) -> None:
    with desking.rig.calling("200", "*111001") as mark:
        start = mark
        for guess in ("100001#", "100002#", "100003#"):
            asked = desking.wait_prompt("agent-pass", mark)
            desking.rig.phones["200"].send_digits(guess)
            mark = asked
        assert desking.status(mark) == "wrong_pin"
    with desking.rig.calling("200", "*111003") as mark:
        assert desking.status(mark) == "locked_out"
        desking.rig.phones["200"].wait_idle()
        assert desking.played(mark) == ["silence/1", "confbridge-pin-bad"]
    told = desking.rig.tap.events("UserEvent", start)
    (lock,) = (e for e in told if e["UserEvent"] == "HDSKLock")
    assert (lock["Kind"], lock["Phone"], lock["User"], lock["Seconds"]) == ("phone", "200", "1001", "900")
    # The guesses were at 1001, and do not keep 1001 from another phone.
    assert desking.log_in("201", "1001") == "logged_in"


def test_a_locked_user_gets_in_at_the_phone_of_every_day_and_at_no_other(desking: Desking) -> None:
    desking.log_in("200", "1003")
    desking.log_out("200")
    until = int(time.time()) + 900
    desking.ledger.save_attempts("user", "1003", Attempts((), until, 1))
    assert desking.log_in("201", "1003") == "locked_out"
    assert desking.log_in("200", "1003") == "logged_in"


def test_a_weak_pin_is_noted_and_with_the_setting_refused(desking: Desking) -> None:
    assert desking.log_in("200", "1001") == "logged_in"
    assert desking.ledger.weak_pins() == {}
    desking.ledger.save_pin("1005", pins.hashed("1212", b"salt", 10), 1)
    assert desking.log_in("201", "1005", "1212") == "logged_in"
    assert list(desking.ledger.weak_pins()) == ["1005"]
    desking.ledger.save_settings({"weak_pins": "refuse"})
    with desking.rig.calling("202", "*111005") as mark:
        desking.enter("202", mark, ("agent-pass", "1212"))
        assert desking.status(mark) == "weak_pin"
        desking.rig.phones["202"].wait_idle()
        assert desking.played(mark)[-2:] == ["vm-invalid-password", "vm-goodbye"]
    assert desking.seats() == {"200": "1001", "201": "1005"}


def test_an_unknown_extension_sounds_like_a_wrong_pin(desking: Desking) -> None:
    heard = []
    for user, pin, code in (("4711", "123456", "unknown_user"), ("1001", "123456", "wrong_pin")):
        with desking.rig.calling("200", "*11") as mark:
            desking.enter("200", mark, ("agent-newlocation", user), ("agent-pass", pin))
            desking.wait_prompt("vm-incorrect", mark)
            heard.append(desking.played(mark))
        desking.rig.settle()
        assert desking.history()[-1] == (f"refused 200 {user} {code}" if user == "1001" else f"refused 200 {code}")
    assert heard[0] == heard[1]


@pytest.mark.parametrize(("user", "code"), [("1005", "no_mailbox"), ("1006", "empty_pin")])
def test_whoever_has_no_pin_is_refused_like_a_wrong_one(desking: Desking, user: str, code: str) -> None:
    with desking.rig.calling("200", "*11") as mark:
        desking.enter("200", mark, ("agent-newlocation", user), ("agent-pass", "0"))
        desking.wait_prompt("vm-incorrect", mark)
    assert desking.history() == [f"refused 200 {user} {code}"]
    assert desking.seats() == {}


def test_a_phone_outside_the_pool_is_told_so(desking: Desking) -> None:
    with desking.rig.calling("9001", "*11") as mark:
        assert desking.status(mark) == "not_in_pool"
        desking.rig.phones["9001"].wait_idle()
        assert desking.played(mark) == ["silence/1", "feature-not-avail-line"]


def test_a_disabled_phone_is_told_so(desking: Desking) -> None:
    desking.ledger.save_phones([Phone("200", enabled=False)])
    with desking.rig.calling("200", "*11") as mark:
        assert desking.status(mark) == "phone_disabled"


def test_a_forged_caller_id_logs_in_the_phone_that_really_calls(desking: Desking) -> None:
    # What a P-Asserted-Identity of a phone amounts to, for FreePBX trusts it by default (F§11).
    forge = "[app-hotdesk]\nexten => *99*11,1,Set(CALLERID(all)=Lobby <200>)\n same => n,Goto(*11,1)\n"
    desking.load_dialplan(extra=forge)
    try:
        with desking.rig.calling("9001", "*99*11") as mark:
            assert desking.status(mark) == "not_in_pool"
            assert desking.rig.tap.events("AGIExecStart", mark)[0]["CallerIDNum"] == "200"
    finally:
        desking.load_dialplan()
    assert desking.seats() == {}


@pytest.mark.parametrize("entry", ["10*1", "1" * 30, "*"])
def test_what_cannot_be_an_extension_is_said_to_be_none(desking: Desking, entry: str) -> None:
    with desking.rig.calling("200", "*11") as mark:
        asked = desking.wait_prompt("agent-newlocation", mark)
        desking.rig.phones["200"].send_digits(f"{entry}#")
        asked = desking.wait_prompt("pbx-invalid", asked)
        desking.enter("200", asked, ("agent-newlocation", "1001"), ("agent-pass", desking.pin("1001")))
        assert desking.status(mark) == "logged_in"


def test_letters_behind_the_code_are_said_to_be_no_extension(desking: Desking) -> None:
    with desking.rig.calling("200", "*111ab") as mark:
        desking.wait_prompt("pbx-invalid", mark)


def test_the_hash_key_alone_twice_ends_the_call_with_a_goodbye(desking: Desking) -> None:
    with desking.rig.calling("200", "*11") as mark:
        asked = mark
        for _ in range(2):
            asked = desking.wait_prompt("agent-newlocation", asked)
            desking.rig.phones["200"].send_digits("#")
        assert desking.status(mark) == "no_input"
        desking.rig.phones["200"].wait_idle()
        assert desking.played(mark)[-1] == "vm-goodbye"


def test_own_codes_work_at_their_phone_and_nowhere_else(desking: Desking) -> None:
    lobby = Phone("200", login_code="*55", logout_code="*56")
    desking.ledger.save_phones([lobby])
    desking.load_dialplan(lobby)
    try:
        assert desking.log_in("200", "1001", code="*55") == "logged_in"
        assert desking.log_out("200", code="*56") == "logged_out"
        with desking.rig.calling("201", "*551001") as mark:
            assert desking.status(mark) == "code_not_here"
    finally:
        desking.load_dialplan()
