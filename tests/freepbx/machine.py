"""The machine that FreePBX runs on, which is the one that the tests run on."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.support.rig.shell import RigError

REPOSITORY = Path(__file__).resolve().parents[2]
OFFICE = Path(__file__).with_name("office.php")
CONFIGURATION = Path("/etc/freepbx.conf")
SETTINGS = (
    *("AMPWEBROOT", "AMPBIN", "AMPASTERISKWEBUSER", "AMPEXTENSIONS", "AUTHTYPE"),
    *("ASTVARLIBDIR", "ASTAGIDIR", "ASTLOGDIR", "ASTETCDIR", "ASTSPOOLDIR", "ASTMANAGERPORT"),
)
_MARK = "@@answer "


def reasons_against() -> list[str]:
    """Say why the suite cannot run here; nothing where it can."""
    if os.environ.get("HOTDESK_ACCEPTANCE") != "1":
        return ["it changes the PBX it runs on, and runs only where HOTDESK_ACCEPTANCE=1 is set"]
    reasons = []
    if os.geteuid() != 0:
        reasons.append("it needs root")
    if not CONFIGURATION.is_file() or not shutil.which("fwconsole"):
        reasons.append("FreePBX is not installed on this machine")
    return reasons


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


@dataclass(frozen=True)
class Done:
    """A command that has run."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class Machine:
    """FreePBX's commands and places.

    Attributes:
        version: FreePBX's.
        modules: FreePBX's active modules with their versions, as they were at the start.
    """

    def __init__(self) -> None:
        facts = self.php("facts", list(SETTINGS))
        self.version = str(facts["version"])
        self.php_version = str(facts["php"])
        self.modules: dict[str, str] = facts["modules"]
        self.settings: dict[str, str] = facts["settings"]
        self.user = self.settings["AMPASTERISKWEBUSER"] or "asterisk"
        found = re.search(r"Asterisk (\S+)", self.cli("core show version"))
        self.asterisk = found.group(1) if found else "?"

    def __str__(self) -> str:
        names = ("framework", "core", "voicemail", "featurecodeadmin", "pm2", "backup")
        modules = ", ".join(f"{name} {self.modules[name]}" for name in names if name in self.modules)
        return f"FreePBX {self.version} ({modules}), Asterisk {self.asterisk}, PHP {self.php_version}"

    def path(self, setting: str) -> Path:
        return Path(self.settings[setting])

    # --- commands ----------------------------------------------------------------------------------------------------

    def try_(self, argv: Sequence[str], timeout: float = 300.0, text: str = "", user: str = "") -> Done:
        """Run a command to its end, whatever that is."""
        command = ["runuser", "-u", user, "--", *argv] if user else list(argv)
        # Into files: what starts daemons would leave pipes open for as long as they live.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            done = subprocess.run(
                command, input=text.encode(), stdout=out, stderr=err, timeout=timeout, cwd="/", check=False
            )
            return Done(done.returncode, _text(out), _text(err))

    def run(self, *argv: str, timeout: float = 300.0, text: str = "", user: str = "") -> str:
        """Run a command that must succeed; return all it printed."""
        done = self.try_(argv, timeout, text, user)
        if done.status != 0:
            raise RigError(f"{' '.join(argv)}: exit {done.status}: {done.text.strip()[-3000:]}")
        return done.text

    def fwconsole(self, *words: str, timeout: float = 600.0) -> str:
        return self.run("fwconsole", *words, timeout=timeout)

    def reload(self) -> str:
        """Apply Config."""
        return self.fwconsole("reload")

    def cli(self, line: str) -> str:
        """Return what Asterisk's command line prints."""
        return self.try_(["asterisk", "-rx", line], 30).out

    def php(self, action: str, data: object = None) -> Any:
        """Ask FreePBX; see office.php."""
        done = self.try_(["php", str(OFFICE), action], 300, json.dumps(data))
        for line in done.out.splitlines():
            if line.startswith(_MARK):
                return json.loads(line[len(_MARK) :])
        raise RigError(f"office.php {action}: exit {done.status}: {done.text.strip()[-3000:]}")

    # --- what FreePBX knows ------------------------------------------------------------------------------------------

    def astdb(self) -> dict[str, str]:
        """Return the whole AstDB, by ``family/key``."""
        pairs = re.findall(r"^/(\S.*?)\s*: (.*?)\s*$", self.cli("database show"), re.MULTILINE)
        return {key: value for key, value in pairs}

    def db(self, key: str) -> str | None:
        """Return one value of the AstDB."""
        family, _, name = key.partition("/")
        found = re.search(r"^Value: (.*)$", self.cli(f"database get {family} {name}"), re.MULTILINE)
        return found.group(1).strip() if found else None

    def notifications(self, module: str = "hotdesk") -> dict[str, str]:
        """Return a module's notifications: id to title and text."""
        return {row[0]: f"{row[1]}\n{row[2]}" for row in self.php("notifications", {"module": module})}

    def troubles(self) -> dict[str, str]:
        """Return our notifications that something is wrong: all but those of emergency calls, which stay."""
        return {name: text for name, text in self.notifications().items() if not name.startswith("emergency_")}

    def database(self) -> dict[str, str]:
        """Return how FreePBX reaches its database."""
        text = CONFIGURATION.read_text()
        return dict(re.findall(r"""\$amp_conf\[['"](AMPDB\w+)['"]\]\s*=\s*['"](.*?)['"]""", text))

    def job(self) -> str:
        """Do what FreePBX's cron does once a minute."""
        return self.run("fwconsole", "job", "--run", user=self.user)
