"""The daemon as a process, on an SQLite ledger and a manager interface of the tests."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.core.model import Event, Phone, Session
from hotdesk_module.demo import tables
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web.identity import BRIDGE, PAGE, Identity, sign
from tests.support.ami_server import SECRET, AmiServer

TOP = Path(__file__).resolve().parents[3]
PATIENCE = 15.0


def eventually(true: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"it never came true: {what}"
        time.sleep(0.02)


class Daemon:
    """Runs ``hotdesk serve``, and asks it as the bridge does."""

    def __init__(self, folder: Path, asterisk: AmiServer) -> None:
        self.folder, self.state, self.log = folder, folder / "state", folder / "hotdesk.log"
        self.asterisk = asterisk
        self.database = folder / "hotdesk.db"
        self.connection = Sqlite(str(self.database))
        create_tables(self.connection)
        with closing(sqlite3.connect(self.database)) as raw:
            tables.create(raw)
        self.ledger = SqlLedger(self.connection)
        self.ledger.save_phones([Phone("200", "Lobby")])
        manager = asterisk.manager
        self.environment = {
            **os.environ,
            "HOTDESK_DATABASE": f"sqlite:///{quote(str(self.database))}",
            "HOTDESK_AMI": f"ami://{manager.user}:{quote(SECRET, safe='')}@{manager.host}:{manager.port}",
        }
        self._running: list[subprocess.Popen[str]] = []

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "hotdesk_module", *arguments, "--state", str(self.state)]

    def start(self) -> subprocess.Popen[str]:
        """Start, and wait until it answers."""
        running = subprocess.Popen(
            self.command("serve", "--log", str(self.log)),
            cwd=TOP,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._running.append(running)
        eventually(lambda: self.pong() or running.poll() is not None, "the daemon answers")
        assert running.poll() is None, running.communicate()[0]
        return running

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = self.command(*arguments)
        if arguments[0] not in ("serve", "doctor"):
            command = command[:-2]
        return subprocess.run(
            command, cwd=TOP, env=self.environment, capture_output=True, text=True, timeout=30, check=False
        )

    def pong(self) -> bool:
        try:
            return self.ask("GET", "/ping", None) == (200, "pong")
        except OSError:
            return False

    def ask(self, method: str, target: str, who: Identity | None = Identity(PAGE, "maria", "t")) -> tuple[int, str]:  # noqa: B008 (a value)
        """Ask over the socket."""
        link = http.client.HTTPConnection("localhost")
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(10)
            raw.connect(str(self.state / "panel.sock"))
            link.sock = raw
            secret = (self.state / "secret").read_text()
            headers = sign(secret, who, method, target, b"", int(time.time())) if who else {}
            link.request(method, target, headers=headers)
            with link.getresponse() as response:
                return response.status, response.read().decode()

    def alerts(self) -> list[str]:
        return [a["id"] for a in json.loads(self.ask("GET", "/internal/alerts", Identity(BRIDGE))[1])]

    def actions(self, name: str) -> int:
        """Return how often Asterisk was asked for something."""
        return sum(action["Action"] == name for action in self.asterisk.received)

    def close(self) -> None:
        for running in self._running:
            if running.poll() is None:
                running.kill()
            running.wait()
            if running.stdout is not None:
                running.stdout.close()
        self.connection.close()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    asterisk = AmiServer()
    daemon = Daemon(tmp_path, asterisk)
    yield daemon
    daemon.close()
    asterisk.close()


def in_line(daemon: Daemon) -> bool:
    """Return whether Asterisk has what the ledger says of 1001 at 200."""
    return daemon.asterisk.astdb.get("DEVICE/200/user") == "1001" and "1001" in daemon.asterisk.hints


def test_it_serves_and_ends(daemon: Daemon) -> None:
    running = daemon.start()
    assert stat.S_IMODE(daemon.state.stat().st_mode) == 0o700
    for name in ("panel.sock", "secret", "serve.lock"):
        assert stat.S_IMODE((daemon.state / name).stat().st_mode) == 0o600
    status, page = daemon.ask("GET", "/")
    assert status == 200 and "Lobby" in page
    assert (daemon.state / "serve.lock").read_text().strip() == str(running.pid)
    before = time.monotonic()
    running.send_signal(signal.SIGTERM)
    assert running.wait(PATIENCE) == 0
    assert time.monotonic() - before < 5
    assert running.communicate()[0] == ""
    assert not (daemon.state / "panel.sock").exists()
    assert daemon.log.read_text().splitlines()[-1].endswith("INFO Ended.")


def test_there_is_one_and_it_is_stopped_by_command(daemon: Daemon) -> None:
    running = daemon.start()
    second = daemon.run("serve")
    assert (second.returncode, second.stdout) == (0, f"Hot Desking is already running (pid {running.pid}).\n")
    doctor = json.loads(daemon.run("doctor", "--json").stdout)
    assert {f["code"]: f["level"] for f in doctor["findings"]}["daemon"] == "ok"
    assert running.poll() is None and daemon.pong()
    stop = daemon.run("serve", "--stop")
    assert (stop.returncode, stop.stdout) == (0, "Stopped.\n")
    assert running.wait(1) == 0
    again = daemon.run("serve", "--stop")
    assert (again.returncode, again.stdout) == (0, "Not running.\n")


def test_it_ends_when_its_folder_is_removed_for_the_next_would_run_beside_it(
    daemon: Daemon,
) -> None:
    running = daemon.start()
    eventually(lambda: daemon.asterisk.connections, "the daemon listens to Asterisk")
    shutil.rmtree(daemon.state)
    daemon.asterisk.send("Event: Reload\nModule: All\nStatus: 0\n\n")
    assert running.wait(PATIENCE) == 0
    assert "is gone, or another's" in daemon.log.read_text()
    assert not daemon.state.exists()
    daemon.start()


def test_a_daemon_that_does_not_listen_is_killed(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotdesk_module.daemon import serve

    monkeypatch.setattr(serve, "PATIENCE", 0.5)
    running = daemon.start()
    running.send_signal(signal.SIGSTOP)
    said: list[str] = []
    serve.stop(str(daemon.state), said.append)
    assert said == ["Killed, for it did not end."]
    assert running.wait(5) == -signal.SIGKILL


def test_what_a_killed_daemon_leaves_stops_no_other(daemon: Daemon) -> None:
    running = daemon.start()
    secret = (daemon.state / "secret").read_text()
    running.kill()
    running.wait(5)
    assert (daemon.state / "panel.sock").exists()
    daemon.start()
    assert (daemon.state / "secret").read_text() != secret
    assert daemon.ask("GET", "/health")[0] == 200


def test_it_brings_asterisk_in_line_at_the_start_after_a_reload_and_when_asked(daemon: Daemon) -> None:
    daemon.ledger.change((), Session("200", "1001", 1), [Event(1, "login", "200", "1001")])
    daemon.start()
    eventually(lambda: in_line(daemon), "repaired at the start")
    # The repairs after the connection are over by then.
    time.sleep(1)
    daemon.asterisk.hints.clear()
    daemon.asterisk.send("Event: Reload\nModule: All\nStatus: 0\n\n")
    eventually(lambda: in_line(daemon), "repaired after a reload", 10)
    daemon.asterisk.astdb["DEVICE/200/user"] = "200"
    assert daemon.ask("POST", "/internal/reconcile", Identity(BRIDGE))[0] == 202
    eventually(lambda: in_line(daemon), "repaired when asked", 3)


def test_it_comes_back_when_asterisk_does(daemon: Daemon) -> None:
    daemon.ledger.change((), Session("200", "1001", 1), [Event(1, "login", "200", "1001")])
    daemon.start()
    eventually(lambda: in_line(daemon), "repaired at the start")
    daemon.asterisk.astdb.clear()
    daemon.asterisk.hints.clear()
    daemon.asterisk.hang_up()
    eventually(lambda: in_line(daemon), "repaired after Asterisk came back")
    assert "Traceback" not in daemon.log.read_text()


def test_what_a_repair_has_found_is_not_looked_for_again_by_the_page(daemon: Daemon) -> None:
    daemon.ledger.change((), Session("200", "1001", 1), [Event(1, "login", "200", "1001")])
    daemon.start()
    eventually(lambda: in_line(daemon), "repaired at the start")
    # Before the next repair, and in another second than the first.
    time.sleep(1.1)
    health = json.loads(daemon.ask("GET", "/api/health")[1])
    assert {f["code"]: f["level"] for f in health["findings"]}["projection"] == "ok"
    assert health["compared"] < health["checked"]


def test_before_it_logs_many_out_for_no_reason_it_asks_by_a_notification_and_waits(daemon: Daemon) -> None:
    """The tables are another machine's, or were emptied, while two people are logged in."""
    daemon.ledger.save_phones([Phone("200"), Phone("201")])
    daemon.ledger.save_settings({"mass_logout": "1"})
    seated = {"DEVICE/200/user": "1001", "DEVICE/201/user": "1002"}
    daemon.asterisk.astdb.update(seated)
    daemon.start()
    eventually(lambda: "unsafe_plan" in daemon.alerts(), "the notification")
    (alert,) = json.loads(daemon.ask("GET", "/internal/alerts", Identity(BRIDGE))[1])
    assert alert["level"] == "critical" and alert["title"] == "Hot Desking waits for you before it logs out many users"
    assert "This would log out 2 phones for no recorded reason (200, 201)." in alert["text"]
    assert "page Health" in alert["text"] and "fwconsole hotdesk reconcile --dry-run --force" in alert["text"]
    health = json.loads(daemon.ask("GET", "/api/health")[1])
    assert {f["code"]: f["repair"] for f in health["findings"]}["unsafe_plan"] == "force"
    assert seated.items() <= daemon.asterisk.astdb.items(), "nobody is logged out"
    assert daemon.run("reconcile").returncode == 6
    assert daemon.run("reconcile", "--force").returncode == 0
    assert daemon.asterisk.astdb["DEVICE/200/user"] == "200"
    daemon.ask("POST", "/internal/reconcile", Identity(BRIDGE))
    eventually(lambda: daemon.alerts() == [], "the notification has gone")


def registered(daemon: Daemon, device: str) -> object:
    phones = json.loads(daemon.ask("GET", "/api/phones")[1])["phones"]
    return next(p["registered"] for p in phones if p["device"] == device)


def test_the_panel_shows_who_is_registered_within_two_seconds(daemon: Daemon) -> None:
    daemon.start()
    eventually(lambda: registered(daemon, "200") is False, "the first look", 5)
    contact = {"ObjectName": "200;@1", "Endpoint": "200", "Uri": "sip:200@192.0.2.11:5060", "Status": "Reachable"}
    daemon.asterisk.contacts = [contact]
    about = f"EndpointName: 200\nAOR: 200\nURI: {contact['Uri']}"
    daemon.asterisk.send(f"Event: ContactStatus\n{about}\nContactStatus: Reachable\n\n")
    eventually(lambda: registered(daemon, "200") is True, "it has registered", 2)
    daemon.asterisk.contacts = []
    daemon.asterisk.send(f"Event: ContactStatus\n{about}\nContactStatus: Removed\n\n")
    eventually(lambda: registered(daemon, "200") is False, "it has gone", 2)
    daemon.asterisk.close()
    eventually(lambda: registered(daemon, "200") is None, "nobody knows", 5)


def test_a_manager_that_may_not_list_registrations_stops_no_repair(daemon: Daemon) -> None:
    daemon.asterisk.answers["PJSIPShowContacts"] = "Response: Error\n{id}\nMessage: Permission denied"
    daemon.ledger.change((), Session("200", "1001", 1), [Event(1, "login", "200", "1001")])
    daemon.start()
    eventually(lambda: in_line(daemon), "repaired all the same")
    eventually(lambda: "Permission denied" in daemon.log.read_text(), "logged")
    assert daemon.asterisk.connections <= 2
    assert registered(daemon, "200") is None


def test_it_lives_without_a_database_and_says_so_once(daemon: Daemon) -> None:
    hidden = daemon.database.with_suffix(".hidden")
    daemon.connection.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{daemon.database}{suffix}").unlink(missing_ok=True)
    daemon.database.rename(hidden)
    running = daemon.start()
    status, page = daemon.ask("GET", "/")
    assert status == 503 and "ledger_down" in page
    eventually(lambda: "ledger_down" in daemon.log.read_text(), "logged")
    time.sleep(0.5)
    assert running.poll() is None
    assert daemon.log.read_text().count("ERROR repair") == 1
    daemon.database.unlink(missing_ok=True)
    hidden.rename(daemon.database)


def test_without_asterisk_the_panel_reads_and_the_log_says_why_nothing_is_repaired(daemon: Daemon) -> None:
    daemon.asterisk.close()
    daemon.start()
    assert daemon.ask("GET", "/")[0] == 200
    eventually(lambda: "asterisk_down" in daemon.log.read_text(), "logged")
    assert daemon.alerts() == []


def test_a_socket_that_somebody_took_away_is_made_anew(daemon: Daemon) -> None:
    daemon.start()
    (daemon.state / "panel.sock").unlink()
    eventually(daemon.pong, "the socket is back", 20)


def test_the_log_says_who_was_refused_and_holds_no_secret(daemon: Daemon) -> None:
    daemon.start()
    daemon.ask("GET", "/")
    daemon.ask("GET", "/internal/alerts", Identity(PAGE, "mallory"))
    text = daemon.log.read_text()
    assert "Refused: GET /internal/alerts: this is not for that front." in text
    assert SECRET not in text and quote(SECRET) not in text
    assert (daemon.state / "secret").read_text() not in text


@pytest.mark.parametrize("what", ["state", "log", "config"])
def test_what_keeps_it_from_starting_is_told(daemon: Daemon, what: str) -> None:
    (daemon.folder / "file").write_text("")
    if what == "config":
        daemon.environment["HOTDESK_DATABASE"] = "nonsense"
    if what == "state":
        daemon.state = daemon.folder / "file" / "state"
    log = daemon.folder / "file" / "log" if what == "log" else daemon.log
    done = daemon.run("serve", "--log", str(log))
    assert done.returncode == 5
    assert done.stderr.endswith("(bad_config)\n") and "Traceback" not in done.stderr


def call(daemon: Daemon, number: str, state: str = "Ring") -> None:
    """Let phone 200 begin a call."""
    daemon.asterisk.channels[number] = ("PJSIP/200-00000001", state)
    daemon.asterisk.send(
        f"Event: Newchannel\nChannel: PJSIP/200-00000001\nChannelStateDesc: {state}\nUniqueid: {number}\n\n"
    )


def hang_up(daemon: Daemon, number: str) -> None:
    del daemon.asterisk.channels[number]
    daemon.asterisk.send(f"Event: Hangup\nChannel: PJSIP/200-00000001\nUniqueid: {number}\n\n")


def sits(daemon: Daemon, hours: int) -> Session:
    """Let 1001 sit at 200 for so many hours, of which the daemon has watched the last."""
    now = int(time.time())
    session = Session("200", "1001", now - hours * 3600)
    daemon.ledger.change((), session, [Event(session.since, "login", "200", "1001")])
    daemon.state.mkdir(mode=0o700, exist_ok=True)
    (daemon.state / "watched").touch()
    return session


def test_who_has_not_called_for_long_is_logged_out_and_the_phone_given_back(daemon: Daemon) -> None:
    sits(daemon, 9)
    daemon.start()
    eventually(lambda: daemon.ledger.sessions() == (), "logged out")
    eventually(lambda: daemon.asterisk.astdb.get("DEVICE/200/user") == "200", "given back")
    (event,) = daemon.ledger.events(HistoryFilter(event="logout"))
    assert (event.phone, event.user, event.source, event.code) == ("200", "1001", "timer", "idle")
    # The log is written when all is done, the message lamp last.
    eventually(lambda: "Logged out: 1001 at phone 200 (idle)." in daemon.log.read_text(), "it says so")
    assert ("PJSIPNotify", "200") in {(action, phone) for action, phone, _ in daemon.asterisk.notified}


def test_a_message_makes_it_tell_the_phone_where_its_owner_sits(daemon: Daemon) -> None:
    sits(daemon, 1)
    daemon.start()
    eventually(lambda: daemon.asterisk.notified, "the phone is told at the start")
    daemon.asterisk.messages["1001@default"] = (1, 2, 3)
    daemon.asterisk.send("Event: MessageWaiting\nMailbox: 1001@default\nWaiting: 1\nNew: 3\nOld: 3\n\n")
    said = "Content=Voice-Message: 3/3 (0/0)"
    eventually(lambda: any(said in lines for _, _, lines in daemon.asterisk.notified), "it tells of new messages")


def test_a_call_holds_the_logout_back_until_it_is_over(daemon: Daemon) -> None:
    sits(daemon, 9)
    daemon.ledger.save_settings({"max_hours": "9", "idle_hours": "0"})
    # One that goes on since before the daemon started, and one that it is told of.
    daemon.asterisk.channels["1.1"] = ("PJSIP/200-00000001", "Up")
    daemon.start()
    eventually(lambda: daemon.actions("CoreShowChannels") >= 2, "it has looked, and looked again before the logout")
    call(daemon, "1.2")
    hang_up(daemon, "1.1")
    time.sleep(3)
    assert daemon.ledger.sessions() != ()
    hang_up(daemon, "1.2")
    eventually(lambda: daemon.ledger.sessions() == (), "logged out soon after the call", 6)
    assert daemon.ledger.events(HistoryFilter(event="logout"))[0].code == "max_time"


def test_a_call_is_remembered_by_the_next_daemon(daemon: Daemon) -> None:
    session = sits(daemon, 7)
    running = daemon.start()
    eventually(lambda: daemon.actions("CoreShowChannels") >= 1, "it watches")
    call(daemon, "1.1")
    hang_up(daemon, "1.1")
    eventually(lambda: daemon.ask("GET", "/ping", None)[0] == 200, "it goes on")
    time.sleep(0.5)
    running.send_signal(signal.SIGTERM)
    assert running.wait(PATIENCE) == 0
    (now,) = daemon.ledger.sessions()
    assert now.identity == session.identity and time.time() - 30 < now.active <= time.time()


def test_a_manager_that_does_not_show_calls_is_told_once_and_keeps_nothing_else_from_working(daemon: Daemon) -> None:
    sits(daemon, 9)
    daemon.asterisk.answers["CoreShowChannels"] = "Response: Error\n{id}\nMessage: Permission denied"
    daemon.start()
    eventually(lambda: in_line(daemon), "repaired at the start")
    eventually(lambda: "refuses CoreShowChannels" in daemon.log.read_text(), "told")
    connections = daemon.asterisk.connections
    time.sleep(2)
    assert daemon.asterisk.connections == connections
    assert daemon.log.read_text().count("ERROR automatic logout") == 1 and daemon.ledger.sessions() != ()
