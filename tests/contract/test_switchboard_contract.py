"""What shows hints, lights lamps and announces, in the tests and by the manager interface."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable

import pytest

from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.switchboard import MANY, AmiSwitchboard
from hotdesk_module.errors import AsteriskDown
from hotdesk_module.ports import AstDb, Context, Switchboard
from tests.support.ami_server import AmiServer
from tests.support.fakes import FakeSwitchboard
from tests.support.rig import Rig

HINT = "PJSIP/200&Custom:DND1001,CustomPresence:1001"
VIRTUAL = "&Custom:DND1003,CustomPresence:1003"
LONG = "&".join(f"PJSIP/{n}" for n in range(2000, 2060)) + ",CustomPresence:1001"


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


def test_an_announcement_has_the_form_of_cores_own(server: AmiServer) -> None:
    ami = Ami(server.manager)
    AmiSwitchboard(ami).announce("UserDeviceAdded", "1001", "200")
    ami.close()
    assert server.events == [("UserDeviceAdded", "1001,200")]


def test_an_announcement_is_remembered_by_the_fake() -> None:
    fake = FakeSwitchboard()
    fake.announce("UserDeviceAdded", "1001", "200")
    assert fake.announced == [("UserDeviceAdded", "1001", "200")]


@pytest.mark.parametrize(
    "action", ["ExtensionState", "DialplanExtensionAdd", "Setvar", "ShowDialPlan", "UserEvent", "CoreShowChannels"]
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
    }
    with pytest.raises(AsteriskDown, match="Permission denied"):
        calls[action]()
    ami.close()
