"""The daemon with the real Asterisk and the real MariaDB, found through FreePBX's own configuration file."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest

from hotdesk_module.web.identity import BRIDGE, PAGE, Identity, sign
from tests.integration.desking import Desking
from tests.integration.promises import CALLER
from tests.support.rig.asterisk import REPOSITORY

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]


def eventually(true: Callable[[], object], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"within {seconds:g} seconds it did not come true: {what}"
        time.sleep(0.1)


class Daemon:
    """Runs ``hotdesk serve`` inside the rig's network."""

    def __init__(self, desking: Desking, folder: Path) -> None:
        self.desking = desking
        self.state, self.log = folder / "state", folder / "hotdesk.log"
        self._mark = 0
        self._environment = {**os.environ, "FREEPBX_CONF": str(desking.rig.freepbx_conf_file)}
        self._running = subprocess.Popen(self._command("serve", "--log", str(self.log)), env=self._environment)

    def _command(self, *arguments: str) -> list[str]:
        command = [sys.executable, "-m", "hotdesk_module", *arguments, "--state", str(self.state)]
        return self.desking.rig.namespace.argv(["env", f"PYTHONPATH={REPOSITORY}", *command])

    def mark(self) -> None:
        """Forget what has been logged so far."""
        self._mark = len(self.log.read_text())

    def logged(self) -> str:
        """Return what was logged since the mark."""
        return self.log.read_text()[self._mark :]

    def close(self) -> None:
        self._running.terminate()
        assert self._running.wait(15) == 0

    @property
    def alive(self) -> bool:
        return self._running.poll() is None

    def ask(self, method: str, target: str) -> int:
        """Ask as the bridge; return the status, 0 where nobody listens."""
        return self.fetch(method, target, Identity(BRIDGE))[0]

    def fetch(self, method: str, target: str, who: Identity, form: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Ask as whomever; return status and text, 0 and nothing where nobody listens."""
        body = urlencode({**form, "hotdesk_token": who.token}).encode() if form is not None else b""
        link = http.client.HTTPConnection("localhost")
        with socket.socket(socket.AF_UNIX) as raw:
            try:
                raw.connect(str(self.state / "panel.sock"))
            except OSError:
                return 0, ""
            link.sock = raw
            secret = (self.state / "secret").read_text()
            headers = sign(secret, who, method, target, body, int(time.time()))
            if form is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            link.request(method, target, body, headers)
            with link.getresponse() as answer:
                return answer.status, answer.read().decode()

    def registration(self, device: str) -> dict[str, object]:
        """Return what the panel says of a phone: ``registered``, ``address`` and so on."""
        status, text = self.fetch("GET", "/api/phones", Identity(PAGE, "maria", "t"))
        assert status == 200
        return next(p for p in json.loads(text)["phones"] if p["device"] == device)

    def doctor(self) -> dict[str, str]:
        """Return what doctor finds: check to the worst level."""
        command = self._command("doctor", "--json")
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        findings = json.loads(done.stdout)["findings"]
        return {f["code"]: f["level"] for f in reversed(findings)}


@pytest.fixture(scope="module")
def running(installed: Desking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    # Who is logged in from an earlier test may be somebody whom FreePBX's tables have no more.
    installed.reset()
    daemon = Daemon(installed, tmp_path_factory.mktemp("daemon"))
    try:
        eventually(lambda: daemon.ask("GET", "/internal/alerts") == 200, 15, "it serves")
        eventually(lambda: daemon.doctor().get("projection") == "ok", 15, "it has repaired at its start")
        # The repairs that follow a connection are over then: what a test sees is the answer to its own doing.
        time.sleep(13)
        yield daemon
    finally:
        # It would go on repairing what later tests break on purpose.
        daemon.close()


@pytest.fixture
def daemon(desking: Desking, running: Daemon) -> Daemon:
    """The daemon, with nobody logged in."""
    running.mark()
    return running


def rings_200(desking: Desking) -> bool:
    """Return whether queues and lamps take 1001 to be at 200."""
    return "PJSIP/200" in (desking.service.switchboard.hints(["1001"])["1001"] or "")


def test_after_a_reload_the_hints_are_right_again_within_ten_seconds(desking: Desking, daemon: Daemon) -> None:
    desking.service.login("200", "1001")
    assert rings_200(desking)
    desking.rig.asterisk.cli("core reload")
    eventually(lambda: not rings_200(desking), 5, "the reload takes the hint away")
    eventually(lambda: rings_200(desking), 10, "the hint is back")


def test_after_a_restart_of_asterisk_too(desking: Desking, daemon: Daemon) -> None:
    desking.service.login("200", "1001")
    desking.rig.asterisk.restart()
    eventually(lambda: rings_200(desking), 15, "the hint is back")
    assert daemon.alive and daemon.logged().count("asterisk_down") <= 2


def test_what_freepbx_rewrote_is_mended_when_the_bridge_asks(desking: Desking, daemon: Daemon) -> None:
    desking.service.login("200", "1001")
    astdb = desking.service.astdb
    astdb.put("DEVICE/200/user", "200")
    astdb.delete("AMPUSER/1001/device")
    assert daemon.ask("POST", "/internal/reconcile") == 202
    eventually(lambda: astdb.get("AMPUSER/1001/device") == "200", 3, "mended")
    assert astdb.get("DEVICE/200/user") == "1001"


def test_it_outlives_the_database(desking: Desking, daemon: Daemon) -> None:
    desking.service.login("200", "1001")
    desking.rig.database.stop()
    try:
        assert daemon.ask("POST", "/internal/reconcile") == 202
        eventually(lambda: "ledger_down" in daemon.logged(), 10, "it says so")
        assert daemon.doctor()["database"] == "error"
    finally:
        desking.rig.database.start()
    eventually(lambda: "works again" in daemon.logged(), 30, "it goes on")
    assert daemon.logged().count("ERROR repair") == 1


def test_doctor_finds_the_dialplan_and_the_codes(desking: Desking, daemon: Daemon) -> None:
    found = daemon.doctor()
    assert {found[c] for c in ("asterisk", "database", "projection", "daemon")} == {"ok"}
    desking.load_dialplan(desking.pool[0]._replace(login_code="*55"))
    assert daemon.doctor()["dialplan"] == "warning"


def test_the_panel_shows_within_two_seconds_that_a_phone_signs_off_and_on(desking: Desking, daemon: Daemon) -> None:
    phone = desking.rig.phones["200"]
    eventually(lambda: daemon.registration("200")["reachable"], 10, "phone 200 is registered")
    at = daemon.registration("200")
    assert (at["address"], at["port"]) == (phone.address, 5060) and str(at["agent"]).startswith("baresip")
    for _ in range(3):
        phone.unregister()
        eventually(lambda: daemon.registration("200")["registered"] is False, 2, "it has signed off")
        phone.register()
        eventually(lambda: daemon.registration("200")["registered"], 2, "it has signed on")


def test_a_phone_that_died_is_shown_as_soon_as_asterisk_knows(desking: Desking, daemon: Daemon) -> None:
    rig = desking.rig
    mark = rig.tap.mark()
    rig.phones["201"].kill()
    try:
        # It asks every five seconds and waits for two.
        rig.tap.wait_for("ContactStatus", mark, 10, AOR="201", ContactStatus="Unreachable")
        eventually(lambda: daemon.registration("201")["reachable"] is False, 2, "it does not answer")
        assert daemon.registration("201")["registered"] is True
    finally:
        rig.revive_phones()
    eventually(lambda: daemon.registration("201")["reachable"], 2, "it is there again")


def test_after_a_restart_of_asterisk_registrations_are_known_again(desking: Desking, daemon: Daemon) -> None:
    desking.rig.asterisk.stop()
    eventually(lambda: daemon.registration("200")["registered"] is None, 3, "nobody knows")
    desking.rig.asterisk.start()
    eventually(lambda: daemon.registration("200")["registered"], 10, "it is known again")


def test_a_call_holds_the_logout_back_and_after_its_end_the_phone_is_given_back(
    desking: Desking, daemon: Daemon
) -> None:
    before = desking.rig.asterisk.db_show()
    desking.ledger.save_settings({"max_hours": "1"})
    desking.service.login("200", "1001")
    with desking.rig.calling("200", CALLER):
        desking.rig.phones[CALLER].wait_ringing()
        desking.rig.phones[CALLER].answer()
        desking.rig.phones["200"].wait_answered()
        desking.connection.execute("UPDATE hotdesk_sessions SET since = since - 4000")
        # It looks once a minute.
        eventually(lambda: "1001 is logged out after it (max_time)" in daemon.logged(), 70, "the logout waits")
        assert desking.seats() == {"200": "1001"} and rings_200(desking)
        assert not desking.rig.phones["200"].idle
    eventually(lambda: desking.seats() == {}, 6, "logged out after the call")
    assert desking.history()[-1] == "logout 200 1001 max_time"
    eventually(lambda: not rings_200(desking), 5, "calls and lamps know it")
    after = desking.rig.asterisk.db_show()
    assert {k: v for k, v in after.items() if not k.startswith("CALLTRACE/")} == before


def test_a_call_that_is_made_or_answered_is_activity_and_one_that_only_rings_is_not(
    desking: Desking, daemon: Daemon
) -> None:
    rig = desking.rig
    for phone, user in (("200", "1001"), ("201", "1003"), ("202", "1004")):
        desking.service.login(phone, user)
    begun = int(time.time())
    with rig.calling(CALLER, "1001"):
        rig.phones["200"].wait_ringing()
    with rig.calling(CALLER, "1003"):
        rig.phones["201"].wait_ringing()
        rig.phones["201"].answer()
        rig.phones[CALLER].wait_answered()
    # A feature code, here one of which FreePBX knows nothing.
    with rig.calling("202", "*9999"):
        time.sleep(0.5)
    called = int(time.time())

    def active() -> dict[str, int]:
        return {s.phone: s.active for s in desking.ledger.sessions()}

    eventually(lambda: active()["202"], 130, "it is written down")
    assert active()["200"] == 0
    noted = [active()[phone] for phone in ("201", "202")]
    # The parts of seconds are lost on the way.
    assert all(begun <= at <= called + 1 for at in noted), (begun, noted, called)
