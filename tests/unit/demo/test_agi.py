"""Asterisk's side of AGI, reply by reply."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hotdesk_module.demo.agi_commands import DEAD, INVALID, AgiCommands, environment, split
from hotdesk_module.demo.agi_host import AgiHost
from hotdesk_module.demo.channel import CallerId, Channel
from hotdesk_module.demo.events import Headers
from hotdesk_module.demo.pbx import Pbx


@pytest.fixture
def channel(pbx: Pbx) -> Channel:
    channel = Channel(pbx.monitor, pbx.pace, "PJSIP", "200", 7)
    channel.caller, channel.extension = CallerId("Lobby", "200"), "*11"
    return channel


@pytest.fixture
def agi(pbx: Pbx, channel: Channel) -> AgiCommands:
    return AgiCommands(channel, pbx.db, pbx.functions, pbx.events, pbx.pace)


def test_a_line_is_split_like_asterisk_does() -> None:
    assert split('DATABASE PUT F k "a b"') == ["DATABASE", "PUT", "F", "k", "a b"]
    assert split('STREAM FILE x ""') == ["STREAM", "FILE", "x", ""]
    assert split(r'VERBOSE "say \"hi\" \\" 1') == ["VERBOSE", 'say "hi" \\', "1"]


def test_the_environment_names_the_channel_and_the_arguments(channel: Channel) -> None:
    lines = environment(channel, "/x/hotdesk.py", ["login", "1003"], "app-hotdesk").split("\n")
    assert lines[-2:] == ["", ""]
    fields = dict(line.split(": ", 1) for line in lines if line)
    assert fields["agi_request"] == "/x/hotdesk.py"
    assert fields["agi_channel"] == "PJSIP/200-00000007"
    assert fields["agi_type"] == "PJSIP"
    assert (fields["agi_callerid"], fields["agi_calleridname"]) == ("200", "Lobby")
    assert (fields["agi_extension"], fields["agi_context"]) == ("*11", "app-hotdesk")
    assert (fields["agi_arg_1"], fields["agi_arg_2"]) == ("login", "1003")


def test_unknown_wrong_and_dead_have_their_own_numbers(agi: AgiCommands, channel: Channel) -> None:
    assert agi.execute("FLY TO MOON") == INVALID
    assert agi.execute("").startswith("510")
    usage = agi.execute("DATABASE GET onlyfamily").split("\n")
    assert usage[0].startswith("520-Invalid command syntax.") and usage[-1] == "520 End of proper usage."
    assert agi.execute("GET DATA vm-password soon").startswith("520-")
    channel.hang_up()
    assert agi.execute("STREAM FILE beep #") == DEAD


def test_database_and_variables_go_on_after_the_hangup(agi: AgiCommands, channel: Channel, pbx: Pbx) -> None:
    channel.hang_up()
    assert agi.execute("DATABASE PUT DEVICE 200/user 1003") == "200 result=1"
    assert agi.execute("DATABASE GET DEVICE 200/user") == "200 result=1 (1003)"
    assert agi.execute("SET VARIABLE DEVICE_STATE(Custom:HDSK200) INUSE") == "200 result=1"
    assert pbx.db.value("CustomDevstate/HDSK200") == "INUSE"


def test_database_replies(agi: AgiCommands) -> None:
    assert agi.execute("DATABASE GET CF 1001") == "200 result=0"
    agi.execute('DATABASE PUT CF 1001 ""')
    assert agi.execute("DATABASE GET CF 1001") == "200 result=1 ()"
    assert agi.execute("DATABASE DEL CF 1001") == "200 result=1"
    assert agi.execute("DATABASE DELTREE AMPUSER 1003") == "200 result=0"
    assert agi.execute("DATABASE DELTREE AMPUSER 1003") == "200 result=1"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("${CHANNEL(endpoint)}", "200"),
        ("${CHANNEL(peername)}", ""),
        ("${CHANNEL}", "PJSIP/200-00000007"),
        ("${VM_INFO(1003@default,password)}", "6294"),
        ("${VM_INFO(1003@default,exists)}", "1"),
        ("${VM_INFO(1099@default,exists)}", "0"),
        ("${VM_INFO(1099@default,password)}", ""),
        ("${DB(AMPUSER/1003/cidname)}", "Ravi Patel"),
        ("${DB(AMPUSER/${DB(DEVICE/1003/user)}/cidnum)}", "1003"),
        ("${CALLERID(num)} or ${NOTHING}.", "200 or ."),
    ],
)
def test_expressions(agi: AgiCommands, expression: str, value: str) -> None:
    assert agi.execute(f'GET FULL VARIABLE "{expression}"') == f"200 result=1 ({value})"


def test_variables_that_are_not_there(agi: AgiCommands) -> None:
    assert agi.execute("GET VARIABLE NOTHING") == "200 result=0"
    assert agi.execute("SET VARIABLE __HDSK_STATUS ok") == "200 result=1"
    assert agi.execute("GET VARIABLE HDSK_STATUS") == "200 result=1 (ok)"


def test_a_value_is_not_expanded_again(agi: AgiCommands, pbx: Pbx) -> None:
    pbx.db.put("AMPUSER", "1003/cidname", "${UNIQUEID}")
    assert agi.execute("GET FULL VARIABLE ${DB(AMPUSER/1003/cidname)}") == "200 result=1 (${UNIQUEID})"


@pytest.mark.parametrize(
    ("keys", "reply"),
    [
        ("1003#", "200 result=1003"),
        ("#", "200 result="),
        ("", "200 result= (timeout)"),
        ("10", "200 result=10 (timeout)"),
        ("123456", "200 result=1234"),
    ],
)
def test_get_data(agi: AgiCommands, channel: Channel, keys: str, reply: str) -> None:
    for key in keys:
        channel.press(key)
    assert agi.execute("GET DATA agent-user 500 4") == reply


def test_get_data_ends_with_the_call(agi: AgiCommands, channel: Channel) -> None:
    timer = threading.Timer(0.03, channel.hang_up)
    timer.start()
    assert agi.execute("GET DATA agent-user 5000 4") == "200 result=-1"
    timer.join()


def test_only_escape_digits_cut_a_prompt_short(agi: AgiCommands, channel: Channel) -> None:
    channel.press("5")
    assert agi.execute('STREAM FILE agent-loginok ""').startswith("200 result=0 endpos=")
    channel.press("5")
    channel.press("#")
    assert agi.execute('STREAM FILE agent-loginok "#"').startswith("200 result=35 endpos=")


def test_wait_for_digit(agi: AgiCommands, channel: Channel) -> None:
    channel.press("7")
    assert agi.execute("WAIT FOR DIGIT 100") == "200 result=55"
    assert agi.execute("WAIT FOR DIGIT 10") == "200 result=0"


def test_small_commands(agi: AgiCommands, channel: Channel) -> None:
    assert agi.execute("CHANNEL STATUS") == "200 result=4"
    assert agi.execute("answer") == "200 result=0"
    assert agi.execute("CHANNEL STATUS") == "200 result=6"
    assert agi.execute('VERBOSE "hello there" 1') == "200 result=1"
    assert agi.execute("NOOP") == "200 result=0"
    assert agi.execute('SAY DIGITS 200 ""') == "200 result=0"
    assert agi.execute("EXEC Dance") == "200 result=-2"
    assert agi.execute("HANGUP") == "200 result=1"
    assert channel.hungup


def test_user_events_carry_their_fields(agi: AgiCommands, pbx: Pbx) -> None:
    seen: list[tuple[str, Headers]] = []
    pbx.events.listen(lambda name, headers: seen.append((name, headers)))
    assert agi.execute('EXEC UserEvent "UserDeviceAdded,Data: 1003,Device: 200"') == "200 result=0"
    name, headers = seen[0]
    assert name == "UserEvent"
    assert dict(headers)["UserEvent"] == "UserDeviceAdded" and dict(headers)["Device"] == "200"


def test_the_script_gets_a_hangup_signal_and_may_finish(pbx: Pbx, channel: Channel, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import signal, sys\n"
        "signal.signal(signal.SIGHUP, lambda *a: None)\n"
        "print('NOOP', flush=True)\n"
        "while sys.stdin.readline().strip(): pass\n"
        "sys.stdin.readline()\n"
        "print('GET DATA vm-password 60000 9', flush=True); a = sys.stdin.readline().strip()\n"
        "print('STREAM FILE beep #', flush=True); b = sys.stdin.readline().strip()\n"
        "print('DATABASE PUT T result \"' + a + '|' + b + '\"', flush=True); sys.stdin.readline()\n"
    )
    timer = threading.Timer(0.15, channel.hang_up)
    timer.start()
    assert AgiHost(pbx, script, {}).run(channel, ["login"])
    timer.join()
    assert pbx.db.value("T/result") == f"200 result=-1|{DEAD}"


def test_a_script_that_fails_is_told_from_one_that_does_not(pbx: Pbx, channel: Channel, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("raise SystemExit(3)\n")
    assert not AgiHost(pbx, script, {}).run(channel, [])
    assert not AgiHost(pbx, tmp_path / "absent.py", {}).run(channel, [])
