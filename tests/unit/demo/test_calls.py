"""Whole calls, dialled on the phones, with the stand-in for the script."""

from __future__ import annotations

import pytest

from hotdesk_module.demo.events import Headers
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.phone import State
from tests.unit.demo.hand import Hand


def test_a_login_in_two_prompts_seats_the_user(pbx: Pbx, hand: Hand) -> None:
    hand.dial("200", "*11#")
    hand.until_heard("200", "extension")
    hand.press("200", "1003#")
    hand.until_heard("200", "PIN")
    hand.press("200", "6294#")
    hand.until_state("200", State.IDLE)
    assert pbx.calls.seats() == {"200": "1003"}
    assert pbx.tour.done("sit")


def test_the_pin_is_never_shown(pbx: Pbx, hand: Hand) -> None:
    hand.dial("200", "*111003")
    hand.until_heard("200", "PIN")
    hand.press("200", "62")
    channel = pbx.phones["200"].channel
    assert channel is not None and channel.entry == "••"


def test_a_wrong_pin_changes_nothing(pbx: Pbx, hand: Hand) -> None:
    before = pbx.db.show()
    hand.log_in("200", "1003", "0000")
    assert pbx.db.show() == before


def test_a_call_to_the_user_rings_the_desk_with_the_callers_name(pbx: Pbx, hand: Hand) -> None:
    hand.log_in("200", "1003", "6294")
    hand.dial("outside", "1003")
    hand.until_state("200", State.RINGING)
    assert pbx.phones["200"].peer.name == "Maria Lopez"
    pbx.phones["200"].lift()
    hand.until_state("outside", State.TALKING)
    pbx.phones["outside"].hang_up()
    hand.until_state("200", State.IDLE)
    assert pbx.tour.done("reach")


def test_a_call_from_the_desk_carries_the_users_name(pbx: Pbx, hand: Hand) -> None:
    hand.log_in("200", "1003", "6294")
    hand.dial("200", "1001")
    hand.until_state("1001", State.RINGING)
    assert pbx.phones["1001"].peer == ("Ravi Patel", "1003")
    assert pbx.tour.done("known")


def test_declining_sends_the_caller_to_the_users_mailbox(pbx: Pbx, hand: Hand) -> None:
    hand.log_in("200", "1003", "6294")
    hand.dial("outside", "1003")
    hand.until_state("200", State.RINGING)
    pbx.phones["200"].hang_up()
    hand.until_heard("outside", "Recording")
    pbx.phones["outside"].hang_up()
    box = pbx.voicemail.box("1003")
    assert box is not None
    hand.until(lambda: len(box.new) == 1)
    assert box.new[0].caller.number == "5550199"
    # A fixed device watches the mailbox of its own number only (F§4).
    assert not pbx.phones["200"].lamp


def test_nobody_answers_and_the_mailbox_does(pbx: Pbx, hand: Hand) -> None:
    hand.dial("outside", "1001")
    hand.until_state("1001", State.RINGING)
    hand.until_heard("outside", "John Smith is not available")
    assert pbx.phones["1001"].state is State.IDLE


def test_a_direct_call_to_an_occupied_phone_does_not_ring_it(pbx: Pbx, hand: Hand) -> None:
    hand.log_in("200", "1003", "6294")
    hand.dial("1001", "200")
    hand.until_heard("1001", "Recording")
    pbx.phones["1001"].hang_up()
    hand.until(lambda: pbx.phones["200"].lamp)


def test_no_mailbox_is_congestion(pbx: Pbx, hand: Hand) -> None:
    pbx.db.put("AMPUSER", "1003/voicemail", "novm")
    hand.dial("outside", "1003")
    hand.until(lambda: pbx.phones["outside"].message.startswith("Congestion"))


def test_a_move_frees_the_first_phone(pbx: Pbx, hand: Hand) -> None:
    hand.log_in("200", "1003", "6294")
    hand.log_in("202", "1003", "6294")
    assert pbx.calls.seats() == {"202": "1003"}
    assert pbx.tour.done("move") and not pbx.tour.done("leave")


def test_a_logout_puts_everything_back(pbx: Pbx, hand: Hand) -> None:
    before = [row for row in pbx.db.show() if not row[0].startswith("CustomDevstate")]
    hand.log_in("200", "1003", "6294")
    hand.dial("200", "*12")
    hand.until_state("200", State.IDLE)
    assert [row for row in pbx.db.show() if not row[0].startswith("CustomDevstate")] == before
    assert pbx.tour.done("leave")


def test_an_emergency_call_shows_the_phone_not_the_user(pbx: Pbx, hand: Hand) -> None:
    hand.log_in("202", "1003", "6294")
    hand.dial("202", "911")
    hand.until_heard("202", "They see: Meeting room 5550202")
    assert pbx.tour.done("emergency")


def test_an_outside_call_carries_the_users_outbound_number(pbx: Pbx, hand: Hand) -> None:
    hand.log_in("200", "1003", "6294")
    hand.dial("200", "5550199")
    hand.until_state("outside", State.RINGING)
    assert pbx.phones["outside"].peer == ("Ravi Patel", "5551003")


@pytest.mark.parametrize(("logged_in", "words"), [(True, "Mailbox of Ravi Patel"), (False, "PIN")])
def test_star_97_opens_the_mailbox_of_whoever_sits_there(pbx: Pbx, hand: Hand, logged_in: bool, words: str) -> None:
    if logged_in:
        hand.log_in("200", "1003", "6294")
    hand.dial("200", "*97")
    hand.until_heard("200", words)


def test_a_caller_who_hangs_up_stops_the_ringing(pbx: Pbx, hand: Hand) -> None:
    hand.dial("outside", "1001")
    hand.until_state("1001", State.RINGING)
    pbx.phones["outside"].hang_up()
    hand.until_state("1001", State.IDLE)


def test_a_busy_phone_is_not_rung(pbx: Pbx, hand: Hand) -> None:
    pbx.phones["1001"].lift()
    hand.dial("outside", "1001")
    hand.until_heard("outside", "John Smith is not available")


def test_without_a_script_the_caller_is_told(pbx: Pbx, hand: Hand) -> None:
    pbx.calls.script = None
    hand.dial("200", "*12")
    hand.until_heard("200", "Something went wrong")


def test_keys_alone_open_the_line_and_pound_sends(pbx: Pbx, hand: Hand) -> None:
    hand.press("200", "*11#")
    hand.until_heard("200", "extension")


def test_the_hint_of_the_user_follows_to_the_desk(pbx: Pbx, hand: Hand) -> None:
    hand.log_in("200", "1003", "6294")
    hand.dial("outside", "1003")
    hand.until_state("200", State.RINGING)
    state = pbx.hints.state("ext-local", "1003")
    assert state is not None and state.text == "Ringing"


def test_whoever_listens_is_told_of_calls_as_asterisk_tells_it(pbx: Pbx, hand: Hand) -> None:
    told: list[tuple[str, str, str]] = []

    def listen(name: str, headers: Headers) -> None:
        if name in ("Newchannel", "Newstate", "Hangup"):
            found = dict(headers)
            told.append((name, found["Channel"].rpartition("-")[0], found["ChannelStateDesc"]))

    hand.log_in("200", "1003", "6294")
    pbx.events.listen(listen)
    hand.dial("outside", "1003")
    hand.until_state("200", State.RINGING)
    assert told == [("Newchannel", "PJSIP/outside", "Ring")]
    pbx.phones["200"].lift()
    hand.until_state("outside", State.TALKING)
    assert told[1:3] == [("Newchannel", "PJSIP/200", "Down"), ("Newstate", "PJSIP/200", "Up")]
    pbx.phones["outside"].hang_up()
    hand.until_state("200", State.IDLE)
    assert sorted(t for t in told if t[0] == "Hangup") == [
        ("Hangup", "PJSIP/200", "Up"),
        ("Hangup", "PJSIP/outside", "Up"),
    ]
