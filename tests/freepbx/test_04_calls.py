"""People log in by DTMF at SIP phones on this FreePBX, and the promises are dialled."""

from __future__ import annotations

import json

import pytest

from tests.freepbx import dumps, promises
from tests.freepbx.machine import Machine
from tests.freepbx.office import EXTENSIONS, OWNER, PHONE, PHONE_2, SPARE_PHONE, VIRTUAL, by_number
from tests.freepbx.product import Desk, Product
from tests.freepbx.telephones import Telephones


def test_phones_are_added_by_fwconsole(hotdesk: Product) -> None:
    for one in (PHONE, PHONE_2, SPARE_PHONE):
        hotdesk.fwconsole("phones", "add", one.number, "--label", one.name)
    listed = hotdesk.fwconsole("phones", "list")
    assert all(one.name in listed for one in (PHONE, PHONE_2, SPARE_PHONE)), listed


def test_the_doctor_finds_the_installation_well(hotdesk: Product) -> None:
    found = json.loads(hotdesk.try_command("doctor", "--json").out)["findings"]
    # What is said about extensions and routes is said about the administrator's own, too.
    ours = {"python", "packages", "daemon", "database", "codes", "asterisk", "dialplan", "projection"}
    assert {one["code"]: one["level"] for one in found if one["code"] in ours} == dict.fromkeys(ours, "ok")
    assert not [one for one in found if PHONE.number in one["title"]], found


@pytest.mark.parametrize(
    ("user", "phone"), [(OWNER.number, PHONE.number), (VIRTUAL.number, PHONE_2.number)], ids=["own phone", "virtual"]
)
def test_every_promise_is_kept_and_logout_takes_everything_back(
    desk: Desk, phones: Telephones, machine: Machine, user: str, phone: str
) -> None:
    phones.wait_reachable()
    before = dumps.astdb(machine)
    assert desk.log_in(phone, user) == "logged_in"
    assert promises.broken(phones, user, phone, *promises.EVERY) == {}
    assert desk.log_out(phone) == "logged_out"
    assert before.differences(dumps.astdb(machine)) == []
    assert promises.broken(phones, phone, phone, promises.direct_call, promises.identity_inside) == {}


@pytest.mark.parametrize(
    ("user", "phone"), [(OWNER.number, PHONE.number), (VIRTUAL.number, PHONE_2.number)], ids=["own phone", "virtual"]
)
def test_call_forward_routing_keeps_what_call_forward_can(
    desk: Desk, phones: Telephones, machine: Machine, user: str, phone: str
) -> None:
    desk.product.command("settings", "set", "routing", "callforward")
    try:
        before = dumps.astdb(machine)
        assert desk.log_in(phone, user) == "logged_in"
        # Ring groups that ignore Call Forward drop the member (F§2); docs/routing.md says so.
        kept = [one for one in promises.EVERY if one is not promises.ring_group_ignoring_call_forward]
        assert promises.broken(phones, user, phone, *kept) == {}
        assert desk.log_out(phone) == "logged_out"
        assert before.differences(dumps.astdb(machine)) == []
    finally:
        desk.product.command("settings", "reset", "routing")


def test_the_extension_may_follow_the_code(desk: Desk) -> None:
    assert desk.log_in_at_once(PHONE.number, VIRTUAL.number) == "logged_in"
    assert desk.product.seats() == {PHONE.number: VIRTUAL.number}


def test_logging_in_elsewhere_moves_the_user(desk: Desk, phones: Telephones) -> None:
    desk.log_in(PHONE.number, VIRTUAL.number)
    assert desk.log_in(PHONE_2.number, VIRTUAL.number) == "logged_in"
    assert desk.product.seats() == {PHONE_2.number: VIRTUAL.number}
    assert promises.broken(phones, VIRTUAL.number, PHONE_2.number, *promises.FEW) == {}
    assert promises.broken(phones, PHONE.number, PHONE.number, promises.direct_call, promises.identity_inside) == {}


def test_a_wrong_pin_is_refused_and_said_so(desk: Desk) -> None:
    desk.try_pin(PHONE.number, VIRTUAL.number, "999999")
    assert desk.product.seats() == {}
    events = desk.product.command("history")["events"]
    assert events[0]["code"] == "wrong_pin", events[0]
    desk.product.command("locks", "lift", "--all")


def test_a_phone_outside_the_pool_is_told_so(desk: Desk) -> None:
    assert "feature-not-avail-line" in desk.sorry(promises.CALLER)


def test_no_pin_is_in_any_log(machine: Machine, phones: Telephones, hotdesk: Product) -> None:
    logs = [path for path in machine.path("ASTLOGDIR").iterdir() if path.is_file() and path.stat().st_size < 50_000_000]
    found = [
        f"{one.number}'s PIN in {path}"
        for path in [*logs, phones.events_file]
        for one in EXTENSIONS
        if by_number(one.number).pin in path.read_text(errors="replace")
    ]
    assert found == []
