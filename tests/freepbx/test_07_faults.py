"""Without Python, and without MySQL: FreePBX goes on, what is wrong is said, and all heals when the cause is gone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.freepbx import promises
from tests.freepbx.browser import PAGE, Browser
from tests.freepbx.faults import mysql_stopped, python_away
from tests.freepbx.machine import Machine
from tests.freepbx.office import PHONE, PHONE_2, VIRTUAL
from tests.freepbx.product import Desk, Product
from tests.freepbx.telephones import Telephones


@pytest.fixture
def seated(desk: Desk) -> Iterator[None]:
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
    yield


def problem(page: str) -> str:
    """Return what our part of the page says is wrong; FreePBX has alerts of its own."""
    return page.split("Hot Desking cannot be shown")[-1][:2000]


@pytest.mark.usefixtures("seated")
def test_without_python(machine: Machine, hotdesk: Product, phones: Telephones, desk: Desk, admin: Browser) -> None:
    assert machine.troubles() == {}
    # The test before may have just begun to start it.
    daemon = hotdesk.wait_daemon()
    with python_away(hotdesk):
        os.kill(daemon, signal.SIGKILL)
        machine.reload()
        assert promises.broken(phones, VIRTUAL.number, PHONE.number, *promises.FEW) == {}
        assert "sorry" in desk.sorry(PHONE_2.number)
        page = admin.get(PAGE)
        assert page.status == 503
        assert "Python 3.9 or newer" in problem(page.text)
        said = machine.troubles()
        assert "DIALPLAN" in said and "Python" in said["DIALPLAN"], said
        hotdesk.heals(lambda: "DAEMON" in machine.troubles(), "the administrator is told of the daemon")
        assert promises.broken(phones, VIRTUAL.number, PHONE.number, *promises.FEW) == {}
    hotdesk.wait_daemon()
    machine.reload()
    hotdesk.heals(lambda: machine.troubles() == {}, "the notifications have gone")
    assert admin.get(PAGE).status == 200
    assert desk.log_in(PHONE_2.number, VIRTUAL.number) == "logged_in"
    assert promises.broken(phones, VIRTUAL.number, PHONE_2.number, *promises.FEW) == {}


@pytest.mark.usefixtures("seated")
def test_without_mysql(machine: Machine, hotdesk: Product, phones: Telephones, desk: Desk, admin: Browser) -> None:
    with mysql_stopped(machine):
        assert promises.broken(phones, VIRTUAL.number, PHONE.number, *promises.EVERY) == {}
        assert "sorry" in desk.sorry(PHONE_2.number)
        daemon = hotdesk.daemon()
        assert daemon is not None, "the daemon has ended"
        # Through the daemon's minute.
        time.sleep(65)
        assert hotdesk.daemon() == daemon
    hotdesk.heals(lambda: admin.get(PAGE).status == 200, "the page is back")
    assert hotdesk.seats() == {PHONE.number: VIRTUAL.number}
    assert desk.log_in(PHONE_2.number, VIRTUAL.number) == "logged_in"
    assert promises.broken(phones, VIRTUAL.number, PHONE_2.number, *promises.FEW) == {}
    hotdesk.heals(lambda: machine.troubles() == {}, "the notifications have gone")
