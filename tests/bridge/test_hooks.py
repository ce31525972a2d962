"""What FreePBX tells us: reload, edits, start, stop, chown, and the job of every minute."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.bridge.panel import FakePanel
from tests.bridge.world import World

REPAIR = ("POST", "/internal/reconcile", "bridge")


def _disturb(world: World) -> None:
    """Do to a session what FreePBX's edit of the phone does to it."""
    world.hotdesk("login", "200", "1001")
    world.pbx.db.put("DEVICE", "200/user", "200")


def _is_repaired(world: World, patience: float = 10) -> bool:
    deadline = time.monotonic() + patience
    while world.pbx.db.get("DEVICE", "200/user") != "1001" and time.monotonic() < deadline:
        time.sleep(0.05)
    return world.pbx.db.get("DEVICE", "200/user") == "1001"


@pytest.mark.parametrize("hook", ["afterReload", "userAdded", "userDeleted", "deviceDeleted"])
def test_the_daemon_is_asked_for_a_repair(world: World, hook: str) -> None:
    with FakePanel(world.state) as panel:
        world.call(hook)
    assert panel.asked() == [REPAIR]


def test_many_edits_in_one_request_are_one_repair_at_its_end(world: World) -> None:
    with FakePanel(world.state) as panel:
        world.call("import", 200)
    assert panel.asked() == [REPAIR]


@pytest.mark.parametrize("hook", ["afterReload", "deviceDeleted"])
def test_the_daemon_repairs(world: World, hook: str) -> None:
    world.call("startDaemon")
    _disturb(world)
    world.call(hook)
    assert _is_repaired(world)


def test_without_the_daemon_a_reload_starts_a_repair_in_the_background(world: World) -> None:
    _disturb(world)
    world.call("afterReload")
    assert _is_repaired(world)


def test_without_the_daemon_an_edit_is_repaired_before_the_request_is_over(world: World) -> None:
    _disturb(world)
    world.call("userAdded", "200", {}, True)
    assert _is_repaired(world, 0)


@pytest.mark.parametrize("hook", ["afterReload", "userAdded", "stopDaemon", "minute", "startDaemon"])
def test_freepbx_goes_on_when_python_does_not(world: World, hook: str) -> None:
    world.break_python("echo 'ImportError' >&2; exit 1")
    assert world.call(hook).result is None


def test_the_daemon_starts_and_stops_with_freepbx(world: World) -> None:
    assert world.call("startDaemon").printed == "Hot Desking started"
    assert (pid := world.daemon())
    assert world.call("startDaemon").printed == "Hot Desking started"
    assert world.daemon() == pid
    world.call("stopDaemon")
    assert world.daemon() is None


def test_the_daemon_has_nothing_open_that_freepbx_has(world: World) -> None:
    world.call("startDaemon")
    pid = world.daemon()
    files = [os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")]
    assert not [f for f in files if f.endswith(("start.lock", "world.json")) or "php" in f]
    assert os.getsid(pid or 0) != os.getsid(0)
    assert os.readlink(f"/proc/{pid}/cwd") == "/"


def test_two_starts_at_once_make_one_daemon(world: World) -> None:
    command = [*world.php, *map(str, (Path(__file__).parent / "harness/call.php", world.home / "world.json"))]
    pids = [os.spawnvpe(os.P_NOWAIT, command[0], [*command, "startDaemon"], world.environment) for _ in range(3)]
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0, 0]
    assert world.daemon()
    log = (world.home / "log/hotdesk.log").read_text()
    assert log.count(" serves ") == 1


def test_a_start_that_hangs_holds_nobody_else_up(world: World) -> None:
    world.state.mkdir(mode=0o700)
    with (world.state / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = time.monotonic()
        assert world.call("impatient").printed.startswith("The daemon of Hot Desking does not start.")
        assert time.monotonic() - before < 30
    assert world.call("impatient").printed == "Hot Desking started"


def test_freepbxs_own_minder_runs_the_daemon_where_there_is_one(world: World) -> None:
    world["modules"] = ["core", "hotdesk", "pm2"]
    world.call("startDaemon")
    minded = world["pm2"]["hotdesk"]
    assert minded["script"] == str(world.module / "hotdesk_module/serve.sh")
    assert world.daemon() == minded["pid"]
    assert (world.home / "log/hotdesk.log").exists()
    world.call("stopDaemon")
    assert world.daemon() is None and not world["pm2"]


def test_a_broken_minder_is_done_without(world: World) -> None:
    world["modules"], world["pm2"] = ["core", "hotdesk", "pm2"], "broken"
    assert world.call("startDaemon").printed == "Hot Desking started"
    assert world.daemon()
    world.call("stopDaemon")
    assert world.daemon() is None
    world["pm2"] = {}


def test_the_job_starts_a_daemon_that_died(world: World) -> None:
    world.call("startDaemon")
    pid = world.daemon() or 0
    os.kill(pid, signal.SIGKILL)
    assert world.call("job").result is True
    assert world.daemon() not in (None, pid)
    assert world.notices() == {}


def test_the_job_starts_nothing_of_a_module_that_is_disabled_or_uninstalled(world: World) -> None:
    world["modules"] = ["core"]
    assert world.call("job").result is True
    assert world.daemon() is None and world.notices() == {}


@pytest.mark.slow
def test_the_job_replaces_a_daemon_that_hangs(world: World) -> None:
    world.call("startDaemon")
    pid = world.daemon() or 0
    os.kill(pid, signal.SIGSTOP)
    os.utime(world.state / "serve.lock", (0, 0))
    try:
        world.call("job")
        assert world.daemon() not in (None, pid)
    finally:
        os.kill(pid, signal.SIGKILL) if world.daemon() == pid else None


def test_the_job_says_why_the_daemon_does_not_run_and_takes_it_back(world: World) -> None:
    world.break_python("echo 'ImportError: no module named flask' >&2; exit 1")
    assert world.call("job").result is True
    assert "no module named flask" in world.notices()["DAEMON"]["extended_text"]
    world.mend_python()
    world.call("job")
    assert world.notices() == {}


@pytest.mark.parametrize(("shift", "letter"), [("", "ü"), ("x", "ü"), ("", "\\374")])
def test_a_trouble_in_another_language_is_shown_wherever_it_is_cut(world: World, shift: str, letter: str) -> None:
    world.break_python(f"printf '%s%b the end{shift}' start '{letter * 600}' >&2; exit 1")
    world.call("job")
    assert f"the end{shift}" in world.notices()["DAEMON"]["extended_text"]


def test_the_job_says_so_too_where_a_daemon_ran_until_python_was_gone(world: World) -> None:
    world.call("startDaemon")
    os.kill(world.daemon() or 0, signal.SIGKILL)
    os.utime(world.state / "serve.lock", (0, 0))
    world.break_python("echo 'Python is gone' >&2; exit 127")
    before = time.monotonic()
    world.call("job")
    assert "Python is gone" in world.notices()["DAEMON"]["extended_text"]
    assert time.monotonic() - before < 8


def test_the_job_says_so_too_where_a_daemon_hangs_and_python_is_gone(world: World) -> None:
    world.call("startDaemon")
    pid = world.daemon() or 0
    os.kill(pid, signal.SIGSTOP)
    os.utime(world.state / "serve.lock", (0, 0))
    world.break_python("echo 'Python is gone' >&2; exit 127")
    try:
        world.call("job")
    finally:
        os.kill(pid, signal.SIGKILL)
    assert "Python is gone" in world.notices()["DAEMON"]["extended_text"]


def test_a_daemon_that_is_only_slow_is_not_ended_for_it(world: World) -> None:
    world["modules"] = ["core", "hotdesk", "pm2"]
    world.call("startDaemon")
    pid = world.daemon() or 0
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(6, os.kill, (pid, signal.SIGCONT)).start()
    world.call("job")
    assert world.daemon() == pid
    world.call("stopDaemon")


def test_the_job_shows_what_the_daemon_finds_and_takes_back_what_is_over(world: World) -> None:
    others = {"module": "core", "id": "LEDGER", "reset": 0, "level": 400, "display_text": "", "extended_text": ""}
    world["notifications"] = [others]
    with FakePanel(world.state) as panel:
        panel.alerts = [
            {"id": "LEDGER", "level": "error", "title": "The database is down", "text": "Start <b>MariaDB</b>."},
            {"id": "CID", "level": "security", "title": "Phone 200 has no Emergency CID", "text": ""},
        ]
        world.call("job")
        assert {n: (r["level"], r["extended_text"]) for n, r in world.notices().items()} == {
            "LEDGER": (400, "Start &lt;b&gt;MariaDB&lt;/b&gt;."),
            "CID": (200, ""),
        }
        world.call("job")
        assert world["notified"] == ["LEDGER", "CID"]
        panel.alerts = [{"id": "LEDGER", "level": "critical", "title": "The database is down", "text": ""}]
        world.call("job")
        assert {n: r["level"] for n, r in world.notices().items()} == {"LEDGER": 100}
        panel.alerts = []
        world.call("job")
    assert world["notifications"] == [others]


def test_the_job_leaves_the_bridges_own_notifications_alone(world: World) -> None:
    world.break_python("exit 1")
    world.call("dialplan")
    world.mend_python()
    with FakePanel(world.state):
        world.call("job")
    assert list(world.notices()) == ["DIALPLAN"]


def test_chown_keeps_the_state_folder_ours(world: World) -> None:
    assert world.call("chownFiles").result == [{"type": "rdir", "path": str(world.state), "perms": 0o700}]
