"""What is read of FreePBX's own tables: by the fake of the tests, from SQLite and from MariaDB."""

from __future__ import annotations

import time

import pytest

from hotdesk_module.adapters.inventory import SqlInventory
from hotdesk_module.adapters.memory import Memory
from hotdesk_module.adapters.sql import Connection, Value
from hotdesk_module.config import Manager
from hotdesk_module.core.model import Device, FeatureCode, Group, Route, Trunk, User
from hotdesk_module.errors import LedgerDown
from hotdesk_module.ports import Flags, Inventory
from tests.contract.conftest import SQL, Databases
from tests.support.fakes import FakeInventory

# FreePBX's tables as far as they are read, with its types. Those of MODULES are there where a module is installed.
TABLES = {
    "devices": "id VARCHAR(20) NOT NULL DEFAULT '', tech VARCHAR(10) NOT NULL DEFAULT '', dial VARCHAR(255) NOT NULL"
    " DEFAULT '', user VARCHAR(50), description VARCHAR(50), emergency_cid VARCHAR(100), hint_override VARCHAR(100)",
    "users": "extension VARCHAR(20) NOT NULL DEFAULT '', name VARCHAR(50), voicemail VARCHAR(50),"
    " noanswer_dest VARCHAR(255) NOT NULL DEFAULT ''",
    "sip": "id VARCHAR(20) NOT NULL, keyword VARCHAR(30) NOT NULL, data VARCHAR(8100) NOT NULL",
    "freepbx_settings": "keyword VARCHAR(50) NOT NULL PRIMARY KEY, value VARCHAR(255)",
    "modules": "id INTEGER NOT NULL, modulename VARCHAR(50) NOT NULL, enabled INTEGER NOT NULL DEFAULT 0",
    "featurecodes": "modulename VARCHAR(50) NOT NULL, featurename VARCHAR(50) NOT NULL, defaultcode VARCHAR(20),"
    " customcode VARCHAR(20), enabled INTEGER NOT NULL DEFAULT 0",
}

MODULES = {
    "queues_details": "id VARCHAR(45) NOT NULL DEFAULT '-1', keyword VARCHAR(30) NOT NULL DEFAULT '', data VARCHAR(150)"
    " NOT NULL DEFAULT '', flags INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (id, keyword, data)",
    "queues_config": "extension VARCHAR(20) NOT NULL DEFAULT '', descr VARCHAR(35) NOT NULL DEFAULT ''",
    "ringgroups": "grpnum VARCHAR(20) NOT NULL, grplist VARCHAR(255) NOT NULL, description VARCHAR(35) NOT NULL",
    "findmefollow": "grpnum VARCHAR(20) NOT NULL, grplist VARCHAR(255)",
    "outbound_routes": "route_id INTEGER NOT NULL, name VARCHAR(40), password VARCHAR(30), emergency_route VARCHAR(4),"
    " time_group_id INTEGER, dest VARCHAR(255), outcid VARCHAR(255), outcid_mode VARCHAR(20),"
    " intracompany_route VARCHAR(4)",
    "outbound_route_sequence": "route_id INTEGER NOT NULL, seq INTEGER NOT NULL",
    "outbound_route_patterns": "route_id INTEGER NOT NULL, match_pattern_prefix VARCHAR(60) NOT NULL DEFAULT '',"
    " match_pattern_pass VARCHAR(60) NOT NULL DEFAULT '', match_cid VARCHAR(60) NOT NULL DEFAULT ''",
    "outbound_route_trunks": "route_id INTEGER NOT NULL, trunk_id INTEGER NOT NULL, seq INTEGER NOT NULL",
    "trunks": "trunkid INTEGER NOT NULL, name VARCHAR(255) DEFAULT '', outcid VARCHAR(255) DEFAULT '',"
    " keepcid VARCHAR(4) DEFAULT 'off', channelid VARCHAR(190) NOT NULL DEFAULT '', disabled VARCHAR(4) DEFAULT 'off'",
    "pjsip": "id VARCHAR(20) NOT NULL, keyword VARCHAR(30) NOT NULL, data VARCHAR(8100) NOT NULL",
    "admin": "variable VARCHAR(20) NOT NULL DEFAULT '', value VARCHAR(80) NOT NULL DEFAULT ''",
}

SALES = Group("queue", "700", "Sales ünd", ("1001", "200"))
SUPPORT = Group("queue", "701", "", ("1003",))
EVERYBODY = Group("ring_group", "600", "Everybody", ("1001", "200", "5551234"))
ALICES_LIST = Group("follow_me", "1001", "", ("1001", "200"))

CARRIER = Trunk("1", "Carrier ü", '"Acme" <5550100>', "all", "5550100")
# A trunk without a name is called after its channel.
SPARE_TRUNK = Trunk("2", "spare", keep="cnum", from_user="acme")
OUT = Route(
    "3",
    "Out",
    patterns=(".", "9NXXXXXX"),
    trunks=(SPARE_TRUNK, CARRIER),
    destination=True,
    password=True,
    cid="5550177",
    cid_overrides=True,
)
EMERGENCY = Route("1", "Emergency ü", emergency=True, patterns=("112", "911"), trunks=(CARRIER,), cid="5550178")
SOMEBODYS = Route("2", "", emergency=True, limited=(("911", "200"),), timed=True, internal=True)

LOBBY = Device("200", "pjsip", "PJSIP/200", "200", "PJSIP/200", "Lobby Phone", "5551234")
ALICES = Device("1001", "sip", "SIP/1001", "1001", "SIP/1001&Custom:A", "Alice")
SPARE = Device("1002", "pjsip", "PJSIP/1002", "1001", "PJSIP/1002")
NOBODYS = Device("300", "pjsip", "PJSIP/300", "", "PJSIP/300")
ALICE = User("1001", "Alice", "default")
BOB = User("1003", "", "")
CAROL = User("1004", "Carol ünï", "")
CODES = (
    FeatureCode("voicemail", "myvoicemail", "*97"),
    FeatureCode("core", "userlogon", "*11"),
    FeatureCode("hotdesk", "login", "*11"),
    FeatureCode("core", "off", "*12", enabled=False),
    FeatureCode("hotdesk", "logout", "*12", "*55"),
    FeatureCode("core", "empty", ""),
)


def fill(connection: Connection, table: str, *rows: tuple[Value, ...]) -> None:
    """Insert whole rows."""
    for row in rows:
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)


def freepbx(connection: Connection) -> None:
    """Make FreePBX's tables, empty."""
    for table, columns in {**TABLES, **MODULES}.items():
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(f"CREATE TABLE {table} ({columns})")


@pytest.fixture
def connection(databases: Databases) -> Connection:
    connection = databases.connect()
    freepbx(connection)
    return connection


@pytest.fixture(params=["fake", *SQL, pytest.param("remembering", marks=pytest.mark.mariadb)])
def inventory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Inventory:
    """Return one FreePBX in each form."""
    if request.param == "fake":
        fake = FakeInventory(
            [LOBBY, ALICES, SPARE, NOBODYS],
            [ALICE, BOB, CAROL],
            Flags(),
            {"200": "0.0.0.0-udp"},
            CODES,
            {"1003": "app-blackhole,hangup,1"},
            "Europe/Berlin",
            [SALES, SUPPORT, EVERYBODY, ALICES_LIST],
            "16.0.40",
            [OUT, EMERGENCY, SOMEBODYS],
            {"7000": "", "700": "Sales ünd"},
        )
        fake.all_forced_caller_ids = {"200": "Front <5550200>"}
        return fake
    kind, memory = request.param, None
    if kind == "remembering":
        kind, memory = "mariadb", Memory()
        monkeypatch.setattr("hotdesk_module.adapters.inventory._MANY", 1)
    connection: Connection = request.getfixturevalue(f"{kind}_databases").connect()
    freepbx(connection)
    fill(
        connection,
        "devices",
        ("200", "pjsip", "PJSIP/200", "200", "Lobby Phone", "5551234", ""),
        ("1001", "sip", "SIP/1001", "1001", "Alice", None, "SIP/1001&Custom:A"),
        ("1002", "pjsip", "PJSIP/1002", "1001", None, None, None),
        ("300", "pjsip", "PJSIP/300", None, None, None, None),
    )
    fill(
        connection,
        "users",
        ("1001", "Alice", "default", ""),
        ("1003", None, "novm", "app-blackhole,hangup,1"),
        ("1004", "Carol ünï", None, ""),
    )
    fill(connection, "freepbx_settings", ("PHPTIMEZONE", "Europe/Berlin"))
    fill(
        connection,
        "sip",
        ("200", "transport", "0.0.0.0-udp"),
        ("200", "secret", "x"),
        ("1001", "transport", ""),
        ("tr-peer-2", "fromuser", "acme"),
        ("1001", "fromuser", "alice"),
        ("200", "callerid", "Front <5550200>"),
        ("200", "force_callerid", "yes"),
        ("1001", "callerid", "Alice <1001>"),
        ("1001", "force_callerid", "no"),
    )
    fill(
        connection,
        "featurecodes",
        ("voicemail", "myvoicemail", "*97", "", 1),
        ("core", "userlogon", "*11", None, 1),
        ("hotdesk", "login", "*11", "", 1),
        ("core", "off", "*12", "", 0),
        ("hotdesk", "logout", "*12", "*55", 1),
        ("core", "empty", "", "", 1),
    )
    fill(
        connection,
        "queues_details",
        ("700", "member", "Local/200@from-queue/n,0", 1),
        ("700", "member", "Local/1001@from-queue/n,0", 0),
        ("700", "strategy", "ringall", 0),
        ("701", "member", "Local/1003@from-queue/n,5", 0),
        # Neither is an extension's number.
        ("701", "member", "Agent/1004,0", 1),
        ("702", "member", "PJSIP/200,0", 0),
    )
    fill(connection, "queues_config", ("7000", ""), ("700", "Sales ünd"))
    fill(connection, "ringgroups", ("600", "1001-200-5551234#", "Everybody"))
    fill(connection, "findmefollow", ("1001", "1001-200"), ("200", "200"), ("1003", None))
    fill(
        connection,
        "outbound_routes",
        (1, "Emergency ü", "", "YES", None, "", "5550178", "", ""),
        (2, None, None, "YES", 5, None, None, None, "YES"),
        (3, "Out", "1234", "", 0, "app-blackhole,congestion,1", "5550177", "override_extension", ""),
        # FreePBX does not ask a route that is not in the sequence.
        (4, "Lost", "", "YES", None, "", "", "", ""),
    )
    fill(connection, "outbound_route_sequence", (1, 1), (2, 2), (3, 0))
    fill(
        connection,
        "outbound_route_patterns",
        (1, "", "911", ""),
        (1, "", "112", ""),
        (2, "", "911", "200"),
        (3, "9", "NXXXXXX", ""),
        (3, "", ".", ""),
    )
    # Trunk 3 is switched off, and there is no trunk 4.
    fill(
        connection,
        "trunks",
        (1, "Carrier ü", '"Acme" <5550100>', "all", "carrier", "off"),
        (2, "", "", "cnum", "spare", None),
        (3, "Off", "", "off", "off", "on"),
    )
    fill(connection, "pjsip", ("1", "from_user", "5550100"), ("2", "from_user", ""), ("1", "transport", "udp"))
    fill(connection, "outbound_route_trunks", (1, 1, 0), (1, 4, 1), (2, 3, 0), (3, 1, 1), (3, 2, 0), (3, 3, 2))
    fill(connection, "admin", ("need_reload", "true"), ("version", "16.0.40"))
    return SqlInventory(connection, memory)


def test_all_devices_are_those_of_freepbx(inventory: Inventory) -> None:
    assert set(inventory.devices()) == {LOBBY, ALICES, SPARE, NOBODYS}


def test_devices_are_found_by_number_and_by_user(inventory: Inventory) -> None:
    assert inventory.devices(ids=iter(["200", "404"])) == (LOBBY,)
    assert set(inventory.devices(users=["1001"])) == {ALICES, SPARE}
    assert set(inventory.devices(ids=["200", "1001"], users=["1001"])) == {LOBBY, ALICES, SPARE}
    assert inventory.devices(ids=["200"], users=[]) == (LOBBY,)
    assert inventory.devices(ids=[], users=[]) == ()


def test_whose_a_device_is(inventory: Inventory) -> None:
    assert inventory.owners() == {"200": "200", "1001": "1001", "1002": "1001"}
    assert inventory.owners(["1001"]) == {"1001": "1001", "1002": "1001"}
    assert inventory.owners([]) == {}


def test_where_a_call_goes_that_nobody_answers(inventory: Inventory) -> None:
    wanted = ("1001", "1003", "1004", "404")
    assert inventory.no_answer_destinations(iter(wanted)) == {"1003": "app-blackhole,hangup,1"}
    assert inventory.no_answer_destinations([]) == {}


def test_the_time_zone_is_freepbxs(inventory: Inventory) -> None:
    assert inventory.zone() == "Europe/Berlin"


def test_a_user_without_voicemail_has_no_mailbox(inventory: Inventory) -> None:
    assert set(inventory.users()) == {ALICE, BOB, CAROL}
    assert inventory.users(iter(["1003"])) == (BOB,)
    assert inventory.users(["404"]) == inventory.users([]) == ()


def test_transports_are_those_that_are_set(inventory: Inventory) -> None:
    assert inventory.transports(iter(["200", "1001", "404"])) == {"200": "0.0.0.0-udp"}
    assert inventory.transports([]) == {}


def test_feature_codes_are_listed_with_what_was_changed_and_switched_off(inventory: Inventory) -> None:
    assert sorted(inventory.feature_codes()) == sorted(CODES)


def test_flags_are_freepbxs_defaults_where_nothing_is_set(inventory: Inventory, connection: Connection) -> None:
    assert inventory.flags() == Flags()
    assert SqlInventory(connection).flags() == Flags(dnd_in_hints=True, device_and_user=False)


@pytest.mark.parametrize(
    ("devstate", "module", "dnd"), [("1", 1, True), ("true", 1, True), ("0", 1, False), ("1", 0, False), ("", 1, False)]
)
def test_do_not_disturb_is_in_hints_where_freepbx_puts_it(
    connection: Connection, devstate: str, module: int, dnd: bool
) -> None:
    fill(connection, "freepbx_settings", ("USEDEVSTATE", devstate), ("AMPEXTENSIONS", "extensions"))
    fill(connection, "modules", (1, "donotdisturb", module), (2, "core", 1))
    assert SqlInventory(connection).flags() == Flags(dnd_in_hints=dnd, device_and_user=False)


def test_device_and_user_mode_is_seen(connection: Connection) -> None:
    fill(connection, "freepbx_settings", ("AMPEXTENSIONS", "deviceanduser"))
    assert SqlInventory(connection).flags().device_and_user


def test_without_a_table_of_modules_the_rest_is_read(connection: Connection) -> None:
    fill(connection, "freepbx_settings", ("USEDEVSTATE", "0"), ("AMPMGRUSER", "me"))
    connection.execute("DROP TABLE modules")
    inventory = SqlInventory(connection)
    assert (inventory.flags().dnd_in_hints, inventory.manager().user) == (False, "me")


def test_the_manager_is_the_one_freepbx_uses(connection: Connection) -> None:
    assert SqlInventory(connection).manager() == Manager("localhost", 5038, "admin", "")
    fill(
        connection,
        "freepbx_settings",
        ("AMPMGRUSER", "hd"),
        ("AMPMGRPASS", "hush"),
        ("ASTMANAGERHOST", "10.0.0.1"),
        ("ASTMANAGERPORT", "5039"),
    )
    manager = SqlInventory(connection).manager()
    assert manager == Manager("10.0.0.1", 5039, "hd", "hush")
    assert "hush" not in repr(manager)


def test_freepbxs_settings_are_read_once_until_they_are_to_be_read_again(connection: Connection) -> None:
    inventory = SqlInventory(connection)
    assert inventory.flags().dnd_in_hints
    fill(connection, "freepbx_settings", ("USEDEVSTATE", "0"))
    assert inventory.flags().dnd_in_hints
    inventory.refresh()
    assert not inventory.flags().dnd_in_hints


def test_a_database_that_is_not_freepbxs_is_a_ledger_that_is_down(connection: Connection) -> None:
    for table in TABLES:
        connection.execute(f"DROP TABLE {table}")
    inventory = SqlInventory(connection)
    for question in (inventory.devices, inventory.users, inventory.flags, inventory.feature_codes):
        with pytest.raises(LedgerDown):
            question()


def test_who_is_in_which_queue_group_and_list(inventory: Inventory) -> None:
    assert inventory.groups() == (SALES, SUPPORT, EVERYBODY, ALICES_LIST)


def test_queues_are_named_also_those_without_members(inventory: Inventory) -> None:
    assert inventory.queues() == {"700": "Sales ünd", "7000": ""}


def test_outbound_routes_are_in_the_order_in_which_they_are_asked(inventory: Inventory) -> None:
    assert inventory.routes() == (OUT, EMERGENCY, SOMEBODYS)


def test_a_device_may_have_a_caller_id_forced_upon_it(inventory: Inventory) -> None:
    assert inventory.forced_caller_ids() == {"200": "Front <5550200>"}


def test_names_go_out_unless_freepbx_keeps_them_back(inventory: Inventory, connection: Connection) -> None:
    assert inventory.names_go_out()
    fill(connection, "freepbx_settings", ("BLOCK_OUTBOUND_TRUNK_CNAM", "1"))
    assert not SqlInventory(connection).names_go_out()


def test_which_freepbx_this_is(inventory: Inventory) -> None:
    assert inventory.version() == "16.0.40"


def test_the_clock_of_the_database_is_in_whole_seconds_since_the_epoch(inventory: Inventory) -> None:
    assert abs(inventory.now() - time.time()) <= 2


def test_a_module_that_is_not_installed_has_no_tables_and_that_is_no_error(connection: Connection) -> None:
    fill(connection, "ringgroups", ("600", "1001", "Everybody"))
    for table in MODULES:
        if table != "ringgroups":
            connection.execute(f"DROP TABLE {table}")
    inventory = SqlInventory(connection)
    assert inventory.groups() == (Group("ring_group", "600", "Everybody", ("1001",)),)
    assert (inventory.version(), inventory.routes(), inventory.queues()) == ("", (), {})
