"""The tarball installs by Module Admin's two ways, and goes without a trace."""

from __future__ import annotations

import re

from tests.freepbx import dumps
from tests.freepbx.browser import Browser
from tests.freepbx.machine import Machine
from tests.freepbx.product import Product

READY = r"ready: the database answers, \d+ phones in the pool; Asterisk answers"


def test_fwconsole_installs_the_unpacked_tarball(hotdesk: Product, before: dumps.Dump, machine: Machine) -> None:
    hotdesk.unpack()
    printed = hotdesk.install()
    assert re.search(READY, printed), printed
    assert hotdesk.status == "Enabled"
    machine.reload()


def test_installing_again_changes_nothing(hotdesk: Product, machine: Machine) -> None:
    first = dumps.join(dumps.tables(machine, ours=True), dumps.astdb(machine))
    daemon = hotdesk.wait_daemon()
    printed = hotdesk.install()
    assert re.search(READY, printed), printed
    assert first.differences(dumps.join(dumps.tables(machine, ours=True), dumps.astdb(machine))) == []
    hotdesk.wait_daemon(but=daemon)


def test_uninstalled_at_once_it_leaves_nothing(hotdesk: Product, machine: Machine, before: dumps.Dump) -> None:
    hotdesk.uninstall()
    hotdesk.delete()
    machine.reload()
    assert before.differences(dumps.everything(machine)) == []


def test_an_upload_in_module_admin_installs_it(hotdesk: Product, admin: Browser) -> None:
    said = admin.install_upload(hotdesk.package)
    assert re.search(READY, said), said[-3000:]
    assert hotdesk.status == "Enabled"


def test_apply_config_in_the_browser_takes_it_in(admin: Browser, machine: Machine) -> None:
    admin.apply_config()
    assert "app-hotdesk" in machine.cli("dialplan show *11@from-internal")
