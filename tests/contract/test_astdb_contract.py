"""What Asterisk's database keeps, by whatever way it is reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable, NamedTuple

import pytest

from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AgiAstDb, AmiAstDb
from hotdesk_module.errors import AsteriskDown, BadValue, Hangup
from hotdesk_module.ports import AstDb, AstDbTree
from tests.support.ami_server import AmiServer
from tests.support.expression import expand_keys
from tests.support.fakes import FakeAstDb
from tests.support.rig import Rig

# Families of the tests' own, for the sake of a real Asterisk.
FAMILY = "HDSKT"
VALUES = [
    "1001",
    "200&201",
    "",
    'a,b: c=d; "q" \\ (x)',
    "two  words",
    "ünï – 🙂",
    "x" * 24,
    "x" * 25,
    "x" * 26,
    "ü" * 13,
    "x" * 240,
    "a : b",
]
KEYS = ["200/user", "a/b/c", "k" * 42, "k" * 43, "k" * 44, "k" * 80, "a b"]


class AgiPeer:
    """What Asterisk answers to an AGI script, seen on 22.10: an absent key is 0, removing one is always 1."""

    class Reply(NamedTuple):
        result: int
        data: str = ""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str] = {}
        self.refuses = False

    def execute(self, command: str, *arguments: str) -> AgiPeer.Reply:
        """Answer a command."""
        if command == "GET FULL VARIABLE":
            return self.Reply(1, expand_keys(arguments[0], lambda key: self.values.get(_halves(key))))
        family, key, *value = arguments
        if command == "DATABASE GET":
            found = self.values.get((family, key))
            return self.Reply(0) if found is None else self.Reply(1, found)
        if command == "DATABASE PUT" and not self.refuses:
            self.values[family, key] = value[0]
        elif command == "DATABASE DEL":
            self.values.pop((family, key), None)
        return self.Reply(0 if self.refuses else 1)


def _halves(key: str) -> tuple[str, str]:
    family, _, rest = key.partition("/")
    return family, rest


@pytest.fixture
def server() -> Iterator[AmiServer]:
    server = AmiServer()
    yield server
    server.close()


@pytest.fixture
def ami(server: AmiServer) -> Iterator[Ami]:
    ami = Ami(server.manager, timeout=2)
    yield ami
    ami.close()


@pytest.fixture
def asterisk(rig: Rig) -> Iterator[Ami]:
    """Return a connection to a real Asterisk."""
    ami = rig.manager()
    _clear(AmiAstDb(ami))
    yield ami
    _clear(AmiAstDb(ami))
    ami.close()


def _clear(db: AmiAstDb) -> None:
    for key in db.matching(f"{FAMILY}/*", f"{FAMILY}2/*"):
        db.delete(key)


TREES = ["fake", "ami", pytest.param("asterisk", marks=pytest.mark.asterisk)]


@pytest.fixture(params=TREES)
def tree(request: pytest.FixtureRequest) -> AstDbTree:
    if request.param == "fake":
        return FakeAstDb()
    return AmiAstDb(request.getfixturevalue(request.param))


@pytest.fixture(params=[*TREES, "agi"])
def db(request: pytest.FixtureRequest) -> AstDb:
    if request.param == "fake":
        return FakeAstDb()
    if request.param == "agi":
        return AgiAstDb(AgiPeer())
    return AmiAstDb(request.getfixturevalue(request.param))


def test_an_absent_key_is_none(db: AstDb) -> None:
    assert db.get(f"{FAMILY}/200/user") is None


@pytest.mark.parametrize("value", VALUES)
def test_a_value_comes_back_as_it_was_put(db: AstDb, value: str) -> None:
    db.put(f"{FAMILY}/200/user", value)
    assert db.get(f"{FAMILY}/200/user") == value


def test_many_are_read_at_once(db: AstDb) -> None:
    """Among them absent ones and empty ones, and more than one line of AGI holds."""
    wanted: dict[str, str | None] = {f"{FAMILY}/{number}": value for number, value in enumerate(VALUES)}
    wanted.update({f"{FAMILY}/absent/{number}": None for number in range(60)})
    wanted.update({f"{FAMILY}/{key}": key for key in KEYS})
    for key, value in wanted.items():
        if value is not None:
            db.put(key, value)
    assert db.read(wanted) == wanted
    assert db.read([]) == {}


def test_a_key_may_have_any_depth_and_length(db: AstDb) -> None:
    for key in KEYS:
        db.put(f"{FAMILY}/{key}", key)
    assert [db.get(f"{FAMILY}/{key}") for key in KEYS] == KEYS


def test_a_value_is_replaced(db: AstDb) -> None:
    db.put(f"{FAMILY}/200/user", "1001")
    db.put(f"{FAMILY}/200/user", "1002")
    assert db.get(f"{FAMILY}/200/user") == "1002"


def test_a_key_that_is_removed_is_gone_and_removing_it_again_is_no_error(db: AstDb) -> None:
    db.put(f"{FAMILY}/200/user", "1001")
    db.put(f"{FAMILY}/201/user", "1001")
    db.delete(f"{FAMILY}/200/user")
    db.delete(f"{FAMILY}/200/user")
    assert db.get(f"{FAMILY}/200/user") is None
    assert db.get(f"{FAMILY}/201/user") == "1001"


def test_many_are_changed_at_once(db: AstDb) -> None:
    """More than are sent before the first answer is read; what is to be removed may be absent."""
    keys = [f"{FAMILY}/{number}" for number in range(120)]
    db.change({key: "old" for key in keys[:60]})
    db.change({key: None if number % 2 else f"new {number}" for number, key in enumerate(keys)})
    assert db.read(keys) == {key: None if number % 2 else f"new {number}" for number, key in enumerate(keys)}
    db.change({})


def test_a_family_is_everything_below_it_and_nothing_else(tree: AstDbTree) -> None:
    keys = {f"{FAMILY}/{key}": "1" for key in KEYS}
    for key in [*keys, f"{FAMILY}2/x", f"{FAMILY.lower()}/x"]:
        tree.put(key, "1")
    try:
        assert tree.matching(f"{FAMILY}/*") == keys
    finally:
        tree.delete(f"{FAMILY.lower()}/x")


def test_values_are_listed_as_they_are(tree: AstDbTree) -> None:
    for number, value in enumerate(VALUES):
        tree.put(f"{FAMILY}/{number}", value)
    assert tree.matching(f"{FAMILY}/*") == {f"{FAMILY}/{number}": value for number, value in enumerate(VALUES)}


def test_keys_are_listed_by_any_of_some_patterns(tree: AstDbTree) -> None:
    keys = {f"{FAMILY}/200/user": "1001", f"{FAMILY}2/x": "1"}
    for key, value in {**keys, f"{FAMILY}/201/user": "1"}.items():
        tree.put(key, value)
    assert tree.matching(f"{FAMILY}/200/*", "HDSKNONE/*", f"{FAMILY}2/*", f"{FAMILY}2/x") == keys
    assert tree.matching("HDSKNONE/*") == tree.matching() == {}


def test_keys_of_a_name_are_of_everybody_in_the_family_and_of_nobody_else(tree: AstDbTree) -> None:
    wanted = {
        f"{FAMILY}/1001/device": "200",
        f"{FAMILY}/1002/device": "",
        f"{FAMILY}/1001/followme/ddial": "DIRECT",
    }
    others = (f"{FAMILY}/1001/Device", f"{FAMILY}/1001/device/x", f"{FAMILY}/1001/mydevice", f"{FAMILY}2/1001/device")
    for key in (*wanted, *others):
        tree.put(key, wanted.get(key, "x"))
    names = ("device", "followme/ddial", "nothing")
    assert tree.matching(*(f"{FAMILY}/*/{name}" for name in names)) == wanted


def test_more_are_listed_than_go_into_one_line_by_more_patterns_than_go_into_one_command(tree: AstDbTree) -> None:
    keys = {f"{FAMILY}/{number}/a-rather-long-name": "1" for number in range(600)}
    tree.change(dict(keys))
    assert tree.matching(*keys, f"{FAMILY}/nothing") == keys
    assert tree.matching(*(f"{FAMILY}/{digit}*" for digit in range(10))) == keys


@pytest.mark.parametrize("pattern", ["HDSK/'", 'HDSK/"', "HDSK/[a]", "HDSK/x y", "HDSK/\n", ""])
def test_a_pattern_that_would_mean_something_else_is_refused(tree: AstDbTree, pattern: str) -> None:
    with pytest.raises(BadValue, match="pattern"):
        tree.matching(pattern)


def test_a_pattern_is_refused_before_it_is_sent(server: AmiServer, ami: Ami) -> None:
    with pytest.raises(BadValue):
        AmiAstDb(ami).matching("CF/*", "HDSK/'")
    assert server.received == []


@pytest.mark.parametrize("output", ["", "No such command 'database query'", "group: \x1eCF/1001\x1fHD200\x1e"])
def test_a_list_without_its_end_is_no_list(server: AmiServer, ami: Ami, output: str) -> None:
    """A repair that took it for one would find everything missing."""
    server.answers["Command"] = f"Response: Success\n{{id}}\nMessage: Command output follows\nOutput: {output}"
    with pytest.raises(AsteriskDown, match="does not list its database"):
        AmiAstDb(ami).matching("CF/*")


def test_a_line_break_is_refused_before_it_is_sent(server: AmiServer, ami: Ami) -> None:
    with pytest.raises(BadValue):
        AmiAstDb(ami).put("HDSK/x", "1\r\nAction: Originate")
    assert server.received == []


@pytest.mark.parametrize("action", ["DBGet", "DBPut", "DBDel", "Command"])
def test_a_manager_that_may_not_is_asterisk_down(server: AmiServer, ami: Ami, action: str) -> None:
    server.astdb["HDSK/x"] = "1"
    server.answers = {action: "Response: Error\n{id}\nMessage: Permission denied"}
    db = AmiAstDb(ami)
    calls: dict[str, Callable[[], object]] = {
        "DBGet": lambda: db.get("HDSK/x"),
        "DBPut": lambda: db.put("HDSK/x", "2"),
        "DBDel": lambda: db.delete("HDSK/x"),
        "Command": lambda: db.matching("HDSK/*"),
    }
    with pytest.raises(AsteriskDown, match="Permission denied"):
        calls[action]()


def test_a_value_that_asterisk_does_not_take_from_an_agi_is_asterisk_down() -> None:
    peer = AgiPeer()
    peer.refuses = True
    with pytest.raises(AsteriskDown, match="HDSK/x"):
        AgiAstDb(peer).put("HDSK/x", "1")


def test_many_are_read_by_few_lines_of_agi_that_asterisk_takes_whole() -> None:
    lines: list[str] = []

    class Counted(AgiPeer):
        def execute(self, command: str, *arguments: str) -> AgiPeer.Reply:
            lines.append(f'{command} "{arguments[0]}"')
            return super().execute(command, *arguments)

    AgiAstDb(Counted()).read(f"AMPUSER/{number}/device" for number in range(1000, 1060))
    assert len(lines) == 2
    assert max(map(len, lines)) < 2048


def test_a_value_that_looks_like_two_comes_back_all_the_same() -> None:
    peer = AgiPeer()
    db = AgiAstDb(peer)
    db.put("HDSK/x", "1\x1f1")
    assert db.read(["HDSK/x", "HDSK/y"]) == {"HDSK/x": "1\x1f1", "HDSK/y": None}


def test_a_hangup_of_the_agi_goes_through() -> None:
    class Gone(AgiPeer):
        def execute(self, command: str, *arguments: str) -> AgiPeer.Reply:
            raise Hangup("gone")

    with pytest.raises(Hangup):
        AgiAstDb(Gone()).get("HDSK/x")
