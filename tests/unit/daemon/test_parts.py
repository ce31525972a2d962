"""The daemon's small parts: folder, lock, log, bell."""

from __future__ import annotations

import logging
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.adapters.instance import Instance, holder, runs
from hotdesk_module.daemon import log
from hotdesk_module.daemon.bell import Bell
from hotdesk_module.daemon.folder import Folder
from hotdesk_module.errors import BadConfig


def mode(path: str | Path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_the_folder_is_ours_alone(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    folder = Folder(str(tmp_path / "state"))
    folder.prepare()
    assert mode(folder.path) == 0o700
    Folder(str(tmp_path / "a" / "b")).prepare()
    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadConfig, match="cannot be used"):
        Folder(str(tmp_path / "file" / "state")).prepare()


def test_every_start_has_a_key_of_its_own(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    first = folder.new_secret()
    (tmp_path / "secret.new").write_text("what a killed daemon left")
    second = folder.new_secret()
    assert first != second
    assert Path(folder.secret).read_text() == second
    assert len(second) == 64 and int(second, 16) >= 0
    assert mode(folder.secret) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["secret"]


def test_one_claims_the_lock_and_the_others_learn_who(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    assert holder(path) is None and runs(path) is False
    first, second = Instance(path), Instance(path)
    assert first.claim()
    assert holder(path) == os.getpid() and runs(path) is True
    assert not second.claim()
    assert mode(path) == 0o600
    first.release()
    assert holder(path) is None
    assert second.claim()
    second.release()


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    script = f"from hotdesk_module.adapters.instance import Instance as I; i=I({path!r}); i.claim(); print(1); input()"
    held = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert held.stdout is not None
    held.stdout.readline()
    assert holder(path) == held.pid
    held.kill()
    held.communicate()
    assert holder(path) is None
    mine = Instance(path)
    assert mine.claim()
    mine.release()


def test_where_we_may_not_look_we_do_not_know(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert runs(str(tmp_path / "file" / "lock")) is None


@pytest.fixture
def root_log() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in root.handlers:
        if handler not in before:
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.usefixtures("root_log")
def test_the_log_is_rotated_and_has_one_line_an_occurrence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "BYTES", 2000)
    path = tmp_path / "hotdesk.log"
    logger = log.start(str(path))
    logger.info("a name with\nERROR a line of its own, and \udce9")
    assert path.read_text().count("\n") == 1
    for n in range(500):
        logger.warning("line %d", n)
    files = sorted(p.name for p in tmp_path.iterdir())
    assert files == ["hotdesk.log"] + [f"hotdesk.log.{n}" for n in range(1, log.FILES + 1)]
    assert all(p.stat().st_size <= 2100 for p in tmp_path.iterdir())


@pytest.mark.usefixtures("root_log")
def test_nobody_can_forge_a_line_of_the_log(tmp_path: Path) -> None:
    path = tmp_path / "hotdesk.log"
    logger = log.start(str(path))
    forged = "\n2026-01-01 00:00:00,000 INFO forged\r\x85\u2028\x1b[2J\u202eforged"
    logger.info("a name: %s", forged)
    try:
        raise ValueError(forged)
    except ValueError:
        logger.exception("a value: %r", forged)
    lines = path.read_text().splitlines()
    assert [line for line in lines if not line.startswith("    ")] == [lines[0], lines[1]]
    assert all(line.isprintable() for line in lines)
    assert "\\n2026" in lines[0] and "ValueError" in path.read_text()
    # A name is still a name.
    logger.info("Jürgen عمر 👩‍💻")
    assert path.read_text().endswith("Jürgen عمر 👩‍💻\n")


@pytest.mark.usefixtures("root_log")
def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="cannot be written"):
        log.start(str(tmp_path / "no" / "such" / "hotdesk.log"))


@pytest.fixture
def bell() -> Iterator[Bell]:
    bell = Bell()
    yield bell
    bell.close()


def test_the_bell_wakes_from_another_thread_and_rings_once(bell: Bell) -> None:
    threading.Timer(0.05, bell.ask).start()
    before = time.monotonic()
    bell.wait(10)
    assert time.monotonic() - before < 5
    assert bell.asked.is_set() and not bell.stopped.is_set()
    before = time.monotonic()
    bell.wait(0.05)
    assert time.monotonic() - before >= 0.04


def test_the_bell_never_blocks(bell: Bell) -> None:
    for _ in range(100_000):
        bell.ring()
    bell.wait(0)


def test_a_signal_rings_it(bell: Bell) -> None:
    before = signal.getsignal(signal.SIGUSR1)
    bell.stop_on([signal.SIGUSR1])
    try:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        start = time.monotonic()
        while not bell.stopped.is_set() and time.monotonic() - start < 5:
            bell.wait(5)
        assert time.monotonic() - start < 4
    finally:
        signal.signal(signal.SIGUSR1, before)
