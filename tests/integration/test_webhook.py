"""The webhook on MariaDB, with the daemon and the database killed while people log in and out."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotdesk_module import controls
from hotdesk_module.config import Database
from hotdesk_module.core.webhook import kind
from hotdesk_module.errors import HotdeskError
from tests.support.panel import Panel, panel
from tests.support.receiver import KEY, Receiver, receiver
from tests.support.rig import mariadb
from tests.support.rig.mariadb import MariaDB

pytestmark = [pytest.mark.mariadb, pytest.mark.slow]

ROUNDS = 8
MANNERS = ("200", "200", "500", "close")
NAME = "webhook"


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def office(tmp_path: Path, mariadb_server: MariaDB, there: Receiver) -> Iterator[Panel]:
    """Return a panel with the real daemon, whose webhook is switched on."""
    mariadb_server.create_database(NAME)
    where = Database(
        "mysql", socket=str(mariadb_server.socket), name=NAME, user=mariadb.USER, password=mariadb.PASSWORD
    )
    with panel(tmp_path, where) as made:
        values = {"webhook_url": there.url, "webhook_secret": KEY}
        controls.change_settings(made.ledger, lambda: int(time.time()), "cli", "maria", values)
        yield made


def eventually(true: Callable[[], object], what: str, patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"it never came true: {what}"
        time.sleep(0.1)


def wanted(office: Panel, begun: int) -> list[int]:
    """Return the events that have to be told."""
    return [e.id for e in office.ledger.events_after(begun, 10_000) if kind(e) in ("login", "logout")]


def told(there: Receiver) -> list[int]:
    return list(dict.fromkeys(r.id for r in there.requests if r.headers["x-hotdesk-event"] != "test"))


def start(office: Panel) -> None:
    office.let_daemon_start()
    eventually(office._daemon.comes_up, "the daemon is there again")


def test_whatever_is_killed_every_event_arrives_signed_and_in_order(
    office: Panel, mariadb_server: MariaDB, there: Receiver
) -> None:
    seed = int(os.environ.get("HOTDESK_SEED", "0")) or random.randrange(10**6)
    print(f"HOTDESK_SEED={seed}")
    chance = random.Random(seed)
    begun = office.ledger.last_event()
    for number in range(ROUNDS):
        there.manner = chance.choice(MANNERS)
        for _ in range(chance.randrange(1, 8)):
            phone, user = chance.choice(("200", "201", "202")), chance.choice(("1001", "1002", "1003"))
            try:
                office.desk.login(phone, user) if chance.random() < 0.7 else office.desk.logout(phone)
            except HotdeskError as error:
                assert error.code in ("not_logged_in", "no_mailbox"), error
        time.sleep(chance.random() * 3)
        office.kill_daemon()
        if number == ROUNDS // 2:
            # A server that comes up again counts on from the largest number that is left.
            mariadb_server.kill()
            mariadb_server.start()
        start(office)
    # A daemon that has failed a few times waits for minutes; the next one tries at once.
    office.kill_daemon()
    there.manner = "200"
    start(office)
    have_to_be = wanted(office, begun)
    assert len(have_to_be) > ROUNDS
    eventually(lambda: set(have_to_be) <= set(told(there)), "all of them are told")
    assert told(there) == have_to_be and all(r.is_signed() for r in there.requests)


def test_numbers_that_a_server_gives_again_after_its_start_are_not_taken_for_told_ones(
    office: Panel, mariadb_server: MariaDB, there: Receiver
) -> None:
    """MariaDB before 10.2.4 forgets its count; the line that was told last keeps it."""
    office.desk.login("200", "1001")
    eventually(lambda: office.ledger.delivery() and len(there.requests) == 1, "told")
    eventually(lambda: (office.ledger.delivery() or [0])[0] >= there.requests[0].id, "noted")
    so_far = office.ledger.delivery()
    assert so_far is not None
    office.ledger.mark_applied(e.id for e in office.ledger.unapplied())
    office.ledger.forget_events(10**10, so_far.last_id)
    # What such a server does when it starts.
    office.sql("ALTER TABLE hotdesk_events AUTO_INCREMENT = 1")
    office.desk.logout("200")
    eventually(lambda: len(there.requests) == 2, "told")
    assert there.requests[1].id > there.requests[0].id
