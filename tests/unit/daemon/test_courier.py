"""The daemon as a process tells a receiver on a real port, whatever that does, and whatever is done to the daemon."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module import controls
from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.inventory import SqlInventory
from hotdesk_module.adapters.switchboard import AmiSwitchboard
from hotdesk_module.config import Config, Database
from hotdesk_module.core.model import Event
from hotdesk_module.daemon.courier import AGAIN, Courier
from hotdesk_module.errors import LedgerDown
from hotdesk_module.service import HotDesk
from hotdesk_module.web.alerts import Alerts
from hotdesk_module.web.identity import BRIDGE, Identity
from tests.support.ami_server import AmiServer
from tests.support.receiver import HANG, KEY, Receiver, receiver
from tests.unit.daemon.test_serve import PATIENCE, TOP, Daemon, eventually, in_line


class Telling(Daemon):
    """A daemon that tells a receiver."""

    def tell(self, there: Receiver, **more: str) -> None:
        """Switch the webhook on."""
        values = {"webhook_url": there.url, "webhook_secret": KEY, **more}
        controls.change_settings(self.ledger, lambda: int(time.time()), "cli", "maria", values)

    def happen(self, *phones: str) -> None:
        """Let somebody log in at phones, as far as the history is concerned."""
        for phone in phones:
            self.ledger.change((), None, [Event(int(time.time()), "login", phone, "1001")])

    def hotdesk(self, *arguments: str) -> str:
        """Run a command that does not ask for the state folder."""
        command = [sys.executable, "-m", "hotdesk_module", *arguments]
        done = subprocess.run(command, cwd=TOP, env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Telling]:
    asterisk = AmiServer()
    daemon = Telling(tmp_path, asterisk)
    yield daemon
    daemon.close()
    asterisk.close()


def phones(there: Receiver) -> list[str]:
    """Return where the logins were that have arrived."""
    return [r.json["phone"] for r in there.requests]


def test_a_login_arrives_within_seconds_and_is_signed(telling: Telling, there: Receiver) -> None:
    telling.tell(there)
    telling.start()
    assert "is logged in" in telling.hotdesk("login", "200", "1001")
    eventually(lambda: there.requests, "told", 5)
    (request,) = there.requests
    assert request.is_signed() and not request.is_signed("another-key-of-the-tests")
    assert abs(int(request.headers["x-hotdesk-timestamp"]) - time.time()) < 10
    told = request.json
    assert (told["event"], told["phone"], told["label"], told["user"]) == ("login", "200", "Lobby", "1001")
    assert told["name"] and told["source"] == "cli" and told["pbx"] == os.uname().nodename
    eventually(lambda: (telling.ledger.delivery() or [0])[0] == request.id, "noted")


def test_a_daemon_that_is_killed_in_the_middle_loses_nothing(telling: Telling, there: Receiver) -> None:
    telling.tell(there)
    there.manner = HANG
    running = telling.start()
    telling.happen("200", "201", "202")
    eventually(lambda: there.requests, "the first one is on its way")
    running.kill()
    running.wait(5)
    telling.happen("203")
    there.manner = "200"
    telling.start()
    eventually(lambda: len(there.requests) >= 5, "all of them are told")
    # What was not noted comes again, under its number.
    assert phones(there) == ["200", "200", "201", "202", "203"]
    assert there.requests[0].id == there.requests[1].id and all(r.is_signed() for r in there.requests)
    time.sleep(2.5)
    assert len(there.requests) == 5


def test_while_the_receiver_keeps_silent_everything_else_goes_on_as_ever(telling: Telling, there: Receiver) -> None:
    telling.tell(there)
    there.manner = HANG
    telling.start()
    telling.happen("200")
    eventually(lambda: there.requests, "it is on its way")
    manager = Ami(telling.asterisk.manager)
    desk = HotDesk(
        telling.ledger,
        SqlInventory(telling.connection),
        AmiAstDb(manager),
        AmiSwitchboard(manager),
        lambda: int(time.time()),
        "phone",
    )
    begun = time.monotonic()
    for _ in range(10):
        desk.login("200", "1001")
        desk.logout("200")
    assert time.monotonic() - begun < 2
    desk.login("200", "1001")
    manager.close()
    begun = time.monotonic()
    assert telling.pong() and telling.ask("GET", "/settings")[0] == 200
    assert time.monotonic() - begun < 2
    telling.asterisk.astdb["DEVICE/200/user"] = "200"
    assert telling.ask("POST", "/internal/reconcile", Identity(BRIDGE))[0] == 202
    eventually(lambda: in_line(telling), "repaired when asked", 3)
    # All this within the one delivery: nobody but the daemon has sent anything.
    assert there.connections == 1


def test_it_ends_soon_also_in_the_middle_of_a_delivery(telling: Telling, there: Receiver) -> None:
    telling.tell(there)
    there.manner = HANG
    running = telling.start()
    telling.happen("200")
    eventually(lambda: there.requests, "it is on its way")
    begun = time.monotonic()
    running.send_signal(signal.SIGTERM)
    assert running.wait(PATIENCE) == 0
    assert time.monotonic() - begun < 5
    assert running.stdout is not None and running.stdout.read() == ""


def test_a_receiver_that_fails_is_named_by_doctor_and_what_it_missed_comes_when_it_is_well(
    telling: Telling, there: Receiver
) -> None:
    there.manner = "500"
    telling.tell(there)
    telling.start()
    telling.happen("200", "201")
    eventually(lambda: "answered 500" in telling.log.read_text(), "logged")
    status = json.loads(telling.hotdesk("webhook", "--json"))
    assert status["waiting"] == 2 and status["tries"] >= 1 and "answered 500" in status["error"]
    found = {f["code"]: f for f in json.loads(telling.run("doctor", "--json").stdout)["findings"]}
    assert found["webhook"]["level"] == "warning" and "answered 500" in found["webhook"]["text"]
    there.manner = "204"
    eventually(lambda: phones(there)[-2:] == ["200", "201"], "told", 20)
    eventually(lambda: "works again" in telling.log.read_text(), "logged once more")
    assert telling.log.read_text().count("answered 500") == 1


@pytest.mark.slow
def test_what_is_switched_on_while_it_runs_is_told_from_then_on(telling: Telling, there: Receiver) -> None:
    telling.happen("200")
    telling.start()
    time.sleep(2.5)
    telling.tell(there)
    telling.happen("201")
    eventually(lambda: there.requests, "told", 5)
    telling.tell(there, webhook_url="")
    time.sleep(2.5)
    telling.happen("202")
    time.sleep(2.5)
    assert phones(there) == ["201"]


def test_without_a_webhook_nothing_is_sent_or_noted(telling: Telling) -> None:
    telling.start()
    telling.happen("200")
    time.sleep(2.5)
    assert telling.ledger.delivery() is None and "webhook:" not in telling.log.read_text()


# What keeps the thread from its work


def test_what_goes_wrong_in_the_thread_is_logged_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    where = Config(Database("sqlite", path=str(tmp_path / "none.db")))
    courier = Courier(where, Alerts(), logging.getLogger("hotdesk"), lambda: 0)

    def broken(error: Exception) -> float:
        raise error

    for error in (LedgerDown("away"), LedgerDown("away"), ValueError("odd")):
        assert courier._look(lambda error=error: broken(error)) == AGAIN  # type: ignore[misc]
    assert courier._look(lambda: 7.0) == 7.0
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert said == ["webhook thread: away (ledger_down)", "webhook thread: ValueError: odd (internal_error)"]
