"""Companies of any size: what logs out many at once, what compares all of Asterisk with the ledger, and how both grow.

On a MariaDB of its own, with Asterisk's own database as FreePBX fills it; no phone is there, and none is needed.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.company import Size, device, fill, user
from benchmarks.figures import GROWTH, REPAIR, Figure, figure, stopwatch
from benchmarks.office import Office
from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.inventory import SqlInventory
from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.mysql import MySql
from hotdesk_module.adapters.switchboard import AmiSwitchboard
from hotdesk_module.config import Database
from hotdesk_module.core.model import Session
from hotdesk_module.service import HotDesk
from tests.support.rig import mariadb
from tests.support.rig.company import Extension

SESSIONS, BULK, PERCENT = 2000, 500, 20
SIZES = (100, 300, 1000, 3000, 10000)
# Lines of history that each phone brings along.
_HISTORY = 20
NOTHING, SOME, ALL = (
    f"reconcile, {SESSIONS:,} sessions, {what}" for what in ("nothing to do", "1 % to do", "all to do")
)
LOGOUT = f"logout of {BULK} sessions"


class Site:
    """A company of so many phones, on Asterisk and a database; up for the length of a ``with``."""

    def __init__(self, office: Office, server: mariadb.MariaDB, phones: int, taken: float) -> None:
        self.office, self.phones = office, phones
        self.connection = MySql(database(server))
        fill(self.connection, Size(phones, phones * _HISTORY), int(time.time()), taken)
        self.keys = freepbx_keys(phones)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Let Asterisk's database be as FreePBX alone has it, and the hints with it."""
        asterisk = self.office.rig.asterisk
        asterisk.stop()
        with sqlite3.connect(asterisk.data / "astdb.sqlite3") as file:
            file.execute("DELETE FROM astdb")
            file.executemany(
                "INSERT INTO astdb (key, value) VALUES (?, ?)", ((f"/{k}", v) for k, v in self.keys.items())
            )
        file.close()
        asterisk.start()
        self.ami: Ami = self.office.rig.manager()
        ledger, inventory = SqlLedger(self.connection), SqlInventory(self.connection)
        self.astdb = AmiAstDb(self.ami)
        self.desk = HotDesk(
            ledger, inventory, self.astdb, AmiSwitchboard(self.ami), lambda: int(time.time()), source="cli"
        )

    def sessions(self) -> tuple[Session, ...]:
        return self.desk.ledger.sessions()

    def close(self) -> None:
        self.ami.close()
        self.connection.close()


def database(server: mariadb.MariaDB) -> Database:
    """Return how a private server is reached."""
    return Database(
        "mysql", socket=str(server.socket), name=mariadb.DATABASE, user=mariadb.USER, password=mariadb.PASSWORD
    )


def freepbx_keys(phones: int) -> dict[str, str]:
    """Return what FreePBX has in Asterisk's database for such a company; see :func:`benchmarks.company.fill`."""
    keys: dict[str, str] = {}
    for n in range(phones):
        keys.update(Extension(device(n), f"Desk {device(n)}", "1", emergency_cid=f"555{device(n)}").astdb())
        keys.update(Extension(user(n), f"Person {user(n)}", "1", virtual=n % 2 == 1).astdb())
    return keys


@contextmanager
def site(office: Office, phones: int, taken: float = 0.6) -> Iterator[Site]:
    """Have such a company for a while."""
    server = mariadb.MariaDB()
    try:
        server.start()
        made = Site(office, server, phones, taken)
        yield made
        made.close()
    finally:
        server.close()


def measure(office: Office, runs: int) -> Iterator[Figure]:
    """Measure repairs of 2,000 sessions, and logouts of 500 of them."""
    took: dict[str, list[float]] = {ALL: [], NOTHING: [], SOME: [], LOGOUT: []}
    # Each of them takes its time.
    turns = max(1, runs // 10)
    with site(office, SESSIONS, taken=1.0) as here:
        for turn in range(turns):
            if turn:
                here.begin_anew()
            with stopwatch(took[ALL]):
                assert here.desk.reconcile(force=True).effects
            for _ in range(3):
                with stopwatch(took[NOTHING]):
                    assert not here.desk.reconcile(force=True).effects
            for session in here.sessions()[:: SESSIONS // PERCENT]:
                # As FreePBX leaves it when somebody edits the extension.
                here.astdb.put(f"DEVICE/{session.phone}/user", session.phone)
            with stopwatch(took[SOME]):
                assert len(here.desk.reconcile(force=True).effects) == PERCENT
        for _ in range(turns):
            some = here.sessions()[:BULK]
            with stopwatch(took[LOGOUT]):
                assert len(here.desk.logout_all(some)) == BULK // 100
            for session in some:
                here.desk.ledger.change((), session, ())
            here.desk.reconcile(force=True)
    for what in (LOGOUT, NOTHING, SOME, ALL):
        yield figure(REPAIR, what, "ms", took[what])


def grow(office: Office, runs: int) -> Iterator[Figure]:
    """Measure a login and a comparison of everything in companies of 100 to 10,000 phones."""
    for phones in SIZES:
        with site(office, phones) as here:
            here.desk.reconcile(force=True)
            compared: list[float] = []
            for _ in range(max(1, runs // 10)):
                with stopwatch(compared):
                    assert not here.desk.reconcile(force=True).effects
            yield figure(GROWTH, grown("reconcile, nothing to do", phones), "ms", compared)
            yield figure(GROWTH, grown("a login by the command line's way", phones), "ms", _logins(here, runs))


def grown(what: str, phones: int) -> str:
    """Return the name of a figure."""
    return f"{what}; {phones:,} phones"


def _logins(here: Site, runs: int) -> list[float]:
    """Log people in at free phones, one after the other, and out again."""
    taken = {s.phone for s in here.sessions()}
    busy = {s.user for s in here.sessions()}
    free = [device(n) for n in range(here.phones) if device(n) not in taken][:runs]
    idle = [user(n) for n in range(here.phones) if user(n) not in busy][:runs]
    took: list[float] = []
    for desk, who in zip(free, idle):
        with stopwatch(took):
            assert here.desk.login(desk, who).applied
    for desk in free:
        here.desk.logout(desk)
    return took
