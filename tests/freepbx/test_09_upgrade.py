"""An upgrade in place goes unnoticed by who is logged in and telephones."""

from __future__ import annotations

import time

from tests.freepbx import dumps, promises
from tests.freepbx.browser import Browser
from tests.freepbx.machine import Machine
from tests.freepbx.office import OWNER, PHONE, PHONE_2, VIRTUAL
from tests.freepbx.product import Desk, Product


def test_an_upgrade_during_a_call_keeps_everything(
    machine: Machine, hotdesk: Product, desk: Desk, admin: Browser
) -> None:
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
    assert desk.log_in(PHONE_2.number, OWNER.number) == "logged_in"
    hotdesk.command("settings", "set", "attempts", "4")
    stored, keys = dumps.tables(machine, ours=True), dumps.astdb(machine)
    daemon = hotdesk.wait_daemon()
    phones = desk.telephones.phones
    with desk.telephones.calling(promises.CALLER, VIRTUAL.number):
        phones[PHONE.number].wait_ringing(promises.RINGS)
        phones[PHONE.number].answer()
        phones[promises.CALLER].wait_answered()
        said = admin.install_upload(hotdesk.upgrade())
        assert "ready: the database answers" in said, said[-3000:]
        admin.apply_config()
        time.sleep(2)
        assert not phones[PHONE.number].idle and not phones[promises.CALLER].idle
        phones[PHONE.number].send_digits("1")
    after = dumps.tables(machine, ours=True)
    ours = [line for line in stored.differences(after) if line.startswith(("hotdesk_", "definition of hotdesk_"))]
    assert ours == []
    assert keys.differences(dumps.astdb(machine)) == []
    hotdesk.wait_daemon(but=daemon)
    assert promises.broken(desk.telephones, VIRTUAL.number, PHONE.number, *promises.FEW) == {}
    assert promises.broken(desk.telephones, OWNER.number, PHONE_2.number, *promises.FEW) == {}


def test_the_new_version_is_the_one_that_module_admin_knows(machine: Machine, hotdesk: Product) -> None:
    machine_says = machine.php("facts", [])["modules"]["hotdesk"]
    assert f"<version>{machine_says}</version>" in (hotdesk.folder / "module.xml").read_text()
