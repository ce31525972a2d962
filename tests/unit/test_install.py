"""Installing and uninstalling, run as FreePBX's bridge runs them, on the embedded PBX."""

from __future__ import annotations

import os
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


def run(script: str, machine: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / script), *arguments]
    return subprocess.run(command, env={**os.environ, **machine}, capture_output=True, text=True, check=False)


def test_installing_says_each_step_and_ends_in_a_self_check(machine: Environment) -> None:
    for _ in range(2):
        done = run("install.py", machine)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "Hot Desking: ready: database and Asterisk answer, 3 phones in the pool"
        assert "hotdesk_sessions" in done.stdout


def test_installing_makes_the_tables_that_are_missing(machine: Environment, tmp_path: Path) -> None:
    machine["HOTDESK_DATABASE"] = f"sqlite:///{tmp_path / 'new.db'}"
    assert run("install.py", machine).returncode == 0
    database = Sqlite(str(tmp_path / "new.db"))
    assert database.select("SELECT COUNT(*) FROM hotdesk_phones") == [(0,)]
    database.close()


def test_installing_with_asterisk_down_says_so_and_fails(machine: Environment) -> None:
    machine["HOTDESK_AMI"] = "ami://demo:secret@127.0.0.1:1"
    done = run("install.py", machine)
    assert done.returncode == 1
    assert "127.0.0.1:1" in done.stderr
    assert "secret" not in done.stderr


def test_an_old_python_is_told_which_one_it_takes(machine: Environment) -> None:
    code = f"import sys, runpy; sys.version_info = (3, 8, 1); runpy.run_path({str(ROOT / 'install.py')!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.9 or newer" in done.stderr
    assert "is 3.8" in done.stderr


def test_uninstalling_gives_every_phone_back_and_leaves_no_key_of_ours(machine: Environment, pbx: Pbx) -> None:
    before = pbx.db.show()
    assert run("bin/hotdesk", machine, "login", "200", "1001").returncode == 0
    assert run("bin/hotdesk", machine, "login", "201", "1002").returncode == 0
    assert pbx.db.show() != before
    for logged_out in (2, 0):
        done = run("uninstall.py", machine)
        assert done.returncode == 0, done.stderr
        assert f"{logged_out} logged out" in done.stdout
    assert [row for row in pbx.db.show() if not row[0].startswith("CustomDevstate/CF")] == before
    assert not [key for key, *_ in pbx.db.show() if "HDSK" in key]


def test_uninstalling_without_the_database_says_that_it_must_be_repeated(machine: Environment, tmp_path: Path) -> None:
    empty = Sqlite(str(tmp_path / "empty.db"))
    create_tables(empty)
    empty.execute("DROP TABLE hotdesk_sessions")
    empty.close()
    machine["HOTDESK_DATABASE"] = f"sqlite:///{tmp_path / 'empty.db'}"
    done = run("uninstall.py", machine)
    assert done.returncode == 1
    assert "run this again" in done.stderr
