"""The key of the webhook is in its one row and in the file of a backup, and nowhere else, whatever is asked for."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from hotdesk_module import controls
from hotdesk_module.adapters.sql import Connection
from hotdesk_module.daemon.log import OneLine
from hotdesk_module.web.identity import PAGE, Identity
from tests.support.ami_server import AmiServer
from tests.support.front import Front
from tests.support.receiver import HANG, receiver
from tests.support.terminal import Terminal
from tests.support.walk import routes
from tests.unit.daemon.test_courier import Telling
from tests.unit.daemon.test_serve import eventually

KEY, OTHER = "the-first-key-5b1de9", "the-second-key-77c0f2"


def tables(database: Connection) -> str:
    """Return every row of every table but the one where the key belongs."""
    names = [row[0] for row in database.select("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = [(name, row) for name in names for row in database.select(f"SELECT * FROM {name}")]
    assert any(name == "hotdesk_settings" and row[0] == "webhook_secret" for name, row in rows)
    return repr([(name, row) for name, row in rows if name != "hotdesk_settings" or row[0] != "webhook_secret"])


def test_it_is_in_nothing_that_the_command_line_prints_or_writes_but_the_file_of_a_backup(
    hd: Terminal, tmp_path: Path
) -> None:
    said = []
    with receiver("500") as there:
        for key in (KEY, OTHER):
            said.append(hd("settings", "set", "webhook_secret", "--stdin", typed=key))
        said.append(hd("settings", "set", "webhook_url", there.url))
        for more in ((), ("--json",)):
            for command in ("settings", "history", "webhook", "webhook test", "doctor", "phones", "help settings"):
                said.append(hd(*command.split(), *more))
        backup = tmp_path / "backup.json"
        said += [hd("backup", str(backup)), hd("backup", str(backup), "--json"), hd("restore", str(backup), "--json")]
        said.append(hd("settings", "set", "webhook_secret", OTHER))
        there.manner = "200"
        said.append(hd("webhook", "test"))
        assert there.requests[-1].is_signed(OTHER)
        sent = repr([(r.headers, r.body) for r in there.requests])
    for where in (repr(said), sent, tables(hd.database)):
        assert where and KEY not in where and OTHER not in where
    data = json.loads(backup.read_text())
    # Else a receiver would refuse everything after a restore.
    assert data["settings"]["webhook_secret"] == OTHER and OTHER not in json.dumps(data["history"])
    assert backup.stat().st_mode & 0o777 == 0o600 and KEY not in backup.read_text()


def test_it_is_on_no_page_and_in_no_data_of_the_panel_and_in_no_line_of_its_log(tmp_path: Path) -> None:
    front = Front(tmp_path)
    logged: list[str] = []
    handler = logging.Handler()
    formatter = OneLine("%(message)s")
    handler.emit = lambda record: logged.append(formatter.format(record))  # type: ignore[method-assign]
    log = logging.getLogger("hotdesk.panel")
    log.handlers[:] = [handler]
    with receiver() as there:
        values = {"webhook_url": there.url, "webhook_secret": KEY}
        controls.change_settings(front.ledger, front.office.clock, "cli", "maria", values)
        answers = [front.call("/api/settings", webhook_secret=OTHER), front.call("/api/settings", webhook_secret="x")]
        answers += [front.get(r.path) for r in routes(front.app) if "GET" in r.methods and not r.is_internal]
        answers += [front.post("/settings/webhook/test"), front.get("/settings"), front.call("/api/webhook/test")]
        there.manner = "500"
        answers += [front.post("/settings/webhook/test"), front.get("/settings"), front.call("/api/webhook/test")]
        # Something that nobody has thought of, in the middle of it.
        front.database.execute("DROP TABLE hotdesk_webhook")
        answers += [front.get("/settings"), front.get("/api/webhook")]
    assert len(answers) > 20 and logged
    for where in (" ".join(a.response.text for a in answers), "\n".join(logged), tables(front.database)):
        assert KEY not in where and OTHER not in where
    front.database.close()


@pytest.mark.slow
def test_it_is_not_in_what_the_daemon_logs_keeps_or_tells_asterisk(tmp_path: Path) -> None:
    asterisk = AmiServer()
    daemon = Telling(tmp_path, asterisk)
    try:
        with receiver("500") as there:
            daemon.tell(there, webhook_secret=KEY)
            daemon.start()
            daemon.happen("200")
            eventually(lambda: "answered 500" in daemon.log.read_text(), "it fails")
            there.manner = HANG
            there.url = there.url.replace("hook", "other")
            daemon.tell(there, webhook_secret=OTHER)
            eventually(lambda: len(there.requests) > 1, "it is on its way")
            page = daemon.ask("GET", "/settings", Identity(PAGE, "maria", "t"))[1]
            assert there.requests[0].is_signed(KEY) and there.requests[-1].is_signed(OTHER)
        kept = [f.read_bytes().decode("utf-8", "replace") for f in daemon.state.iterdir() if f.is_file()]
        for where in (daemon.log.read_text(), *kept, page, repr(asterisk.received), tables(daemon.connection)):
            assert KEY not in where and OTHER not in where
    finally:
        daemon.close()
        asterisk.close()
