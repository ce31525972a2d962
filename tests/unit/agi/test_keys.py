"""The login key, and the codes that tell: what callers hear, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_module.errors import Hangup, LedgerDown
from tests.unit.agi.test_dialogue import ASK_EXTENSION, ASK_PIN, PIN, Desk, caller

LOGGED_IN, LOGGED_OFF = "agent-loginok", "agent-loggedoff"
AT_201 = "PJSIP/201-0000002b"
AT_1001 = "PJSIP/1001-0000002c"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def number(extension: str) -> list[str]:
    return ["vm-extension", f"digits {extension}"]


@pytest.mark.parametrize("arguments", [("key", "200"), ("key",)], ids=["of this phone", "without a number"])
def test_the_key_of_a_free_phone_logs_in_and_pressed_again_logs_out(desk: Desk, arguments: tuple[str, ...]) -> None:
    first = caller("1003", PIN, arguments=arguments)
    assert desk.call(first) == "logged_in"
    assert first.played == ["silence/1", ASK_EXTENSION, ASK_PIN, LOGGED_IN]
    assert desk.seat("200") == "1003"
    second = caller(arguments=arguments)
    assert desk.call(second) == "logged_out"
    assert second.played == ["silence/1", LOGGED_OFF]
    assert desk.seat("200") is None


def test_the_key_of_another_phone_throws_nobody_out_and_says_whose_it_is(desk: Desk) -> None:
    desk.desk.login("200", "1003")
    call = caller(arguments=("key", "200"), channel=AT_201)
    assert desk.call(call) == "told"
    assert call.played == ["silence/1", *number("1003"), LOGGED_IN]
    assert desk.seat("200") == "1003" and desk.seat("201") is None


def test_the_key_lets_guess_no_more_pins_than_the_login_code(desk: Desk) -> None:
    desk.call(caller("1003", "1", "1003", "2", "1003", "3", arguments=("key", "200")))
    assert desk.call(caller("1003", PIN, arguments=("key", "200"))) == "locked_out"
    assert desk.call(caller("1003", PIN)) == "locked_out"


def test_the_key_on_a_phone_that_is_none_of_the_pools_is_refused(desk: Desk) -> None:
    assert desk.call(caller(arguments=("key", "1001"), channel=AT_1001)) == "not_in_pool"
    assert desk.call(caller(arguments=("key", "200"), channel="Local/200@from-internal-0001;2")) == "unknown_phone"


def test_whose_phone_is_this_names_who_sits_there_else_whose_it_is(desk: Desk) -> None:
    free = caller(arguments=("whose",))
    assert desk.call(free) == "told"
    assert free.played == ["silence/1", *number("200"), LOGGED_OFF]
    desk.desk.login("200", "1003")
    taken = caller(arguments=("whose",))
    assert desk.call(taken) == "told"
    assert taken.played == ["silence/1", *number("1003"), LOGGED_IN]
    assert desk.refusals() == []


def test_whose_another_phone_is_can_be_asked_from_anywhere(desk: Desk) -> None:
    desk.desk.login("200", "1003")
    call = caller(arguments=("whose", "200"), channel="Local/x@from-internal-0001;2")
    assert desk.call(call) == "told"
    assert call.played == ["silence/1", *number("1003"), LOGGED_IN]
    assert desk.call(caller(arguments=("whose", "4711"))) == "unknown_phone"


def test_where_somebody_is_names_the_phones_by_number_and_label(desk: Desk) -> None:
    desk.ledger.save_settings({"several_phones": "allow", "max_phones": "2"})
    labels = {"200": "Lobby", "201": "Room 2"}
    desk.ledger.save_phones(p._replace(label=labels[p.device]) for p in desk.ledger.phones(labels))
    desk.desk.login("201", "1003")
    desk.desk.login("200", "1003")
    call = caller(arguments=("where", "1003"), channel=AT_1001)
    assert desk.call(call) == "told"
    assert call.played == [
        *("silence/1", *number("1003")),
        *("digits/at", *number("201"), "silence/1", "letters room", "silence/1", "letters 2"),
        *("digits/at", *number("200"), "silence/1", "letters lobby"),
    ]


def test_where_somebody_is_who_sits_nowhere(desk: Desk) -> None:
    call = caller(arguments=("where", "1001"))
    assert desk.call(call) == "told"
    assert call.played == ["silence/1", *number("1001"), LOGGED_OFF]


def test_where_asks_for_the_extension_that_was_not_dialled(desk: Desk) -> None:
    desk.desk.login("200", "1003")
    call = caller("1003", arguments=("where",))
    assert desk.call(call) == "told"
    assert call.played[:3] == ["silence/1", ASK_EXTENSION, "vm-extension"]
    assert desk.call(caller("", "", arguments=("where",))) == "no_input"


@pytest.mark.parametrize("extension", ["4711", "12ab", "*98"])
def test_where_nobody_is_of_whom_freepbx_knows(desk: Desk, extension: str) -> None:
    call = caller(arguments=("where", extension))
    assert desk.call(call) == "bad_extension"
    assert call.played == ["silence/1", "pbx-invalid"]
    assert not any(extension in command for command in call.commands)


def test_recorded_names_are_played(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AST_SPOOL_DIR", str(tmp_path))
    boxes = tmp_path / "voicemail" / "default"
    for extension, name in (("1003", "greet.wav"), ("200", "greet.gsm"), ("1001", "unavail.wav")):
        (boxes / extension).mkdir(parents=True)
        (boxes / extension / name).touch()
    desk.desk.login("200", "1003")
    call = caller(arguments=("where", "1003"))
    desk.call(call)
    greets = [str(boxes / extension / "greet") for extension in ("1003", "200")]
    assert call.played == ["silence/1", greets[0], *number("1003"), "digits/at", *number("200"), greets[1]]
    # A greeting is no name.
    other = caller(arguments=("where", "1001"))
    desk.call(other)
    assert other.played == ["silence/1", *number("1001"), LOGGED_OFF]


@pytest.mark.parametrize("arguments", [("key", "200"), ("where", "1003"), ("whose", "200")])
def test_without_the_database_the_caller_is_told_to_try_later(desk: Desk, arguments: tuple[str, ...]) -> None:
    call = caller(arguments=arguments)
    assert desk.call(call, broken=LedgerDown("gone")) == "ledger_down"
    assert call.played == ["silence/1", "sorry", "please-try-call-later"]


@pytest.mark.parametrize("arguments", [("where", "1003"), ("whose", "200")])
def test_who_only_asks_leaves_no_line_and_no_key(desk: Desk, arguments: tuple[str, ...]) -> None:
    desk.desk.login("200", "1003")
    before = desk.ledger.snapshot(), desk.astdb.snapshot(), len(desk.writes.log)
    desk.call(caller(arguments=arguments))
    assert (desk.ledger.snapshot(), desk.astdb.snapshot(), len(desk.writes.log)) == before


def test_who_hangs_up_while_being_told_has_been_told(desk: Desk) -> None:
    call = caller(arguments=("whose",), hang_up_at="vm-extension")
    with pytest.raises(Hangup):
        desk.call(call)
    assert call.variables["HDSK_STATUS"] == "told"
