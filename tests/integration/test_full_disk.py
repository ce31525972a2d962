"""The disk is full while people come and go: whoever sits somewhere stays, calls go on, and then all is right again."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Union

import pytest

from hotdesk_module.errors import LedgerDown
from tests.integration import promises
from tests.integration.daemon import Daemon
from tests.integration.desking import Desking
from tests.integration.faults import Faults
from tests.integration.mix import Mix, said
from tests.integration.test_kills import USERS, is_right_within_a_minute, seed
from tests.integration.test_login_calls import dial_all
from tests.support.rig.asterisk import Asterisk
from tests.support.rig.mariadb import MariaDB
from tests.support.rig.small_disk import SmallDisk

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

# Bytes that are free on the disk, before it is full.
SPARE = {"MariaDB": 16 << 20, "Asterisk": 1 << 20}
Server = Union[MariaDB, Asterisk]


@contextmanager
def on_a_small_disk(server: Server, spare: int, log: Path) -> Iterator[SmallDisk]:
    """Let a server's data be on a small disk for a while; what it writes meanwhile is lost at the end."""
    server.stop()
    disk = SmallDisk(server.data, spare, log)
    server.disk = disk
    try:
        server.start()
        yield disk
    finally:
        server.stop()
        server.disk = None
        disk.close()
        server.start()


@pytest.mark.parametrize("full", [("MariaDB",), ("Asterisk",), ("MariaDB", "Asterisk")], ids=" and ".join)
def test_a_full_disk(desking: Desking, full: tuple[str, ...], tmp_path: Path) -> None:
    seeded = seed()
    print(f"HOTDESK_SEED={seeded}")
    chance = random.Random(seeded)
    servers: dict[str, Server] = {"MariaDB": desking.rig.database, "Asterisk": desking.rig.asterisk}
    with ExitStack() as stack:
        disks = {
            name: stack.enter_context(on_a_small_disk(servers[name], SPARE[name], tmp_path / f"{name}.disk"))
            for name in full
        }
        desking.rig.qualify()
        desking.reset(lock_failures="0")
        daemon = Daemon(desking, tmp_path)
        stack.callback(daemon.close)
        daemon.wait_serving()
        faults, mix = Faults(desking, daemon, chance), Mix(desking, seeded, USERS)
        stack.callback(mix.close)
        mix.begin({})
        mix.go()
        time.sleep(chance.uniform(4, 6))
        mark = desking.rig.asterisk.log_mark()
        for disk in disks.values():
            disk.fill()
        if "MariaDB" in full:
            fill_the_tables(desking)
        time.sleep(chance.uniform(5, 8))
        mix.rest()
        print(f"full: {said(mix.deeds)}, MariaDB {'runs' if desking.rig.database.running else 'has died'}")
        log = desking.rig.asterisk.full_log.read_bytes()[mark:].decode(errors="replace")
        if "MariaDB" in full:
            # Nothing is written into Asterisk's database that is not in the ledger.
            assert any(d.heard == "sorry" for d in mix.deeds)
        else:
            assert re.search("disk is full|disk I/O error", log)
        try:
            seats = desking.seats()
        except LedgerDown:
            # MariaDB may give up altogether; calls go by Asterisk's keys, and go on.
            seats = seats_of_asterisk(desking)
        assert mix.broken_words(seats) == []
        if "Asterisk" not in full:
            for phone, user in seats.items():
                assert dial_all(desking, user, phone, promises.direct_call, promises.identity_inside) == {}
        assert daemon.alive
        for disk in disks.values():
            disk.make_room()
        faults.mend()
        taken = is_right_within_a_minute(desking, faults, mix, str(full))
        print(f"right after {taken:.1f} s")
        mix.begin(desking.seats())
        mix.go()
        time.sleep(4)
        mix.rest()
        is_right_within_a_minute(desking, faults, mix, f"{full}, afterwards")
        assert any(d.heard == "agent-loginok" for d in mix.deeds)


def seats_of_asterisk(desking: Desking) -> dict[str, str]:
    """Return who sits where, by the keys that every call goes by."""
    at_rest = desking.rig.company.astdb()
    keys = {phone: f"DEVICE/{phone}/user" for phone in desking.rig.company.pool}
    now = {phone: desking.rig.asterisk.db_get(key) or "" for phone, key in keys.items()}
    return {phone: user for phone, user in now.items() if user != at_rest[keys[phone]]}


def fill_the_tables(desking: Desking) -> None:
    """Write into what was set aside for our tables before the disk was full, until there is nothing left of it."""
    row = (int(time.time()), "refused", "x" * 250)
    for many in (500, 50, 5, 1):
        # No less than that is refused in the end.
        with suppress(LedgerDown):
            for _ in range(1000):
                with desking.connection.transaction():
                    desking.connection.many(
                        "INSERT INTO hotdesk_events (at, event, detail) VALUES (%s, %s, %s)", [row] * many
                    )
            raise AssertionError("the tables go on growing on a disk that is full")
