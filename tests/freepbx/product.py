"""Hot Desking on the machine: unpacked, installed, dialled."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, TypeVar

from hotdesk_module.agi import prompts
from tests.freepbx.machine import Done, Machine
from tests.freepbx.office import by_number
from tests.freepbx.telephones import Telephones
from tests.support.rig import shell

T = TypeVar("T")
NAME = "hotdesk"
# FreePBX's job runs once a minute; the daemon repairs once a minute.
A_MINUTE = 80.0


def tarball() -> Path:
    """Return the package: the one named by HOTDESK_TARBALL, or a new one."""
    given = os.environ.get("HOTDESK_TARBALL")
    if given:
        return Path(given).resolve()
    folder = Path(tempfile.mkdtemp(prefix="hdsk-package-"))
    shell.run([sys.executable, "-m", "tools.package", "--to", str(folder)], 600)
    return next(folder.glob("*.tgz"))


def _set_version(description: Path, version: str) -> None:
    text = description.read_text()
    description.write_text(re.sub(r"<version>[^<]+<", f"<version>{version}<", text, count=1))


class Product:
    def __init__(self, machine: Machine, package: Path) -> None:
        self.machine, self.package = machine, package
        self.modules = machine.path("AMPWEBROOT") / "admin" / "modules"
        self.folder = self.modules / NAME
        self.state = machine.path("ASTVARLIBDIR") / NAME
        self.log = machine.path("ASTLOGDIR") / f"{NAME}.log"

    # --- coming and going --------------------------------------------------------------------------------------------

    def unpack(self, version: str = "") -> None:
        """Put the package in the place of what is there, as an upload does; with another version for an upgrade."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with tarfile.open(self.package) as archive:
            archive.extractall(self.modules)
        if version:
            _set_version(self.folder / "module.xml", version)

    def upgrade(self) -> Path:
        """Return a package of the same with a newer version."""
        version = self.newer_version()
        folder = Path(tempfile.mkdtemp(prefix="hdsk-upgrade-"))
        with tarfile.open(self.package) as archive:
            archive.extractall(folder)
        _set_version(folder / NAME / "module.xml", version)
        package = folder / f"{NAME}-{version}.tgz"
        with tarfile.open(package, "w:gz") as archive:
            archive.add(folder / NAME, NAME)
        return package

    def newer_version(self) -> str:
        """Return a version behind the one that is unpacked."""
        found = re.search(r"<version>([\d.]+)</version>", (self.folder / "module.xml").read_text())
        assert found
        *front, last = found.group(1).split(".")
        return ".".join([*front, str(int(last) + 1)])

    def install(self) -> str:
        """As Module Admin's Install does."""
        return self.machine.fwconsole("ma", "install", NAME)

    def uninstall(self) -> str:
        return self.machine.fwconsole("ma", "uninstall", NAME)

    def delete(self) -> str:
        return self.machine.fwconsole("ma", "delete", NAME)

    @property
    def status(self) -> str:
        """What Module Admin's list says: ``Enabled``, ``Not Installed``, or nothing."""
        found = re.search(rf"^\| {NAME} +\| *\S* *\| ([^|]+?) +\|", self.machine.fwconsole("ma", "list"), re.MULTILINE)
        return found.group(1) if found else ""

    # --- its commands ------------------------------------------------------------------------------------------------

    def fwconsole(self, *words: str) -> str:
        """Run ``fwconsole hotdesk …``."""
        return self.machine.fwconsole(NAME, *words)

    def try_command(self, *words: str, user: str = "") -> Done:
        return self.machine.try_(["sh", str(self.folder / "bin" / NAME), *words], user=user)

    def command(self, *words: str) -> Any:
        """Run ``hotdesk … --json`` and return what it answers."""
        done = self.try_command(*words, "--json")
        if done.status != 0:
            raise shell.RigError(f"hotdesk {' '.join(words)}: exit {done.status}: {done.text}")
        return json.loads(done.out)

    def command_text(self, *words: str) -> str:
        """Run ``hotdesk …`` and return what it prints."""
        done = self.try_command(*words)
        if done.status != 0:
            raise shell.RigError(f"hotdesk {' '.join(words)}: exit {done.status}: {done.text}")
        return done.text

    def seats(self) -> dict[str, str]:
        """Return who sits where: phone to user."""
        return {one["device"]: one["user"] for one in self.command("phones", "list")["phones"] if one["user"]}

    def heals(self, check: Callable[[], T | None], what: str, timeout: float = A_MINUTE) -> T:
        """Wait until it is so, for as long as the product may take to repair by itself."""
        return shell.wait_until(check, what, timeout, every=1.0)

    # --- the daemon --------------------------------------------------------------------------------------------------

    def daemon(self) -> int | None:
        """Return the daemon's process id, where one runs."""
        try:
            pid = int((self.state / "serve.lock").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if b"serve" in command else None

    def wait_daemon(self, but: int | None = None, timeout: float = A_MINUTE) -> int:
        """Wait until a daemon runs, another one than ``but``."""

        def look() -> int | None:
            now = self.daemon()
            return now if now != but else None

        return self.heals(look, "a daemon runs", timeout)


class Desk:
    """People who log in at the suite's phones."""

    def __init__(self, telephones: Telephones, product: Product) -> None:
        self.telephones, self.product = telephones, product
        self.machine = product.machine

    def log_in(self, phone: str, user: str, code: str = "*11", pin: str = "") -> str:
        """Dial the code, enter extension and PIN; return the dialogue's outcome."""
        with self.telephones.calling(phone, code) as mark:
            mark = self._enter(phone, mark, prompts.ASK_EXTENSION, user)
            self._enter(phone, mark, prompts.ASK_PIN, pin or by_number(user).pin)
            return self._status(mark)

    def log_in_at_once(self, phone: str, user: str) -> str:
        """Dial the code and the extension in one go."""
        with self.telephones.calling(phone, f"*11{user}") as mark:
            self._enter(phone, mark, prompts.ASK_PIN, by_number(user).pin)
            return self._status(mark)

    def log_out(self, phone: str, code: str = "*12") -> str:
        with self.telephones.calling(phone, code) as mark:
            return self._status(mark)

    def sorry(self, phone: str, code: str = "*11") -> str:
        """Dial the code where it cannot work; return what is played before the caller is hung up."""
        with self.telephones.calling(phone, code) as mark:
            self.telephones.phones[phone].wait_idle(30)
            time.sleep(0.3)
            events = self.telephones.tap.events("Newexten", mark, Application="Playback")
            said = [event["AppData"] for event in events]
            commands = [event["Command"] for event in self.telephones.tap.events("AGIExecStart", mark)]
            said += [line.split('"')[1] for line in commands if line.startswith("STREAM FILE")]
            return " ".join(said)

    def try_pin(self, phone: str, user: str, pin: str) -> None:
        """Enter a PIN that is refused, and hang up at the next question."""
        with self.telephones.calling(phone, "*11") as mark:
            mark = self._enter(phone, mark, prompts.ASK_EXTENSION, user)
            mark = self._enter(phone, mark, prompts.ASK_PIN, pin)
            self.telephones.wait_prompt(prompts.REFUSALS["wrong_pin"][0], mark)

    def clear(self) -> None:
        """Everybody out, no locks."""
        self.product.command("logout", "--all", "--yes")

    def _enter(self, phone: str, mark: int, prompt: str, digits: str) -> int:
        mark = self.telephones.wait_prompt(prompt, mark)
        self.telephones.phones[phone].send_digits(f"{digits}#")
        return mark

    def _status(self, since: int) -> str:
        return self.telephones.tap.wait_for("VarSet", since, 20.0, Variable="HDSK_STATUS")["Value"]
