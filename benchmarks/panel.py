"""How long the daemon works on a page of the panel, at several sizes.

A request is signed and answered as in the daemon, adapters opened and closed included; what is left out is the socket,
PHP and the browser. Asterisk is the tests' stand-in, which answers at once.
"""

from __future__ import annotations

import gc
import logging
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient

from benchmarks.company import Size, device, fill, user
from benchmarks.figures import GROWTH, PANEL, Figure, figure, stopwatch
from hotdesk_module.adapters.memory import Memory
from hotdesk_module.adapters.open import open_connection, open_ledger
from hotdesk_module.compose import Parts
from hotdesk_module.config import Config, Database
from hotdesk_module.health.installation import Machine
from hotdesk_module.health.projection import Comparisons
from hotdesk_module.ports import AstDbTree, Switchboard
from hotdesk_module.service import HotDesk
from hotdesk_module.web.alerts import Alerts
from hotdesk_module.web.app import Base, create_app
from hotdesk_module.web.identity import PAGE, Identity, sign
from tests.support.fakes import FakeAstDb, FakeSwitchboard
from tests.support.rig import mariadb

SIZES = (Size(20, 1_000), Size(200, 10_000), Size(2_000, 100_000))
GROWN = (100, 300, 1000, 3000, 10000)
LIST = "Phones"
SECRET = "0123456789abcdef" * 4
ADMIN = Identity(PAGE, "admin", "token")


def pages(size: Size) -> dict[str, str]:
    """Return what is asked for: a name and a path."""
    middle = device(size.phones // 2)
    return {
        LIST: "/",
        "Phones, last page, by user": f"/phones?sort=-user&page={size.phones}",
        "Phones, found by name": f"/phones?q={user(size.phones // 2)}",
        "Phones, what is new": "/phones/table",
        "Phone": f"/phones/{middle}",
        "Phones as JSON": "/api/phones",
        "People": "/people",
        "People, last page, by last login": f"/people?sort=-last&page={size.phones}",
        "People, found by name": f"/people?q={user(size.phones // 2)}",
        "People, what is new": "/people/table",
        "Person": f"/people/{user(size.phones // 2)}",
        "Person, the form of a login": f"/people/{user(size.phones // 2)}/login",
        "People as JSON": "/api/people",
        "Settings": "/settings",
        "History": "/history",
        "History, the middle": f"/history?page={size.events // 100}",
        "History, the oldest page": f"/history?page={size.events}",
        "History, refusals": "/history?what=refused",
        "History, refusals, the oldest page": f"/history?what=refused&page={size.events}",
        "History, what never happened": "/history?what=unlock&source=cli",
        "History of a phone": f"/history?phone={middle}",
        "History of half a year": f"/history?since={_day(182)}&until={_day(0)}",
        "Who sat at a phone then": f"/history/seat?phone={middle}&date={_day(90)}&time=12:00",
        "Occupancy, today": "/occupancy?range=today",
        "Occupancy, 7 days": "/occupancy",
        "Occupancy, 28 days": "/occupancy?range=28",
        "Occupancy, a week half a year ago": f"/occupancy?since={_day(189)}&until={_day(183)}",
        "Occupancy, 31 days, as long as it gets": f"/occupancy?since={_day(30)}",
        "Export of phones": "/phones/export.csv",
        "Export of the history": "/history.csv",
        "Log out all, the question": "/logout",
        "Phones to add": "/phones/add",
        "Health": "/health",
    }


def _day(ago: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(time.time() - ago * 86400))


def measure(runs: int) -> Iterator[Figure]:
    """Measure every page at every size."""
    for size in SIZES:
        with _filled(size) as client:
            for page, target in pages(size).items():
                yield figure(PANEL, at_size(page, size.phones), "ms", _ask(client, target, runs))


def grow(runs: int) -> Iterator[Figure]:
    """Measure the list of phones in companies of 100 to 10,000 phones."""
    for phones in GROWN:
        with _filled(Size(phones, phones * 20)) as client:
            yield figure(GROWTH, at_size(LIST, phones), "ms", _ask(client, "/", runs))
            yield figure(GROWTH, at_size(f"{LIST} as JSON", phones), "ms", _ask(client, "/api/phones", runs))


def at_size(page: str, phones: int) -> str:
    """Return the name of a figure."""
    return f"{page}; {phones:,} phones"


@contextmanager
def _filled(size: Size) -> Iterator[FlaskClient]:
    """Have a panel of that size, on MariaDB, for a while."""
    with mariadb.private_server() as server:
        at = Database(
            "mysql", socket=str(server.socket), name=mariadb.DATABASE, user=mariadb.USER, password=mariadb.PASSWORD
        )
        connection = open_connection(at)
        fill(connection, size, int(time.time()))
        connection.close()
        base = _base(at)
        _bring_in_line(base.compose())
        client = create_app(base).test_client()
        # As the daemon does.
        gc.collect()
        gc.freeze()
        yield client


def _ask(client: FlaskClient, target: str, runs: int) -> list[float]:
    """Return the milliseconds of each request but the first, which loads templates and connects."""
    taken: list[float] = []
    for _ in range(runs + 1):
        headers = sign(SECRET, ADMIN, "GET", target, b"", int(time.time()))
        with stopwatch(taken):
            # To its end, also where it is sent piece by piece.
            answer = client.get(target, headers=headers, buffered=True)
        if answer.status_code != 200:
            raise SystemExit(f"{target}: status {answer.status_code}\n{answer.text[:2000]}")
    return taken[1:]


def _base(database: Database) -> Base:
    logging.getLogger("hotdesk.panel").addHandler(logging.NullHandler())
    astdb = FakeAstDb()
    switchboard = FakeSwitchboard(astdb)

    def asterisk() -> tuple[AstDbTree, Switchboard]:
        return astdb, switchboard

    memory = Memory()

    def now() -> int:
        return int(time.time())

    def compose() -> Parts:
        ledger, inventory = open_ledger(Config(database), memory)
        return Parts(ledger, inventory, asterisk, now, ledger.close)

    machine = Machine(platform.python_version(), {}, True)
    return Base(compose, SECRET, Alerts(), lambda: None, now, lambda: machine, database, dict, Comparisons())


def _bring_in_line(at: Parts) -> None:
    """Let Asterisk be as it is on a working day: with FreePBX's own keys, and who is logged in is projected."""
    astdb, switchboard = at.asterisk()
    for one in at.inventory.devices():
        astdb.put(f"DEVICE/{one.id}/dial", one.dial)
        astdb.put(f"DEVICE/{one.id}/emergency_cid", one.emergency_cid)
    for person in at.inventory.users():
        astdb.put(f"AMPUSER/{person.extension}/cidname", person.name)
    HotDesk(at.ledger, at.inventory, astdb, switchboard, at.clock, "repair").reconcile(force=True)
    at.close()
