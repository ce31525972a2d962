"""The emergency dry run, on the small office."""

from __future__ import annotations

import pytest

from hotdesk_module.core.model import Phone, Route, Session, Trunk
from hotdesk_module.core.outbound import NO_EMERGENCY_CID, PASSWORD, PHONE, SILENCED, TRUNK, USER
from hotdesk_module.errors import NotInPool
from hotdesk_module.health.dry_run import DryRun, Line, dry_run
from hotdesk_module.health.dry_run_data import data
from hotdesk_module.health.dry_run_said import MISSING, ORIGINS, rows
from tests.support.office import CARRIER, EMERGENCY, Office

KNOWN = CARRIER._replace(cid='"Acme" <5550100>')
LOBBY = '"Lobby" <5550911>'


@pytest.fixture
def office() -> Office:
    made = Office(("200", "201"))
    made.inventory.all_routes = [EMERGENCY._replace(trunks=(KNOWN,))]
    made.astdb.values["DEVICE/200/emergency_cid"] = LOBBY
    made.astdb.values["AMPUSER/1001/outboundcid"] = "5550111"
    return made


def run(office: Office, *phones: str, numbers: tuple[str, ...] = (), user: str = "") -> DryRun:
    return dry_run(office.ledger, office.inventory, office.astdb, phones or None, numbers, user)


def line(office: Office, phone: str, user: str = "") -> Line:
    (found,) = run(office, phone, numbers=("911",), user=user).lines
    return found


def shown(office: Office, *phones: str, **more: str) -> list[tuple[str, str, str, str]]:
    """Return the table as the command line has it: phone, numbers, when, caller IDs."""
    found = run(office, *phones, **more)  # type: ignore[arg-type]
    return [(r.phone.device, ",".join(r.numbers), str(r.when), "; ".join(map(str, r.cids))) for r in rows(found.lines)]


def test_with_an_emergency_cid_a_call_is_the_same_whoever_sits_there(office: Office) -> None:
    assert shown(office, "200") == [("200", "911,112", "always", f"{LOBBY} (the phone's Emergency CID)")]
    for user in ("1001", "1002"):
        office.desk.login("200", user)
        found = line(office, "200")
        (occupied,) = found.occupied
        assert found.right and (found.user, occupied.user, occupied.name) == (user, user, f"Person {user}")
        assert [a.origin for a in occupied.way.attempts] == [PHONE]


def test_without_one_it_depends_on_who_sits_there(office: Office) -> None:
    trunks = '"Acme" <5550100> (the trunk\'s CID)'
    assert shown(office, "201") == [
        ("201", "911,112", "idle", trunks),
        ("201", "911,112", "somebody with an outbound CID is logged in", str(ORIGINS[USER])),
        ("201", "911,112", "somebody without an outbound CID is logged in", trunks),
    ]
    office.desk.login("201", "1001")
    assert shown(office, "201")[1:] == [
        ("201", "911,112", "1001 is logged in", "5550111 (the outbound CID of 1001)"),
    ]
    office.desk.login("201", "1002")
    # The same for whoever has no outbound CID.
    assert shown(office, "201") == [("201", "911,112", "always", trunks)]
    assert not run(office).right and line(office, "201").missing == (NO_EMERGENCY_CID,)


def test_where_nothing_is_set_at_all_the_extension_goes_out(office: Office) -> None:
    office.inventory.all_routes = [EMERGENCY]
    assert shown(office, "201")[0][3] == '"Person 201" <201> (the extension\'s own number)'
    assert shown(office, "201")[2][3] == "the extension of whoever is logged in"


def test_several_trunks_are_told_with_what_each_gets(office: Office) -> None:
    office.inventory.all_routes = [EMERGENCY._replace(trunks=(KNOWN, Trunk("2", "Spare")))]
    first, second = shown(office, "201")[0][3].split("; ")
    assert first == '"Acme" <5550100> (the trunk\'s CID) at Carrier'
    assert second == '"Acme" <201> (the extension\'s own number) at Spare'


def test_it_can_be_asked_what_if(office: Office) -> None:
    assert line(office, "201", user="1001").occupied[0].way.attempts[0].cid.number == "5550111"
    assert line(office, "201").user == ""


def test_what_decides_is_asterisks_database_not_freepbxs_tables(office: Office) -> None:
    office.inventory.all_devices = [d._replace(emergency_cid="5550000") for d in office.inventory.all_devices]
    assert (line(office, "200").emergency_cid, line(office, "201").emergency_cid) == (LOBBY, "")


def test_a_phone_that_freepbx_has_silenced_is_named(office: Office) -> None:
    office.astdb.values["DEVICE/200/user"] = "none"
    found = line(office, "200")
    assert found.idle.way.missing == (SILENCED,) and found.occupied[0].way.missing == ()
    office.ledger.change((), Session("200", "1001", 1), [])
    found = line(office, "200")
    assert found.idle.way.missing == () and found.occupied[0].way.missing == (SILENCED,)


def test_a_caller_id_that_is_forced_upon_a_device_is_what_asterisk_knows_it_by(office: Office) -> None:
    office.inventory.all_forced_caller_ids = {"200": '"Front" <201>'}
    found = line(office, "200")
    assert found.emergency_cid == "" and found.missing == (NO_EMERGENCY_CID,)


def test_who_need_not_enter_a_password_is_the_user(office: Office) -> None:
    office.inventory.all_routes = [EMERGENCY._replace(trunks=(KNOWN,), password=True)]
    office.astdb.values["AMPUSER/1001/pinless"] = "NOPASSWD"
    office.desk.login("200", "1001")
    found = line(office, "200")
    assert found.idle.way.missing == (PASSWORD,) and found.occupied[0].way.missing == ()


def test_without_an_emergency_route_there_is_nothing_to_try_but_what_is_asked_for(office: Office) -> None:
    office.inventory.all_routes = [Route("1", "Out", patterns=("911",), trunks=(KNOWN,))]
    assert run(office) == ({}, ()) and not run(office).right
    found = run(office, numbers=("911", "112"))
    assert [x.missing for x in found.lines[:2]] == [("not_emergency",), ("no_route",)]


def test_only_phones_of_the_pool_are_tried(office: Office) -> None:
    assert {x.phone.device for x in run(office).lines} == {"200", "201"}
    with pytest.raises(NotInPool, match="1001"):
        run(office, "200", "1001")


def test_a_phone_that_freepbx_no_longer_has_is_told_as_it_would_call(office: Office) -> None:
    office.ledger.save_phones([Phone("999", "Gone")])
    assert line(office, "999").missing == (NO_EMERGENCY_CID,)


def test_as_data_what_depends_on_who_logs_in_is_null(office: Office) -> None:
    found = data(run(office, "201", numbers=("911",)))
    assert found["numbers"] == [{"number": "911", "pattern": None}] and found["right"] is False
    (call,) = found["calls"]
    assert (call["phone"], call["user"], call["emergency_cid"], call["missing"]) == (
        "201",
        None,
        None,
        ["no_emergency_cid"],
    )
    assert call["idle"]["attempts"] == [
        {"trunk": "Carrier", "name": "Acme", "number": "5550100", "from": TRUNK, "withheld": False}
    ]
    with_cid, without = call["occupied"]
    assert (with_cid["own_cid"], without["own_cid"]) == (True, False)
    assert with_cid["attempts"][0]["number"] is None and without["attempts"][0]["number"] == "5550100"
    assert with_cid["route"] == {"id": "1", "name": "Emergency", "emergency": True}


def test_everything_that_can_be_missing_has_its_sentence() -> None:
    from hotdesk_module.core import outbound

    assert tuple(MISSING) == outbound.MISSING
