"""What callers hear, and what becomes of it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from hotdesk_module.adapters.astdb import AgiAstDb
from hotdesk_module.agi import main
from hotdesk_module.agi.dialogue import Dialogue
from hotdesk_module.agi.protocol import Agi
from hotdesk_module.core import pins
from hotdesk_module.core.messages import Counts
from hotdesk_module.core.model import Phone, User
from hotdesk_module.core.pins import hashed
from hotdesk_module.errors import Hangup, HotdeskError, LedgerDown
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.service import HotDesk
from tests.support.caller import HANG_UP, PAUSE, Caller
from tests.support.office import Office

PIN = "594173"
HOT_DESK_PIN = "271828"
ASK_EXTENSION, ASK_PIN = "agent-newlocation", "agent-pass"


class Desk(Office):
    """The office, with a telephone line."""

    def call(self, caller: Caller, broken: HotdeskError | None = None) -> str:
        """Hold a call and return the code that the dialplan finds."""
        caller.astdb = self.astdb.values
        agi = Agi(*caller.pipes())

        def open_desk() -> HotDesk:
            if broken is not None:
                raise broken
            desk = HotDesk(self.ledger, self.inventory, AgiAstDb(agi), self.switchboard, self.clock, "phone")
            desk.in_a_call = True
            return desk

        main.converse(Dialogue(agi, open_desk), caller.arguments)
        return caller.variables["HDSK_STATUS"]

    def refusals(self) -> list[str]:
        return [e.code for e in self.ledger.events(HistoryFilter(event="refused"))]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def caller(
    *entries: str,
    arguments: tuple[str, ...] = ("login",),
    channel: str = "PJSIP/200-0000002a",
    hang_up_at: str = "",
    empty: str = "",
) -> Caller:
    """Return a caller; the mailbox of 1004 has the password ``empty``, all others have PIN."""
    passwords = {f"{u}@default": PIN for u in ("1001", "1002", "1003", "200", "300")}
    return Caller(entries, {**passwords, "1004@default": empty}, None, channel, arguments, hang_up_at)


def test_extension_and_pin_log_in(desk: Desk) -> None:
    call = caller("1003", PIN)
    assert desk.call(call) == "logged_in"
    assert call.played == ["silence/1", ASK_EXTENSION, ASK_PIN, "agent-loginok"]
    assert desk.seat("200") == "1003"
    assert desk.caller("200") == "1003"
    assert desk.rings("1003") == ["PJSIP/200"]
    assert desk.rings("200") == []


def test_the_ledger_is_opened_while_the_first_prompt_plays(desk: Desk) -> None:
    call = caller("1003", PIN)
    agi = Agi(*call.pipes())
    heard: list[str] = []

    def open_desk() -> HotDesk:
        heard.extend(call.played)
        raise LedgerDown("enough seen")

    Dialogue(agi, open_desk).login()
    assert heard == ["silence/1"]


def test_an_extension_dialled_with_the_code_is_not_asked_for(desk: Desk) -> None:
    call = caller(PIN, arguments=("login", "1001"))
    assert desk.call(call) == "logged_in"
    assert call.played == ["silence/1", ASK_PIN, "agent-loginok"]


def test_the_message_lamp_follows_while_the_answer_plays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    call = caller("1003", PIN)
    heard: list[list[str]] = []
    show = desk.switchboard.show_messages

    def show_messages(dial: str, counts: Counts) -> None:
        heard.append(list(call.played))
        show(dial, counts)

    monkeypatch.setattr(desk.switchboard, "show_messages", show_messages)
    desk.switchboard.all_messages["1003@default"] = Counts(2, 1)
    desk.call(call)
    assert heard == [["silence/1", ASK_EXTENSION, ASK_PIN, "agent-loginok"]]
    assert desk.switchboard.told_of == [("PJSIP/200", Counts(2, 1))]


@pytest.mark.parametrize("arguments", [("login", "1003"), ("logout",)])
def test_the_message_lamp_of_who_hangs_up_before_the_answer_follows_too(
    desk: Desk, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    if arguments == ("logout",):
        desk.desk.login("200", "1003")
        desk.switchboard.told_of.clear()
    call = caller(PIN, arguments=arguments)
    write = desk.ledger.change

    def change(*what: Any) -> Any:
        call.hang_up()
        return write(*what)

    monkeypatch.setattr(desk.ledger, "change", change)
    with pytest.raises(Hangup):
        desk.call(call)
    assert [dial for dial, _ in desk.switchboard.told_of] == ["PJSIP/200"]


def test_where_nothing_was_done_no_phone_is_told(desk: Desk) -> None:
    desk.call(caller("1003", "000111", HANG_UP))
    desk.call(caller(arguments=("logout",)))
    assert desk.switchboard.told_of == []


def test_digits_followed_by_a_pause_count_as_entered(desk: Desk) -> None:
    assert desk.call(caller("1003" + PAUSE, PIN + PAUSE)) == "logged_in"


def test_logout_gives_the_phone_back(desk: Desk) -> None:
    before = desk.astdb.snapshot()
    desk.call(caller("1003", PIN))
    call = caller(arguments=("logout",))
    assert desk.call(call) == "logged_out"
    assert call.played == ["silence/1", "agent-loggedoff"]
    lamp = ("CustomDevstate/HDSK200", "NOT_INUSE")
    assert desk.astdb.snapshot() == tuple(sorted((*before, lamp)))


def test_logout_where_nobody_sits_says_that_nobody_does(desk: Desk) -> None:
    call = caller(arguments=("logout",))
    assert desk.call(call) == "not_logged_in"
    assert call.played == ["silence/1", "agent-loggedoff"]


@pytest.mark.parametrize(
    ("user", "code"), [("1003", "wrong_pin"), ("4711", "unknown_user"), ("1004", "empty_pin"), ("1005", "no_mailbox")]
)
def test_all_reasons_not_to_know_somebody_sound_the_same(desk: Desk, user: str, code: str) -> None:
    desk.inventory.all_users.append(User("1005", "No mailbox", ""))
    call = caller(user, "000111", user, "000112", user, "000113")
    assert desk.call(call) == code
    ask = [ASK_EXTENSION, ASK_PIN, "vm-incorrect"]
    assert call.played == ["silence/1", *ask, *ask, *ask]
    assert desk.refusals() == [code] * 3
    assert desk.seat("200") is None


def give_pin(desk: Desk, user: str, pin: str = HOT_DESK_PIN, mailbox: str = "") -> None:
    """Let there be a user with a hot desk PIN, whose hash does not take its time."""
    desk.inventory.all_users = [u for u in desk.inventory.all_users if u.extension != user]
    desk.inventory.all_users.append(User(user, "Nora", mailbox))
    desk.ledger.save_pin(user, hashed(pin, b"salt", 10), 1)


def test_a_user_without_a_mailbox_logs_in_with_the_hot_desk_pin(desk: Desk) -> None:
    give_pin(desk, "1003")
    call = caller("1003", HOT_DESK_PIN)
    assert desk.call(call) == "logged_in"
    assert call.played == ["silence/1", ASK_EXTENSION, ASK_PIN, "agent-loginok"]
    assert desk.seat("200") == "1003"
    assert not any(HOT_DESK_PIN in command for command in call.commands)
    assert HOT_DESK_PIN not in str(desk.ledger.snapshot())


def test_a_wrong_hot_desk_pin_sounds_and_counts_like_any_other(desk: Desk) -> None:
    give_pin(desk, "1003")
    call = caller("1003", "000111", "1003", PIN, "1003", "000113")
    assert desk.call(call) == "wrong_pin"
    ask = [ASK_EXTENSION, ASK_PIN, "vm-incorrect"]
    assert call.played == ["silence/1", *ask, *ask, *ask]
    assert desk.refusals() == ["wrong_pin"] * 3
    # What is right now comes too late at this phone, for anybody.
    assert desk.call(caller("1003", HOT_DESK_PIN)) == "locked_out"
    assert desk.call(caller("1001", PIN)) == "locked_out"
    desk.clock.advance(15 * 60)
    assert desk.call(caller("1003", HOT_DESK_PIN)) == "logged_in"


def test_who_has_a_mailbox_logs_in_with_its_pin_only(desk: Desk) -> None:
    give_pin(desk, "1003", mailbox="default")
    assert desk.call(caller("1003", HOT_DESK_PIN, "1003", PIN)) == "logged_in"
    assert desk.refusals() == ["wrong_pin"]


def test_a_mailbox_without_a_pin_is_not_opened_by_a_hot_desk_pin(desk: Desk) -> None:
    give_pin(desk, "1004", mailbox="default")
    assert desk.call(caller("1004", HOT_DESK_PIN, "1004", HOT_DESK_PIN, "1004", HOT_DESK_PIN)) == "empty_pin"


def test_a_pin_that_was_removed_is_good_for_nothing(desk: Desk) -> None:
    give_pin(desk, "1003")
    desk.ledger.remove_pin("1003")
    assert desk.call(caller("1003", HOT_DESK_PIN, "1003", "", "")) == "no_input"
    assert desk.refusals() == ["no_mailbox"]


@pytest.mark.parametrize("stored", [HOT_DESK_PIN, "", "pbkdf2-sha256$10$00", "of another version"])
def test_a_damaged_hash_lets_nobody_in(desk: Desk, stored: str) -> None:
    give_pin(desk, "1003")
    desk.ledger.save_pin("1003", stored, 1)
    assert desk.call(caller("1003", HOT_DESK_PIN, "1003", "", "")) == "no_input"
    assert desk.seat("200") is None


def test_others_can_log_in_while_a_hash_takes_its_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    give_pin(desk, "1003")
    held: list[bool] = []

    def slowly(pin: str, stored: str) -> bool:
        held.append(desk.ledger.locked)
        return True

    monkeypatch.setattr(pins, "matches", slowly)
    assert desk.call(caller("1003", HOT_DESK_PIN)) == "logged_in"
    assert held == [False]


def test_a_pin_entered_too_early_is_kept_nowhere(desk: Desk) -> None:
    call = caller(PIN, "1003", f"1003*{PIN}", "1003", PIN)
    assert desk.call(call) == "logged_in"
    assert desk.refusals() == ["bad_extension", "unknown_user"]
    assert PIN not in str(desk.ledger.snapshot())
    assert not any(PIN in command for command in call.commands)


def test_a_mailbox_whose_password_is_a_dash_has_no_pin(desk: Desk) -> None:
    assert desk.call(caller("1004", "-", "1004", "", "", empty="-")) == "no_input"
    assert desk.refusals() == ["empty_pin"]


def test_the_dash_that_forbids_changing_a_pin_is_not_part_of_it(desk: Desk) -> None:
    call = caller("1003", PIN)
    call.passwords["1003@default"] = "-" + PIN
    assert desk.call(call) == "logged_in"


def test_the_second_try_may_be_right(desk: Desk) -> None:
    call = caller("1003", "1", "1003", PIN)
    assert desk.call(call) == "logged_in"
    assert call.played.count("vm-incorrect") == 1


def test_three_wrong_pins_lock_the_phone_for_the_next_call_and_thirty_the_user(desk: Desk) -> None:
    desk.ledger.save_settings({"lock_user_failures": "3"})
    desk.call(caller("1003", "1", "1003", "2", "1003", "3"))
    same_phone = caller("1001", PIN)
    assert desk.call(same_phone) == "locked_out"
    assert same_phone.played == ["silence/1", "confbridge-pin-bad"]
    other_phone = caller("1003", PIN, channel="PJSIP/201-00000001")
    assert desk.call(other_phone) == "locked_out"
    assert other_phone.played[-1] == "confbridge-pin-bad"
    desk.clock.advance(15 * 60)
    assert desk.call(caller("1003", PIN)) == "logged_in"


@pytest.mark.parametrize("weak", ["1234", "0000", "1212", "1003", "77", "456789"])
def test_a_weak_pin_logs_in_and_is_noted_without_a_digit_of_it(desk: Desk, weak: str) -> None:
    call = caller("1003", weak)
    call.passwords["1003@default"] = weak
    assert desk.call(call) == "logged_in"
    assert desk.ledger.weak_pins() == {"1003": desk.clock()}
    assert desk.call(caller("1003", PIN, channel="PJSIP/201-00000001")) == "logged_in"
    assert desk.ledger.weak_pins() == {}


def test_a_weak_pin_is_refused_with_words_of_its_own_where_the_setting_says_so(desk: Desk) -> None:
    desk.ledger.save_settings({"weak_pins": "refuse"})
    call = caller("1003", "1234")
    call.passwords["1003@default"] = "1234"
    assert desk.call(call) == "weak_pin"
    assert call.played == ["silence/1", ASK_EXTENSION, ASK_PIN, "vm-invalid-password", "vm-goodbye"]
    assert desk.seat("200") is None
    assert not any("1234" in command for command in call.commands)
    assert "1234" not in str(desk.ledger.snapshot())


def test_a_weak_guess_at_a_strong_pin_is_a_wrong_one_like_any_other(desk: Desk) -> None:
    desk.ledger.save_settings({"weak_pins": "refuse"})
    call = caller("1003", "1234", "1003", "0000", "1003", "1003")
    assert desk.call(call) == "wrong_pin"
    assert "vm-invalid-password" not in call.played
    assert desk.ledger.weak_pins() == {}


@pytest.mark.parametrize("entry", ["10*1", "1" * 30, "*", "1001*2002"])
def test_what_cannot_be_an_extension_is_said_to_be_none_and_asked_again(desk: Desk, entry: str) -> None:
    call = caller(entry, "1003", PIN)
    assert desk.call(call) == "logged_in"
    assert call.played == ["silence/1", ASK_EXTENSION, "pbx-invalid", ASK_EXTENSION, ASK_PIN, "agent-loginok"]
    assert desk.refusals() == ["bad_extension"]


def test_letters_dialled_with_the_code_are_said_to_be_no_extension(desk: Desk) -> None:
    call = caller("1003", PIN, arguments=("login", "12ab"))
    assert desk.call(call) == "logged_in"
    assert call.played[1] == "pbx-invalid"


def test_whoever_enters_nothing_twice_is_sent_away(desk: Desk) -> None:
    call = caller("", PAUSE)
    assert desk.call(call) == "no_input"
    assert call.played == ["silence/1", ASK_EXTENSION, ASK_EXTENSION, "vm-goodbye"]


@pytest.mark.parametrize("where", ["silence/1", ASK_EXTENSION, ASK_PIN])
def test_hanging_up_before_the_last_digit_changes_nothing(desk: Desk, where: str) -> None:
    before = desk.astdb.snapshot()
    assert desk.call(caller("1003", PIN, hang_up_at=where)) == "hangup"
    assert desk.astdb.snapshot() == before
    assert desk.ledger.events(HistoryFilter()) == ()


def test_hanging_up_while_being_asked_for_the_pin_changes_nothing(desk: Desk) -> None:
    before = desk.astdb.snapshot()
    assert desk.call(caller("1003", HANG_UP)) == "hangup"
    assert desk.astdb.snapshot() == before


def test_hanging_up_while_keys_are_written_finishes_the_login(desk: Desk) -> None:
    call = caller("1003", PIN)

    def hang_up_at_the_first_write(verb: str) -> None:
        if verb in ("DATABASE PUT", "DATABASE DEL"):
            call.hang_up()

    call.on_command = hang_up_at_the_first_write
    with pytest.raises(HotdeskError):  # nobody hears "agent logged in"
        desk.call(call)
    assert call.variables["HDSK_STATUS"] == "logged_in"
    assert desk.seat("200") == "1003"
    assert desk.rings("1003") == ["PJSIP/200"]
    assert not desk.ledger.unapplied()


def test_a_phone_outside_the_pool_hears_that_it_cannot(desk: Desk) -> None:
    call = caller("1003", PIN, channel="PJSIP/1001-00000001")
    assert desk.call(call) == "not_in_pool"
    assert call.played == ["silence/1", "feature-not-avail-line"]


def test_a_disabled_phone_hears_that_it_cannot_but_can_be_left(desk: Desk) -> None:
    desk.call(caller("1003", PIN))
    desk.ledger.save_phones([Phone("200", enabled=False)])
    assert desk.call(caller("1001", PIN)) == "phone_disabled"
    assert desk.call(caller(arguments=("logout",))) == "logged_out"


@pytest.mark.parametrize("channel", ["Local/200@from-internal-0001;2", "SIP/200-00000001", "IAX2/200-1", "DAHDI/1-1"])
def test_a_channel_that_is_not_the_phones_is_refused_whatever_it_calls_itself(desk: Desk, channel: str) -> None:
    assert desk.call(caller("1003", PIN, channel=channel)) == "unknown_phone"


def test_an_own_code_works_at_its_phone_only(desk: Desk) -> None:
    desk.ledger.save_phones([Phone("200", login_code="*55", logout_code="*56")])
    assert desk.call(caller(PIN, arguments=("own-login", "*55", "1003"))) == "logged_in"
    assert desk.call(caller(arguments=("own-logout", "*56"))) == "logged_out"
    elsewhere = caller("1003", PIN, arguments=("own-login", "*55"), channel="PJSIP/201-00000001")
    assert desk.call(elsewhere) == "code_not_here"
    assert elsewhere.played == ["silence/1", "feature-not-avail-line"]


def test_an_occupied_phone_that_may_not_be_taken_over_says_its_number(desk: Desk) -> None:
    desk.ledger.save_settings({"take_over": "refuse"})
    desk.call(caller("1003", PIN))
    call = caller("1001", PIN)
    assert desk.call(call) == "occupied"
    assert call.played[-3:] == ["vm-extension", "digits 200", "is-in-use"]
    assert desk.seat("200") == "1003"


def test_a_user_who_may_not_move_hears_the_own_number(desk: Desk) -> None:
    desk.ledger.save_settings({"several_phones": "refuse"})
    desk.call(caller("1003", PIN))
    call = caller("1003", PIN, channel="PJSIP/201-00000001")
    assert desk.call(call) == "elsewhere"
    assert call.played[-3:] == ["vm-extension", "digits 1003", "is-in-use"]


def test_with_the_ledger_down_the_caller_is_asked_to_try_later(desk: Desk) -> None:
    call = caller("1003", PIN)
    assert desk.call(call, broken=LedgerDown("no database")) == "ledger_down"
    assert call.played == ["silence/1", "sorry", "please-try-call-later"]


def test_the_pin_is_in_no_command_sent_to_asterisk(desk: Desk) -> None:
    call = caller("1003", "1", "1003", PIN)
    desk.call(call)
    assert not any(PIN in command for command in call.commands)


@pytest.mark.parametrize("entry", [PIN, f"1001*{PIN}"])
def test_a_pin_entered_for_an_extension_is_not_in_asterisks_log(desk: Desk, entry: str) -> None:
    line = caller(entry, PAUSE, PIN, PIN, PIN, PIN, PIN)
    desk.ledger.save_settings({"attempts": "1"})
    desk.call(line)
    said = [c for c in line.commands if c.startswith("VERBOSE")]
    assert said
    assert PIN not in "".join(said)


def test_an_unknown_verb_is_an_error_of_ours_and_not_silence(desk: Desk) -> None:
    with pytest.raises(ValueError, match="different versions"):
        main.converse(cast(Dialogue, None), ["dance"])
