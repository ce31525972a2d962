"""What the daemon remembers of FreePBX's tables is what they hold."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hotdesk_module.adapters.inventory import SqlInventory
from hotdesk_module.adapters.memory import Memory
from hotdesk_module.adapters.mysql import MySql
from hotdesk_module.adapters.sql import Row, Value
from hotdesk_module.core.model import User
from tests.contract.conftest import Databases
from tests.contract.test_inventory_contract import fill, freepbx

pytestmark = pytest.mark.mariadb


class Watched(MySql):
    """Notes what is asked."""

    asked: list[str]

    def select(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """Ask."""
        self.asked.append(sql)
        return super().select(sql, values)

    def read(self, table: str) -> int:
        """Return how often the rows of a table were read since the last time."""
        count = sum(1 for sql in self.asked if sql.endswith(f" FROM {table}") and "CRC32" not in sql)
        self.asked = []
        return count


@pytest.fixture
def connection(mariadb_databases: Databases) -> Watched:
    connection = Watched(mariadb_databases.database)
    connection.asked = []
    freepbx(connection)
    fill(connection, "users", ("1001", "Alice", "default", ""), ("1002", "Bob", None, ""))
    fill(connection, "devices", ("200", "pjsip", "PJSIP/200", "200", "Lobby", "", ""))
    return connection


def test_what_has_not_changed_is_not_read_again_by_whatever_connection(connection: Watched) -> None:
    memory = Memory()
    first = SqlInventory(connection, memory)
    assert first.users() == (User("1001", "Alice", "default"), User("1002", "Bob", ""))
    assert [d.id for d in first.devices()] == ["200"] and first.owners() == {"200": "200"}
    assert (connection.read("users"), connection.read("devices")) == (1, 0)
    assert SqlInventory(connection, memory).users() == first.users()
    assert SqlInventory(connection, memory).devices() == first.devices()
    assert connection.read("users") == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET name = 'Alicia' WHERE extension = '1001'",
        "UPDATE users SET voicemail = 'novm' WHERE extension = '1001'",
        "UPDATE users SET voicemail = name, name = NULL WHERE extension = '1002'",
        "UPDATE users SET name = CASE extension WHEN '1001' THEN 'Bob' ELSE 'Alice' END",
        "UPDATE users SET extension = CASE extension WHEN '1001' THEN '1002' ELSE '1001' END",
        "UPDATE users SET name = 'alice' WHERE extension = '1001'",
        "INSERT INTO users VALUES ('', '', '', '')",
        "DELETE FROM users WHERE extension = '1002'",
        "DELETE FROM users",
    ],
)
def test_whatever_changes_is_seen_at_once(connection: Watched, change: str) -> None:
    remembering = SqlInventory(connection, Memory())
    before = remembering.users()
    connection.execute(change)
    assert set(remembering.users()) == set(SqlInventory(connection).users()) != set(before)


def test_a_few_are_asked_for_without_a_look_at_all(connection: Watched) -> None:
    assert SqlInventory(connection, Memory()).users(["1001"]) == (User("1001", "Alice", "default"),)
    assert not any("CRC32" in sql for sql in connection.asked)
