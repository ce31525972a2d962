"""The command line on the real Asterisk and the real MariaDB, found through FreePBX's own configuration file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.integration import promises
from tests.integration.desking import Desking
from tests.support.rig.asterisk import REPOSITORY

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]


def hotdesk(desking: Desking, *arguments: str, status: int = 0) -> Any:
    """Run ``hotdesk --json`` inside the rig's network and return its answer."""
    command = [str(REPOSITORY / "bin" / "hotdesk"), *arguments, "--json"]
    environment = {**os.environ, "HOTDESK_PYTHON": sys.executable, "FREEPBX_CONF": str(desking.rig.freepbx_conf_file)}
    done = subprocess.run(
        desking.rig.namespace.argv(command), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_an_administrator_seats_somebody_and_takes_the_phone_back(desking: Desking) -> None:
    before = desking.rig.asterisk.db_show()
    hotdesk(desking, "login", "200", "1003", "--as", "maria")
    promises.direct_call(desking.rig, "1003", "200")
    promises.identity_inside(desking.rig, "1003", "200")
    (session,) = hotdesk(desking, "sessions")["sessions"]
    assert (session["phone"], session["user"]) == ("200", "1003")
    hotdesk(desking, "logout", "--all", "--yes")
    assert {k: v for k, v in desking.rig.asterisk.db_show().items() if not k.startswith("CALLTRACE/")} == before
    logins = [e for e in hotdesk(desking, "history")["events"] if e["event"] == "login"]
    assert [e["actor"] for e in logins] == ["maria"]


def test_refusals_have_their_exit_status_and_name(desking: Desking) -> None:
    assert hotdesk(desking, "logout", "200", status=3)["error"]["code"] == "not_logged_in"
    assert hotdesk(desking, "login", "200", "4711", status=3)["error"]["code"] == "unknown_user"
    assert hotdesk(desking, "login", "9001", "1003", status=3)["error"]["code"] == "not_in_pool"


def test_a_device_of_freepbx_joins_and_leaves_the_pool(desking: Desking) -> None:
    hotdesk(desking, "phones", "add", "9001", "--mac", "00-15-65-AA-BB-CC", "--location", "1st floor")
    (added,) = [p for p in hotdesk(desking, "phones", "list")["phones"] if p["device"] == "9001"]
    assert (added["label"], added["mac"]) == ("Meeting Room", "00:15:65:AA:BB:CC")
    assert desking.log_in("9001", "1003") == "logged_in"
    hotdesk(desking, "phones", "remove", "9001", "--yes")
    assert desking.seats() == {}
    assert desking.rig.asterisk.db_get("DEVICE/9001/user") == "9001"
    assert desking.rig.asterisk.db_get("CustomDevstate/HDSK9001") is None


def test_reconcile_says_and_mends_what_a_reset_of_the_astdb_broke(desking: Desking) -> None:
    desking.log_in("200", "1003")
    desking.rig.freepbx_edit_extension("200")
    planned = hotdesk(desking, "reconcile", "--dry-run")
    assert "DEVICE/200/user" in json.dumps(planned)
    assert desking.rig.asterisk.db_get("DEVICE/200/user") == "200"
    hotdesk(desking, "reconcile")
    assert desking.rig.asterisk.db_get("DEVICE/200/user") == "1003"
    promises.direct_call(desking.rig, "1003", "200")


def test_doctor_finds_what_others_left_behind_and_repairs_it(desking: Desking) -> None:
    """Phone 202 of this company has no Emergency CID, which is an error that stays."""
    desking.log_in("200", "1003")
    service = desking.service
    service.switchboard.set_hint("1003", "Custom:DND1003,CustomPresence:1003")
    for key, value in (
        ("DEVICE/201/user", "1001"),
        ("CustomDevstate/HDSK202", "INUSE"),
        ("CustomDevstate/HDSK9001", "INUSE"),
        ("HDSK/1004/device", "9001"),
        ("CF/1002", "201"),
    ):
        service.astdb.put(key, value)
    ills = {"other_logins", "hints", "lamps", "leftovers", "forwards"}
    codes = {f["code"] for f in hotdesk(desking, "doctor", status=7)["findings"] if f["level"] != "ok"}
    assert ills <= codes and not {"emergency_routes", "phone_keys", "phone_names"} & codes
    planned = hotdesk(desking, "doctor", "--fix", "--dry-run", "--force", status=7)
    done = hotdesk(desking, "doctor", "--fix", "--force", status=7)
    assert [r["changes"] for r in done["repairs"]] == [r["changes"] for r in planned["repairs"]]
    assert not ills & {f["code"] for f in done["findings"]}
    known = desking.rig.asterisk.db_show()
    assert not {"CustomDevstate/HDSK9001", "HDSK/1004/device", "CF/1002"} & known.keys()
    assert (known["DEVICE/200/user"], known["DEVICE/201/user"]) == ("1003", "201")
    promises.direct_call(desking.rig, "1003", "200")


def test_doctor_sees_a_lamp_that_differs_from_its_key(desking: Desking) -> None:
    """Who writes to the AstDB changes no device state: whoever watches still sees the old one."""
    service = desking.service
    service.switchboard.set_lamp("HDSK201", "INUSE")
    time.sleep(0.5)
    service.astdb.put("CustomDevstate/HDSK201", "NOT_INUSE")
    assert "lamps" in {f["code"] for f in hotdesk(desking, "doctor", status=7)["findings"]}
    hotdesk(desking, "doctor", "--fix", status=7)
    time.sleep(0.5)
    assert desking.service.switchboard.lamps(["HDSK201"]) == {"HDSK201": "NOT_INUSE"}


def test_locks_are_listed_and_lifted(desking: Desking) -> None:
    with desking.rig.calling("200", "*111001") as mark:
        for guess in ("1#", "2#", "3#"):
            mark = desking.wait_prompt("agent-pass", mark)
            desking.rig.phones["200"].send_digits(guess)
        assert desking.status(mark) == "wrong_pin"
    assert {(k["kind"], k["subject"]) for k in hotdesk(desking, "locks")["locks"]} == {
        ("user", "1001"),
        ("phone", "200"),
    }
    hotdesk(desking, "locks", "lift", "--all")
    assert desking.log_in("200", "1001") == "logged_in"


def test_the_dialplan_is_data_and_does_without_a_database(desking: Desking) -> None:
    data = hotdesk(desking, "dialplan")
    assert ["from-internal-additional", "app-hotdesk"] in data["includes"]
    desking.rig.database.stop()
    try:
        assert hotdesk(desking, "dialplan")["extensions"]
    finally:
        desking.rig.database.start()
