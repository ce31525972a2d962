"""What FreePBX rewrites behind our back is repaired: extensions edited and deleted, keys rebuilt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Callable

import pytest

from tests.freepbx import dumps, promises
from tests.freepbx.machine import Machine
from tests.freepbx.office import OWNER, PHONE, SPARE_PHONE, SPARE_USER, VIRTUAL, Extension, Office
from tests.freepbx.product import Desk, Product
from tests.freepbx.telephones import Telephones


@pytest.fixture
def seated(desk: Desk) -> Iterator[dumps.Dump]:
    """The virtual user sits at the phone; gives the AstDB as it is then."""
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
    yield dumps.astdb(desk.machine)


def same(machine: Machine, wanted: dumps.Dump) -> bool:
    return wanted.differences(dumps.astdb(machine)) == []


def whole(hotdesk: Product, phones: Telephones, wanted: dumps.Dump, timeout: float) -> None:
    """The session is whole again, by itself."""
    try:
        hotdesk.heals(lambda: same(hotdesk.machine, wanted), "the keys are as before", timeout)
    except AssertionError:
        assert wanted.differences(dumps.astdb(hotdesk.machine)) == []
    assert hotdesk.seats() == {PHONE.number: VIRTUAL.number}
    assert promises.broken(phones, VIRTUAL.number, PHONE.number, *promises.FEW) == {}


def rebuild(machine: Machine, how: Callable[[], object]) -> None:
    """Rebuild the AstDB as FreePBX does, and put back what that loses with or without us.

    It deletes every DEVICE key and makes them again from a table in which virtual extensions are not.
    """
    before = machine.astdb()
    how()
    after = machine.astdb()
    ours = f"DEVICE/{PHONE.number}/user"
    assert after[ours] != before[ours], "FreePBX did not rewrite anything: nothing was tried"
    technologies = {key.split("/")[1]: value for key, value in before.items() if re.fullmatch("DEVICE/[^/]+/tech", key)}
    for key in before.keys() - after.keys():
        family, *rest = key.split("/")
        if family == "DEVICE" and technologies.get(rest[0]) == "virtual":
            machine.cli(f'database put DEVICE {"/".join(rest)} "{before[key]}"')


def left_of(machine: Machine, number: str) -> list[str]:
    """Return the keys that still name a deleted extension; the registration is the phone's own."""
    return [key for key in machine.astdb() if number in key and key.split("/")[0] not in dumps.LIVING_FAMILIES]


@pytest.mark.parametrize("edited", [PHONE, VIRTUAL], ids=["the phone", "the user"])
def test_an_extension_that_is_saved_is_repaired_at_once(
    acme: Office, hotdesk: Product, phones: Telephones, seated: dumps.Dump, edited: Extension
) -> None:
    acme.save(edited.number)
    whole(hotdesk, phones, seated, 10)


def test_deleting_the_user_ends_the_session(acme: Office, desk: Desk, hotdesk: Product, machine: Machine) -> None:
    before = machine.db(f"DEVICE/{PHONE.number}/user")
    assert desk.log_in(PHONE.number, SPARE_USER.number) == "logged_in"
    acme.delete(SPARE_USER.number)
    try:
        hotdesk.heals(lambda: hotdesk.seats() == {}, "the session has ended", 10)
        hotdesk.heals(lambda: machine.db(f"DEVICE/{PHONE.number}/user") == before, "the phone is itself again", 10)
        machine.reload()
        assert left_of(machine, SPARE_USER.number) == []
        assert promises.broken(desk.telephones, PHONE.number, PHONE.number, *promises.FEW[:2]) == {}
    finally:
        acme.make_again(SPARE_USER)
        machine.reload()


def test_deleting_the_phone_ends_the_session(acme: Office, desk: Desk, hotdesk: Product, machine: Machine) -> None:
    before = machine.db(f"AMPUSER/{OWNER.number}/device")
    assert desk.log_in(SPARE_PHONE.number, OWNER.number) == "logged_in"
    acme.delete(SPARE_PHONE.number)
    try:
        hotdesk.heals(lambda: hotdesk.seats() == {}, "the session has ended", 10)
        hotdesk.heals(lambda: machine.db(f"AMPUSER/{OWNER.number}/device") == before, "the user is at home", 10)
        machine.reload()
        assert left_of(machine, SPARE_PHONE.number) == []
        assert promises.broken(desk.telephones, OWNER.number, OWNER.number, *promises.FEW[:2]) == {}
    finally:
        acme.make_again(SPARE_PHONE)
        machine.reload()
        desk.telephones.phones[SPARE_PHONE.number].unregister()
        desk.telephones.phones[SPARE_PHONE.number].register(10)


def test_devices_rebuilt_in_the_astdb_are_healed_within_a_minute(
    machine: Machine, hotdesk: Product, phones: Telephones, seated: dumps.Dump
) -> None:
    rebuild(machine, lambda: machine.php("devices2astdb"))
    whole(hotdesk, phones, seated, 80)


def test_resetastdb_is_healed_within_a_minute(
    machine: Machine, hotdesk: Product, phones: Telephones, seated: dumps.Dump
) -> None:
    rebuild(machine, lambda: machine.fwconsole("util", "resetastdb"))
    whole(hotdesk, phones, seated, 80)
