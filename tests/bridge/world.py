"""A FreePBX that is not there: folders, settings and a database for the stand-ins in ``harness/``."""

from __future__ import annotations

import getpass
import json
import os
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.run import ROOT, prepare_database

HARNESS = Path(__file__).parent / "harness"
# What an installation has; the rest of the tree is for developers.
SHIPPED = (
    *("module.xml", "Hotdesk.class.php", "page.hotdesk.php", "Job.php", "Backup.php", "Restore.php"),
    *("install.py", "uninstall.py", "bridge", "Console", "agi-bin", "bin", "hotdesk_module", "views"),
)


class Call(NamedTuple):
    """What a call of the module returned, and what it printed."""

    result: Any
    printed: str


class World:
    """One FreePBX. Paths are short, for the path of a unix socket must be.

    Attributes:
        php: the command line of PHP.
        home: the folder everything is in.
        pbx: Asterisk, embedded.
    """

    def __init__(self, php: str) -> None:
        self.php = shlex.split(php)
        self.home = Path(tempfile.mkdtemp(prefix="hd"))
        self.module = self.home / "web/admin/modules/hotdesk"
        self.state = self.home / "lib/hotdesk"
        self.database = self.home / "ledger.db"
        for folder in ("log", "agi", "lib/bin", "bin"):
            (self.home / folder).mkdir(parents=True)
        self.module.mkdir(parents=True)
        for name in SHIPPED:
            self._ship(name)
        prepare_database(self.database)
        self.execute("DELETE FROM featurecodes WHERE modulename = 'hotdesk'")
        self.pbx = Pbx(self.home / "astdb.json")
        self._ami = AmiServer(self.pbx, "demo", "secret")
        self._ami.start()
        self.environment = {
            **os.environ,
            "HOTDESK_DATABASE": f"sqlite:///{self.database}",
            "HOTDESK_AMI": self._ami.url,
            "HOTDESK_PYTHON": sys.executable,
            "TEST_WORLD": str(self.home / "world.json"),
        }
        user = getpass.getuser()
        self._write(
            settings={
                "AMPWEBROOT": str(self.home / "web"),
                "ASTVARLIBDIR": str(self.home / "lib"),
                "ASTLOGDIR": str(self.home / "log"),
                "ASTAGIDIR": str(self.home / "agi"),
                "AMPBIN": str(self.home / "bin"),
                "AMPASTERISKWEBUSER": user,
                "AMPASTERISKWEBGROUP": user,
            },
            modules=["core", "hotdesk"],
            database=str(self.database),
            extmap={"200": "Lobby", "1001": "John Smith", "*97": "My Voicemail"},
            jobs={},
            notifications=[],
            log=[],
            pm2={},
            kvstore=False,
        )

    def close(self) -> None:
        """Stop everything; nothing is left."""
        self.mend_python()
        if self.state.is_dir():
            self.call("stopDaemon")
        self._ami.stop()
        shutil.rmtree(self.home)

    def call(self, method: str, *arguments: object, **environment: str) -> Call:
        """Call a method of the module, as ``harness/call.php`` knows FreePBX to do it."""
        done = self.run("call.php", method, *map(json.dumps, arguments), **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        *printed, last = done.stdout.splitlines()
        return Call(json.loads(last)["result"], "\n".join(printed))

    def console(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``fwconsole WORD …``."""
        return self.run("fwconsole.php", *words)

    def run(self, script: str, *words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the harness."""
        command = [*self.php, str(HARNESS / script), str(self.home / "world.json"), *words]
        return subprocess.run(
            command,
            env={**self.environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def hotdesk(self, *words: str) -> Any:
        """Run the command line itself, not through the bridge; return its JSON."""
        command = ["sh", str(self.module / "bin/hotdesk"), *words, "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def web_server(self, **settings: str) -> Iterator[int]:
        """Yield the port of a web server with FreePBX's two front doors; ``settings`` are php.ini's."""
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        options = [f"-d{name}={value}" for name, value in settings.items()]
        command = [*self.php, *options, "-S", f"127.0.0.1:{port}", str(HARNESS / "front.php")]
        with (self.home / "web.log").open("w") as log:
            # A group of its own: with PHP_CLI_SERVER_WORKERS it has children, which would outlive it.
            server = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
            try:
                _wait_for(port)
                yield port
            finally:
                os.killpg(server.pid, signal.SIGTERM)
                server.wait()

    def break_python(self, text: str) -> None:
        """Have a script of ours stand in for Python."""
        fake = self.home / "python"
        fake.write_text(f"#!/bin/sh\n{text}\n")
        fake.chmod(0o755)
        self.environment["HOTDESK_PYTHON"] = str(fake)

    def mend_python(self) -> None:
        """Take back what ``break_python`` did."""
        self.environment["HOTDESK_PYTHON"] = sys.executable

    def empty_database(self) -> None:
        """Have FreePBX's tables and none of ours."""
        for table in ("phones", "sessions", "events", "lockouts", "pins", "settings"):
            self.execute(f"DROP TABLE hotdesk_{table}")

    def make_tables(self) -> None:
        """Make our tables, as FreePBX does from module.xml before it installs."""
        database = Sqlite(str(self.database))
        create_tables(database)
        database.close()

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement on FreePBX's database."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(statement).fetchall()

    def codes(self) -> dict[str, tuple[Any, ...]]:
        """Return our feature codes: default, custom, enabled."""
        rows = self.execute(
            "SELECT featurename, defaultcode, customcode, enabled FROM featurecodes WHERE modulename = 'hotdesk'"
        )
        return {feature: tuple(rest) for feature, *rest in rows}

    def __getitem__(self, name: str) -> Any:
        return json.loads((self.home / "world.json").read_text())[name]

    def __setitem__(self, name: str, value: object) -> None:
        self._write(**{**json.loads((self.home / "world.json").read_text()), name: value})

    def notices(self) -> dict[str, dict[str, Any]]:
        """Return our notifications by id."""
        return {row["id"]: row for row in self["notifications"] if row["module"] == "hotdesk"}

    def daemon(self) -> int | None:
        """Return the process number of the daemon that runs."""
        try:
            pid = int((self.state / "serve.lock").read_text().strip())
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return pid

    def _write(self, **everything: object) -> None:
        (self.home / "world.json").write_text(json.dumps(everything, indent=1))

    def _ship(self, name: str) -> None:
        source, target = ROOT / name, self.module / name
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy(source, target)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on port {port}")
