"""What shows hints, lights lamps and announces, in the tests and by the manager interface."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Callable

import pytest

from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.switchboard import MANY, AmiSwitchboard
from hotdesk_module.core.model import Contact
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


def test_many_hints_at_once_are_those_asked_for(switchboard: Switchboard) -> None:
    switchboard.set_hint("98002", HINT)
    switchboard.set_hint("97002", VIRTUAL)
    wanted = [str(n) for n in range(98000, 98001 + MANY)]
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


def test_an_announcement_has_the_form_of_cores_own(server: AmiServer) -> None:
    ami = Ami(server.manager)
    AmiSwitchboard(ami).announce("UserDeviceAdded", "1001", "200")
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
    fake.announce("UserDeviceAdded", "1001", "200")
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
        "UserEvent": lambda: switchboard.announce("UserDeviceAdded", "1001", "200"),
        "PJSIPShowContacts": switchboard.contacts,
        "SIPpeers": switchboard.contacts,
    }
    with pytest.raises(AsteriskDown, match="Permission denied"):
        calls[action]()
    ami.close()
