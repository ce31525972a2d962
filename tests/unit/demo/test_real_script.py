"""The demo with the real AGI script: the tour, as a visitor walks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.core.model import Phone
from hotdesk_module.demo.agi_host import AgiHost
from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.channel import CallerId
from hotdesk_module.demo.module_codes import Generated
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.phone import State
from hotdesk_module.demo.run import SCRIPT, bring_in_line, prepare_database
from hotdesk_module.demo.story import STEPS
from tests.unit.demo.hand import Hand


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "demo.db"
    prepare_database(path)
    return path


@pytest.fixture
def variables(database: Path, ami: AmiServer) -> dict[str, str]:
    return {"HOTDESK_DATABASE": f"sqlite:///{database}", "HOTDESK_AMI": ami.url}


@pytest.fixture
def ledger(database: Path) -> Iterator[SqlLedger]:
    connection = Sqlite(str(database))
    yield SqlLedger(connection)
    connection.close()


@pytest.fixture
def visitor(hand: Hand, database: Path, variables: dict[str, str]) -> Hand:
    hand.pbx.calls.script = AgiHost(hand.pbx, SCRIPT, variables)
    hand.pbx.calls.module = Generated(database)
    return hand


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


def test_the_message_lamp_is_the_persons_while_they_sit_there(visitor: Hand, pbx: Pbx) -> None:
    box = pbx.voicemail.box("1003")
    assert box is not None
    pbx.voicemail.leave(box, CallerId("Outside", "5550199"))
    assert not pbx.phones["200"].lamp
    visitor.log_in("200", "1003", "6294")
    visitor.until(lambda: pbx.phones["200"].lamp)
    visitor.dial("200", "*12")
    visitor.until(lambda: not pbx.phones["200"].lamp)


def test_a_wrong_pin_is_told_and_changes_nothing(visitor: Hand, pbx: Pbx) -> None:
    before = pbx.db.show()
    visitor.dial("201", "*111002")
    visitor.until_heard("201", "PIN")
    visitor.press("201", "0000#")
    visitor.until_heard("201", "Login incorrect")
    pbx.phones["201"].hang_up()
    assert pbx.db.show() == before


def test_a_phone_with_codes_of_its_own_takes_them_and_the_general_ones(
    visitor: Hand, pbx: Pbx, ledger: SqlLedger
) -> None:
    ledger.save_phones([Phone("201", "Window desk", login_code="*55", logout_code="*56")])
    visitor.dial("201", "*551002")
    visitor.until_heard("201", "PIN")
    visitor.press("201", "5823#")
    visitor.until_state("201", State.IDLE)
    assert pbx.calls.seats() == {"201": "1002"}
    visitor.dial("201", "*56")
    visitor.until_state("201", State.IDLE)
    assert pbx.calls.seats() == {}
    visitor.log_in("201", "1003", "6294")
    assert pbx.calls.seats() == {"201": "1003"}


def test_the_login_key_logs_in_and_out_and_elsewhere_only_tells(visitor: Hand, pbx: Pbx) -> None:
    visitor.dial("200", "*15200#")
    visitor.until_heard("200", "extension")
    visitor.press("200", "1003#")
    visitor.until_heard("200", "PIN")
    visitor.press("200", "6294#")
    visitor.until_state("200", State.IDLE)
    visitor.dial("201", "*15200#")
    visitor.until_heard("201", "1 0 0 3")
    visitor.until_state("201", State.IDLE)
    visitor.dial("201", "*161003#")
    visitor.until_heard("201", "2 0 0")
    visitor.until_state("201", State.IDLE)
    assert pbx.calls.seats() == {"200": "1003"}
    assert pbx.hints.device_state("Custom:HDSKU1003") == "INUSE"
    visitor.dial("200", "*15200#")
    visitor.until_state("200", State.IDLE)
    assert pbx.calls.seats() == {}
    assert pbx.hints.device_state("Custom:HDSKU1003") == "UNKNOWN"


def test_the_codes_of_another_phone_are_refused(visitor: Hand, pbx: Pbx, ledger: SqlLedger) -> None:
    ledger.save_phones([Phone("201", "Window desk", login_code="*55", logout_code="*56")])
    visitor.dial("200", "*55#")
    visitor.until_heard("200", "cannot do that")
    pbx.phones["200"].hang_up()
    visitor.log_in("200", "1003", "6294")
    visitor.dial("200", "*56#")
    visitor.until_heard("200", "cannot do that")
    pbx.phones["200"].hang_up()
    assert pbx.calls.seats() == {"200": "1003"}


def test_with_call_forward_as_the_routing_method_calls_find_the_user_all_the_same(
    visitor: Hand, pbx: Pbx, ledger: SqlLedger
) -> None:
    ledger.save_settings({"routing": "callforward"})
    before = [row for row in pbx.db.show() if not row[0].startswith("CustomDevstate/")]
    visitor.log_in("200", "1001", "4711")
    assert pbx.db.value("CF/1001") == "HD200"

    visitor.dial("outside", "1001")
    visitor.until_state("200", State.RINGING)
    assert pbx.phones["200"].peer.name == "Maria Lopez"
    # Unless the settings say so, the own phone stays quiet.
    assert pbx.phones["1001"].state is State.IDLE
    pbx.phones["200"].lift()
    visitor.until_state("outside", State.TALKING)
    pbx.phones["200"].hang_up()
    visitor.until_state("outside", State.IDLE)

    visitor.dial("outside", "1001")
    visitor.until_state("200", State.RINGING)
    pbx.phones["200"].hang_up()
    visitor.until_heard("outside", "John Smith is not available")
    pbx.phones["outside"].hang_up()

    visitor.dial("outside", "200")
    visitor.until_heard("outside", "Lobby is not available")
    assert pbx.phones["200"].state is State.IDLE
    pbx.phones["outside"].hang_up()

    visitor.dial("200", "1001")
    visitor.until_heard("200", "John Smith is not available")
    pbx.phones["200"].hang_up()

    visitor.dial("200", "*12")
    visitor.until_state("200", State.IDLE)
    assert [row for row in pbx.db.show() if not row[0].startswith("CustomDevstate/")] == before


def test_what_was_lost_while_the_demo_was_off_comes_back_with_its_start(
    visitor: Hand, pbx: Pbx, variables: dict[str, str]
) -> None:
    visitor.log_in("200", "1003", "6294")
    with_ravi = pbx.db.show()
    pbx.db.put("DEVICE", "200/user", "200")
    pbx.db.delete("AMPUSER", "1003/device")
    bring_in_line(pbx, variables)
    assert [row for row in pbx.db.show() if "HDSK20" not in row[0]] == [r for r in with_ravi if "HDSK20" not in r[0]]
    assert [item.text for item in pbx.feed.items() if item.kind == "note"][-1].startswith("The demo starts")
