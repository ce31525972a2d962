"""A call that is handed over finds everything loaded: what it loaded itself, others would wait for under the lock."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.daemon import Daemon
from tests.integration.desking import Desking
from tests.support import forkserver
from tests.support.receiver import KEY

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

PROGRAM = (
    f"from hotdesk_module.daemon import forkserver; forkserver.SCRIPT = {forkserver.__file__!r};"
    " from hotdesk_module.cli import main; main()"
)


@pytest.fixture
def daemon(desking: Desking, tmp_path: Path) -> Iterator[Daemon]:
    # With events to tell, which a login writes down. Nobody takes them, and nobody need.
    desking.reset(webhook_url="http://127.0.0.1:9/", webhook_secret=KEY)
    made = Daemon(desking, tmp_path, [sys.executable, "-c", PROGRAM])
    try:
        made.wait_serving()
        yield made
    finally:
        made.close()


def test_a_call_loads_nothing_itself(desking: Desking, daemon: Daemon) -> None:
    assert desking.log_in_at_once("200", "1003") == "logged_in"
    # Moves, and takes over.
    assert desking.log_in_at_once("201", "1003") == "logged_in"
    assert desking.log_in_at_once("201", "1001") == "logged_in"
    assert desking.log_out("201") == "logged_out"
    assert desking.log_out("201") == "not_logged_in"
    loaded = daemon.state / forkserver.LOADED
    assert not loaded.exists() or sorted(set(loaded.read_text().split())) == []
