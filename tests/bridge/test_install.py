"""Module Admin: install, upgrade, disable, enable, uninstall."""

from __future__ import annotations

import os
from pathlib import Path

from tests.bridge.world import World


def test_installing_shows_each_step_and_ends_with_a_running_daemon(world: World) -> None:
    world.make_tables()
    done = world.call("install")
    assert done.result is True
    assert "Hot Desking: ready: the database answers, 3 phones in the pool; Asterisk answers" in done.printed
    assert done.printed.splitlines()[-1] == "Hot Desking: the daemon runs"
    assert world.daemon()
    assert world.codes() == {
        "login": ("*11", None, 1),
        "logout": ("*12", None, 1),
        "key": ("*15", None, 1),
        "where": ("*16", None, 1),
        "whose": ("*17", None, 1),
    }
    assert world["jobs"] == {"hotdesk/minute": ["FreePBX\\modules\\Hotdesk\\Job", "* * * * *"]}
    assert world.notices() == {}
    assert (world.state.stat().st_mode & 0o777, os.listdir(world.home / "log")) == (0o700, ["hotdesk.log"])


def test_installing_again_keeps_what_an_administrator_changed_and_replaces_the_daemon(world: World) -> None:
    world.call("install")
    first = world.daemon()
    world.execute("UPDATE featurecodes SET customcode = '*55' WHERE featurename = 'login'")
    world.execute("UPDATE featurecodes SET enabled = 0 WHERE featurename = 'logout'")
    world.hotdesk("login", "200", "1001")
    assert world.call("install").result is True
    codes = world.codes()
    assert (codes["login"], codes["logout"]) == (("*11", "*55", 1), ("*12", None, 0))
    assert world.daemon() not in (None, first)
    assert [s["user"] for s in world.hotdesk("sessions")["sessions"]] == ["1001"]


def test_codes_that_somebody_has_are_left_alone_and_the_administrator_is_told(world: World) -> None:
    world.execute("UPDATE featurecodes SET customcode = '*11' WHERE featurename = 'cfon'")
    done = world.call("install")
    assert world.codes()["login"][0] == "*13"
    assert "The login code is *13 and the logout code *14" in done.printed
    assert "*13" in world.notices()["CODES"]["extended_text"]
    world.execute("UPDATE featurecodes SET customcode = NULL WHERE featurename = 'cfon'")
    world.execute("DELETE FROM featurecodes WHERE modulename = 'hotdesk'")
    world.call("install")
    assert world.notices() == {}


def test_an_upgrade_registers_the_codes_that_are_new_and_leaves_the_others(world: World) -> None:
    world.call("install")
    world.execute("DELETE FROM featurecodes WHERE featurename IN ('key', 'where', 'whose')")
    world.execute("UPDATE featurecodes SET customcode = '*16' WHERE featurename = 'cfon'")
    world.execute("UPDATE hotdesk_phones SET logout_code = '*15' WHERE device = '200'")
    world.call("install")
    codes = world.codes()
    assert {name: codes[name][0] for name in codes} == {
        "login": "*11", "logout": "*12", "key": "*18", "where": "*19", "whose": "*17"
    }  # fmt: skip
    told = world.notices()["CODES"]["extended_text"]
    assert "The code for 'login key' is *18, because *15 is a phone's own code." in told
    assert "The code for 'where is' is *19, because *16 is FreePBX's feature code callforward/cfon." in told


def test_a_failure_aborts_with_the_sentence_of_the_python_side(world: World) -> None:
    world.environment["HOTDESK_DATABASE"] = "sqlite:////nowhere/ledger.db"
    done = world.call("install")
    assert done.result is False
    assert "Hot Desking: not installed." in done.printed.splitlines()[-1]
    assert world.codes() == {}
    world.environment["HOTDESK_DATABASE"] = f"sqlite:///{world.database}"
    assert world.call("install").result is True


def test_a_daemon_that_does_not_stop_is_no_failure_of_an_upgrade(world: World) -> None:
    launcher = world.module / "bin/hotdesk"
    launcher.write_text(f'case "$*" in *--stop*) echo "It does not end." >&2; exit 5;; esac\n{launcher.read_text()}')
    done = world.call("install")
    assert done.result is True
    assert "It does not end." in done.printed.splitlines()[-1] and "fwconsole restart" in done.printed


def test_without_python_the_administrator_is_told_which_one_it_takes(world: World) -> None:
    (world.module / "hotdesk_module/python.sh").write_text("echo 'Hot Desking needs Python 3.9' >&2; exit 127\n")
    done = world.call("install")
    assert (done.result, done.printed) == (False, "Hot Desking needs Python 3.9")


def test_uninstalling_leaves_nothing_behind_but_the_log(world: World) -> None:
    world["jobs"] = {"core/other": ["x", "* * * * *"]}
    before = {key: world[key] for key in ("jobs", "notifications")}
    codes = world.execute("SELECT * FROM featurecodes")
    rest = world.pbx.db.show()
    settings = world["settings"]
    world["settings"] = {**settings, "NOTIFICATION_IGNORE_hotdesk_CID": "1"}
    world.call("install")
    world.call("dialplan")
    world.hotdesk("login", "200", "1001")
    daemon = world.daemon()
    # What FreePBX's reload copies and links out of a module.
    (world.home / "agi/hotdesk.py").write_text("copy")
    (world.home / "agi/other.py").write_text("core's")
    for folder in ("bin", "lib/bin"):
        (world.home / folder / "hotdesk").symlink_to(world.module / "bin/hotdesk")
        (world.home / folder / "other").symlink_to("/bin/true")
    (world.home / "log/hotdesk_err.log").touch()
    done = world.call("uninstall")
    assert done.result is True, done.printed
    assert "1 logged out" in done.printed
    assert world.daemon() is None and daemon
    assert not world.state.exists()
    assert world.execute("SELECT * FROM featurecodes") == codes
    assert {key: world[key] for key in ("jobs", "notifications")} == before
    assert [row for row in world.pbx.db.show() if not row[0].startswith("CustomDevstate/CF")] == rest
    assert _names(world.home / "agi") == ["other.py"]
    assert _names(world.home / "bin") == _names(world.home / "lib/bin") == ["other"]
    assert _names(world.home / "log") == ["hotdesk.log"]
    # FreePBX empties a table that it makes for it.
    world.call("deleteAll")
    assert world["kvstore"] is False
    assert world["settings"] == settings


def test_uninstalling_twice_is_no_harm(world: World) -> None:
    world.call("install")
    assert world.call("uninstall").result is True
    assert world.call("uninstall").result is True


def test_an_uninstallation_that_fails_says_that_freepbx_has_forgotten_the_module(world: World) -> None:
    world.call("install")
    world.hotdesk("login", "200", "1001")
    world.environment["HOTDESK_AMI"] = "ami://demo:secret@127.0.0.1:1"
    done = world.call("uninstall")
    assert done.result is False
    assert "install it again" in done.printed and "127.0.0.1:1" in done.printed
    assert "login" in world.codes()


def test_disabling_logs_everybody_out_and_stops_the_daemon_and_enabling_starts_it(world: World) -> None:
    world.call("install")
    world.hotdesk("login", "200", "1001")
    assert world.call("disable").result is True
    assert world.hotdesk("sessions")["sessions"] == []
    assert world.daemon() is None
    assert world.call("enable").result is True
    assert world.daemon()


def test_disabling_puts_back_whom_a_rule_of_a_queue_has_paused(world: World) -> None:
    world.call("install")
    world.hotdesk("queues", "set", "1002", "700", "pause")
    assert world.hotdesk("reconcile", "--dry-run")["effects"] == []
    assert world.call("disable").result is True
    found = [e for e in world.hotdesk("reconcile", "--dry-run")["effects"] if e["change"] == "pause"]
    assert found == [{"change": "pause", "what": "700", "now": None, "wanted": "1002"}]


def test_disabling_stops_a_daemon_that_an_open_page_has_started_meanwhile(world: World) -> None:
    world.call("startDaemon")
    assert world.call("disableWatched").result is True
    assert world.daemon() is None


def test_a_module_that_cannot_log_out_is_stopped_all_the_same(world: World) -> None:
    world.call("startDaemon")
    world.hotdesk("login", "200", "1001")
    world.environment["HOTDESK_AMI"] = "ami://demo:secret@127.0.0.1:1"
    done = world.call("disable")
    assert (done.result, "127.0.0.1:1" in done.printed) == (False, True)
    assert world.daemon() is None


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))
