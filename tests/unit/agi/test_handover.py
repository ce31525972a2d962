"""The script of a call, as Asterisk starts it, and the process that takes it over."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from hotdesk_module.agi import handover
from hotdesk_module.agi.handover import SCRIPT, SERVE, hand_over

# Asterisk's first words, and its answers to all that the script says to a caller who has hung up.
CALL = b"agi_request: hotdesk.py\n\n"
GONE = b"511 Command Not Permitted on a dead channel or intercept routine\n200 result=1\n"
ANSWER = b"ANSWER\n"
LEFT = b'SET VARIABLE "HDSK_STATUS" "hangup"\n'


def eventually(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, f"it never came true: {what}"
        time.sleep(0.01)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Script:
    """The script, with Asterisk's end of its pipes in our hands."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-IS", SCRIPT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.write(CALL)

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def read(self) -> bytes:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def ends(self) -> int:
        """Let the caller be gone, hear what the script makes of it, and return its exit status."""
        self.write(GONE)
        assert self.read() == LEFT
        return self.process.wait(10)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()


class Server:
    """The process that takes calls, and the daemon's end of its pipe in our hands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # No configuration: a call that has ended at its first command needs none.
        environment = {**os.environ, "FREEPBX_CONF": "/nonexistent"}
        self.process = subprocess.Popen(
            [sys.executable, "-I", SCRIPT, SERVE, str(path)], stdin=subprocess.PIPE, env=environment
        )
        eventually(path.exists, "it listens")

    def holds(self) -> list[int]:
        """Return the processes that hold a call."""
        return children(self.process.pid)

    def close(self) -> None:
        """Let the daemon be gone."""
        self.process.send_signal(signal.SIGCONT)
        self.let_go()
        assert self.process.wait(10) == 0

    def let_go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path / "calls.sock")
    yield started
    if started.process.poll() is None:
        started.close()
    started.let_go()


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Callable[..., Script]]:
    begun: list[Script] = []

    def begin(*arguments: str) -> Script:
        begun.append(Script(*(arguments or (str(tmp_path / "calls.sock"), "logout"))))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


def test_a_call_is_held_by_a_process_that_has_everything_loaded(server: Server, script: Callable[..., Script]) -> None:
    call = script()
    assert call.read() == ANSWER
    assert len(server.holds()) == 1 and children(call.process.pid) == []
    assert call.ends() == 0
    eventually(lambda: server.holds() == [], "nothing is left of it")


def test_calls_are_held_at_the_same_time(server: Server, script: Callable[..., Script]) -> None:
    calls = [script() for _ in range(5)]
    assert [call.read() for call in calls] == [ANSWER] * 5
    assert len(server.holds()) == 5
    assert [call.ends() for call in reversed(calls)] == [0] * 5


def test_nobody_but_our_user_may_hand_over_a_call(server: Server) -> None:
    assert stat.S_IMODE(server.path.stat().st_mode) == 0o600


def test_a_path_that_is_no_argument_of_the_dialogue_is_not_taken_for_one(script: Callable[..., Script]) -> None:
    call = script("logout")
    assert call.read() == ANSWER
    assert call.ends() == 0


def _nothing(path: Path) -> None:
    assert not path.exists()


def _left_behind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))


def _a_file(path: Path) -> None:
    path.write_text("")


@pytest.mark.parametrize("what", [_nothing, _left_behind, _a_file])
def test_where_nobody_takes_it_the_script_does_it_by_itself(
    what: Callable[[Path], None], tmp_path: Path, script: Callable[..., Script]
) -> None:
    what(tmp_path / "calls.sock")
    call = script()
    assert call.read() == ANSWER
    assert call.ends() == 0


def test_a_server_of_another_copy_of_the_package_gets_no_call(tmp_path: Path, script: Callable[..., Script]) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "calls.sock"))
        other.listen()
        call = script()
        link, _ = other.accept()
        with link:
            link.sendall(b"1 2\n")
            assert link.recv(1) == b"", "it was told something"
        assert call.read() == ANSWER
        assert call.ends() == 0


def test_a_server_that_stands_still_is_not_waited_for_and_comes_too_late(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "PATIENCE", 0.2)
    server.process.send_signal(signal.SIGSTOP)
    assert hand_over(str(server.path), ["logout"]) is None
    server.process.send_signal(signal.SIGCONT)
    # Had it the call, it would speak on our standard output and wait for an answer.
    eventually(lambda: not server.holds(), "the one that came too late has ended")
    assert server.process.poll() is None


def test_who_is_killed_while_holding_a_call_is_a_script_that_died(
    server: Server, script: Callable[..., Script]
) -> None:
    call = script()
    assert call.read() == ANSWER
    os.kill(server.holds()[0], signal.SIGKILL)
    assert call.process.wait(10) == 1
    assert call.read() == b""


@pytest.mark.parametrize("end", ["the daemon ends", "it is killed", "everything is told to end"])
def test_a_call_that_has_begun_goes_on(server: Server, script: Callable[..., Script], end: str) -> None:
    call = script()
    assert call.read() == ANSWER
    holder = server.holds()[0]
    if end == "the daemon ends":
        server.close()
    elif end == "it is killed":
        server.process.kill()
        server.process.wait()
    else:
        # As pm2 does to all that descend from what it has started.
        os.kill(holder, signal.SIGTERM)
        os.kill(holder, signal.SIGINT)
        server.process.terminate()
        server.process.wait()
    assert call.ends() == 0


def test_a_caller_who_hangs_up_ends_neither_script_nor_what_has_begun(
    server: Server, script: Callable[..., Script]
) -> None:
    call = script()
    assert call.read() == ANSWER
    call.process.send_signal(signal.SIGHUP)
    assert call.ends() == 0


def test_what_a_dead_server_has_left_behind_is_taken_away(tmp_path: Path, script: Callable[..., Script]) -> None:
    first = Server(tmp_path / "calls.sock")
    first.process.kill()
    first.process.wait()
    first.let_go()
    before = first.path.stat().st_ctime_ns
    second = subprocess.Popen([sys.executable, "-I", SCRIPT, SERVE, str(first.path)], stdin=subprocess.PIPE)
    try:
        eventually(lambda: first.path.exists() and first.path.stat().st_ctime_ns != before, "it listens anew")
        call = script()
        assert call.read() == ANSWER
        assert len(children(second.pid)) == 1
        assert call.ends() == 0
    finally:
        second.communicate(b"", timeout=10)


def test_to_hand_over_loads_next_to_nothing() -> None:
    code = (
        "import os, sys; before = {*sys.modules}; import hotdesk_module.agi.handover; print(*{*sys.modules} - before)"
    )
    loaded = set(_python(["-S"], code).split())
    ours = {"hotdesk_module", "hotdesk_module.agi", "hotdesk_module.agi.handover"}
    assert loaded - {"__future__", "_socket", "_signal"} == ours


def test_in_a_development_tree_the_packages_are_found_all_the_same() -> None:
    code = "from hotdesk_module.agi import handover; handover._find_packages(); import pymysql; print(pymysql.__name__)"
    assert _python(["-S"], code) == "pymysql\n"


def _python(options: Sequence[str], code: str) -> str:
    top = Path(SCRIPT).parents[1]
    done = subprocess.run([sys.executable, *options, "-c", code], cwd=top, capture_output=True, text=True, check=True)
    return done.stdout
