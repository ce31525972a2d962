"""Uninstalled with people logged in: they are logged out, and nothing is left but the log."""

from __future__ import annotations

from tests.freepbx import dumps, promises
from tests.freepbx.machine import Machine
from tests.freepbx.office import OWNER, PHONE, PHONE_2, VIRTUAL
from tests.freepbx.product import Desk, Product
from tests.freepbx.telephones import Telephones


def test_uninstalling_puts_everything_back(
    machine: Machine, hotdesk: Product, desk: Desk, phones: Telephones, before: dumps.Dump
) -> None:
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
    assert desk.log_in(PHONE_2.number, OWNER.number) == "logged_in"
    daemon = hotdesk.wait_daemon()
    said = hotdesk.uninstall()
    assert hotdesk.status.startswith("Not Installed"), said
    assert hotdesk.daemon() != daemon
    hotdesk.delete()
    machine.reload()
    assert before.differences(dumps.everything(machine)) == []
    for number in (PHONE.number, OWNER.number):
        assert promises.broken(phones, number, number, promises.direct_call, promises.identity_inside) == {}


def test_no_file_of_ours_is_left(machine: Machine, hotdesk: Product) -> None:
    library = machine.path("ASTVARLIBDIR")
    places = [hotdesk.folder, hotdesk.state, machine.path("ASTAGIDIR") / "hotdesk.py"]
    places += [folder / "hotdesk" for folder in (machine.path("AMPBIN"), library / "bin")]
    places += [machine.path("AMPWEBROOT") / "admin" / "assets" / "hotdesk"]
    assert [str(path) for path in places if path.exists() or path.is_symlink()] == []
    assert machine.notifications() == {}
