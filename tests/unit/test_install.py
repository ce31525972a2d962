"""Installing and uninstalling, run as FreePBX's bridge runs them, on the embedded PBX."""

from __future__ import annotations

import os
import pwd
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.run import ROOT, prepare_database
from hotdesk_module.dialplan import INTERCEPTION

Environment = dict[str, str]


@pytest.fixture
def pbx(tmp_path: Path) -> Pbx:
    return Pbx(tmp_path / "astdb.json")


@pytest.fixture
def machine(tmp_path: Path, pbx: Pbx) -> Iterator[Environment]:
    """Return the environment in which our scripts find the embedded PBX and its database."""
    prepare_database(tmp_path / "demo.db")
    server = AmiServer(pbx, "demo", "secret")
    server.start()
    yield {"HOTDESK_DATABASE": f"sqlite:///{tmp_path / 'demo.db'}", "HOTDESK_AMI": server.url}
    server.stop()


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Take away what an installation writes down."""
    yield
    (ROOT / "interpreter").unlink(missing_ok=True)


def run(script: str, machine: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script as the bridge does."""
    command = ["sh", str(ROOT / "hotdesk_module" / "python.sh"), str(ROOT / script), *arguments]
    environment = {**os.environ, "HOTDESK_PYTHON": sys.executable, **machine}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def hotdesk(machine: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOTDESK_PYTHON": sys.executable, **machine}
    return subprocess.run([ROOT / "bin" / "hotdesk", *arguments], env=environment, capture_output=True, text=True)


def test_installing_says_each_step_and_ends_in_a_self_check(machine: Environment) -> None:
    for _ in range(2):
        done = run("install.py", machine)
        assert done.returncode == 0, done.stderr
        last = done.stdout.splitlines()[-1]
        assert last == "Hot Desking: ready: the database answers, 3 phones in the pool; Asterisk answers"
        assert "hotdesk_sessions" in done.stdout
        assert (ROOT / "interpreter").read_text() == f"{sys.executable}\n"


def test_installing_makes_the_tables_that_are_missing(machine: Environment, tmp_path: Path) -> None:
    machine["HOTDESK_DATABASE"] = f"sqlite:///{tmp_path / 'new.db'}"
    assert run("install.py", machine).returncode == 0
    database = Sqlite(str(tmp_path / "new.db"))
    assert database.select("SELECT COUNT(*) FROM hotdesk_phones") == [(0,)]
    database.close()


def test_installing_with_asterisk_down_says_so(machine: Environment) -> None:
    machine["HOTDESK_AMI"] = "ami://demo:secret@127.0.0.1:1"
    done = run("install.py", machine)
    assert done.returncode == 0
    assert "127.0.0.1:1 does not answer" in done.stdout.splitlines()[-1]
    assert "secret" not in done.stdout + done.stderr


def test_installing_with_the_database_down_says_so_and_fails(machine: Environment, tmp_path: Path) -> None:
    machine["HOTDESK_DATABASE"] = f"sqlite:///{tmp_path}/no/such/folder.db"
    done = run("install.py", machine)
    assert done.returncode == 1
    assert done.stderr.startswith("Hot Desking: not installed. The database ")


def test_a_script_that_does_not_run_ends_the_installation(machine: Environment, tmp_path: Path) -> None:
    module = tmp_path / "module"
    shutil.copytree(ROOT, module, ignore=shutil.ignore_patterns(".*", "tests", "docs", "__pycache__"))
    (module / "agi-bin" / "hotdesk.py").write_text("import no_such_package\n")
    done = run(str(module / "install.py"), machine)
    assert done.returncode == 1
    assert "No module named 'no_such_package'" in done.stderr


def test_a_script_that_hangs_is_told_in_a_sentence(
    machine: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    script = runpy.run_path(str(ROOT / "install.py"))
    monkeypatch.setitem(script["main"].__globals__, "PATIENCE", 0.001)
    for name, value in machine.items():
        monkeypatch.setenv(name, value)
    assert script["main"]() == 1
    assert "does not end within" in capsys.readouterr().err


def test_the_interpreter_that_was_written_down_runs_everything(machine: Environment, tmp_path: Path) -> None:
    chosen = tmp_path / "python of our own"
    chosen.write_text(f'#!/bin/sh\necho chosen >&2\nexec {sys.executable} "$@"\n')
    chosen.chmod(0o755)
    (ROOT / "interpreter").write_text(f"{chosen}\n")
    done = subprocess.run([ROOT / "bin" / "hotdesk", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "chosen\n")


def test_without_a_python_that_is_new_enough_it_is_said_which_one_there_is(tmp_path: Path) -> None:
    for name in ("readlink", "dirname", "stat", "id"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] || exit 1\necho Python 3.6.8\n')
    old.chmod(0o755)
    # The launcher as it is, but for the places where it looks besides.
    launcher = tmp_path / "module" / "hotdesk_module" / "python.sh"
    launcher.parent.mkdir(parents=True)
    text = (ROOT / "hotdesk_module" / "python.sh").read_text()
    launcher.write_text(text.replace(":/usr/local/bin:/usr/bin:/bin", ""))
    environment = {"PATH": str(tmp_path), "HOTDESK_USER": "root"}
    done = subprocess.run(["/bin/sh", launcher, "x.py"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 127
    assert "needs Python 3.9 or newer" in done.stderr
    assert "Python 3.6.8" in done.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_root_runs_everything_as_the_user_whose_the_module_is(tmp_path: Path) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text("import os, sys; print(os.getuid(), os.getgid(), os.environ['HOME'], *sys.argv[1:])\n")
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(0o755)
    # Where it lies now nobody else may be able to read it.
    copy = shutil.copy(ROOT / "hotdesk_module" / "python.sh", tmp_path)
    launcher = ["sh", copy, str(probe), "an argument", "--flag"]
    environment = {**os.environ, "HOTDESK_USER": "nobody", "HOTDESK_PYTHON": "/usr/bin/python3"}
    done = subprocess.run(launcher, env=environment, capture_output=True, text=True, check=False, cwd="/")
    nobody = pwd.getpwnam("nobody")
    assert done.stdout == f"{nobody.pw_uid} {nobody.pw_gid} {nobody.pw_dir} an argument --flag\n", done.stderr


def test_an_old_python_is_told_which_one_it_takes(machine: Environment) -> None:
    code = f"import sys, runpy; sys.version_info = (3, 8, 1); runpy.run_path({str(ROOT / 'install.py')!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.9 or newer" in done.stderr
    assert "is 3.8" in done.stderr


def test_uninstalling_gives_every_phone_back_and_leaves_no_key_of_ours(machine: Environment, pbx: Pbx) -> None:
    before = pbx.db.show()
    pbx.functions.write(*INTERCEPTION, None)
    assert hotdesk(machine, "login", "200", "1001").returncode == 0
    assert hotdesk(machine, "login", "201", "1002").returncode == 0
    assert hotdesk(machine, "queues", "set", "1002", "701", "login").returncode == 0
    assert hotdesk(machine, "queues", "set", "1002", "700", "pause").returncode == 0
    assert pbx.db.show() != before
    for logged_out in (2, 0):
        done = run("uninstall.py", machine)
        assert done.returncode == 0, done.stderr
        assert f"{logged_out} logged out" in done.stdout
    assert [row for row in pbx.db.show() if not row[0].startswith("CustomDevstate/CF")] == before
    assert not [key for key, *_ in pbx.db.show() if "HDSK" in key]
    members = [dict(event) for event in pbx.queues.status("") if ("Event", "QueueMember") in event]
    assert [(m["Queue"], m["Name"], m["Paused"]) for m in members] == [("700", "Jane Doe", "0")]
    assert pbx.functions.read(INTERCEPTION[0], None) == ""


def test_uninstalling_without_the_database_says_that_it_must_be_repeated(machine: Environment, tmp_path: Path) -> None:
    empty = Sqlite(str(tmp_path / "empty.db"))
    create_tables(empty)
    empty.execute("DROP TABLE hotdesk_sessions")
    empty.close()
    machine["HOTDESK_DATABASE"] = f"sqlite:///{tmp_path / 'empty.db'}"
    done = run("uninstall.py", machine)
    assert done.returncode == 1
    assert "run this again" in done.stderr
