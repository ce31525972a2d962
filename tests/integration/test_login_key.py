"""The login key and the codes that tell, pressed at real SIP phones and watched by a real subscription."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hotdesk_module.agi import prompts
from hotdesk_module.core.model import Phone
from tests.integration.desking import Desking
from tests.support.rig.shell import RigError
from tests.support.rig.watcher import OFF, ON, Watcher

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

WATCHING = "9001"
KEY, PERSON = "*15200", "*161001"
SECOND = 1.0


@pytest.fixture
def watcher(desking: Desking) -> Iterator[Watcher]:
    made = Watcher(desking.rig.namespace, WATCHING)
    yield made
    made.close()


def press(desking: Desking, phone: str, code: str, *answers: tuple[str, str]) -> str:
    with desking.rig.calling(phone, code) as mark:
        desking.enter(phone, mark, *answers)
        return desking.status(mark)


def kept(desking: Desking) -> dict[str, str]:
    """Return the AstDB without what Asterisk notes of who is subscribed."""
    return {k: v for k, v in desking.rig.asterisk.db_show().items() if not k.startswith("subscription_persistence/")}


def test_the_key_of_a_phone_logs_in_and_out_and_its_lamp_follows_within_a_second(
    desking: Desking, watcher: Watcher
) -> None:
    watcher.watch(KEY, PERSON)
    at_rest = kept(desking)
    assert (watcher.shows(KEY), watcher.shows(PERSON)) == (OFF, OFF)
    asked = ((prompts.ASK_EXTENSION, "1001"), (prompts.ASK_PIN, desking.pin("1001")))
    before = watcher.mark()
    assert press(desking, "200", KEY, *asked) == "logged_in"
    told = watcher.mark()
    for lamp in (KEY, PERSON):
        assert watcher.wait_told(lamp, ON, before) < told + SECOND
    assert desking.seats() == {"200": "1001"}
    # Pressed at another phone it only tells.
    assert press(desking, "201", KEY) == "told"
    assert desking.seats() == {"200": "1001"} and watcher.shows(KEY) == ON
    before = watcher.mark()
    assert press(desking, "200", KEY) == "logged_out"
    told = watcher.mark()
    for lamp in (KEY, PERSON):
        assert watcher.wait_told(lamp, OFF, before) < told + SECOND
    assert desking.seats() == {} and kept(desking) == at_rest


def test_the_lamps_follow_moves_and_take_overs(desking: Desking, watcher: Watcher) -> None:
    watcher.watch(KEY, "*15201", PERSON, "*161002")
    desking.service.login("200", "1001")
    watcher.wait_shows(PERSON, ON)
    begun = watcher.mark()
    desking.service.login("201", "1001")
    watcher.wait_shows("*15201", ON)
    watcher.wait_shows(KEY, OFF)
    assert OFF not in watcher.told(PERSON, begun)
    desking.service.login("201", "1002")
    watcher.wait_shows(PERSON, OFF)
    watcher.wait_shows("*161002", ON)
    assert watcher.shows("*15201") == ON


def test_the_lamps_outlive_a_reload_and_a_restart(desking: Desking, watcher: Watcher) -> None:
    rig = desking.rig
    watcher.watch(KEY, PERSON)
    desking.service.login("200", "1001")
    watcher.wait_shows(PERSON, ON)
    rig.freepbx_reload()
    rig.asterisk.cli("core reload")
    assert hint_state(desking, KEY) == hint_state(desking, PERSON) == "InUse"
    begun = watcher.mark()
    desking.service.logout("200")
    for lamp in (KEY, PERSON):
        watcher.wait_told(lamp, OFF, begun)
    desking.service.login("200", "1001")
    watcher.wait_shows(PERSON, ON)
    begun = watcher.mark()
    rig.asterisk.restart()
    # Asterisk takes the subscription up again by itself.
    for lamp in (KEY, PERSON):
        watcher.wait_told(lamp, ON, begun, 20.0)
    begun = watcher.mark()
    desking.service.logout("200")
    for lamp in (KEY, PERSON):
        watcher.wait_told(lamp, OFF, begun)


def hint_state(desking: Desking, extension: str) -> str:
    return desking.rig.tap.action("ExtensionState", Context="from-internal", Exten=extension)["StatusText"]


def test_the_lamp_of_a_phone_that_joins_the_pool_works_without_a_reload(desking: Desking, watcher: Watcher) -> None:
    watcher.watch("*159001")
    desking.ledger.save_phones([Phone("9001", "Meeting Room")])
    desking.service.login("9001", "1001")
    watcher.wait_shows("*159001", ON)
    desking.service.logout("9001")
    watcher.wait_shows("*159001", OFF)


def test_a_code_alone_is_no_lamp(desking: Desking, watcher: Watcher) -> None:
    with pytest.raises(RigError, match="404"):
        watcher.watch("*17200")


def test_where_somebody_is_is_said_with_recorded_names_and_spelled_labels(desking: Desking) -> None:
    desking.ledger.save_phones([Phone("201", "B")])
    desking.service.login("201", "1002")
    with desking.rig.asterisk.recorded_name("1002") as sound, desking.rig.calling(WATCHING, "*161002") as mark:
        assert desking.status(mark) == "told"
        desking.rig.tap.wait_for("AGIExecStart", mark, 20.0, Command=re.compile("SAY ALPHA"))
        assert desking.played(mark) == [
            *("silence/1", sound, "vm-extension", "1002"),
            *("digits/at", "vm-extension", "201", "silence/1", "b"),
        ]
