"""``hotdesk serve`` on the rig."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from hotdesk_module.web.identity import BRIDGE, PAGE, Identity, sign
from tests.integration.desking import Desking
from tests.support.rig import shell
from tests.support.rig.asterisk import REPOSITORY


def eventually(true: Callable[[], object], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"within {seconds:g} seconds it did not come true: {what}"
        time.sleep(0.1)


class Daemon:
    """Runs ``hotdesk serve`` inside the rig's network, as FreePBX's start and its job of each minute do.

    Args:
        program: what runs our commands, in place of ``python -m hotdesk_module``.
    """

    def __init__(self, desking: Desking, folder: Path, program: Sequence[str] = ()) -> None:
        self.desking = desking
        # Where Asterisk's side sees it, too.
        self.state, self.log = desking.rig.asterisk.data / "hotdesk", folder / "hotdesk.log"
        shutil.rmtree(self.state, ignore_errors=True)
        self._program = list(program) or [sys.executable, "-m", "hotdesk_module"]
        self._mark = 0
        self._environment = {
            **os.environ,
            "FREEPBX_CONF": str(desking.rig.freepbx_conf_file),
            "PYTHONPATH": str(REPOSITORY),
        }
        self._printed = folder / "printed"
        self._running: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it where it does not run, as the job does each minute."""
        if not self.alive:
            command = self._command("serve", "--log", str(self.log))
            self._running = shell.start(command, self._printed, env=self._environment)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(10)

    def _command(self, *arguments: str) -> list[str]:
        return self.desking.rig.namespace.argv([*self._program, *arguments, "--state", str(self.state)])

    def mark(self) -> None:
        """Forget what has been logged so far."""
        self._mark = len(self.log.read_text())

    def logged(self) -> str:
        """Return what was logged since the mark."""
        return self.log.read_text()[self._mark :]

    def wait_logged(self, text: str, seconds: float) -> None:
        eventually(lambda: text in self.logged(), seconds, f"the daemon says: {text}")

    def close(self) -> None:
        if self._running is not None:
            if self.alive:
                # Before, it has not said yet what a signal means to it.
                eventually(lambda: self.ask("GET", "/internal/alerts"), 15, "it serves, so that it can be told to end")
            self._running.terminate()
            assert self._running.wait(15) == 0

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

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

    def wait_serving(self) -> None:
        """Until it serves and has put Asterisk in order."""
        eventually(lambda: self.ask("GET", "/internal/alerts") == 200, 15, "it serves")
        eventually(lambda: self.doctor().get("projection") == "ok", 15, "it has repaired at its start")
