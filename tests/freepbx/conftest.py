"""Fixtures of the acceptance suite: one FreePBX, whose state goes on from test to test in the order of the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.freepbx.promises", "tests.freepbx.telephones")

from tests.freepbx import dumps, office, product, telephones  # noqa: E402
from tests.freepbx.browser import Browser  # noqa: E402
from tests.freepbx.machine import Machine, reasons_against  # noqa: E402
from tests.freepbx.office import Office  # noqa: E402
from tests.freepbx.product import Desk, Product  # noqa: E402
from tests.freepbx.telephones import Telephones  # noqa: E402

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip all with the reason where there is no FreePBX, or nobody has said that it may be changed."""
    reasons = reasons_against()
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.freepbx)
            if reasons:
                item.add_marker(pytest.mark.skip(reason="FreePBX acceptance: " + "; ".join(reasons)))


@pytest.fixture(scope="session")
def machine() -> Machine:
    made = Machine()
    print(f"\n{made}")
    return made


@pytest.fixture(scope="session")
def world(machine: Machine) -> Iterator[tuple[Office, Telephones, Product]]:
    """The office in FreePBX and its phones, before Hot Desking is there; all of it gone at the end."""
    lacks = telephones.missing()
    if lacks:
        pytest.skip("FreePBX acceptance: it needs " + ", ".join(lacks))
    phones = Telephones(machine)
    place = Office(machine, phones.address, phones.transport, phones.trunk_port)
    made = Product(machine, product.tarball())
    if made.folder.exists():
        pytest.exit(f"Hot Desking is on this machine already ({made.folder}): uninstall and delete it first", 3)
    try:
        place.make()
        phones.start()
        yield place, phones, made
    finally:
        phones.close()
        place.remove()


@pytest.fixture(scope="session")
def acme(world: tuple[Office, Telephones, Product]) -> Office:
    return world[0]


@pytest.fixture(scope="session")
def phones(world: tuple[Office, Telephones, Product]) -> Telephones:
    return world[1]


@pytest.fixture(scope="session")
def hotdesk(world: tuple[Office, Telephones, Product]) -> Product:
    """The package; whether it is installed depends on the tests before."""
    return world[2]


@pytest.fixture(scope="session")
def before(machine: Machine, hotdesk: Product) -> dumps.Dump:
    """Everything as it was before the installation."""
    # What FreePBX writes by itself at the first reload after a start.
    machine.reload()
    return dumps.everything(machine)


@pytest.fixture
def desk(phones: Telephones, hotdesk: Product) -> Iterator[Desk]:
    """Everybody out, every phone on the hook."""
    revived = phones.revive()
    if revived:
        phones.wait_reachable(revived)
    phones.settle()
    made = Desk(phones, hotdesk)
    made.clear()
    yield made
    phones.settle()


@pytest.fixture(scope="session")
def admin(acme: Office) -> Browser:
    """A browser in which an administrator with all permissions is logged in."""
    made = Browser()
    made.log_in(office.ADMIN, acme.passwords[office.ADMIN])
    return made
