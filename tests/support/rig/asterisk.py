"""A real Asterisk 22 with the company's configuration, run by chroot inside the test's own network.

The sid folder stays as it was made: configuration, database, spool, log and run directories are mounted over it in a
mount namespace that ends with the process, so a crash leaves nothing mounted.
"""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import wave
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.rig import config_files, shell
from tests.support.rig.ami_tap import AmiTap
from tests.support.rig.company import Company
from tests.support.rig.namespace import Namespace
from tests.support.rig.small_disk import SmallDisk

REPOSITORY = Path(__file__).resolve().parents[3]
_OVER = {
    "etc": "/etc/asterisk",
    "lib": "/var/lib/asterisk",
    "spool": "/var/spool/asterisk",
    "log": "/var/log/asterisk",
    "run": "/run/asterisk",
}
_CRASHES = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)
# Families that Asterisk itself keeps.
_ASTERISKS_OWN = ("/registrar/", "/pbx/", "/Queue/", "/dundi/")


class Asterisk:
    """One server over any number of starts; its data survive `restart` and `kill9`."""

    def __init__(self, root: Path, namespace: Namespace, company: Company, visible: Iterable[Path] = ()) -> None:
        """`visible`: folders of this machine that scripts run by Asterisk must see, besides the source tree."""
        self.root, self.namespace, self.company = root, namespace, company
        self.home = shell.temporary_folder("asterisk")
        self.visible = [REPOSITORY, *visible]
        self.freepbx_conf = ""
        # The disk that its data are on, where that is not the machine's.
        self.disk: SmallDisk | None = None
        self._process: subprocess.Popen[bytes] | None = None
        for name in _OVER:
            (self.home / name).mkdir()
        self.configure(config_files.render(company, self._module_folder()))
        self._make_sounds()
        (self.home / "log/cdr-csv").mkdir()
        self.tap = AmiTap(
            lambda: namespace.connect("127.0.0.1", 5038),
            config_files.TAP_USER,
            config_files.TAP_SECRET,
            self.home / "ami.txt",
        )

    def _module_folder(self) -> str:
        found = next((self.root / "usr/lib").glob("*/asterisk/modules"), None)
        if found is None:
            raise shell.RigError(f"no Asterisk modules under {self.root}")
        return "/" + str(found.relative_to(self.root))

    @property
    def etc(self) -> Path:
        return self.home / "etc"

    @property
    def full_log(self) -> Path:
        return self.home / "log" / "full"

    @property
    def events_file(self) -> Path:
        return self.home / "ami.txt"

    @property
    def data(self) -> Path:
        """The folder that the AstDB is in."""
        return self.home / "lib"

    def configure(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.etc / name).write_text(text)

    def _make_sounds(self) -> None:
        # A blink of silence instead of half a sentence: the tests wait for every greeting.
        for one in self.company.extensions:
            if one.pin is not None:
                box = self.home / "spool/voicemail/default" / one.number
                box.mkdir(parents=True)
                for greeting in ("unavail", "busy"):
                    _silence(box / f"{greeting}.wav", 0.1)
        music = self.home / "lib/moh"
        music.mkdir()
        _silence(music / "silence.wav", 5.0)

    @contextmanager
    def recorded_name(self, number: str) -> Iterator[str]:
        """Somebody's name is recorded in the mailbox, for a while; gives what Asterisk calls the sound."""
        box = self.home / "spool/voicemail/default" / number
        _silence(box / "greet.wav", 0.1)
        try:
            yield f"/var/spool/asterisk/voicemail/default/{number}/greet"
        finally:
            (box / "greet.wav").unlink()

    def start(self) -> None:
        """Start and wait until calls can be made."""
        command = self.namespace.argv(["sh", "-ec", self._mounts_and_start()])
        if self.disk is not None:
            command = self.disk.argv(command)
        self._process = shell.start(command, self.home / "console")
        shell.wait_until(self._listens, "Asterisk's manager listens", timeout=30)
        self.tap.open()
        shell.wait_until(self._booted, "Asterisk is fully booted", timeout=30)

    def _listens(self) -> bool:
        if not self.running:
            raise shell.RigError(f"Asterisk ended: {(self.home / 'console').read_text()[-3000:]}")
        try:
            self.namespace.connect("127.0.0.1", 5038).close()
        except OSError:
            return False
        return True

    def _booted(self) -> bool:
        return (
            "System uptime" in self.cli("core show uptime")
            and "fully booted" in self.cli("core waitfullybooted").lower()
        )

    def _mounts_and_start(self) -> str:
        """The shell script that becomes Asterisk. Each target is made first; a mount needs one."""
        (self.home / "freepbx.conf").write_text(self.freepbx_conf)
        lines = ["mount --make-rprivate /"]
        for source, target in [
            *((self.home / name, path) for name, path in _OVER.items()),
            *((folder, str(folder)) for folder in self.visible),
        ]:
            inside = self.root / target.lstrip("/")
            inside.mkdir(parents=True, exist_ok=True)
            lines.append(f"mount --bind {shlex.quote(str(source))} {shlex.quote(str(inside))}")
        conf = self.root / "etc/freepbx.conf"
        conf.touch()
        lines.append(f"mount --bind {self.home}/freepbx.conf {conf}")
        lines.append(f"mount -t proc proc {self.root}/proc")
        lines.append(f"exec chroot {shlex.quote(str(self.root))} /usr/sbin/asterisk -f -C /etc/asterisk/asterisk.conf")
        return "\n".join(lines)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The number of the process, another one after each start; 0 where it has ended."""
        return self._process.pid if self._process is not None and self.running else 0

    @property
    def crashed(self) -> bool:
        """Whether it has died of itself; an attended transfer by keys may end in a channel that is gone (22.10)."""
        return self._process is not None and self._process.poll() in _CRASHES

    def revive(self) -> None:
        """Start it again after a crash; it knows from its database where the phones are."""
        self.tap.close()
        self.start()

    def stop(self) -> None:
        self.tap.close()
        if self._process is not None:
            shell.stop(self._process)

    def kill9(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
        self.tap.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.kill9()
        shell.run(["rm", "-rf", str(self.home)])

    def cli(self, command: str) -> str:
        return self.tap.command(command)

    def reload_dialplan(self) -> None:
        self.cli("dialplan reload")

    def wait_log(self, pattern: str, since: int = 0, timeout: float = 10.0) -> re.Match[str]:
        """Wait for a line of the full log; `since` is an earlier `log_mark`."""
        compiled = re.compile(pattern)

        def look() -> re.Match[str] | None:
            with self.full_log.open("rb") as log:
                log.seek(since)
                return compiled.search(log.read().decode("utf-8", "replace"))

        return shell.wait_until(look, f"log line {pattern}", timeout)

    def log_mark(self) -> int:
        return self.full_log.stat().st_size if self.full_log.exists() else 0

    # --- the AstDB -------------------------------------------------------------------------------------------------

    def db_show(self, family: str = "") -> dict[str, str]:
        """Every key below a family, without the leading slash; what Asterisk keeps for itself left out."""
        keys: dict[str, str] = {}
        for line in self.cli(f"database show {family}".strip()).splitlines():
            match = re.match(r"(/\S(?:.*?\S)?)\s*: (.*)$", line)
            if match and not match.group(1).startswith(_ASTERISKS_OWN):
                keys[match.group(1)[1:]] = match.group(2).rstrip() if match.group(2).strip() else ""
        return keys

    def db_get(self, key: str) -> str | None:
        return self.db_show(key).get(key)

    def db_put(self, key: str, value: str) -> None:
        family, _, name = key.partition("/")
        self.tap.action("DBPut", Family=family, Key=name, Val=value)

    def db_del(self, key: str) -> None:
        family, _, name = key.partition("/")
        self.tap.action("DBDel", Family=family, Key=name)

    def db_set(self, wanted: Mapping[str, str]) -> None:
        """Make the AstDB exactly this, by a diff."""
        actual = self.db_show()
        for key in actual.keys() - wanted.keys():
            if key.startswith("CustomDevstate/"):
                # The lamp itself has to change, not only where it is stored.
                self.cli(f"devstate change Custom:{key.partition('/')[2]} NOT_INUSE")
            self.db_del(key)
        for key, value in wanted.items():
            if actual.get(key) != value:
                self.db_put(key, value)

    # --- calls -----------------------------------------------------------------------------------------------------

    def channels(self) -> list[str]:
        lines = self.cli("core show channels concise").splitlines()
        return [line.split("!")[0] for line in lines if "!" in line]

    def hang_up_everything(self, timeout: float = 10.0) -> None:
        if self.channels():
            self.cli("channel request hangup all")
            shell.wait_until(lambda: not self.channels(), "all channels are gone", timeout)


def _silence(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(16000 * seconds)))
