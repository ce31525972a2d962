"""How long the daemon works on a page of the panel, at several sizes, on SQLite and MariaDB.

A request is signed and answered as in the daemon, adapters opened and closed included; what is left out is the socket,
PHP and the browser. Asterisk is the tests' stand-in, which answers at once.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.company import Size, device, fill, user
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
# Milliseconds: design §9.
BUDGET = 150
SECRET = "0123456789abcdef" * 4
ADMIN = Identity(PAGE, "admin", "token")


class Figure(NamedTuple):
    """One page, measured.

    Attributes:
        median, p95: milliseconds.
        size: bytes of the answer.
    """

    database: str
    phones: int
    events: int
    page: str
    median: float
    p95: float
    runs: int
    size: int


def pages(size: Size) -> dict[str, str]:
    """Return what is asked for: a name and a path."""
    middle = device(size.phones // 2)
    return {
        "Phones": "/",
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


def measure(database: Database, name: str, size: Size, runs: int) -> Iterator[Figure]:
    """Fill a database and measure every page."""
    now = int(time.time())
    connection = open_connection(database)
    fill(connection, size, now)
    connection.close()
    base = _base(database, now)
    _bring_in_line(base.compose())
    client = create_app(base).test_client()
    # As the daemon does.
    gc.collect()
    gc.freeze()
    for page, target in pages(size).items():
        taken: list[float] = []
        length = 0
        for _ in range(runs + 1):
            headers = sign(SECRET, ADMIN, "GET", target, b"", now)
            begin = time.perf_counter()
            answer = client.get(target, headers=headers)
            length = len(answer.data)
            taken.append((time.perf_counter() - begin) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{target}: status {answer.status_code}\n{answer.text[:2000]}")
        # The first one loads templates and connects.
        taken = sorted(taken[1:])
        p95 = taken[min(len(taken) - 1, int(len(taken) * 0.95))]
        yield Figure(name, size.phones, size.events, page, statistics.median(taken), p95, runs, length)


def _base(database: Database, now: int) -> Base:
    logging.getLogger("hotdesk.panel").addHandler(logging.NullHandler())
    astdb = FakeAstDb()
    switchboard = FakeSwitchboard(astdb)

    def asterisk() -> tuple[AstDbTree, Switchboard]:
        return astdb, switchboard

    memory = Memory()

    def compose() -> Parts:
        ledger, inventory = open_ledger(Config(database), memory)
        return Parts(ledger, inventory, asterisk, lambda: now, ledger.close)

    machine = Machine(platform.python_version(), {}, True)
    return Base(compose, SECRET, Alerts(), lambda: None, lambda: now, lambda: machine, database, dict, Comparisons())


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


@contextmanager
def databases(kinds: Sequence[str]) -> Iterator[Iterator[tuple[str, Database]]]:
    """Give databases, an empty one at each turn."""
    with tempfile.TemporaryDirectory(prefix="hotdesk-bench-") as folder:

        def each() -> Iterator[tuple[str, Database]]:
            for kind in kinds:
                for number in range(len(SIZES)):
                    if kind == "SQLite":
                        yield kind, Database("sqlite", path=str(Path(folder) / f"{number}.db"))
                        continue
                    server = mariadb.MariaDB()
                    try:
                        server.start()
                        yield (
                            kind,
                            Database(
                                "mysql",
                                "localhost",
                                socket=str(server.socket),
                                name=mariadb.DATABASE,
                                user=mariadb.USER,
                                password=mariadb.PASSWORD,
                            ),
                        )
                    finally:
                        server.close()

        yield each()


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table of Markdown."""
    lines = [
        "| database | phones | history | page | median ms | p95 ms | kB |",
        "|---|---:|---:|---|---:|---:|---:|",
    ]
    for f in figures:
        missed = " **over**" if f.p95 > BUDGET else ""
        lines.append(
            f"| {f.database} | {f.phones} | {f.events} | {f.page} | {f.median:.1f} | {f.p95:.1f}{missed}"
            f" | {f.size / 1000:.0f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table, and write the figures where it is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.panel", description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="times each page is asked for (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--only", choices=("SQLite", "MariaDB"), help="measure on one database only")
    options = parser.parse_args(arguments)
    kinds = [options.only] if options.only else ["SQLite"]
    if not options.only:
        lacks = mariadb.missing()
        if lacks:
            print(f"MariaDB is left out: {', '.join(lacks)} is not installed.", file=sys.stderr)
        else:
            kinds.append("MariaDB")
    figures: list[Figure] = []
    with databases(kinds) as each:
        for number, (kind, database) in enumerate(each):
            figures += measure(database, kind, SIZES[number % len(SIZES)], options.runs)
    print(f"{_machine()}; {options.runs} runs of each page\n\n{table(figures)}")
    if options.json:
        data: dict[str, Any] = {"machine": _machine(), "figures": [f._asdict() for f in figures]}
        options.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return 0


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
