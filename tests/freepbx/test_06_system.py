"""FreePBX's own upkeep with somebody logged in: reload, restart, chown; and the daemon."""

from __future__ import annotations

import os
import pwd
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.freepbx import dumps, promises
from tests.freepbx.browser import PAGE, Browser
from tests.freepbx.machine import Machine
from tests.freepbx.office import OWNER, PHONE, PHONE_2, VIRTUAL
from tests.freepbx.product import Desk, Product
from tests.freepbx.telephones import Telephones


@pytest.fixture
def seated(desk: Desk) -> Iterator[dumps.Dump]:
    """Two people sit at two phones; gives the AstDB as it is then."""
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
    assert desk.log_in(PHONE_2.number, OWNER.number) == "logged_in"
    yield dumps.astdb(desk.machine)


def hint(machine: Machine, number: str) -> str:
    return machine.cli(f"dialplan show {number}@ext-local").split("hint")[-1].split("[")[0]


def test_reload_leaves_sessions_and_hints(
    machine: Machine, hotdesk: Product, phones: Telephones, seated: dumps.Dump
) -> None:
    hints = [hint(machine, number) for number in (VIRTUAL.number, PHONE.number)]
    machine.reload()
    hotdesk.heals(
        lambda: [hint(machine, number) for number in (VIRTUAL.number, PHONE.number)] == hints, "the hints are back", 10
    )
    assert seated.differences(dumps.astdb(machine)) == []
    assert promises.broken(phones, VIRTUAL.number, PHONE.number, *promises.FEW, promises.queue) == {}


def test_restart_leaves_sessions(machine: Machine, hotdesk: Product, phones: Telephones, seated: dumps.Dump) -> None:
    hints = [hint(machine, number) for number in (VIRTUAL.number, PHONE.number)]
    daemon = hotdesk.daemon()
    machine.fwconsole("restart")
    phones.listen()
    hotdesk.wait_daemon(but=daemon, timeout=20)
    phones.wait_reachable()
    hotdesk.heals(
        lambda: [hint(machine, number) for number in (VIRTUAL.number, PHONE.number)] == hints, "the hints are back", 30
    )
    assert hotdesk.seats() == {PHONE.number: VIRTUAL.number, PHONE_2.number: OWNER.number}
    assert seated.differences(dumps.astdb(machine)) == []
    assert promises.broken(phones, VIRTUAL.number, PHONE.number, *promises.FEW, promises.queue) == {}
    assert promises.broken(phones, OWNER.number, PHONE_2.number, *promises.FEW) == {}


def test_asterisk_restarted_behind_freepbxs_back_is_healed(
    machine: Machine, hotdesk: Product, phones: Telephones, seated: dumps.Dump
) -> None:
    hints = [hint(machine, number) for number in (VIRTUAL.number, PHONE.number)]
    machine.cli("core restart now")
    hotdesk.heals(lambda: "fully booted" in machine.cli("core waitfullybooted").lower(), "Asterisk is back")
    phones.listen()
    hotdesk.heals(
        lambda: [hint(machine, number) for number in (VIRTUAL.number, PHONE.number)] == hints, "the hints are back"
    )
    phones.wait_reachable()
    assert seated.differences(dumps.astdb(machine)) == []
    assert promises.broken(phones, VIRTUAL.number, PHONE.number, *promises.FEW, promises.queue) == {}


def test_disabled_nobody_is_left_sitting_anywhere(
    machine: Machine, hotdesk: Product, phones: Telephones, desk: Desk
) -> None:
    before = dumps.astdb(machine)
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
    daemon = hotdesk.wait_daemon()
    machine.fwconsole("ma", "disable", "hotdesk")
    machine.reload()
    try:
        assert before.differences(dumps.astdb(machine)) == []
        assert hotdesk.daemon() is None
        assert "app-hotdesk" not in machine.cli("dialplan show *12@from-internal")
        assert promises.broken(phones, PHONE.number, PHONE.number, *promises.FEW[:2]) == {}
    finally:
        machine.fwconsole("ma", "enable", "hotdesk")
        machine.reload()
    hotdesk.wait_daemon(but=daemon)
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"


def test_chown_leaves_all_working(machine: Machine, hotdesk: Product, desk: Desk, admin: Browser) -> None:
    machine.fwconsole("chown")
    assert hotdesk.state.stat().st_mode & 0o777 == 0o700
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
    assert hotdesk.fwconsole("sessions")
    assert admin.get(PAGE).status == 200
    daemon = hotdesk.wait_daemon()
    os.kill(daemon, signal.SIGKILL)
    machine.job()
    hotdesk.wait_daemon(but=daemon)
    assert desk.log_out(PHONE.number) == "logged_out"


def test_the_daemon_is_the_web_users(machine: Machine, hotdesk: Product) -> None:
    owner = Path(f"/proc/{hotdesk.wait_daemon()}").stat().st_uid
    assert pwd.getpwuid(owner).pw_name == machine.user
    assert hotdesk.state.owner() == machine.user
    assert hotdesk.state.stat().st_mode & 0o777 == 0o700
    assert (hotdesk.state / "panel.sock").stat().st_mode & 0o777 == 0o600


def test_there_is_one_daemon(hotdesk: Product) -> None:
    first = hotdesk.wait_daemon()
    second = hotdesk.try_command("serve", "--state", str(hotdesk.state))
    assert (second.status, "already running" in second.text) == (0, True), second.text
    assert hotdesk.daemon() == first
    others = [path.parent for path in Path("/proc").glob("[0-9]*/cmdline") if _serves(path)]
    assert [path.name for path in others] == [str(first)]


def test_killed_it_is_started_again_within_a_minute(hotdesk: Product) -> None:
    first = hotdesk.wait_daemon()
    os.kill(first, signal.SIGKILL)
    hotdesk.wait_daemon(but=first)


def test_login_and_calls_need_no_daemon(machine: Machine, hotdesk: Product, desk: Desk) -> None:
    hotdesk.command_text("serve", "--stop", "--state", str(hotdesk.state))
    try:
        assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
        assert promises.broken(desk.telephones, VIRTUAL.number, PHONE.number, *promises.FEW, promises.queue) == {}
        assert desk.log_out(PHONE.number) == "logged_out"
    finally:
        machine.job()
    hotdesk.wait_daemon()


def _serves(path: Path) -> bool:
    try:
        words = path.read_bytes().split(b"\0")
    except OSError:
        return False
    return b"serve" in words and any(b"hotdesk_module" in word for word in words) and b"python" in words[0]
