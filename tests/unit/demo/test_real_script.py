"""The demo with the real AGI script: the tour, as a visitor walks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.demo.agi_host import AgiHost
from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.phone import State
from hotdesk_module.demo.run import SCRIPT, prepare_database
from hotdesk_module.demo.story import STEPS
from tests.unit.demo.hand import Hand


@pytest.fixture
def visitor(hand: Hand, ami: AmiServer, tmp_path: Path) -> Iterator[Hand]:
    database = tmp_path / "demo.db"
    prepare_database(database)
    variables = {"HOTDESK_DATABASE": f"sqlite:///{database}", "HOTDESK_AMI": ami.url}
    hand.pbx.calls.script = AgiHost(hand.pbx, SCRIPT, variables)
    yield hand


def test_the_whole_tour_ticks_itself_off(visitor: Hand, pbx: Pbx) -> None:
    before = [row for row in pbx.db.show() if not row[0].startswith("CustomDevstate/HDSK")]
    visitor.dial("200", "*11#")
    visitor.until_heard("200", "extension")
    visitor.press("200", "1003#")
    visitor.until_heard("200", "PIN")
    visitor.press("200", "6294#")
    visitor.until_state("200", State.IDLE)
    visitor.dial("outside", "1003")
    visitor.until_state("200", State.RINGING)
    pbx.phones["200"].lift()
    visitor.until_state("outside", State.TALKING)
    pbx.phones["200"].hang_up()
    visitor.until_state("outside", State.IDLE)
    visitor.dial("200", "1001")
    visitor.until_state("1001", State.RINGING)
    assert pbx.phones["1001"].peer.name == "Ravi Patel"
    pbx.phones["200"].hang_up()
    visitor.log_in("202", "1003", "6294")
    assert pbx.calls.seats() == {"202": "1003"}
    visitor.dial("202", "911")
    visitor.until_heard("202", "Meeting room 5550202")
    pbx.phones["202"].hang_up()
    visitor.dial("202", "*12")
    visitor.until_state("202", State.IDLE)
    assert [step.id for step in STEPS if not pbx.tour.done(step.id)] == []
    assert [row for row in pbx.db.show() if not row[0].startswith("CustomDevstate/HDSK")] == before


def test_a_wrong_pin_is_told_and_changes_nothing(visitor: Hand, pbx: Pbx) -> None:
    before = pbx.db.show()
    visitor.dial("201", "*111002")
    visitor.until_heard("201", "PIN")
    visitor.press("201", "0000#")
    visitor.until_heard("201", "Login incorrect")
    pbx.phones["201"].hang_up()
    assert pbx.db.show() == before
