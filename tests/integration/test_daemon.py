"""The daemon with the real Asterisk and the real MariaDB, found through FreePBX's own configuration file."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator

import pytest

from hotdesk_module.web.identity import BRIDGE, Identity
from tests.integration.daemon import Daemon, eventually
from tests.integration.desking import Desking
from tests.integration.promises import CALLER
from tests.support.rig.company import EMERGENCY_NUMBER
from tests.support.rig.outbound import CARRIER, EMERGENCY, OUTSIDE, OutTrunk

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]


@pytest.fixture(scope="module")
def running(installed: Desking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    # Who is logged in from an earlier test may be somebody whom FreePBX's tables have no more.
    installed.reset()
    daemon = Daemon(installed, tmp_path_factory.mktemp("daemon"))
    try:
        daemon.wait_serving()
        # The repairs that follow a connection are over then: what a test sees is the answer to its own doing.
        time.sleep(13)
        yield daemon
    finally:
        # It would go on repairing what later tests break on purpose.
        daemon.close()


@pytest.fixture
def daemon(desking: Desking, running: Daemon) -> Daemon:
    """The daemon, with nobody logged in."""
    running.mark()
    return running


def rings_200(desking: Desking) -> bool:
    """Return whether queues and lamps take 1001 to be at 200."""
    return "PJSIP/200" in (desking.service.switchboard.hints(["1001"])["1001"] or "")


def test_after_a_reload_the_hints_are_right_again_within_ten_seconds(desking: Desking, daemon: Daemon) -> None:
    desking.service.login("200", "1001")
    assert rings_200(desking)
    desking.rig.asterisk.cli("core reload")
    eventually(lambda: not rings_200(desking), 5, "the reload takes the hint away")
    eventually(lambda: rings_200(desking), 10, "the hint is back")


def test_after_a_restart_of_asterisk_too(desking: Desking, daemon: Daemon) -> None:
    desking.service.login("200", "1001")
    desking.rig.asterisk.restart()
    eventually(lambda: rings_200(desking), 15, "the hint is back")
    assert daemon.alive and daemon.logged().count("asterisk_down") <= 2


def test_what_freepbx_rewrote_is_mended_when_the_bridge_asks(desking: Desking, daemon: Daemon) -> None:
    desking.service.login("200", "1001")
    astdb = desking.service.astdb
    astdb.put("DEVICE/200/user", "200")
    astdb.delete("AMPUSER/1001/device")
    assert daemon.ask("POST", "/internal/reconcile") == 202
    eventually(lambda: astdb.get("AMPUSER/1001/device") == "200", 3, "mended")
    assert astdb.get("DEVICE/200/user") == "1001"


def test_it_outlives_the_database(desking: Desking, daemon: Daemon) -> None:
    desking.service.login("200", "1001")
    desking.rig.database.stop()
    try:
        assert daemon.ask("POST", "/internal/reconcile") == 202
        # Not whoever notices it first: what is looked at is how often the repair says so.
        eventually(lambda: "ERROR repair" in daemon.logged(), 10, "it says so")
        assert daemon.doctor()["database"] == "error"
    finally:
        desking.rig.database.start()
    eventually(lambda: "repair: works again" in daemon.logged(), 30, "it goes on")
    assert daemon.logged().count("ERROR repair") == 1


def test_doctor_finds_the_dialplan_and_the_codes(desking: Desking, daemon: Daemon) -> None:
    found = daemon.doctor()
    assert {found[c] for c in ("asterisk", "database", "projection", "daemon")} == {"ok"}
    desking.load_dialplan(desking.pool[0]._replace(login_code="*55"))
    assert daemon.doctor()["dialplan"] == "warning"


def test_the_panel_shows_within_two_seconds_that_a_phone_signs_off_and_on(desking: Desking, daemon: Daemon) -> None:
    phone = desking.rig.phones["200"]
    eventually(lambda: daemon.registration("200")["reachable"], 10, "phone 200 is registered")
    at = daemon.registration("200")
    assert (at["address"], at["port"]) == (phone.address, 5060) and str(at["agent"]).startswith("baresip")
    for _ in range(3):
        phone.unregister()
        eventually(lambda: daemon.registration("200")["registered"] is False, 2, "it has signed off")
        phone.register()
        eventually(lambda: daemon.registration("200")["registered"], 2, "it has signed on")


def test_a_phone_that_died_is_shown_as_soon_as_asterisk_knows(desking: Desking, daemon: Daemon) -> None:
    rig = desking.rig
    mark = rig.tap.mark()
    rig.phones["201"].kill()
    try:
        # It asks every five seconds and waits for two.
        rig.tap.wait_for("ContactStatus", mark, 10, AOR="201", ContactStatus="Unreachable")
        eventually(lambda: daemon.registration("201")["reachable"] is False, 2, "it does not answer")
        assert daemon.registration("201")["registered"] is True
    finally:
        rig.revive_phones()
    eventually(lambda: daemon.registration("201")["reachable"], 2, "it is there again")


def test_after_a_restart_of_asterisk_registrations_are_known_again(desking: Desking, daemon: Daemon) -> None:
    desking.rig.asterisk.stop()
    eventually(lambda: daemon.registration("200")["registered"] is None, 3, "nobody knows")
    desking.rig.asterisk.start()
    eventually(lambda: daemon.registration("200")["registered"], 10, "it is known again")


def test_a_call_holds_the_logout_back_and_after_its_end_the_phone_is_given_back(
    desking: Desking, daemon: Daemon
) -> None:
    before = desking.rig.asterisk.db_show()
    desking.ledger.save_settings({"max_hours": "1"})
    desking.service.login("200", "1001")
    with desking.rig.calling("200", CALLER):
        desking.rig.phones[CALLER].wait_ringing()
        desking.rig.phones[CALLER].answer()
        desking.rig.phones["200"].wait_answered()
        desking.connection.execute("UPDATE hotdesk_sessions SET since = since - 4000")
        # It looks once a minute.
        eventually(lambda: "1001 is logged out after it (max_time)" in daemon.logged(), 70, "the logout waits")
        assert desking.seats() == {"200": "1001"} and rings_200(desking)
        assert not desking.rig.phones["200"].idle
    eventually(lambda: desking.seats() == {}, 6, "logged out after the call")
    assert desking.history()[-1] == "logout 200 1001 max_time"
    eventually(lambda: not rings_200(desking), 5, "calls and lamps know it")
    after = desking.rig.asterisk.db_show()
    assert {k: v for k, v in after.items() if not k.startswith("CALLTRACE/")} == before


def test_a_call_that_is_made_or_answered_is_activity_and_one_that_only_rings_is_not(
    desking: Desking, daemon: Daemon
) -> None:
    rig = desking.rig
    for phone, user in (("200", "1001"), ("201", "1003"), ("202", "1004")):
        desking.service.login(phone, user)
    begun = int(time.time())
    with rig.calling(CALLER, "1001"):
        rig.phones["200"].wait_ringing()
    with rig.calling(CALLER, "1003"):
        rig.phones["201"].wait_ringing()
        rig.phones["201"].answer()
        rig.phones[CALLER].wait_answered()
    # A feature code, here one of which FreePBX knows nothing.
    with rig.calling("202", "*9999"):
        time.sleep(0.5)
    called = int(time.time())

    def active() -> dict[str, int]:
        return {s.phone: s.active for s in desking.ledger.sessions()}

    eventually(lambda: active()["202"], 130, "it is written down")
    assert active()["200"] == 0
    noted = [active()[phone] for phone in ("201", "202")]
    # The parts of seconds are lost on the way.
    assert all(begun <= at <= called + 1 for at in noted), (begun, noted, called)


def test_an_emergency_call_is_told_once_whatever_trunks_it_takes(desking: Desking, daemon: Daemon) -> None:
    rig = desking.rig
    broken = OutTrunk(2, "Broken", dead=True)
    rig.set_routes(dataclasses.replace(EMERGENCY, trunks=(broken, CARRIER)), OUTSIDE)
    try:
        desking.service.login("200", "1001")
        with rig.calling("200", EMERGENCY_NUMBER) as mark:
            assert rig.trunk.wait_ringing().number == "5550911"
            told = rig.tap.wait_for("UserEvent", mark, 5.0, UserEvent="HDSKEmergency")
            assert (told["Number"], told["Phone"], told["User"], told["Name"]) == ("911", "200", "1001", "John Smith")
            eventually(lambda: "emergency 200 1001" in desking.history(), 5, "it is in the history")
            rig.trunk.answer()
            rig.phones["200"].wait_answered()
        alerts = json.loads(daemon.fetch("GET", "/internal/alerts", Identity(BRIDGE))[1])
        (shown,) = (a for a in alerts if a["id"] == "emergency_200")
        assert shown["level"] == "critical" and "John Smith (1001) was logged in" in shown["text"]
        assert desking.history().count("emergency 200 1001") == 1
        assert len(rig.tap.events("UserEvent", mark)) == 1
    finally:
        rig.set_routes()


def test_a_call_to_a_phone_or_from_elsewhere_is_no_emergency(desking: Desking, daemon: Daemon) -> None:
    with desking.rig.calling("1001", EMERGENCY_NUMBER):
        desking.rig.trunk.wait_ringing()
    with desking.rig.calling("200", "9001"):
        desking.rig.phones["9001"].wait_ringing()
    # It hears in order: what is told of this call comes behind whatever the others would have brought.
    desking.service.login("201", "1002")
    with desking.rig.calling("201", EMERGENCY_NUMBER):
        eventually(lambda: "emergency 201 1002" in desking.history(), 5, "it listens")
    assert [line for line in desking.history() if line.startswith("emergency")] == ["emergency 201 1002"]
