"""Ten thousand guesses by many processes at once, on the real MariaDB and its lock: no more tries than the settings
allow, and the user gets in."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hotdesk_module import controls
from hotdesk_module.adapters import schema
from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.mysql import MySql
from hotdesk_module.config import Database
from hotdesk_module.core.lockout import PHONE, USER
from hotdesk_module.core.model import Phone, User
from hotdesk_module.core.settings import Settings
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.service import HotDesk
from tests.support.fakes import FakeAstDb, FakeInventory, FakeSwitchboard
from tests.support.office import device
from tests.support.rig import mariadb
from tests.support.rig.asterisk import REPOSITORY

pytestmark = pytest.mark.mariadb

GUESSES, PROCESSES = 10_000, 20
TEN = [f"40{n}" for n in range(10)]
VICTIM = "1003"


class Besieged:
    """A ledger that is guessed at."""

    def __init__(self, server: mariadb.MariaDB) -> None:
        self._socket = str(server.socket)
        where = Database(
            "mysql", socket=self._socket, name=mariadb.DATABASE, user=mariadb.USER, password=mariadb.PASSWORD
        )
        self.connection = MySql(where)
        for table in schema.tables():
            self.connection.execute(f"DROP TABLE IF EXISTS {table.name}")
        schema.create_tables(self.connection)
        self.ledger = SqlLedger(self.connection)
        self.phones = ["200", "201", *TEN]
        self.ledger.save_phones(Phone(p) for p in self.phones)
        inventory = FakeInventory([device(p) for p in self.phones], [User(VICTIM, "", "default")])
        astdb = FakeAstDb()
        self.desk = HotDesk(self.ledger, inventory, astdb, FakeSwitchboard(astdb), lambda: int(time.time()), "phone")

    def guess(self, *phones: str) -> int:
        """Let many processes guess at the same time, at these phones; return how many PINs were judged."""
        each = GUESSES // PROCESSES
        with ExitStack() as stack:
            started = []
            for n in range(PROCESSES):
                mine = [*phones[n % len(phones) :], *phones[: n % len(phones)]]
                command = [sys.executable, "-m", "tests.integration.guess_worker", self._socket, mariadb.DATABASE]
                started.append(
                    stack.enter_context(
                        subprocess.Popen(
                            [*command, VICTIM, str(each), *mine],
                            cwd=REPOSITORY,
                            text=True,
                            stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE,
                        )
                    )
                )
            for worker in started:
                assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
            for worker in started:
                assert worker.stdin is not None
                worker.stdin.write("go\n")
                worker.stdin.flush()
            return sum(int(worker.stdout.readline()) for worker in started if worker.stdout is not None)

    def locked(self) -> set[tuple[str, str]]:
        found = controls.locks(self.ledger, int(time.time()))
        return {(lock.kind, lock.subject) for lock in found if lock.locked_until}


@pytest.fixture
def besieged(mariadb_server: mariadb.MariaDB) -> Iterator[Besieged]:
    mariadb_server.create_database(mariadb.DATABASE)
    made = Besieged(mariadb_server)
    yield made
    made.connection.close()


@pytest.mark.slow
def test_ten_thousand_guesses_from_one_phone_are_three_tries(besieged: Besieged) -> None:
    assert besieged.guess("400") == Settings().lock_failures
    assert besieged.locked() == {(PHONE, "400")}
    refused = besieged.ledger.events(HistoryFilter(event="refused", limit=2 * GUESSES))
    assert len(refused) == GUESSES
    assert sum(e.code == "wrong_pin" for e in refused) == 3
    assert besieged.desk.login("200", VICTIM, lambda: None).code == "logged_in"


@pytest.mark.slow
def test_ten_thousand_guesses_from_ten_phones_are_thirty_tries_and_the_user_gets_in(besieged: Besieged) -> None:
    besieged.desk.login("200", VICTIM, lambda: None)
    besieged.desk.logout("200")
    assert besieged.guess(*TEN) == Settings().lock_user_failures == 30
    assert besieged.locked() == {(USER, VICTIM), *((PHONE, phone) for phone in TEN)}
    lines = besieged.ledger.events(HistoryFilter(event="lock", limit=100))
    assert sorted(e.code for e in lines) == [PHONE] * 10 + [USER]
    assert besieged.desk.login("200", VICTIM, lambda: None).code == "logged_in"
