"""The daemon keeps the process that takes calls running."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.daemon.forkserver import LOOK, ForkServer


class Kept:
    """A server that is kept, on a clock of ours."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock = path, 100.0
        self.server = ForkServer(str(path), logging.getLogger("test"), lambda: self.clock)

    def later(self, seconds: float) -> None:
        self.clock += seconds
        self.server.keep()

    @property
    def pid(self) -> int:
        process = self.server._process
        assert process is not None
        return process.pid

    def made(self, other_than: int = 0) -> int:
        """Wait until it listens, and return when its file was made."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.path.exists() and (found := self.path.stat().st_ctime_ns) != other_than:
                return found
            time.sleep(0.01)
        raise AssertionError("it does not listen")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path / "calls.sock")
    made.server.keep()
    yield made
    made.server.stop()


def test_it_runs_from_the_first_look_on_and_ends_with_the_daemon(kept: Kept) -> None:
    kept.made()
    before = kept.pid
    kept.later(LOOK)
    assert kept.pid == before
    kept.server.stop()
    assert not Path(f"/proc/{before}").exists()


def test_one_that_died_is_started_anew_at_the_next_look_and_told_of_once(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    first = kept.made()
    for _ in range(2):
        before = kept.pid
        os.kill(before, signal.SIGKILL)
        os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
        kept.later(LOOK / 2)
        assert kept.pid == before
        kept.later(LOOK / 2)
        assert kept.pid != before
        first = kept.made(other_than=first)
    assert caplog.text.count("is gone") == 1
    kept.later(LOOK)
    os.kill(kept.pid, signal.SIGKILL)
    os.waitid(os.P_PID, kept.pid, os.WEXITED | os.WNOWAIT)
    kept.later(LOOK)
    assert caplog.text.count("is gone") == 2


def test_a_socket_that_somebody_took_away_is_made_anew(kept: Kept) -> None:
    kept.made()
    kept.path.unlink()
    kept.later(LOOK)
    kept.made()


def test_one_that_does_not_end_is_killed(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotdesk_module.daemon.forkserver.PATIENCE", 0.2)
    kept.made()
    pid = kept.pid
    os.kill(pid, signal.SIGSTOP)
    kept.server.stop()
    assert not Path(f"/proc/{pid}").exists()
