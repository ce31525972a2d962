"""The demo's daemon is the real one, and has its life from the demo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

import pytest

from hotdesk_module.adapters.instance import holder
from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.daemon import Daemon
from hotdesk_module.demo.run import LONGEST_STATE, ROOT, prepare_database


@pytest.fixture
def folder() -> Iterator[Path]:
    # A socket's path must be short.
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def daemon(folder: Path, ami: AmiServer) -> Iterator[Daemon]:
    prepare_database(folder / "demo.db")
    environment = {"HOTDESK_DATABASE": f"sqlite:///{folder / 'demo.db'}", "HOTDESK_AMI": ami.url}
    child = Daemon(folder / "state", folder / "daemon.log", environment)
    yield child
    child.stop()


def gone(lock: Path) -> bool:
    return holder(str(lock)) is None


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@contextmanager
def demo(data: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a demo; yield its process and its address."""
    command = [sys.executable, "-m", "hotdesk_module.demo", "--quick", "--port", str(port), "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, next(line for line in process.stdout if "http://" in line).split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return str(answer.read().decode())


def test_it_comes_up_ends_when_told_and_stays_down(daemon: Daemon, folder: Path) -> None:
    assert daemon.comes_up()
    assert holder(daemon.folder.lock) == daemon.pid
    daemon.stop()
    assert gone(folder / "state/serve.lock") and not os.path.exists(daemon.folder.socket)
    assert not daemon.comes_up()
    assert "Ended." in (folder / "daemon.log").read_text()


def test_one_that_was_killed_is_started_again(daemon: Daemon) -> None:
    assert daemon.comes_up()
    first = daemon.pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: gone(Path(daemon.folder.lock)), "the daemon has died")
    assert daemon.comes_up() and daemon.pid != first


def test_one_that_was_left_behind_gives_way(daemon: Daemon, folder: Path) -> None:
    command = [sys.executable, "-m", "hotdesk_module", "serve", "--state", str(folder / "state")]
    environment = {
        **os.environ,
        "HOTDESK_DATABASE": f"sqlite:///{folder / 'demo.db'}",
        "HOTDESK_AMI": "ami://a:b@127.0.0.1:9",
    }
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as old:
        wait_until(lambda: bool(holder(daemon.folder.lock)), "the old daemon runs")
        daemon.start()
        assert old.wait(20) == 0
        wait_until(lambda: holder(daemon.folder.lock) == daemon.pid, "the demo's own daemon runs")


def test_why_it_does_not_start_is_told(folder: Path) -> None:
    broken = Daemon(folder / "state", folder / "daemon.log", {"HOTDESK_DATABASE": "nonsense"})
    try:
        assert not broken.comes_up()
        assert "HOTDESK_DATABASE is not an address" in broken.trouble()
    finally:
        broken.stop()


def test_a_demo_that_is_killed_takes_its_daemon_along_and_the_next_one_works(folder: Path) -> None:
    lock = folder / "state/serve.lock"
    with demo(folder, 18580) as (process, address):
        assert "Reception" in read(f"{address}panel/")
        assert not gone(lock)
        process.kill()
        wait_until(lambda: gone(lock), "the daemon has ended")
    with demo(folder, 18580) as (_, address):
        assert "Reception" in read(f"{address}panel/")
    assert gone(lock)


def test_the_command_line_works_beside_the_daemon_as_the_greeting_says(folder: Path) -> None:
    with demo(folder, 18582) as (process, address):
        assert process.stdout is not None
        exports = next(line for line in process.stdout if "export " in line).split()[1:]
        environment = {**os.environ, **dict(export.split("=", 1) for export in exports)}

        def hotdesk(*arguments: str) -> str:
            command = [sys.executable, "-m", "hotdesk_module", *arguments]
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        read(f"{address}panel/")
        assert "15 phones, 5 occupied" in hotdesk("phones")
        assert "1004" in hotdesk("logout", "203")
        assert "0 errors" in hotdesk("doctor")
        assert "Log out 1004 from" not in read(f"{address}panel/")


def test_two_demos_have_a_daemon_each(folder: Path) -> None:
    # The second one's path is too long for a socket.
    far = folder / ("a" * LONGEST_STATE)
    with demo(folder / "near", 18581) as (_, near), demo(far, 18581) as (_, other):
        assert near != other
        assert "Reception" in read(f"{near}panel/") and "Reception" in read(f"{other}panel/")
        assert not (far / "state").exists()
