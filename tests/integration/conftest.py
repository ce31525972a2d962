"""Fixtures for tests against the real MariaDB and the real Asterisk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.integration.promises")

from tests.integration.desking import Desking  # noqa: E402
from tests.support.rig import Rig, mariadb  # noqa: E402


@pytest.fixture(scope="package")
def mariadb_server() -> Iterator[mariadb.MariaDB]:
    """A private MariaDB without Asterisk; make a database of your own in it."""
    lacks = mariadb.missing()
    if lacks:
        pytest.skip("MariaDB tests need " + ", ".join(lacks))
    with mariadb.private_server() as server:
        yield server


@pytest.fixture(scope="package")
def installed(rig: Rig) -> Iterator[Desking]:
    """The product on the rig, for the whole run."""
    made = Desking(rig)
    yield made
    made.close()


@pytest.fixture
def desking(installed: Desking, _company_state: None) -> Desking:
    """The product on the rig, with nobody logged in."""
    installed.reset()
    return installed


@pytest.fixture(autouse=True)
def _company_state(request: pytest.FixtureRequest) -> None:
    # Before, not after: what a failed test left is then still there to look at with --pdb.
    if "rig" in request.fixturenames:
        request.getfixturevalue("rig").reset()
