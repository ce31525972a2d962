"""What shows hints, lights lamps and announces, in the tests and by the manager interface."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Callable

import pytest

from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.switchboard import FEW, MANY, AmiSwitchboard
from hotdesk_module.core.messages import Counts
from hotdesk_module.core.model import Contact
from hotdesk_module.core.queues import Member
from hotdesk_module.errors import AsteriskDown
from hotdesk_module.ports import AstDb, Context, Switchboard
from tests.support.ami_server import AmiServer
from tests.support.fakes import FakeSwitchboard
from tests.support.rig import Rig

HINT = "PJSIP/200&Custom:DND1001,CustomPresence:1001"
VIRTUAL = "&Custom:DND1003,CustomPresence:1003"
LONG = "&".join(f"PJSIP/{n}" for n in range(2000, 2060)) + ",CustomPresence:1001"


# What Asterisk 22.10 said of a real phone, its random parts left out.
LOBBY = Contact("PJSIP/200", "sip:200@192.0.2.11:5060", "192.0.2.11", 5060, "baresip v1.0.0", True, 788, 1795336339)
LOBBY_SAID = {
    "ObjectType": "contact",
    "ObjectName": "200;@d8cba23c69451197bfc17aec05f53175",
    "ViaAddr": "192.0.2.11",
    "QualifyTimeout": "2.000000",
    "CallId": "6339e4ddcc484977",
    "PruneOnBoot": "no",
    "Path": "",
    "Endpoint": "200",
    "ViaPort": "5060",
    "Uri": "sip:200@192.0.2.11:5060",
    "QualifyFrequency": "5",
    "UserAgent": "baresip v1.0.0",
    "ExpirationTime": "1795336339",
    "Status": "Reachable",
    "RoundtripUsec": "788",
}
# As the sources of Asterisk 18 have it.
PEER_SAID = {
    "Channeltype": "SIP",
    "ObjectName": "1001",
    "ChanObjectType": "peer",
    "IPaddress": "192.0.2.15",
    "IPport": "5062",
    "Dynamic": "yes",
    "Status": "OK (12 ms)",
}


@pytest.fixture
def server() -> Iterator[AmiServer]:
    server = AmiServer()
    yield server
    server.close()


@pytest.fixture(params=["fake", "ami", pytest.param("asterisk", marks=pytest.mark.asterisk)])
def both(request: pytest.FixtureRequest) -> Iterator[tuple[Switchboard, AstDb]]:
    """Return a switchboard and the AstDB of the same Asterisk."""
    if request.param == "fake":
        fake = FakeSwitchboard()
        yield fake, fake.astdb
        return
    if request.param == "ami":
        ami = Ami(request.getfixturevalue("server").manager)
    else:
        ami = request.getfixturevalue("rig").manager()
    yield AmiSwitchboard(ami), AmiAstDb(ami)
    ami.close()


@pytest.fixture
def switchboard(both: tuple[Switchboard, AstDb]) -> Switchboard:
    return both[0]


def test_a_hint_that_is_not_there_is_none(switchboard: Switchboard) -> None:
    assert switchboard.hints(["98001"]) == {"98001": None}
    assert switchboard.hints([]) == {}


@pytest.mark.parametrize("hint", [HINT, VIRTUAL, "PJSIP/200", LONG], ids=["device", "virtual", "plain", "long"])
def test_a_hint_is_kept_whole_with_its_commas(switchboard: Switchboard, hint: str) -> None:
    switchboard.set_hint("98002", "PJSIP/1")
    switchboard.set_hint("98002", hint)
    assert switchboard.hints(iter(["98002", "98003"])) == {"98002": hint, "98003": None}


@pytest.mark.parametrize("number", [MANY, MANY + 1], ids=["each is asked for", "all are listed"])
def test_many_hints_at_once_are_those_asked_for(switchboard: Switchboard, number: int) -> None:
    switchboard.set_hint("98002", HINT)
    switchboard.set_hint("97002", VIRTUAL)
    wanted = [str(n) for n in range(98000, 98000 + number)]
    assert switchboard.hints(wanted) == {n: HINT if n == "98002" else None for n in wanted}


def test_a_lamp_is_a_custom_device_state(both: tuple[Switchboard, AstDb]) -> None:
    switchboard, astdb = both
    for state in ("INUSE", "NOT_INUSE"):
        switchboard.set_lamp("HDSK98001", state)
        assert astdb.get("CustomDevstate/HDSK98001") == state
    astdb.delete("CustomDevstate/HDSK98001")


def test_lamps_are_seen_in_the_state_they_were_set_to(both: tuple[Switchboard, AstDb]) -> None:
    switchboard, astdb = both
    switchboard.set_lamp("HDSK98001", "INUSE")
    switchboard.set_lamp("HDSK98002", "NOT_INUSE")
    wanted = {"HDSK98001": "INUSE", "HDSK98002": "NOT_INUSE"}
    # Asterisk tells whoever watches a moment later.
    deadline = time.monotonic() + 5
    while switchboard.lamps([*wanted, "HDSK98003"]) != wanted:
        assert time.monotonic() < deadline, switchboard.lamps(wanted)
        time.sleep(0.02)
    assert switchboard.lamps([]) == {}
    for name in wanted:
        astdb.delete(f"CustomDevstate/{name}")


def test_lamps_and_hints_are_shown_together(both: tuple[Switchboard, AstDb]) -> None:
    switchboard, astdb = both
    hints = {"98002": HINT, "97002": VIRTUAL}
    # More than are sent before the first answer is read.
    lamps = {f"HDSK{98000 + n}": "INUSE" for n in range(120)}
    switchboard.show(lamps, hints)
    assert switchboard.hints(hints) == hints
    assert astdb.read(f"CustomDevstate/{name}" for name in lamps) == {f"CustomDevstate/{n}": "INUSE" for n in lamps}
    switchboard.show({}, {})
    for name in lamps:
        astdb.delete(f"CustomDevstate/{name}")


@pytest.mark.asterisk
def test_what_asterisk_refuses_stops_nothing_else_that_is_shown(rig: Rig) -> None:
    ami = rig.manager()
    try:
        switchboard, astdb = AmiSwitchboard(ami), AmiAstDb(ami)
        with pytest.raises(AsteriskDown, match="Setvar"):
            switchboard.show({"HDSK98001": "INUSE", "": "INUSE", "HDSK98002": "INUSE"}, {"98002": HINT})
        assert astdb.get("CustomDevstate/HDSK98002") == "INUSE"
        assert switchboard.hints(["98002"]) == {"98002": HINT}
    finally:
        for name in ("HDSK98001", "HDSK98002"):
            astdb.delete(f"CustomDevstate/{name}")
        ami.close()


@pytest.mark.asterisk
def test_who_writes_to_the_astdb_changes_no_lamp_that_is_seen(rig: Rig) -> None:
    ami = rig.manager()
    try:
        switchboard, astdb = AmiSwitchboard(ami), AmiAstDb(ami)
        switchboard.set_lamp("HDSK98001", "NOT_INUSE")
        time.sleep(0.5)
        astdb.put("CustomDevstate/HDSK98001", "INUSE")
        assert switchboard.lamps(["HDSK98001"]) == {"HDSK98001": "NOT_INUSE"}
        astdb.delete("CustomDevstate/HDSK98001")
    finally:
        ami.close()


def test_an_asterisk_that_does_not_list_device_states_says_nothing_of_lamps(server: AmiServer) -> None:
    server.answers = {"DeviceStateList": "Response: Error\n{id}\nMessage: Invalid/unknown command: DeviceStateList."}
    ami = Ami(server.manager)
    assert AmiSwitchboard(ami).lamps(["HDSK200"]) == {}
    ami.close()


def test_a_context_that_is_not_loaded_is_none(switchboard: Switchboard) -> None:
    assert switchboard.context("app-no-such") is None


def test_a_context_has_extensions_and_includes_in_order_and_no_hints(server: AmiServer) -> None:
    lines = [("*11", "1"), ("*11", "2"), ("_*11X.", "1"), ("98002", "hint"), ("", "second"), ("", "first")]
    server.contexts = {"app-hotdesk": lines}
    ami = Ami(server.manager)
    found = AmiSwitchboard(ami).context("app-hotdesk")
    ami.close()
    assert found == Context(frozenset({"*11", "_*11X."}), ("second", "first"))


@pytest.mark.asterisk
def test_asterisk_shows_its_dialplan_like_that(rig: Rig) -> None:
    ami = rig.manager()
    try:
        found = AmiSwitchboard(ami).context("from-internal")
    finally:
        ami.close()
    assert found is not None and found.includes


@pytest.mark.asterisk
def test_a_global_variable_goes_where_it_has_that_value_and_only_then(rig: Rig) -> None:
    rig.asterisk.cli("dialplan set global HDSK_PROBE there,s,1")
    ami = rig.manager()
    try:
        switchboard = AmiSwitchboard(ami)
        switchboard.drop_global("HDSK_PROBE", "elsewhere,s,1")
        assert "HDSK_PROBE=there,s,1\n" in rig.asterisk.cli("dialplan show globals")
        switchboard.drop_global("HDSK_PROBE", "there,s,1")
        switchboard.drop_global("HDSK_NEVER", "there,s,1")
        shown = rig.asterisk.cli("dialplan show globals")
        assert "HDSK_PROBE=\n" in shown and "HDSK_NEVER" not in shown
    finally:
        ami.close()


def test_a_global_variable_is_emptied_in_the_tests_as_there(server: AmiServer) -> None:
    fake = FakeSwitchboard()
    server.globals = fake.all_globals = {"ONE": "1", "TWO": "2"}
    ami = Ami(server.manager)
    for switchboard, name in ((AmiSwitchboard(ami), "ONE"), (fake, "TWO")):
        switchboard.drop_global(name, "3")
        assert server.globals[name]
        switchboard.drop_global(name, server.globals[name])
        assert server.globals[name] == ""
    ami.close()


def test_who_is_in_a_call_is_who_began_or_answered_it(server: AmiServer) -> None:
    server.channels = {
        "1.1": ("PJSIP/200-0000001a", "Up"),
        "1.2": ("PJSIP/201-0000001b", "Ringing"),
        "1.3": ("Local/1001@from-internal-0000001c;1", "Up"),
        "1.4": ("SIP/lobby-left-0000001d", "Ring"),
        "1.5": ("PJSIP/202-0000001e", "Down"),
    }
    ami = Ami(server.manager)
    found = AmiSwitchboard(ami).calls()
    ami.close()
    assert found == {"1.1": "PJSIP/200", "1.4": "SIP/lobby-left"}


def test_nobody_is_in_a_call(switchboard: Switchboard) -> None:
    assert switchboard.calls() == {}


@pytest.fixture(params=["fake", "ami", pytest.param("asterisk", marks=pytest.mark.asterisk)])
def registered(request: pytest.FixtureRequest) -> Iterator[Switchboard]:
    """Return a switchboard at which phone 200 is registered and 404 is not."""
    if request.param == "fake":
        fake = FakeSwitchboard()
        fake.all_contacts = [LOBBY]
        yield fake
        return
    if request.param == "ami":
        server = request.getfixturevalue("server")
        server.contacts = [LOBBY_SAID]
        ami = Ami(server.manager)
    else:
        rig = request.getfixturevalue("rig")
        # After a restart Asterisk has not asked it yet.
        rig.wait_reachable(["200"])
        ami = rig.manager()
    yield AmiSwitchboard(ami)
    ami.close()


def test_a_registered_phone_has_address_port_and_name(registered: Switchboard) -> None:
    found = {c.dial: c for c in registered.contacts()}
    lobby = found["PJSIP/200"]
    assert (lobby.address, lobby.port, lobby.reachable) == ("192.0.2.11", 5060, True)
    assert lobby.agent.startswith("baresip") and lobby.uri.startswith("sip:200")
    assert 0 < (lobby.round_trip or 0) < 2_000_000 and lobby.expires > 1_700_000_000
    assert "PJSIP/404" not in found


@pytest.fixture(params=["fake", "ami", pytest.param("asterisk", marks=pytest.mark.asterisk)])
def lobby(request: pytest.FixtureRequest) -> Iterator[Switchboard]:
    """Return a switchboard at which phone 200 has the mailbox of its number, without messages, and 202 has none."""
    if request.param == "fake":
        fake = FakeSwitchboard()
        fake.all_mailboxes["PJSIP/200"] = ("200@default",)
        yield fake
        return
    if request.param == "ami":
        server = request.getfixturevalue("server")
        server.functions["PJSIP_ENDPOINT(200,mailboxes)"] = "200@default"
        ami = Ami(server.manager)
    else:
        ami = request.getfixturevalue("rig").manager()
    yield AmiSwitchboard(ami)
    ami.close()


def test_a_phone_has_the_mailboxes_that_asterisk_has_for_it(lobby: Switchboard) -> None:
    assert lobby.mailboxes("PJSIP/200") == ("200@default",)
    assert lobby.mailboxes("PJSIP/202") == lobby.mailboxes("IAX2/207") == lobby.mailboxes("PJSIP/404") == ()


def test_in_an_empty_mailbox_and_in_one_that_is_not_there_are_no_messages(lobby: Switchboard) -> None:
    assert lobby.messages("200@default") == lobby.messages("404@nowhere") == Counts(0, 0)


def test_whoever_is_not_there_is_told_without_a_word(lobby: Switchboard) -> None:
    for device in ("PJSIP/200", "PJSIP/404", "SIP/200", "IAX2/207", "/1003"):
        lobby.show_messages(device, Counts(0, 0))
    assert lobby.subscribers() == frozenset()


def test_urgent_messages_are_new_ones(server: AmiServer) -> None:
    server.messages = {"1001@default": (1, 2, 5)}
    ami = Ami(server.manager)
    assert AmiSwitchboard(ami).messages("1001@default") == Counts(3, 5)
    ami.close()


def test_a_phone_that_is_told_only_when_it_subscribes_has_a_mailbox_all_the_same(server: AmiServer) -> None:
    server.functions = {"PJSIP_AOR(200,mailboxes)": "200@default", "SIPPEER(201,mailbox)": "201@default,500@sales"}
    ami = Ami(server.manager)
    assert AmiSwitchboard(ami).mailboxes("PJSIP/200") == ("200@default",)
    assert AmiSwitchboard(ami).mailboxes("SIP/201") == ("201@default", "500@sales")
    ami.close()


def test_phones_are_told_by_a_notify_of_their_channel_driver(server: AmiServer) -> None:
    server.peers = []
    ami = Ami(server.manager)
    AmiSwitchboard(ami).show_messages("PJSIP/200", Counts(2, 5))
    AmiSwitchboard(ami).show_messages("SIP/201", Counts(2, 5))
    ami.close()
    said = [
        "Event=message-summary",
        "Content-Type=application/simple-message-summary",
        "Content=Messages-Waiting: yes",
        "Content=Voice-Message: 2/5 (0/0)",
        "Content=",
    ]
    assert server.notified == [("PJSIPNotify", "200", said), ("SIPnotify", "201", said)]


@pytest.mark.parametrize("why", ["Unable to retrieve endpoint 200", "Could not create address"])
def test_a_phone_that_asterisk_cannot_reach_is_no_error(server: AmiServer, why: str) -> None:
    server.answers = {"PJSIPNotify": f"Response: Error\n{{id}}\nMessage: {why}"}
    ami = Ami(server.manager)
    AmiSwitchboard(ami).show_messages("PJSIP/200", Counts(1, 0))
    ami.close()


def test_who_has_subscribed_to_a_mailbox_is_told_from_who_watches_somebody(server: AmiServer) -> None:
    server.subscriptions = [("200", "200/message-summary"), ("201", "1001/presence"), ("202", "/message-summary")]
    ami = Ami(server.manager)
    assert AmiSwitchboard(ami).subscribers() == {"PJSIP/200", "PJSIP/202"}
    ami.close()


def test_asterisk_says_which_version_it_is(registered: Switchboard) -> None:
    assert registered.version().startswith("22.")


def test_a_manager_that_does_not_say_its_version_is_none_the_worse_for_it(server: AmiServer) -> None:
    server.answers = {"CoreSettings": "Response: Error\n{id}\nMessage: Permission denied"}
    ami = Ami(server.manager)
    assert AmiSwitchboard(ami).version() == ""
    ami.close()


def test_what_asterisk_says_is_read_exactly(server: AmiServer) -> None:
    server.contacts = [LOBBY_SAID]
    ami = Ami(server.manager)
    assert AmiSwitchboard(ami).contacts() == (LOBBY,)
    ami.close()


def test_where_nobody_is_registered_asterisk_answers_with_an_error_that_is_none(server: AmiServer) -> None:
    ami = Ami(server.manager)
    assert AmiSwitchboard(ami).contacts() == ()
    ami.close()


@pytest.mark.asterisk
def test_a_real_asterisk_does_so(rig: Rig) -> None:
    everybody = [p.number for p in rig.company.phones()]
    ami = rig.manager()
    try:
        rig.unregister(*everybody)
        assert AmiSwitchboard(ami).contacts() == ()
    finally:
        rig.register(*everybody)
        ami.close()


def test_phones_of_chan_sip_are_seen_where_it_is_loaded(server: AmiServer) -> None:
    server.contacts = [LOBBY_SAID]
    server.peers = [PEER_SAID, {**PEER_SAID, "ObjectName": "1002", "IPaddress": "-none-", "Status": "UNKNOWN"}]
    ami = Ami(server.manager)
    sip = Contact("SIP/1001", address="192.0.2.15", port=5062, reachable=True, round_trip=12000)
    assert AmiSwitchboard(ami).contacts() == (LOBBY, sip)
    ami.close()


@pytest.fixture(params=["fake", "ami", pytest.param("asterisk", marks=pytest.mark.asterisk)])
def queueing(request: pytest.FixtureRequest) -> Iterator[Switchboard]:
    """Return a switchboard with queue 700, of which 1001 is a static member."""
    if request.param == "fake":
        fake = FakeSwitchboard()
        fake.all_queues = {"700": {"1001": Member(dynamic=False)}}
        yield fake
        return
    if request.param == "ami":
        server = request.getfixturevalue("server")
        server.queues = {"700": {LISTED: {"Name": "Listed", "Membership": "static", "Paused": "0"}}}
        ami = Ami(server.manager)
    else:
        ami = request.getfixturevalue("rig").manager()
    switchboard = AmiSwitchboard(ami)
    yield switchboard
    for user in ("98001", "98002"):
        switchboard.leave_queue("700", user)
    switchboard.pause_in_queue("700", "1001", False)
    ami.close()


LISTED = "Local/1001@from-queue/n"
ONE = ["98001"]


def test_who_joins_a_queue_is_a_dynamic_member_until_he_leaves(queueing: Switchboard) -> None:
    before = queueing.queues(ONE)
    assert "700" in before.numbers and before.members == {} and before.run
    for _ in range(2):
        # The second time he is in it.
        queueing.join_queue("700", "98001", "Person, the 1st", 3, by_hint=True)
    joined = queueing.queues(ONE)
    assert joined == before._replace(members={("700", "98001"): Member(dynamic=True)})
    for _ in range(2):
        queueing.leave_queue("700", "98001")
    assert queueing.queues(ONE) == before


def test_a_static_member_never_leaves(queueing: Switchboard) -> None:
    queueing.leave_queue("700", "1001")
    assert queueing.queues(["1001"]).members["700", "1001"] == Member(dynamic=False)


@pytest.mark.parametrize("user", ["1001", "98001"], ids=["static", "dynamic"])
def test_members_are_paused_and_unpaused(queueing: Switchboard, user: str) -> None:
    queueing.join_queue("700", user, "", 0, by_hint=False)
    for paused in (True, False):
        for _ in range(2):
            queueing.pause_in_queue("700", user, paused)
        assert queueing.queues([user]).members["700", user].paused is paused


def test_what_cannot_be_done_to_a_queue_is_no_error_where_there_is_nothing_to_do(queueing: Switchboard) -> None:
    queueing.pause_in_queue("700", "98001", True)
    queueing.join_queue("799", "98001", "", 0, by_hint=True)
    queueing.leave_queue("799", "98001")
    queueing.pause_in_queue("799", "98001", True)
    assert queueing.queues(ONE).members == {}


def test_of_many_users_all_members_are_read_and_only_theirs_told(queueing: Switchboard) -> None:
    for user in ("98001", "98002"):
        queueing.join_queue("700", user, "", 0, by_hint=True)
    many = [*ONE, *(f"97{n:03}" for n in range(FEW))]
    assert {user for _, user in queueing.queues(many).members} == {"98001"}
    assert {("700", "98001"), ("700", "98002"), ("700", "1001")} <= set(queueing.queues().members)
    assert queueing.queues([]).members == {}


@pytest.mark.asterisk
def test_a_real_member_has_name_penalty_and_hint_as_freepbx_gives_them(rig: Rig) -> None:
    ami = rig.manager()
    try:
        switchboard = AmiSwitchboard(ami)
        switchboard.join_queue("700", "98001", "Person, the 1st", 3, by_hint=True)
        switchboard.join_queue("700", "98002", "", 0, by_hint=False)
        found = {e.get("Location"): e for e in ami.demand("QueueStatus", Queue="700").events}
        ours, plain = found["Local/98001@from-queue/n"], found["Local/98002@from-queue/n"]
        assert [ours.get(h) for h in ("Name", "Penalty", "StateInterface", "Membership")] == [
            *("Person, the 1st", "3", "hint:98001@ext-local", "dynamic")
        ]
        assert plain.get("StateInterface") == "Local/98002@from-queue/n"
        for user in ("98001", "98002"):
            switchboard.leave_queue("700", user)
    finally:
        ami.close()


def test_other_modules_are_told_of_logins_to_queues_as_freepbxs_own_code_does(server: AmiServer) -> None:
    server.queues = {"700": {}}
    ami = Ami(server.manager)
    switchboard = AmiSwitchboard(ami)
    switchboard.join_queue("700", "1001", "", 0, by_hint=True)
    switchboard.join_queue("700", "1001", "", 0, by_hint=True)
    switchboard.leave_queue("700", "1001")
    switchboard.leave_queue("700", "1001")
    ami.close()
    assert [name for name, _ in server.events] == ["AgentLogin", "RefreshQueue"]
    assert [a["Agent"] for a in server.received if a.get("UserEvent") == "AgentLogin"] == ["1001"]


def test_an_asterisk_without_queues_has_none(server: AmiServer) -> None:
    unknown = "Response: Error\n{id}\nMessage: Invalid/unknown command: Queue. Use Action: ListCommands to show."
    server.answers = dict.fromkeys(("QueueStatus", "QueueAdd", "QueueRemove", "QueuePause"), unknown)
    ami = Ami(server.manager)
    switchboard = AmiSwitchboard(ami)
    assert switchboard.queues().numbers == frozenset()
    switchboard.join_queue("700", "1001", "", 0, by_hint=True)
    switchboard.leave_queue("700", "1001")
    switchboard.pause_in_queue("700", "1001", True)
    ami.close()


def test_a_restart_of_asterisk_is_another_run(server: AmiServer) -> None:
    ami = Ami(server.manager)
    switchboard = AmiSwitchboard(ami)
    first = switchboard.queues().run
    assert switchboard.queues().run == first == "2024-01-01 08:00:00"
    server.run = ("2024-01-01", "08:00:01")
    assert switchboard.queues().run != first
    ami.close()


def test_an_announcement_has_the_form_of_cores_own(server: AmiServer) -> None:
    ami = Ami(server.manager)
    AmiSwitchboard(ami).announce([("UserDeviceAdded", "1001", "200")])
    ami.close()
    assert server.events == [("UserDeviceAdded", "1001,200")]


def test_an_event_of_ours_is_sent_with_its_headers(server: AmiServer) -> None:
    ami = Ami(server.manager)
    AmiSwitchboard(ami).tell("HDSKLock", Kind="phone", Phone="200")
    ami.close()
    assert server.events == [("HDSKLock", "")]
    fake = FakeSwitchboard()
    fake.tell("HDSKLock", Kind="phone", Phone="200")
    assert fake.told == [("HDSKLock", {"Kind": "phone", "Phone": "200"})]


def test_an_announcement_is_remembered_by_the_fake() -> None:
    fake = FakeSwitchboard()
    fake.announce([("UserDeviceAdded", "1001", "200")])
    assert fake.announced == [("UserDeviceAdded", "1001", "200")]


@pytest.mark.parametrize(
    "action",
    [
        "ExtensionState",
        "DialplanExtensionAdd",
        "Setvar",
        "ShowDialPlan",
        "UserEvent",
        "CoreShowChannels",
        "PJSIPShowContacts",
        "SIPpeers",
        "QueueStatus",
        "CoreStatus",
        "QueueAdd",
        "QueueRemove",
        "QueuePause",
        "MailboxCount",
        "Getvar",
        "PJSIPNotify",
    ],
)
def test_a_manager_that_may_not_is_asterisk_down(server: AmiServer, action: str) -> None:
    server.answers = {action: "Response: Error\n{id}\nMessage: Permission denied"}
    ami = Ami(server.manager)
    switchboard = AmiSwitchboard(ami)
    calls: dict[str, Callable[[], object]] = {
        "ExtensionState": lambda: switchboard.hints(["1001"]),
        "DialplanExtensionAdd": lambda: switchboard.set_hint("1001", HINT),
        "Setvar": lambda: switchboard.set_lamp("HDSK200", "INUSE"),
        "ShowDialPlan": lambda: switchboard.context("app-hotdesk"),
        "CoreShowChannels": switchboard.calls,
        "UserEvent": lambda: switchboard.announce([("UserDeviceAdded", "1001", "200")]),
        "PJSIPShowContacts": switchboard.contacts,
        "SIPpeers": switchboard.contacts,
        "QueueStatus": switchboard.queues,
        "CoreStatus": switchboard.queues,
        "QueueAdd": lambda: switchboard.join_queue("700", "1001", "", 0, by_hint=True),
        "QueueRemove": lambda: switchboard.leave_queue("700", "1001"),
        "QueuePause": lambda: switchboard.pause_in_queue("700", "1001", True),
        "MailboxCount": lambda: switchboard.messages("1001@default"),
        "Getvar": lambda: switchboard.mailboxes("PJSIP/200"),
        "PJSIPNotify": lambda: switchboard.show_messages("PJSIP/200", Counts(1, 0)),
    }
    with pytest.raises(AsteriskDown, match="Permission denied"):
        calls[action]()
    ami.close()
