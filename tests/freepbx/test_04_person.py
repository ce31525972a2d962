"""What follows a person beside the calls: the login key and its lamps, queues, and help."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.freepbx import promises
from tests.freepbx.machine import Machine
from tests.freepbx.office import EMERGENCY, PHONE, QUEUE, SPARE_USER, VIRTUAL
from tests.freepbx.product import Desk, Product
from tests.freepbx.telephones import Telephones
from tests.support.rig.shell import wait_until

KEY = f"*15{PHONE.number}"
LAMPS = (f"HDSK{PHONE.number}", f"HDSKU{VIRTUAL.number}")


def lit(machine: Machine) -> list[bool]:
    """Return whether the lamps of the phone's key and of the person's are on."""
    states = machine.cli("core show hints")
    return [bool(re.search(rf"Custom:{lamp}\s+State:InUse\b", states)) for lamp in LAMPS]


def test_the_login_key_logs_in_and_out_and_both_lamps_follow(machine: Machine, hotdesk: Product, desk: Desk) -> None:
    # To ask is to watch.
    for key in (KEY, f"*16{VIRTUAL.number}"):
        machine.cli(f"dialplan eval function EXTENSION_STATE({key}@from-internal)")
    assert desk.log_in(PHONE.number, VIRTUAL.number, code=KEY) == "logged_in"
    assert hotdesk.seats() == {PHONE.number: VIRTUAL.number}
    wait_until(lambda: lit(machine) == [True, True], "both lamps are on")
    assert desk.log_out(PHONE.number, code=KEY) == "logged_out"
    assert hotdesk.seats() == {}
    wait_until(lambda: lit(machine) == [False, False], "both lamps are off")


@pytest.fixture
def in_the_queue(hotdesk: Product) -> Iterator[None]:
    hotdesk.command("queues", "set", SPARE_USER.number, QUEUE, "login")
    yield
    hotdesk.command("queues", "set", SPARE_USER.number, QUEUE, "untouched")


@pytest.mark.usefixtures("in_the_queue")
def test_a_queue_follows_the_login(machine: Machine, desk: Desk, phones: Telephones) -> None:
    def members() -> bool:
        return f"Local/{SPARE_USER.number}@from-queue/n" in machine.cli(f"queue show {QUEUE}")

    assert not members()
    assert desk.log_in(PHONE.number, SPARE_USER.number) == "logged_in"
    wait_until(members, "the user is in the queue")
    assert promises.broken(phones, SPARE_USER.number, PHONE.number, promises.queue) == {}
    assert desk.log_out(PHONE.number) == "logged_out"
    wait_until(lambda: not members(), "the user has left the queue")


def test_an_emergency_call_is_told_with_the_place_and_who_sits_there(
    machine: Machine, hotdesk: Product, desk: Desk, phones: Telephones
) -> None:
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
    assert promises.broken(phones, VIRTUAL.number, PHONE.number, promises.emergency_carries_the_phone) == {}
    wanted = (f"phone {PHONE.number} dialled {EMERGENCY}", PHONE.name, VIRTUAL.name)

    def told() -> bool:
        text = machine.notifications().get(f"emergency_{PHONE.number}", "")
        return all(word in text for word in wanted)

    hotdesk.heals(told, "the administrator is told")
