"""Which lines of the history are removed, and which stay because the webhook is still to be told of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.config import Config, Database
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.model import Event
from hotdesk_module.daemon import work
from hotdesk_module.daemon.work import DAY, Connections

ON = {"webhook_url": "https://hooks.example.com/x", "webhook_secret": "a-key-of-16-signs", "history_days": "1"}


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[Connections]:
    """Return a ledger with four logins of the last days, of which the webhook was told of the first two."""
    where = Config(Database("sqlite", path=str(tmp_path / "ledger.db")))
    database = Sqlite(where.database.path)
    create_tables(database)
    database.close()
    made = Connections(where)
    now = work.wall_clock()
    made.ledger.change((), None, [Event(now - days * DAY, "login", str(200 + days)) for days in (5, 4, 3, 0)])
    made.ledger.begin_delivery(Delivery(2))
    yield made
    made.close()


def left(connections: Connections) -> list[int]:
    return [e.id for e in connections.ledger.events_after(0, 10)]


def test_without_a_webhook_everything_goes_that_is_old(connections: Connections) -> None:
    connections.ledger.save_settings({"history_days": "1"})
    assert work.forget(connections) == 3 and left(connections) == [4]


def test_with_one_that_stays_which_it_was_not_told_and_the_last_that_it_was(connections: Connections) -> None:
    connections.ledger.save_settings(ON)
    assert work.forget(connections) == 1 and left(connections) == [2, 3, 4]
    connections.ledger.begin_delivery(Delivery(4))
    assert work.forget(connections) == 2 and left(connections) == [4]


def test_one_that_has_not_begun_keeps_nothing(connections: Connections) -> None:
    connections.ledger.save_settings(ON)
    connections.ledger.begin_delivery(None)
    assert work.forget(connections) == 3
