"""The manager interface, byte by byte where that matters."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from hotdesk_module.demo.ami_server import GREETING, AmiServer
from hotdesk_module.demo.channel import CallerId
from hotdesk_module.demo.pbx import Pbx

Message = list[tuple[str, str]]


class Client:
    """Sends actions as text, reads messages as lists of headers."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 2)
        self._file = self._socket.makefile("rb")
        self.greeting = self._file.readline().decode()

    def send(self, *lines: str) -> None:
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def read(self) -> Message:
        message: Message = []
        while True:
            line = self._file.readline().decode()
            if line in ("\r\n", ""):
                return message
            key, _, value = line.rstrip("\r\n").partition(": ")
            message.append((key, value))

    def ask(self, *lines: str) -> dict[str, str]:
        self.send(*lines)
        return dict(self.read())

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@pytest.fixture
def stranger(ami: AmiServer) -> Iterator[Client]:
    client = Client(ami.port)
    yield client
    client.close()


@pytest.fixture
def client(stranger: Client) -> Client:
    assert stranger.ask("Action: Login", "Username: demo", "Secret: secret", "Events: off")["Response"] == "Success"
    return stranger


def test_the_greeting_is_one_line(stranger: Client) -> None:
    assert stranger.greeting == GREETING


def test_nothing_works_before_the_login(stranger: Client) -> None:
    assert stranger.ask("Action: DBGet", "Family: A", "Key: b")["Message"] == "Permission denied"
    assert stranger.ask("Action: Ping")["Ping"] == "Pong"


def test_a_wrong_secret_ends_the_session(stranger: Client) -> None:
    reply = stranger.ask("Action: Login", "Username: demo", "Secret: guess")
    assert reply == {"Response": "Error", "Message": "Authentication failed"}
    assert stranger.read() == []


def test_fully_booted_comes_with_events_on(stranger: Client) -> None:
    stranger.send("Action: Login", "Username: demo", "Secret: secret")
    assert dict(stranger.read())["Message"] == "Authentication accepted"
    assert dict(stranger.read())["Event"] == "FullyBooted"


def test_the_action_id_comes_back_second(client: Client) -> None:
    client.send("Action: Ping", "ActionID: 42")
    assert client.read()[:2] == [("Response", "Success"), ("ActionID", "42")]


def test_a_key_is_put_read_and_deleted(client: Client, pbx: Pbx) -> None:
    assert client.ask("Action: DBPut", "Family: CF", "Key: 1001", "Val: HD200")["Message"] == (
        "Updated database successfully"
    )
    assert client.ask("Action: DBGet", "Family: CF", "Key: 1001")["Message"] == "Result will follow"
    assert client.read() == [("Event", "DBGetResponse"), ("Family", "CF"), ("Key", "1001"), ("Val", "HD200")]
    assert dict(client.read())["Event"] == "DBGetComplete"
    assert client.ask("Action: DBDel", "Family: CF", "Key: 1001")["Message"] == "Key deleted successfully"
    missing = {"Response": "Error", "Message": "Database entry not found"}
    assert client.ask("Action: DBDel", "Family: CF", "Key: 1001") == missing
    assert client.ask("Action: DBGet", "Family: CF", "Key: 1001") == missing
    assert client.ask("Action: DBDelTree", "Family: CF") == missing
    assert client.ask("Action: DBDelTree", "Family: DEVICE", "Key: 202")["Message"] == "Key tree deleted successfully"
    assert pbx.db.show("DEVICE/202") == []


def test_a_tree_is_read_at_once(client: Client) -> None:
    client.send("Action: DBGetTree", "Family: DEVICE", "Key: 1003")
    client.read()
    assert client.read() == [("Event", "DBGetTreeResponse"), ("Key", "/DEVICE/1003/default_user"), ("Val", "1003")]


def test_database_show_is_output_lines(client: Client) -> None:
    client.send("Action: Command", "Command: database show DEVICE 1003")
    message = client.read()
    assert message[:2] == [("Response", "Success"), ("Message", "Command output follows")]
    assert message[2][1].split() == ["/DEVICE/1003/default_user", ":", "1003"]
    assert message[-1] == ("Output", "5 results found.")


def test_the_database_can_be_queried(client: Client) -> None:
    found = "SELECT key, value FROM astdb WHERE key LIKE '%/1003/cidname'"
    client.send("Action: Command", f'Command: database query "{found}"')
    lines = [line.rstrip() for name, line in client.read() if name == "Output"]
    assert lines == ["key  : /AMPUSER/1003/cidname", "value: Ravi Patel", ""]
    client.send("Action: Command", 'Command: database query "SELECT nonsense"')
    assert client.read()[2:] == []
    client.send("Action: Command", 'Command: database query "SELECT')
    assert client.read()[0] == ("Response", "Error")


def test_a_hint_keeps_its_comma_and_must_be_replaced_on_purpose(client: Client) -> None:
    add = ["Action: DialplanExtensionAdd", "Context: ext-local", "Extension: 1003", "Priority: hint"]
    add.append("Application: PJSIP/200&Custom:DND1003,CustomPresence:1003")
    assert "already exist" in client.ask(*add)["Message"]
    assert client.ask(*add, "Replace: yes")["Message"] == "Added requested extension"
    state = client.ask("Action: ExtensionState", "Exten: 1003", "Context: ext-local")
    assert state["Hint"] == "PJSIP/200&Custom:DND1003,CustomPresence:1003"
    assert (state["Status"], state["StatusText"]) == ("0", "Idle")
    remove = ["Action: DialplanExtensionRemove", "Context: ext-local", "Extension: 1003", "Priority: hint"]
    assert client.ask(*remove)["Message"] == "Removed the requested extension"
    assert client.ask("Action: ExtensionState", "Exten: 1003", "Context: ext-local")["Status"] == "-1"


def test_device_states_are_kept_in_the_astdb(client: Client, pbx: Pbx) -> None:
    client.ask("Action: Setvar", "Variable: DEVICE_STATE(Custom:HDSK200)", "Value: INUSE")
    assert pbx.db.value("CustomDevstate/HDSK200") == "INUSE"
    assert client.ask("Action: Getvar", "Variable: DEVICE_STATE(Custom:HDSK200)")["Value"] == "INUSE"


def test_user_events_reach_every_listener(client: Client, ami: AmiServer) -> None:
    listener = Client(ami.port)
    listener.ask("Action: Login", "Username: demo", "Secret: secret")
    listener.read()
    # An answer proves that the listener is subscribed.
    listener.ask("Action: Ping")
    client.ask("Action: UserEvent", "UserEvent: UserDeviceAdded", "Data: 1003")
    event = dict(listener.read())
    assert (event["Event"], event["UserEvent"], event["Data"]) == ("UserEvent", "UserDeviceAdded", "1003")
    listener.close()


def test_the_lamp_is_lit_by_a_notify(client: Client, pbx: Pbx) -> None:
    client.ask(
        "Action: PJSIPNotify",
        "Endpoint: 200",
        "Variable: Event=message-summary",
        "Variable: Content-type=application/simple-message-summary",
        "Variable: Content=Messages-Waiting: yes",
    )
    assert pbx.phones["200"].lamp


def test_messages_are_counted_and_a_phone_has_the_mailbox_of_its_number(client: Client, pbx: Pbx) -> None:
    box = pbx.voicemail.box("1003")
    assert box is not None
    pbx.voicemail.leave(box, CallerId("Outside", "5550199"))
    pbx.voicemail.leave(box, CallerId("Outside", "5550199"))
    pbx.voicemail.hear(box)
    counted = client.ask("Action: MailboxCount", "Mailbox: 1003@default")
    assert [counted[f"{kind}Messages"] for kind in ("Urg", "New", "Old")] == ["0", "1", "1"]
    assert client.ask("Action: MailboxCount", "Mailbox: 404@default")["NewMessages"] == "0"
    assert client.ask("Action: Getvar", "Variable: PJSIP_ENDPOINT(200,mailboxes)")["Value"] == "200@default"
    assert client.ask("Action: Getvar", "Variable: PJSIP_ENDPOINT(404,mailboxes)")["Value"] == ""


def test_the_modules_dialplan_is_shown(client: Client) -> None:
    client.send("Action: ShowDialPlan", "Context: from-internal-additional")
    client.read()
    assert ("IncludeContext", "app-hotdesk") in client.read()
    while ("EventList", "Complete") not in client.read():
        pass
    assert client.ask("Action: ShowDialPlan", "Context: nowhere")["Message"] == "Did not find context nowhere"


def test_unknown_actions_are_errors_and_logoff_says_goodbye(client: Client) -> None:
    assert client.ask("Action: Juggle")["Message"] == "Invalid/unknown command"
    assert client.ask("Action: Logoff")["Response"] == "Goodbye"


def test_the_registered_phones_are_listed_with_their_addresses(client: Client) -> None:
    assert client.ask("Action: PJSIPShowContacts")["Message"].startswith("A listing of Contacts follows")
    listed = []
    while ("EventList", "Complete") not in (message := client.read()):
        listed.append(dict(message))
    lobby = next(contact for contact in listed if contact["Endpoint"] == "200")
    assert (lobby["Event"], lobby["ObjectType"], lobby["Status"]) == ("ContactList", "contact", "Reachable")
    assert (lobby["Uri"], lobby["ViaAddr"]) == ("sip:200@192.168.20.20:5060", "192.168.20.20")
    assert lobby["ObjectName"].startswith("200;@") and lobby["RoundtripUsec"].isdigit()
    assert ("ListItems", str(len(listed))) in message
    # Nothing is plugged in there, and Jane has no phone.
    assert {"222", "1002"}.isdisjoint(contact["Endpoint"] for contact in listed)


def test_a_cable_that_is_pulled_and_put_back_is_told(client: Client, ami: AmiServer, pbx: Pbx) -> None:
    listener = Client(ami.port)
    listener.ask("Action: Login", "Username: demo", "Secret: secret")
    listener.read()
    listener.ask("Action: Ping")
    pbx.plug("200", False)
    pbx.plug("200", False)
    gone = dict(listener.read())
    assert (gone["Event"], gone["Privilege"], gone["ContactStatus"]) == ("ContactStatus", "system,all", "Removed")
    assert (gone["URI"], gone["AOR"], gone["EndpointName"]) == ("sip:200@192.168.20.20:5060", "200", "200")
    assert client.ask("Action: ExtensionState", "Exten: 200", "Context: ext-local")["StatusText"] == "Unavailable"
    pbx.plug("200", True)
    assert [dict(listener.read())["ContactStatus"] for _ in range(2)] == ["NonQualified", "Reachable"]
    listener.close()


def test_members_of_queues_come_go_and_rest_and_static_ones_stay(client: Client, pbx: Pbx) -> None:
    jane, ravi = "Interface: Local/1002@from-queue/n", "Interface: Local/1003@from-queue/n"
    add = ("Action: QueueAdd", "Queue: 700", ravi, "MemberName: Ravi Patel", "Penalty: 3")
    assert client.ask(*add)["Message"] == "Added interface to queue"
    assert client.ask(*add)["Message"] == "Unable to add interface: Already there"
    assert client.ask("Action: QueuePause", "Queue: 700", jane, "Paused: true")["Response"] == "Success"
    client.send("Action: QueueStatus")
    client.read()
    told = [dict(client.read()) for _ in range(5)]
    assert [(m["Queue"], m.get("Name"), m.get("Membership"), m.get("Paused")) for m in told[:-1]] == [
        ("700", None, None, None),
        ("700", "Jane Doe", "static", "1"),
        ("700", "Ravi Patel", "dynamic", "0"),
        ("701", None, None, None),
    ]
    assert client.ask("Action: QueueRemove", "Queue: 700", ravi)["Response"] == "Success"
    assert client.ask("Action: QueueRemove", "Queue: 700", ravi)["Message"] == "Unable to remove interface: Not there"
    assert client.ask("Action: QueueRemove", "Queue: 700", jane)["Message"] == "Member not dynamic"
    assert "No such queue" in client.ask("Action: QueueAdd", "Queue: 799", jane)["Message"]
    assert client.ask("Action: QueuePause", "Queue: 701", jane, "Paused: no")["Message"] == "Interface not found"
    notes = [item.text for item in pbx.feed.items() if item.kind == "note"]
    assert notes[-1] == "Ravi Patel is logged out of queue 700 (Orders)."
