"""The manager interface's client against a server that does as told."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.config import Manager
from hotdesk_module.errors import AsteriskDown, BadValue
from tests.support.ami_server import SECRET, AmiServer

NOISE = "Event: Hangup\nChannel: PJSIP/200-1\nActionID: hdsk99\n\n"


@pytest.fixture
def server() -> Iterator[AmiServer]:
    server = AmiServer()
    yield server
    server.close()


@pytest.fixture
def ami(server: AmiServer) -> Iterator[Ami]:
    ami = Ami(server.manager, timeout=0.3)
    yield ami
    ami.close()


def test_it_signs_in_once_and_asks_for_no_events(server: AmiServer, ami: Ami) -> None:
    assert ami.action("Ping").ok
    assert ami.action("Ping").message.get("ping") == "Pong"
    login, *pings = server.received
    assert (login["Action"], login["Secret"], login["Events"]) == ("Login", SECRET, "off")
    assert len(pings) == 2 and server.connections == 1
    assert len({a["ActionID"] for a in server.received}) == 3


def test_it_does_not_connect_before_the_first_action(server: AmiServer, ami: Ami) -> None:
    ami.close()
    assert server.connections == 0


@pytest.mark.parametrize("piece", [1, 2, 3, 7])
def test_an_answer_may_come_in_pieces(server: AmiServer, ami: Ami, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotdesk_module.adapters.ami.PIECE", piece)
    server.astdb["CF/1001"] = "HD200"
    response = ami.action("DBGet", Family="CF", Key="1001")
    assert [e.get("Val") for e in response.events] == ["HD200"]


def test_actions_are_sent_before_the_first_is_answered(server: AmiServer, ami: Ami) -> None:
    server.astdb["CF/1001"] = "HD200"
    server.answers["Third"] = "Response: Error\n{id}\nMessage: No"
    get = ("DBGet", (("Family", "CF"), ("Key", "1001")))
    got, pong, refused, again = ami.actions([get, ("Ping", ()), ("Third", ()), get])
    assert [e.get("Val") for answer in (got, again) for e in answer.events] == ["HD200", "HD200"]
    assert pong.message.get("ping") == "Pong" and not refused.ok
    with pytest.raises(AsteriskDown, match="refuses Third: No"):
        ami.demands([("Ping", ()), ("Third", ()), ("Ping", ())])
    assert [a["Action"] for a in server.received[-3:]] == ["Ping", "Third", "Ping"]
    assert ami.actions([]) == []


def test_the_action_that_is_not_answered_is_named(server: AmiServer, ami: Ami) -> None:
    server.answers["Second"] = None
    with pytest.raises(AsteriskDown, match="does not answer Second within"):
        ami.actions([("Ping", ()), ("Second", ()), ("Third", ())])


def test_none_is_sent_where_one_would_break_the_protocol(server: AmiServer, ami: Ami) -> None:
    with pytest.raises(BadValue):
        ami.actions([("Ping", ()), ("Ping", (("Key", "1\r\nAction: Logoff"),))])
    assert server.received == []


def test_two_answers_may_come_at_once(server: AmiServer, ami: Ami) -> None:
    server.answers["Ping"] = "Response: Success\n{id}\nPing: Pong\n\nResponse: Success\nActionID: hdsk3\nPing: 2nd"
    server.answers["Second"] = None
    ami.action("Ping")
    assert ami.action("Second").message.get("Ping") == "2nd"


def test_events_between_an_action_and_its_answer_are_no_answer(server: AmiServer, ami: Ami) -> None:
    server.unasked = NOISE
    server.astdb["CF/1001"] = "HD200"
    assert len(ami.action("DBGet", Family="CF", Key="1001").events) == 1
    assert AmiAstDb(ami).matching("CF/*") == {"CF/1001": "HD200"}


def test_events_inside_a_list_are_not_of_the_list(server: AmiServer, ami: Ami) -> None:
    item = "Event: Item\n{id}\nName: %s\n\n"
    end = "Event: Done\n{id}\nEventList: Complete"
    server.answers["List"] = f"Response: Success\n{{id}}\nEventList: start\n\n{item % 'a'}{NOISE}{item % 'b'}{end}"
    assert [e.get("Name") for e in ami.action("List").events] == ["a", "b"]


def test_events_that_were_asked_for_are_kept_in_order(server: AmiServer) -> None:
    ami = Ami(server.manager, events="call", timeout=0.3)
    server.unasked = NOISE
    ami.action("Ping")
    server.send("Event: Second\n\nEvent: Third\n\n")
    got = [ami.event(0.3) for _ in range(3)]
    assert [e.get("Event") for e in got if e] == ["Hangup", "Second", "Third"]
    assert ami.event(0.01) is None
    assert server.received[0]["Events"] == "call"
    ami.close()


def test_an_event_that_an_action_causes_is_no_answer_to_it(server: AmiServer) -> None:
    ami = Ami(server.manager, events="user", timeout=0.3)
    server.answers["UserEvent"] = "Event: UserEvent\n{id}\n\nResponse: Success\n{id}\nMessage: Event Sent"
    assert ami.action("UserEvent").text == "Event Sent"
    event = ami.event(0.3)
    assert event is not None and event.get("Event") == "UserEvent"
    ami.close()


def test_half_an_event_is_waited_for_the_next_time(server: AmiServer) -> None:
    ami = Ami(server.manager, events="on", timeout=0.3)
    ami.action("Ping")
    server.send("Event: Half\nA: ")
    assert ami.event(0.05) is None
    server.send("b\n\n")
    event = ami.event(0.3)
    assert event is not None and event.get("A") == "b"
    ami.close()


def test_a_command_returns_the_lines_it_printed(server: AmiServer, ami: Ami) -> None:
    server.answers["Command"] = "Response: Success\n{id}\nMessage: Follows\nOutput: \nOutput:   -= a: b =-\nOutput: c"
    assert ami.commands(["core show hints"]) == [["", "  -= a: b =-", "c"]]


def test_a_command_that_fails_is_asterisk_down_with_its_words(server: AmiServer, ami: Ami) -> None:
    server.answers["Command"] = "Response: Error\n{id}\nMessage: Command output follows\nOutput: No such command"
    with pytest.raises(AsteriskDown, match="refuses 'nonsense'"):
        ami.commands(["nonsense"])


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\0b"])
def test_a_value_that_would_break_the_protocol_is_refused(server: AmiServer, ami: Ami, value: str) -> None:
    with pytest.raises(BadValue):
        ami.action("DBPut", Val=value)
    with pytest.raises(BadValue):
        ami.action(value)
    with pytest.raises(BadValue):
        ami.action("DBPut", (value, "x"))
    assert server.received == []


def test_a_secret_that_cannot_be_sent_is_not_told(server: AmiServer) -> None:
    with pytest.raises(BadValue) as caught:
        Ami(server.manager._replace(secret="hush\r\n")).action("Ping")
    assert "hush" not in str(caught.value)


def test_bytes_that_are_no_text_come_back_as_they_are(server: AmiServer, ami: Ami) -> None:
    ami.action("DBPut", Family="F", Key="k", Val="caf\udce9")
    assert ami.action("DBGet", Family="F", Key="k").events[0].get("Val") == "caf\udce9"


def test_a_wrong_secret_is_asterisk_down_and_is_not_told(server: AmiServer) -> None:
    ami = Ami(server.manager._replace(secret="guess!"))
    with pytest.raises(AsteriskDown, match="does not let 'admin' in: Authentication failed") as caught:
        ami.action("Ping")
    assert "guess!" not in str(caught.value)


def test_nobody_at_the_port_is_asterisk_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(AsteriskDown, match=f"127.0.0.1:{port}"):
        Ami(Manager("127.0.0.1", port, "admin", "x")).action("Ping")


def test_something_else_at_the_port_is_asterisk_down(server: AmiServer, ami: Ami) -> None:
    server.banner = ""
    with pytest.raises(AsteriskDown, match="is it Asterisk's manager"):
        ami.action("Ping")


def test_silence_is_asterisk_down_and_the_next_action_connects_again(server: AmiServer, ami: Ami) -> None:
    server.answers["Quiet"] = None
    with pytest.raises(AsteriskDown, match=r"Quiet within 0\.3 seconds"):
        ami.action("Quiet")
    assert ami.action("Ping").ok
    assert server.connections == 2


def test_a_list_that_breaks_off_is_asterisk_down(server: AmiServer, ami: Ami) -> None:
    server.answers["List"] = "Response: Success\n{id}\nEventList: start\n\nEvent: Item\n{id}"
    with pytest.raises(AsteriskDown):
        ami.action("List")


def test_a_connection_that_ends_is_asterisk_down_and_the_next_action_connects_again(
    server: AmiServer, ami: Ami
) -> None:
    ami.action("Ping")
    server.hang_up()
    with pytest.raises(AsteriskDown, match="hung up"):
        ami.action("Ping")
    assert ami.action("Ping").ok
    with pytest.raises(AsteriskDown, match="hung up"):
        server.hang_up()
        ami.event(0.3)


def test_an_action_waits_for_each_part_of_an_answer_not_for_the_whole(server: AmiServer, ami: Ami) -> None:
    server.answers["List"] = (
        "Response: Success\n{id}\nEventList: start\n\n"
        + "Event: Item\n{id}\n\n" * 3
        + ("Event: Done\n{id}\nEventList: Complete")
    )
    send = server._send

    def slowly(connection: socket.socket, text: str) -> None:
        for part in text.split("\n\n")[:-1]:
            time.sleep(0.1)
            send(connection, part + "\n\n")

    server._send = slowly  # type: ignore[method-assign]
    assert len(ami.action("List").events) == 3
