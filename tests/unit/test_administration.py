"""The pool as an administrator changes it, on fakes: what is checked, what is written, and what happens to Asterisk."""

from __future__ import annotations

import pytest

from hotdesk_module.administration import Pool
from hotdesk_module.core.model import Device, FeatureCode, Phone
from hotdesk_module.core.pool import as_fields
from hotdesk_module.core.pool_import import ADDED, CHANGED, ERROR, UNCHANGED
from hotdesk_module.errors import (
    AsteriskDown,
    BadImport,
    BadValue,
    Busy,
    Changed,
    DuplicateMac,
    HotdeskError,
    LedgerDown,
    NotInPool,
    PhoneExists,
    UnknownPhone,
)
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.service import HotDesk
from tests.support.office import Office, device

FEATURES = (
    FeatureCode("core", "userlogon", "*11"),
    FeatureCode("core", "userlogoff", "*12"),
    FeatureCode("callforward", "cfon", "*72"),
    FeatureCode("voicemail", "myvoicemail", "*97"),
)


@pytest.fixture
def office() -> Office:
    """Return the company with more devices than the pool has phones."""
    office = Office()
    office.inventory.all_devices += [device("203"), device("0204")]
    office.inventory.all_devices += [Device("205", "virtual", "/205", "205", "")]
    office.inventory.all_devices += [Device("206", "sip", "SIP/206", "206", "SIP/206", "Bar", "5550100")]
    office.inventory.all_codes = list(FEATURES)
    return office


@pytest.fixture
def pool(office: Office) -> Pool:
    """Return its pool."""
    return Pool(office.ledger, office.inventory, office.desk)


def stored(office: Office, number: str) -> Phone | None:
    """Return a phone as the ledger has it."""
    return next(iter(office.ledger.phones([number])), None)


def test_an_added_phone_is_stored_and_gets_its_lamp(office: Office, pool: Pool) -> None:
    saved = pool.add({"device": "203", "label": "Lobby", "mac": "00:15:65:AA:BB:CC"})
    assert saved.phones == (Phone("203", "Lobby", "001565aabbcc"),)
    assert stored(office, "203") == saved.phones[0]
    assert saved.applied
    assert office.astdb.values["CustomDevstate/HDSK203"] == "NOT_INUSE"


def test_a_phone_without_a_label_gets_freepbxs_description(pool: Pool) -> None:
    assert pool.add({"device": "203"}).phones[0].label == "Phone 203"


def test_a_phone_keeps_its_leading_zero(office: Office, pool: Pool) -> None:
    pool.add({"device": "0204"})
    assert stored(office, "0204") is not None
    assert stored(office, "204") is None


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"device": "200"}, PhoneExists, "Phone 200 is in the pool already"),
        ({"device": "999"}, UnknownPhone, "FreePBX has no device 999"),
        ({"device": "1003"}, UnknownPhone, "FreePBX has no device 1003"),
        ({"device": "205"}, BadValue, "device: '205' is a virtual device"),
        ({"device": "20x"}, BadValue, "device: '20x' is not a device number"),
        ({}, BadValue, "device: '' is not a device number"),
        ({"device": "203", "mac": "hello"}, BadValue, "mac: 'hello' is not a MAC address"),
        ({"device": "203", "login_code": "*97"}, BadValue, r"'\*97' is FreePBX's feature code voicemail/myvoicemail"),
        ({"device": "203", "logout_code": "*72"}, BadValue, r"'\*72' is FreePBX's feature code callforward/cfon"),
        ({"device": "203", "login_code": "*9"}, BadValue, r"\*97 .* begins with '\*9' and could not be dialled"),
        ({"device": "203", "login_code": "*1"}, BadValue, r"\*11 .* begins with '\*1'"),
        ({"device": "203", "login_code": "*725"}, BadValue, r"begins with \*72, FreePBX's"),
        ({"device": "203", "login_code": "*11"}, BadValue, r"login_code: '\*11' is the general login code"),
        ({"device": "203", "logout_code": "*12"}, BadValue, r"logout_code: '\*12' is the general logout code"),
        ({"device": "203", "logout_code": "*11200"}, BadValue, r"begins with the general login code \*11"),
        ({"device": "203", "login_code": "*15"}, BadValue, "is the general login key code"),
        ({"device": "203", "login_code": "*161"}, BadValue, r"begins with the general where-is code \*16"),
    ],
)
def test_a_phone_that_cannot_be_like_this_is_refused_and_nothing_is_written(
    office: Office, pool: Pool, fields: dict[str, str], error: type[HotdeskError], message: str
) -> None:
    before = office.ledger.snapshot()
    with pytest.raises(error, match=message):
        pool.add(fields)
    assert office.ledger.snapshot() == before
    assert office.writes.count == 0


def test_the_general_codes_are_those_that_freepbx_says(office: Office, pool: Pool) -> None:
    office.inventory.all_codes = [FeatureCode("hotdesk", "login", "*61"), FeatureCode("hotdesk", "logout", "*62")]
    pool.add({"device": "203", "login_code": "*11"})
    with pytest.raises(BadValue, match="general logout code"):
        pool.edit("203", {"logout_code": "*62"})


def test_a_short_logout_code_takes_nothing_from_longer_codes(pool: Pool) -> None:
    # Nothing may follow a logout code, so *9 and *97 are two different things to dial.
    assert pool.add({"device": "203", "logout_code": "*9"}).phones[0].logout_code == "*9"


def test_phones_may_share_own_codes_but_a_code_is_login_or_logout(pool: Pool) -> None:
    pool.edit("200", {"login_code": "*55", "logout_code": "*56"})
    pool.edit("201", {"login_code": "*55", "logout_code": "*56"})
    with pytest.raises(BadValue, match=r"login_code: '\*56' is the logout code of phone 200"):
        pool.edit("202", {"login_code": "*56"})
    with pytest.raises(BadValue, match=r"logout_code: '\*55' is the login code of phone 200"):
        pool.edit("202", {"logout_code": "*55"})
    with pytest.raises(BadValue, match=r"'\*555' begins with \*55, the login code of phone 200"):
        pool.edit("202", {"login_code": "*555"})
    with pytest.raises(BadValue, match=r"\*5[56] \(own code of phone 20[01]\) begins with '\*5'"):
        pool.edit("202", {"login_code": "*5"})


def test_a_mac_of_another_phone_is_refused_with_that_phones_number(office: Office, pool: Pool) -> None:
    pool.edit("200", {"mac": "001565aabbcc"})
    with pytest.raises(DuplicateMac, match="mac: '00:15:65:AA:BB:CC' is the address of phone 200 already"):
        pool.add({"device": "203", "mac": "00-15-65-AA-BB-CC"})
    assert stored(office, "203") is None
    pool.edit("200", {"mac": "00:15:65:aa:bb:cc", "label": "Still mine"})


def test_a_phone_without_emergency_cid_is_taken_with_a_warning(pool: Pool) -> None:
    (warning,) = pool.add({"device": "203"}).warnings
    assert "Phone 203 has no Emergency CID" in warning
    assert pool.add({"device": "206"}).warnings == ()


def test_many_phones_without_emergency_cid_are_one_warning(office: Office, pool: Pool) -> None:
    numbers = [str(n) for n in range(500, 512)]
    office.inventory.all_devices += [device(n) for n in numbers]
    _, saved = pool.apply("device\n" + "\n".join(numbers))
    (warning,) = saved.warnings
    assert warning.startswith(
        "Phones 500, 501, 502, 503, 504, 505, 506, 507, 508, 509 and 2 more have no Emergency CID"
    )


def test_only_a_change_of_the_pools_own_codes_needs_a_reload(pool: Pool) -> None:
    assert not pool.add({"device": "203", "label": "Lobby"}).reload
    assert pool.edit("203", {"login_code": "*55"}).reload
    assert not pool.edit("203", {"label": "Bar"}).reload
    assert not pool.add({"device": "206", "login_code": "*55"}).reload  # The dialplan knows *55 already.
    assert pool.edit("206", {"login_code": "", "logout_code": "*56"}).reload
    assert pool.remove("206").reload


def test_editing_changes_what_is_given_and_leaves_the_session(office: Office, pool: Pool) -> None:
    office.desk.login("200", "1003")
    pool.edit("200", {"enabled": "no", "label": "Hall"})
    assert stored(office, "200") == Phone("200", "Hall", enabled=False)
    assert office.seat("200") == "1003"
    assert office.caller("200") == "1003"


def test_a_phone_that_is_not_in_the_pool_can_neither_be_edited_nor_removed(pool: Pool) -> None:
    with pytest.raises(NotInPool, match="203"):
        pool.edit("203", {"label": "x"})
    with pytest.raises(NotInPool, match="203"):
        pool.remove("203")


def test_the_number_of_a_phone_cannot_be_edited(office: Office, pool: Pool) -> None:
    pool.edit("200", {"device": "203", "label": "Lobby"})
    assert stored(office, "203") is None
    assert stored(office, "200") == Phone("200", "Lobby")


def test_removing_an_occupied_phone_ends_its_session_first(office: Office, pool: Pool) -> None:
    before = office.astdb.snapshot()
    hints = office.switchboard.snapshot()
    office.desk.login("200", "1003")
    saved = pool.remove("200")
    assert [(s.phone, s.user) for s in saved.ended] == [("200", "1003")]
    assert stored(office, "200") is None
    assert office.ledger.sessions() == ()
    after = {k: v for k, v in office.astdb.values.items() if not k.startswith("CustomDevstate/")}
    assert tuple(sorted(after.items())) == before
    assert "CustomDevstate/HDSK200" not in office.astdb.values
    assert office.switchboard.snapshot() == hints
    assert [(e.event, e.phone, e.user) for e in office.ledger.events(HistoryFilter())] == [
        ("pool", "200", ""),
        ("logout", "200", "1003"),
        ("login", "200", "1003"),
    ]


def test_a_free_phone_is_removed_without_a_refusal_in_the_history(office: Office, pool: Pool) -> None:
    assert pool.remove("200").ended == ()
    assert office.ledger.events(HistoryFilter(event="refused")) == ()


def test_whoever_logs_in_while_a_phone_is_being_removed_is_logged_out_too(
    office: Office, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.desk.login("200", "1003")
    logout_all = office.desk.logout_all

    def and_in_again(*args: object) -> object:
        outcomes = logout_all(*args)  # type: ignore[arg-type]
        if len(office.ledger.events(HistoryFilter(event="login"))) == 1:
            office.desk.login("200", "1004")
        return outcomes

    monkeypatch.setattr(office.desk, "logout_all", and_in_again)
    assert [s.user for s in pool.remove("200").ended] == ["1003", "1004"]
    assert office.ledger.sessions() == ()
    assert stored(office, "200") is None


def test_nothing_is_changed_while_asterisk_is_down(office: Office, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    office.desk.login("200", "1003")
    before = office.ledger.snapshot()

    def down(key: str) -> str | None:
        raise AsteriskDown("Asterisk does not answer.")

    monkeypatch.setattr(office.astdb, "get", down)
    for change in (
        lambda: pool.add({"device": "203"}),
        lambda: pool.edit("200", {"label": "x"}),
        lambda: pool.remove("200"),
        lambda: pool.apply("device\n203\n"),
    ):
        with pytest.raises(AsteriskDown):
            change()
    assert office.ledger.snapshot() == before


def test_a_pool_that_is_saved_while_asterisk_goes_down_is_told_as_not_applied(office: Office, pool: Pool) -> None:
    office.writes.fail(2, AsteriskDown("Asterisk hung up."))  # The first write is the ledger's.
    saved = pool.add({"device": "203"})
    assert stored(office, "203") is not None
    assert not saved.applied
    office.writes.never_fail()
    office.desk.reconcile()
    assert office.astdb.values["CustomDevstate/HDSK203"] == "NOT_INUSE"


# The history


def lines(office: Office) -> list[tuple[str, str, str]]:
    """Return phone, code and detail of what is on record of the pool, the oldest first."""
    found = office.ledger.events(HistoryFilter(event="pool", limit=10000))
    return [(e.phone, e.code, e.detail) for e in found[::-1]]


def test_the_history_says_what_was_changed_and_by_whom(office: Office) -> None:
    desk = office.desk
    panel = HotDesk(desk.ledger, desk.inventory, desk.astdb, desk.switchboard, desk.clock, "panel", "maria")
    pool = Pool(office.ledger, office.inventory, panel)
    pool.add({"device": "203", "mac": "001565aabbcc", "location": "Hall"})
    pool.edit("203", {"mac": "", "location": "Bar", "enabled": "no", "label": "Phone 203"})
    pool.remove("203")
    assert lines(office) == [
        ("203", "added", "label: Phone 203; mac: 00:15:65:AA:BB:CC; location: Hall"),
        ("203", "changed", "mac: 00:15:65:AA:BB:CC → –; location: Hall → Bar; enabled: yes → no"),
        ("203", "removed", "label: Phone 203; location: Bar; enabled: no"),
    ]
    by = {(e.at, e.source, e.actor, e.user) for e in office.ledger.events(HistoryFilter(event="pool"))}
    assert by == {(office.clock.now, "panel", "maria", "")}


def test_what_stays_as_it_is_has_no_line_in_the_history(office: Office, pool: Pool) -> None:
    pool.edit("200", {"label": "Phone 200"})
    assert lines(office) == []


def test_two_administrators_who_remove_one_phone_are_one_line(
    office: Office, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    get, others = office.astdb.get, ["200"]

    def and_another_one(key: str) -> str | None:
        if others:
            pool.remove(others.pop())
        return get(key)

    monkeypatch.setattr(office.astdb, "get", and_another_one)
    pool.remove("200")
    assert lines(office) == [("200", "removed", "label: Phone 200")]


def test_a_repair_has_nothing_to_do_with_changes_of_the_pool(office: Office, pool: Pool) -> None:
    office.desk.reconcile()
    pool.add({"device": "203"})
    pool.edit("203", {"label": "Bar"})
    pool.remove("203")
    assert office.ledger.unapplied() == ()
    before = len(office.ledger.events(HistoryFilter()))
    assert office.desk.reconcile().effects == ()
    assert len(office.ledger.events(HistoryFilter())) == before


def test_an_import_has_a_line_for_each_phone_that_it_changes(office: Office, pool: Pool) -> None:
    pool.apply(CSV)
    assert lines(office) == [
        ("201", "changed", "import; label: Phone 201 → Hall"),
        ("203", "added", "import; label: Lobby; mac: 00:15:65:AA:BB:CC"),
    ]


def test_an_import_that_is_refused_is_not_in_the_history(office: Office, pool: Pool) -> None:
    with pytest.raises(BadImport):
        pool.apply("device\n203\n999\n")
    assert lines(office) == []


def test_long_texts_are_cut_so_that_every_field_has_its_room(office: Office, pool: Pool) -> None:
    pool.edit("200", {"label": "L" * 100, "location": "O" * 100, "login_code": "*" + "5" * 18})
    ((_, _, detail),) = lines(office)
    assert detail == f"label: Phone 200 → {'L' * 39}…; location: – → {'O' * 39}…; login_code: – → *{'5' * 18}"
    pool.edit("200", {"label": "M" * 100, "location": "P" * 100, "login_code": "*" + "6" * 18, "mac": "001565aabbcc"})
    assert len(lines(office)[1][2]) <= 255


# Importing


CSV = """\
device,label,mac
200,Phone 200,
201,Hall,
203,Lobby,00:15:65:AA:BB:CC
"""


def test_a_plan_says_what_becomes_of_each_line_and_changes_nothing(office: Office, pool: Pool) -> None:
    rows = pool.plan_import(CSV)
    assert [(r.line, r.device, r.fate, r.changes) for r in rows[:2]] == [
        (2, "200", UNCHANGED, ()),
        (3, "201", CHANGED, ("label",)),
    ]
    assert (rows[2].line, rows[2].device, rows[2].fate) == (4, "203", ADDED)
    assert "no Emergency CID" in rows[2].warnings[0]
    assert office.writes.count == 0


def test_an_import_is_one_write_of_the_changed_phones_and_their_lamps(office: Office, pool: Pool) -> None:
    told: list[tuple[int, int]] = []
    rows, saved = pool.apply(CSV, lambda done, total: told.append((done, total)))
    assert [r.fate for r in rows] == [UNCHANGED, CHANGED, ADDED]
    assert [p.device for p in saved.phones] == ["201", "203"]
    assert office.writes.log.count("ledger.save_phones") == 1
    assert office.astdb.values["CustomDevstate/HDSK203"] == "NOT_INUSE"
    assert told == [(2, 2)]
    assert [r.fate for r in pool.plan_import(CSV)] == [UNCHANGED] * 3


def test_an_import_with_one_bad_line_changes_nothing_and_names_every_error(office: Office, pool: Pool) -> None:
    bad = (
        "device,label,mac,login_code\n203,Lobby,,\n20x,,,\n999,,,\n201,,00:15,\n202,,001565aabbcc,*97\n"
        "206,,0015.65aa.bbcc,\n206,,,\n"
    )
    before = office.ledger.snapshot()
    with pytest.raises(BadImport) as refused:
        pool.apply(bad)
    lines = refused.value.message.split("\n")
    assert [line.split(" is ")[0] for line in lines[:2]] == [
        "Line 3: device: '20x'",
        "Line 4: device: FreePBX has no device 999; add it there first. A virtual extension has none.",
    ]
    assert lines[2].startswith("Line 5: mac: '00:15' is not a MAC address")
    assert lines[3].startswith("Line 6: login_code: '*97' is FreePBX's feature code")
    assert lines[4:] == [
        "Line 7: mac: '00:15:65:AA:BB:CC' stands on line 6 too.",
        "Line 8: device: '206' stands on line 7 too.",
    ]
    assert office.ledger.snapshot() == before
    assert [r.fate for r in pool.plan_import(bad)] == [ADDED, *[ERROR] * 6]


def test_a_mac_of_a_phone_that_the_file_does_not_name_is_an_error_with_its_number(pool: Pool) -> None:
    pool.edit("200", {"mac": "001565aabbcc"})
    (row,) = pool.plan_import("device,mac\n203,001565aabbcc\n")
    assert row.errors == ("mac: '00:15:65:AA:BB:CC' is the address of phone 200 already.",)


def test_phones_can_exchange_their_macs_in_one_file(office: Office, pool: Pool) -> None:
    pool.apply("device,mac\n200,001565aabb01\n201,001565aabb02\n")
    rows, _ = pool.apply("device,mac\n200,001565aabb02\n201,001565aabb01\n")
    assert [r.fate for r in rows] == [CHANGED, CHANGED]
    assert [p.mac for p in office.ledger.phones(["200", "201"])] == ["001565aabb02", "001565aabb01"]


def test_codes_are_checked_against_the_pool_as_it_would_be(pool: Pool) -> None:
    (first, second) = pool.plan_import("device,login_code,logout_code\n200,*55,\n201,,*55\n")
    assert first.errors == ("login_code: '*55' is the logout code of phone 201; a code is one or the other.",)
    assert second.errors == ("logout_code: '*55' is the login code of phone 200; a code is one or the other.",)


def test_a_column_that_is_missing_leaves_a_phone_as_it_is_and_an_empty_field_empties_it(
    office: Office, pool: Pool
) -> None:
    pool.edit("200", {"location": "Hall", "idle_hours": "2", "enabled": "no"})
    pool.apply("device,label,location\n200,,Bar\n")
    assert stored(office, "200") == Phone("200", "", location="Bar", idle_hours=2, enabled=False)


def test_a_new_phone_gets_freepbxs_description_where_the_file_has_no_labels(office: Office, pool: Pool) -> None:
    pool.apply("device\n203\n206\n")
    assert [p.label for p in office.ledger.phones(["203", "206"])] == ["Phone 203", "Bar"]


def test_phones_that_the_file_does_not_name_stay_in_the_pool(office: Office, pool: Pool) -> None:
    pool.apply("device,label\n203,Lobby\n")
    assert [p.device for p in office.ledger.phones()] == ["200", "201", "202", "203", "300"]


def test_an_import_of_new_own_codes_needs_a_reload(pool: Pool) -> None:
    assert pool.apply("device,login_code\n200,*55\n")[1].reload
    assert not pool.apply("device,login_code\n201,*55\n")[1].reload


# Many at once


def test_many_phones_are_added_in_one_write_and_those_that_cannot_be_are_named(office: Office, pool: Pool) -> None:
    before = len(office.writes.log)
    many = pool.add_many(["203", "0204", "205", "404", "200", "203"], {"location": "Hall", "enabled": "no"})
    assert many.saved.phones == tuple(Phone(d, f"Phone {d}", location="Hall", enabled=False) for d in ("203", "0204"))
    assert [(d, e.code) for d, e in many.errors] == [
        ("205", "bad_value"),
        ("404", "unknown_phone"),
        ("200", "phone_exists"),
    ]
    assert [w for w in office.writes.log[before:] if w.startswith("ledger.")] == ["ledger.save_phones"]
    assert office.astdb.values["CustomDevstate/HDSK203"] == "NOT_INUSE"
    assert "203, 0204" in many.saved.warnings[0]


def test_many_phones_get_the_same_and_keep_the_rest(office: Office, pool: Pool) -> None:
    pool.edit("200", {"mac": "001565aabbcc"})
    many = pool.edit_many(["200", "201", "777"], {"idle_hours": "0", "location": "Hall"})
    assert many.saved.phones == (
        Phone("200", "Phone 200", "001565aabbcc", "Hall", idle_hours=0),
        Phone("201", "Phone 201", "", "Hall", idle_hours=0),
    )
    assert [(d, e.code) for d, e in many.errors] == [("777", "not_in_pool")]
    assert stored(office, "200") == many.saved.phones[0]


def test_the_history_has_what_many_phones_were_given(office: Office, pool: Pool) -> None:
    pool.edit_many(["200"], {"enabled": "no"})
    pool.edit_many(["200", "201"], {"enabled": "no"})
    told = [(e.phone, e.code, e.detail) for e in office.ledger.events(HistoryFilter(event="pool"))]
    assert told == [("201", "changed", "enabled: yes → no"), ("200", "changed", "enabled: yes → no")]


def test_a_blank_beside_a_number_makes_no_other_phone_of_it(office: Office, pool: Pool) -> None:
    many = pool.add_many(["203", " 203", "203 ", " 200"], {})
    assert [p.device for p in many.saved.phones] == ["203"]
    assert [(d, e.code) for d, e in many.errors] == [("200", "phone_exists")]


@pytest.mark.parametrize("error", [AsteriskDown, LedgerDown, Busy])
def test_what_fails_once_the_pool_is_written_is_left_to_the_repair(
    office: Office, pool: Pool, monkeypatch: pytest.MonkeyPatch, error: type[HotdeskError]
) -> None:
    def fail(*_: object) -> bool:
        raise error("gone")

    monkeypatch.setattr(office.desk, "refresh", fail)
    assert not pool.add_many(["203"], {}).saved.applied and stored(office, "203") is not None
    assert not pool.remove("203").applied and stored(office, "203") is None


@pytest.mark.parametrize("fields", [{"mac": "001565aabbcc"}, {"device": "5"}, {"idle_hours": "often"}, {"x": "y"}])
def test_many_phones_cannot_get_what_is_each_ones_own_or_wrong(
    office: Office, pool: Pool, fields: dict[str, str]
) -> None:
    for change in (pool.add_many, pool.edit_many):
        with pytest.raises(BadValue):
            change(["200", "203"], fields)
    assert stored(office, "203") is None and stored(office, "200") == Phone("200", "Phone 200")


# Two administrators at once


def test_an_edit_of_what_is_not_so_any_more_is_refused(office: Office, pool: Pool) -> None:
    seen = as_fields(Phone("200", "Phone 200"))
    pool.edit("200", {"label": "Lobby"}, seen)
    with pytest.raises(Changed):
        pool.edit("200", {"label": "Foyer"}, seen)
    assert stored(office, "200") == Phone("200", "Lobby")


def test_a_removal_ends_only_the_sessions_that_it_may(office: Office, pool: Pool) -> None:
    office.desk.login("200", "1003")
    (session,) = office.ledger.sessions(["200"])
    office.desk.login("200", "1004")
    with pytest.raises(Changed, match="1004 has logged in at phone 200 in the meantime"):
        pool.remove("200", [session.identity])
    assert stored(office, "200") is not None and office.seat("200") == "1004"
    pool.remove("200", [s.identity for s in office.ledger.sessions(["200"])])
    assert stored(office, "200") is None
