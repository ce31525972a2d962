"""``hotdesk doctor``, as a person or a script runs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module import dialplan
from hotdesk_module.core.codes import Codes
from hotdesk_module.core.model import FeatureCode
from hotdesk_module.ports import Context, HistoryFilter
from tests.support.terminal import Answer, Terminal

HEALTHY, UNSAFE, UNHEALTHY = 0, 6, 7


class Ward:
    """A company in which nothing is an error, and its doctor."""

    def __init__(self, hd: Terminal, state: Path) -> None:
        self.hd = hd
        self._state = state
        office = hd.office
        office.inventory.all_devices = [d._replace(emergency_cid="5551234") for d in office.inventory.all_devices]
        office.inventory.all_codes = [FeatureCode("hotdesk", "login", "*11"), FeatureCode("hotdesk", "logout", "*12")]
        office.devices_to_astdb()
        built = dialplan.build("", Codes(), hd.ledger.phones())
        for name in dict.fromkeys(s.context for s in built.steps):
            loaded = frozenset(s.extension for s in built.steps if s.context == name)
            office.switchboard.contexts[name] = Context(loaded)
        office.switchboard.contexts[built.includes[0][0]] = Context(includes=tuple(n for _, n in built.includes))
        hd.desk.reconcile()
        hd.ledger.forget_events(hd.clock() + 1)

    def __call__(self, *options: str, typed: str | None = None) -> Answer:
        return self.hd("doctor", "--state", str(self._state), *options, typed=typed)

    def repairs(self) -> list[tuple[str, str]]:
        """Return the repairs of the history: code and who did it."""
        return [(e.code, e.actor) for e in self.hd.ledger.events(HistoryFilter(event="repair"))]

    def edit(self) -> None:
        """Let FreePBX save the extension of a phone where somebody sits."""
        self.hd.desk.login("200", "1003")
        self.hd.office.edit_extension("200")

    def forward(self) -> None:
        """Let another module have left a Call Forward behind."""
        self.hd.office.astdb.values["CF/1001"] = "200"

    def confuse(self) -> None:
        """Let the tables of sessions be empty while people are logged in."""
        self.hd("settings", "set", "mass_logout", "1")
        for phone, user in (("200", "1003"), ("201", "1004")):
            self.hd.desk.login(phone, user)
        for table in ("hotdesk_sessions", "hotdesk_events"):
            self.hd.database.execute(f"DELETE FROM {table}")


@pytest.fixture
def doctor(hd: Terminal, tmp_path: Path) -> Iterator[Ward]:
    yield Ward(hd, tmp_path / "state")


def test_without_errors_the_status_is_zero_and_there_is_nothing_to_fix(doctor: Ward) -> None:
    answer = doctor()
    assert answer.status == HEALTHY and answer.out.splitlines()[-1] == "0 errors."
    assert doctor("--fix").out == answer.out


def test_an_error_is_the_status_seven(doctor: Ward) -> None:
    doctor.hd.office.inventory.all_routes = [r._replace(emergency=False) for r in doctor.hd.office.inventory.all_routes]
    answer = doctor()
    assert answer.status == UNHEALTHY
    assert "No outbound route is an emergency route" in answer.out and answer.out.endswith("1 error.\n")


def test_it_says_that_there_is_a_repair_and_does_nothing_unasked(doctor: Ward) -> None:
    doctor.edit()
    before = doctor.hd.office.astdb.snapshot()
    answer = doctor()
    assert "Repair with hotdesk doctor --fix." in answer.out
    assert doctor.hd.office.astdb.snapshot() == before and doctor.repairs() == []


def test_a_dry_run_says_what_would_be_done(doctor: Ward) -> None:
    doctor.edit()
    before = doctor.hd.office.astdb.snapshot()
    for options in (("--dry-run",), ("--fix", "--dry-run")):
        answer = doctor(*options)
        lines = answer.out.splitlines()
        assert lines[0] == "Would be done:" and "  Set DEVICE/200/user to 1003, which is 200." in lines
        assert answer.status == HEALTHY
    assert doctor.hd.office.astdb.snapshot() == before and doctor.repairs() == []


def test_a_repair_says_what_it_does_does_it_and_looks_again(doctor: Ward) -> None:
    doctor.edit()
    answer = doctor("--fix")
    lines = answer.out.splitlines()
    assert lines[0] == "Repairing:" and "  Set DEVICE/200/user to 1003, which is 200." in lines
    assert "Repaired; this is how it is now." in lines
    assert "Asterisk is in line with who is logged in." in answer.out and "Asterisk differs" not in answer.out
    assert doctor.hd.office.caller("200") == "1003"
    assert doctor.repairs() == [("drift", "maria")]


def test_a_repair_of_hints_alone_is_in_the_history_too(doctor: Ward) -> None:
    doctor.hd.office.switchboard.all_hints["200"] = "PJSIP/999"
    assert "  Set the hint of 200 to " in doctor("--fix").out
    assert doctor.repairs() == [("drift", "maria")]


def test_a_program_is_told_the_same(doctor: Ward) -> None:
    doctor.edit()
    planned = doctor("--fix", "--dry-run", "--json").json
    (repair,) = planned["repairs"]
    assert (planned["dry_run"], planned["repaired"], repair["repair"], repair["done"]) == (
        True,
        False,
        "reconcile",
        False,
    )
    assert "Set DEVICE/200/user to 1003, which is 200" in repair["changes"]
    done = doctor("--fix", "--json").json
    assert (done["dry_run"], done["repaired"]) == (False, True)
    assert done["repairs"] == [{**repair, "done": True}]
    assert {f["code"]: f["level"] for f in done["findings"]}["projection"] == "ok"
    assert doctor("--json").json["repairs"] == []


@pytest.mark.parametrize(("typed", "gone"), [("y\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_what_may_be_meant_is_asked_about(doctor: Ward, typed: str, gone: bool) -> None:
    doctor.forward()
    answer = doctor("--fix", typed=typed)
    assert answer.out.splitlines()[:2] == ["To be done:", "  Remove the Call Forward of 1001 to 200."]
    assert "Remove these Call Forwards?" in answer.err
    assert (doctor.hd.office.astdb.get("CF/1001") is None) is gone
    assert ("--force does it without a question" in answer.err) is not gone
    assert doctor.repairs() == ([("forwards", "maria")] if gone else [])


def test_a_script_is_not_asked_and_does_only_what_needs_no_answer(doctor: Ward) -> None:
    doctor.forward()
    doctor.hd.ledger.save_pin("1009", "hash", 1)
    done = doctor("--fix", "--json").json
    assert {r["repair"]: r["done"] for r in done["repairs"]} == {"forget": True, "forwards": False}
    assert doctor.hd.office.astdb.get("CF/1001") == "200" and doctor.hd.ledger.pins() == {}
    done = doctor("--fix", "--force", "--json").json
    assert {r["repair"]: r["done"] for r in done["repairs"]} == {"forwards": True}
    assert doctor.hd.office.astdb.get("CF/1001") is None


def test_who_would_be_logged_out_in_crowds_stays_until_somebody_says_so(doctor: Ward) -> None:
    doctor.confuse()
    answer = doctor("--fix", typed="n\n")
    assert answer.status == UNSAFE
    assert "would log out 2 phones" in answer.err and "  Set DEVICE/200/user to 200, which is 1003." in answer.out
    assert doctor.hd.office.caller("200") == "1003"
    assert doctor("--fix", "--json").status == UNSAFE
    assert doctor.hd.office.caller("200") == "1003"
    forced = doctor("--fix", "--force")
    assert forced.status == HEALTHY and doctor.hd.office.caller("200") == "200"


def test_the_rest_is_repaired_all_the_same(doctor: Ward) -> None:
    doctor.confuse()
    doctor.hd.office.astdb.values["CustomDevstate/HDSK202"] = "INUSE"
    doctor("--fix", typed="n\n")
    assert doctor.hd.office.astdb.get("CustomDevstate/HDSK202") == "NOT_INUSE"


def test_pins_of_very_many_deleted_users_stay_until_it_is_forced(doctor: Ward) -> None:
    for user in range(3000, 3006):
        doctor.hd.ledger.save_pin(str(user), "hash", 1)
    answer = doctor("--fix", "--json")
    (repair,) = answer.json["repairs"]
    assert answer.status == UNSAFE and not repair["done"] and "6 extensions" in repair["refused"]
    assert len(doctor.hd.ledger.pins()) == 6
    assert doctor("--fix", "--force").status == HEALTHY
    assert doctor.hd.ledger.pins() == {}


def test_without_asterisk_it_says_so_and_repairs_nothing(doctor: Ward) -> None:
    doctor.edit()
    doctor.hd.asterisk_up = False
    answer = doctor("--fix")
    assert answer.status == UNHEALTHY and "Asterisk does not answer" in answer.out
    assert "Repairing" not in answer.out


def test_very_many_changes_are_counted(doctor: Ward) -> None:
    doctor.hd("settings", "set", "mass_logout", "1000")
    for user in range(3000, 3205):
        doctor.hd.ledger.save_pin(str(user), "hash", 1)
    lines = doctor("--dry-run").out.splitlines()
    assert lines[200:202] == ["  Remove the hot desk PIN of 3199.", "  And 5 more."]
    assert len(doctor("--dry-run", "--json").json["repairs"][0]["changes"]) == 205
