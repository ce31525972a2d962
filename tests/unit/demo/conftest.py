"""A PBX in a hurry, and a hand to dial with."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.demo.agi_host import AgiHost
from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.pace import HURRIED
from hotdesk_module.demo.pbx import Pbx
from tests.unit.demo.hand import Hand

FAKE = Path(__file__).with_name("fake_hotdesk.py")


@pytest.fixture
def pbx() -> Pbx:
    return Pbx(pace=HURRIED)


@pytest.fixture
def ami(pbx: Pbx) -> Iterator[AmiServer]:
    server = AmiServer(pbx, "demo", "secret")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def hand(pbx: Pbx, ami: AmiServer) -> Iterator[Hand]:
    pbx.calls.script = AgiHost(pbx, FAKE, {"HOTDESK_AMI": ami.url})
    yield Hand(pbx)
    for phone in pbx.phones.values():
        phone.hang_up()
    deadline = time.monotonic() + 2
    while pbx.calls.channels() and time.monotonic() < deadline:
        time.sleep(0.005)
