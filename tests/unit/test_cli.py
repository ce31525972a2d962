"""The command ``hotdesk``: what it prints for people and for programs, and how it ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hotdesk_module import dialplan
from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.cli.exits import EXITS
from hotdesk_module.cli.tables import width
from hotdesk_module.core.lockout import Attempts, Failure
from hotdesk_module.core.model import Contact, Event, FeatureCode, Phone, User
from hotdesk_module.errors import BadConfig, all_codes
from hotdesk_module.ports import HistoryFilter
from tests.support.terminal import Terminal
from tests.unit.conftest import NOW


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table."""
    return [re.split(r"  +", line) for line in text.splitlines()]


# Errors


def test_every_error_has_an_exit_status() -> None:
    assert sorted(EXITS) == list(all_codes())
    assert set(EXITS.values()) == {1, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("command", "status", "code"),
    [
        (["login", "200", "10a1"], 4, "bad_extension"),
        (["login", "200", "1" * 30], 4, "bad_extension"),
        (["login", "2o0", "1003"], 4, "bad_value"),
        (["login", "200", "9999"], 3, "unknown_user"),
        (["login", "1001", "1003"], 3, "not_in_pool"),
        (["logout", "200"], 3, "not_logged_in"),
        (["logout", "--user", "1003"], 3, "not_logged_in"),
        (["logout", "--user", "'; DROP TABLE hotdesk_phones"], 4, "bad_extension"),
        (["phones", "add", "200"], 4, "phone_exists"),
        (["phones", "add", "999"], 3, "unknown_phone"),
        (["phones", "edit", "1001", "--label", "x"], 3, "not_in_pool"),
        (["phones", "edit", "200", "--mac", "xyz"], 4, "bad_value"),
        (["phones", "remove", "999"], 3, "not_in_pool"),
        (["settings", "set", "colour", "red"], 4, "bad_value"),
        (["settings", "set", "attempts", "many"], 4, "bad_value"),
        (["settings", "reset", "colour"], 4, "bad_value"),
        (["locks", "lift", "--user", "abc"], 4, "bad_extension"),
        (["logout"], 2, "usage"),
        (["logout", "200", "--all"], 2, "usage"),
        (["locks", "lift"], 2, "usage"),
        (["phones", "edit", "200"], 2, "usage"),
        (["history", "--since", "yesterday"], 2, "usage"),
        (["frobnicate"], 2, "usage"),
    ],
)
def test_an_error_ends_with_its_status_and_is_told_to_people_and_to_programs(
    hd: Terminal, command: list[str], status: int, code: str
) -> None:
    person = hd(*command)
    assert person.status == status
    assert person.out == ""
    assert "Error: " in person.err
    program = hd(*command, "--json")
    assert program.error == (status, code)
    assert program.json["error"]["message"]
    assert program.err == ""


def test_the_name_of_the_error_stands_beside_its_message(hd: Terminal) -> None:
    assert hd("logout", "200").err == "Error: Nobody is logged in at phone 200. (not_logged_in)\n"


@pytest.mark.parametrize(
    "command",
    [
        ["login", "200", "1003"],
        ["logout", "200"],
        ["logout", "--all", "--yes"],
        ["reconcile"],
        ["reconcile", "--dry-run"],
        ["phones", "add", "1001"],
        ["phones", "remove", "200", "--yes"],
    ],
)
def test_what_changes_asterisk_says_that_it_is_down_and_changes_nothing(hd: Terminal, command: list[str]) -> None:
    hd.desk.login("200", "1004")
    hd.asterisk_up = False
    before = (hd.ledger.phones(), hd.ledger.sessions(), hd.ledger.events(HistoryFilter()))
    assert hd(*command, "--json").error == (5, "asterisk_down")
    assert (hd.ledger.phones(), hd.ledger.sessions(), hd.ledger.events(HistoryFilter())) == before


@pytest.mark.parametrize(
    "command",
    [
        ["phones", "list"],
        ["phones", "export"],
        ["sessions"],
        ["history"],
        ["locks", "list"],
        ["locks", "lift", "--all"],
        ["settings"],
        ["settings", "set", "attempts", "4"],
        ["dialplan"],
    ],
)
def test_what_only_reads_the_tables_works_without_asterisk(hd: Terminal, command: list[str]) -> None:
    hd.desk.login("200", "1004")
    hd.asterisk_up = False
    answer = hd(*command)
    assert (answer.status, answer.err) == (0, "")


def test_a_database_that_is_down_is_told_as_such(hd: Terminal, tmp_path: Path) -> None:
    hd.ledger = SqlLedger(Sqlite(str(tmp_path / "no" / "such" / "folder.db")))
    for command in (["phones"], ["sessions"], ["login", "200", "1003"], ["settings"]):
        assert hd(*command, "--json").error == (5, "ledger_down")


def test_an_error_of_ours_is_an_internal_error_without_a_traceback(
    hd: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hd.office.inventory, "users", lambda extensions=None: 1 / 0)
    answer = hd("sessions")
    assert answer.status == 1
    assert answer.err.startswith("Error: ZeroDivisionError: division by zero.")
    assert "Traceback" not in answer.err


# The pool


def test_phones_are_listed_with_who_sits_there_and_what_freepbx_has(hd: Terminal) -> None:
    hd.office.inventory.all_transports = {"200": "0.0.0.0-udp"}
    hd.ledger.save_phones([Phone("201", "会議室 🏢", "001565aabbcc", "2nd floor", "*55", "*56", enabled=False)])
    hd.desk.login("200", "1003")
    assert rows(hd("phones").out) == [
        ["PHONE", "LABEL", "LOCATION", "SIP", "CODES", "USER", "NOTE"],
        ["200", "Phone 200", "pjsip 0.0.0.0-udp", "1003"],
        ["201", "会議室 🏢", "2nd floor", "pjsip", "*55 *56", "–", "disabled"],
        ["202", "Phone 202", "pjsip", "–"],
        ["(Too narrow for MAC and ADDRESS; a wider terminal or --json has them.)"],
        ["3 phones, 1 occupied."],
    ]
    listed = hd("phones", "list", "--json").json["phones"]
    assert listed[0]["user"] == "1003"
    assert listed[0]["since"] == "2026-11-03T13:32:05Z"
    assert listed[0]["transport"] == "0.0.0.0-udp"
    assert listed[1] == {
        "device": "201",
        "label": "会議室 🏢",
        "mac": "00:15:65:AA:BB:CC",
        "location": "2nd floor",
        "login_code": "*55",
        "logout_code": "*56",
        "idle_hours": None,
        "daily_at": "",
        "enabled": False,
        "tech": "pjsip",
        "transport": None,
        "user": None,
        "since": None,
        "registered": False,
        "address": None,
        "port": None,
        "agent": None,
        "reachable": None,
        "round_trip_us": None,
    }


def test_a_list_of_phones_shows_where_each_is_registered(hd: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    lobby = Contact("PJSIP/200", "sip:200@192.0.2.11", "192.0.2.11", 5060, "T46U 1", True, 800)
    hd.office.switchboard.all_contacts = [lobby, Contact("PJSIP/202", "sip:202@browser.invalid")]
    listed = rows(hd("phones").out)
    at = listed[0].index("ADDRESS")
    assert [row[at] for row in listed[1:4]] == ["192.0.2.11", "not registered", "yes"]
    data = hd("phones", "list", "--json").json["phones"][0]
    assert (data["registered"], data["agent"], data["round_trip_us"]) == (True, "T46U 1", 800)
    hd.asterisk_up = False
    assert "ADDRESS" not in hd("phones").out
    assert hd("phones", "list", "--json").json["phones"][0]["registered"] is None


def test_a_phone_that_freepbx_has_no_more_is_marked(hd: Terminal) -> None:
    hd.office.inventory.all_devices = []
    assert rows(hd("phones").out)[1][-1] == "no device"


def test_an_empty_pool_says_how_to_begin(hd: Terminal) -> None:
    for phone in ("200", "201", "202"):
        hd.ledger.remove_phone(phone)
    assert hd("phones").out == "The pool is empty. Add a phone of FreePBX to it: hotdesk phones add 200\n"
    assert hd("phones", "--json").json == {"phones": []}


def test_a_phone_is_added_edited_and_removed(hd: Terminal) -> None:
    added = hd("phones", "add", "1001", "--mac", "00-15-65-aa-bb-cc", "--login-code", "*55", "--disable")
    assert added.status == 0
    assert added.out == ("Phone 1001 (Phone 1001) added: mac 00:15:65:AA:BB:CC, login code *55, enabled no.\n")
    assert "no Emergency CID" in added.err
    assert "click Apply Config in FreePBX" in added.err
    assert hd("phones", "edit", "1001", "--enable", "--label", "Bar", "--mac", "").status == 0
    assert hd.ledger.phones(["1001"]) == (Phone("1001", "Bar", login_code="*55"),)
    assert hd("phones", "remove", "1001").out == "Phone 1001 (Bar) removed.\n"
    assert hd.ledger.phones(["1001"]) == ()


def test_what_a_change_entails_is_in_its_json(hd: Terminal) -> None:
    answer = hd("phones", "edit", "200", "--login-code", "*55", "--json")
    assert answer.json["phone"]["login_code"] == "*55"
    assert answer.json["apply_config"] is True
    assert answer.json["applied"] is True
    assert [w.split(" ")[0] for w in answer.json["warnings"]] == ["Phone", "Own"]
    assert answer.err == ""


def test_removing_an_occupied_phone_asks_first(hd: Terminal) -> None:
    hd.desk.login("200", "1003")
    asked = hd("phones", "remove", "200", typed="n\n")
    assert asked.status == 1
    assert "1003 (Person 1003) is logged in at phone 200. Log out and remove it? [y/N]" in asked.err
    assert hd.ledger.phones(["200"])
    assert hd("phones", "remove", "200", "--json", typed="").error == (1, "aborted")
    done = hd("phones", "remove", "200", typed="y\n")
    # Before click 8.2 its runner shows what was typed among the output.
    assert done.out.splitlines()[-2:] == ["1003 was logged out of phone 200.", "Phone 200 (Phone 200) removed."]
    assert hd.ledger.sessions() == ()


def test_yes_answers_the_question_beforehand(hd: Terminal) -> None:
    hd.desk.login("200", "1003")
    answer = hd("phones", "remove", "200", "--yes", "--json")
    assert answer.json["fate"] == "removed"
    assert answer.json["ended"] == [{"phone": "200", "user": "1003"}]


# CSV


def test_a_file_from_a_spreadsheet_in_europe_is_imported(hd: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "phones.csv"
    file.write_bytes('\ufeffDevice;MAC;Label\r\n1001;00:15:65:AA:BB:CC;"Süd; 1"\r\n200;;Hall\r\n\r\n'.encode())
    answer = hd("phones", "import", str(file))
    assert (answer.status, answer.out) == (0, "1 added, 1 changed, 0 unchanged.\n")
    assert hd.ledger.phones(["1001", "200"]) == (Phone("200", "Hall"), Phone("1001", "Süd; 1", "001565aabbcc"))


def test_a_dry_run_shows_the_fate_of_each_line_and_changes_nothing(hd: Terminal) -> None:
    before = hd.ledger.phones()
    csv = "device,label\n200,Phone 200\n201,Hall\n1001,Bar\n"
    assert rows(hd("phones", "import", "-", "--dry-run", typed=csv).out)[:3] == [
        ["LINE", "PHONE", "FATE", "WHAT"],
        ["2", "200", "unchanged", "–"],
        ["3", "201", "changed", "label Hall"],
    ]
    data = hd("phones", "import", "-", "--dry-run", "--json", typed=csv).json
    assert [r["fate"] for r in data["rows"]] == ["unchanged", "changed", "added"]
    assert data["dry_run"] is True
    assert hd.ledger.phones() == before


def test_one_bad_line_keeps_the_whole_file_out_and_each_error_names_its_line_and_field(hd: Terminal) -> None:
    before = hd.ledger.phones()
    csv = "device,mac,idle_hours\n1001,,4\n200,001565aabbcc,x\n201,001565aabbcc,\n999,,\n"
    answer = hd("phones", "import", "-", typed=csv)
    assert answer.status == 4
    assert answer.err.splitlines() == [
        "Error: Line 3: idle_hours: 'x' is not a time; write whole hours from 0 (never) to 168 (a week).",
        "Line 4: mac: '00:15:65:AA:BB:CC' stands on line 3 too.",
        "Line 5: device: FreePBX has no device 999; add it there first. A virtual extension has none. (bad_import)",
    ]
    assert hd.ledger.phones() == before
    dry = hd("phones", "import", "-", "--dry-run", "--json", typed=csv)
    assert dry.status == 4
    assert [(r["line"], bool(r["errors"])) for r in dry.json["rows"]] == [(2, False), (3, True), (4, True), (5, True)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"number,name\n200,Lobby\n", "there is no column 'number', 'name'. The columns are: device, label"),
        (b"", "The file is empty"),
        ("device,label\n200,Süd\n".encode("latin-1"), "Line 2 is not UTF-8; in Excel save the file as 'CSV UTF-8"),
        ("device\n200\n".encode("utf-16"), "Line 1 is not UTF-8"),
        (b'device,label\n200,"Lobby\n', "Line 2: the quotes do not match"),
        (b"\x00\x01\x02", "holds NUL characters; it is not a CSV file"),
    ],
)
def test_what_is_no_such_file_is_refused_and_says_what_is_right(hd: Terminal, data: bytes, message: str) -> None:
    answer = hd("phones", "import", "-", typed=data)
    assert answer.status == 4
    assert message in answer.err
    assert "(bad_import)" in answer.err


def test_a_file_that_is_not_there_is_wrong_usage(hd: Terminal) -> None:
    assert hd("phones", "import", "nowhere.csv").status == 2


def test_what_is_exported_can_be_imported_elsewhere(hd: Terminal, tmp_path: Path) -> None:
    hd.ledger.save_phones(
        [Phone("201", "=cmd|' /C calc'!A0", "001565aabbcc", "会議室, 2", "*55", "*56", 0, "18:30", False)]
    )
    file = tmp_path / "pool.csv"
    assert hd("phones", "export", "-o", str(file)).status == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfdevice,label,")
    assert file.read_text("utf-8-sig").replace("\r", "") == hd("phones", "export").out.replace("\r", "")
    before = hd.ledger.phones()
    for phone in before:
        hd.ledger.remove_phone(phone.device)
    assert hd("phones", "import", str(file)).out == "3 added, 0 changed, 0 unchanged.\n"
    assert hd.ledger.phones() == before


# Sessions


def test_login_and_logout_say_what_happened_to_whom(hd: Terminal) -> None:
    assert hd("login", "200", "1003").out == "1003 (Person 1003) is logged in at phone 200 (Phone 200) now.\n"
    assert hd("login", "200", "1003").out == "1003 (Person 1003) was logged in at phone 200 (Phone 200) already.\n"
    hd("login", "201", "1004")
    assert hd("login", "201", "1003").out.splitlines() == [
        "1003 (Person 1003) is logged in at phone 201 (Phone 201) now.",
        "1004 (Person 1004) was logged out of phone 201 (replaced).",
        "1003 (Person 1003) was logged out of phone 200 (moved).",
    ]
    assert hd.office.rings("1003") == ["PJSIP/201"]
    assert hd("logout", "201").out == "1003 (Person 1003) was logged out of phone 201.\n"
    assert hd.office.rings("1003") == []


def test_login_and_logout_tell_a_program_the_same(hd: Terminal) -> None:
    hd("login", "200", "1004")
    assert hd("login", "200", "1003", "--json").json == {
        "code": "logged_in",
        "phone": "200",
        "user": "1003",
        "ended": [{"phone": "200", "user": "1004", "why": "replaced"}],
        "applied": True,
    }
    assert hd("logout", "--user", "1003", "--json").json == {
        "ended": [{"phone": "200", "user": "1003", "why": "logout"}],
        "applied": True,
    }


def test_a_refusal_by_a_setting_is_told_and_noted(hd: Terminal) -> None:
    hd("settings", "set", "take_over", "refuse")
    hd("login", "200", "1003")
    assert hd("login", "200", "1004", "--json").error == (3, "occupied")
    assert hd.ledger.events(HistoryFilter(event="refused"))[0].code == "occupied"


def test_the_history_names_who_acted(hd: Terminal) -> None:
    hd("login", "200", "1003")
    hd("--as", "panel", "login", "201", "1004")
    hd("logout", "201", "--as", "jo")
    assert [(e.event, e.source, e.actor) for e in hd.ledger.events(HistoryFilter())] == [
        ("logout", "cli", "jo"),
        ("login", "cli", "panel"),
        ("login", "cli", "maria"),
    ]


def test_logging_everybody_out_asks_first(hd: Terminal) -> None:
    assert hd("logout", "--all").out == "Nobody is logged in.\n"
    hd.desk.login("200", "1003")
    hd.desk.login("201", "1004")
    asked = hd("logout", "--all", typed="\n")
    assert (asked.status, len(hd.ledger.sessions())) == (1, 2)
    assert "Log out 2 users? [y/N]" in asked.err
    assert hd("logout", "--all", "--yes").out == "2 logged out.\n"
    assert hd.ledger.sessions() == ()


def test_sessions_are_listed_with_local_time_and_duration(hd: Terminal) -> None:
    hd.office.inventory.all_users.append(User("1005", "山田 太郎", "default"))
    hd.desk.login("200", "1005")
    hd.clock.advance(2 * 3600 + 5 * 60 + 30)
    assert rows(hd("sessions").out) == [
        ["USER", "NAME", "PHONE", "LABEL", "SINCE", "FOR", "UNTIL"],
        ["1005", "山田 太郎", "200", "Phone 200", "2026-11-03 14:32", "2 h 05 min", "22:32"],
        ["1 session."],
    ]
    assert hd("sessions", "--json").json == {
        "sessions": [
            {
                "user": "1005",
                "name": "山田 太郎",
                "phone": "200",
                "label": "Phone 200",
                "since": "2026-11-03T13:32:05Z",
                "seconds": 7530,
                "active": "2026-11-03T13:32:05Z",
                "until": "2026-11-03T21:32:05Z",
                "until_why": "idle",
            }
        ]
    }


# History


def test_the_history_is_filtered_by_phone_user_event_and_local_date(hd: Terminal) -> None:
    hd.desk.login("200", "1003")
    hd.clock.advance(86400)
    hd.desk.login("201", "1004")
    hd.desk.logout("201")

    def found(*options: str) -> list[str]:
        events = hd("history", "--json", *options).json["events"]
        return [f"{e['event']} {e['phone']}" for e in events]

    assert found() == ["logout 201", "login 201", "login 200"]
    assert found("--phone", "200") == ["login 200"]
    assert found("--user", "1004", "--event", "login") == ["login 201"]
    assert found("--until", "2026-11-03") == ["login 200"]
    assert found("--since", "2026-11-04") == ["logout 201", "login 201"]
    assert found("--since", "2026-11-03 14:32", "--until", "2026-11-03 14:32") == ["login 200"]
    assert found("--since", "2026-11-03 14:33", "--until", "2026-11-04T14:31") == []


def test_the_history_says_when_there_is_more(hd: Terminal) -> None:
    hd.desk.login("200", "1003")
    hd.desk.logout("200")
    assert hd("history", "--limit", "1").out.splitlines()[-1] == "There is more; ask with --limit 2, or --until."
    assert hd("history", "--limit", "1", "--json").json["more"] is True
    assert hd("history", "--limit", "2", "--json").json["more"] is False


def test_the_history_shows_who_why_and_what_still_waits(hd: Terminal) -> None:
    hd.ledger.change((), None, [Event(NOW, "logout", "200", "1003", "cli", "maria", "moved", applied=False)])
    assert rows(hd("history").out) == [
        ["TIME", "EVENT", "PHONE", "USER", "BY", "WHY", "NOTE"],
        ["2026-11-03 14:32", "logout", "200", "1003", "cli (maria)", "moved", "waits"],
    ]


def test_what_somebody_typed_cannot_steer_the_terminal(hd: Terminal) -> None:
    hd.ledger.change((), None, [Event(NOW, "refused", actor="\x1b[2J\u202eevil", source="cli")])
    assert "\x1b" not in hd("history").out
    assert "\u202e" not in hd("history").out


# Locks and settings


def test_locks_are_listed_and_lifted(hd: Terminal) -> None:
    hd.ledger.save_attempts("user", "1003", Attempts((), NOW + 700))
    hd.ledger.save_attempts("phone", "200", Attempts((Failure(NOW - 60, "1003"),)))
    assert rows(hd("locks").out) == [
        ["WHO", "STATE", "UNTIL", "LEFT", "WRONG PINS", "LAST"],
        ["user 1003", "locked", "2026-11-03 14:43", "12 min"],
        ["phone 200", "counting", "1", "2026-11-03 14:31 for 1003"],
    ]
    assert hd("locks", "list", "--json").json["locks"][0]["locked_until"] == "2026-11-03T13:43:45Z"
    assert hd("locks", "lift", "--user", "1003").out == "User 1003 may try again.\n"
    assert hd("locks", "lift", "--user", "1003").out == "User 1003 was not locked.\n"
    assert [x["subject"] for x in hd("locks", "--json").json["locks"]] == ["200"]
    assert hd("locks", "lift", "--all", "--json").json["lifted"][0]["subject"] == "200"
    assert hd("locks").out == "Nobody is locked, and no wrong PINs count.\n"
    assert [(e.event, e.actor) for e in hd.ledger.events(HistoryFilter())] == [("unlock", "maria")] * 2


def test_settings_are_listed_changed_and_reset(hd: Terminal) -> None:
    assert hd("settings", "set", "max_phones", "3").out == "max_phones is 3 now.\n"
    lines = hd("settings").out.splitlines()
    assert any(re.match(r"max_phones +3 \* +With several phones", line) for line in lines)
    assert lines[-1].startswith("* changed")
    (data,) = [s for s in hd("settings", "list", "--json").json["settings"] if s["name"] == "max_phones"]
    assert (data["value"], data["default"], data["changed"], data["range"]) == ("3", "2", True, [1, 20])
    assert hd("settings", "reset", "max_phones", "--json").json["settings"][0]["value"] == "2"


def test_a_location_where_no_phone_stands_is_pointed_out(hd: Terminal) -> None:
    hd("phones", "edit", "200", "--location", "Hall")
    done = hd("settings", "set", "daily_by_location", "hall=18:30; Moon=never")
    assert done.out == "daily_by_location is hall=18:30; Moon=never now.\n"
    assert "No phone stands at Moon." in done.err
    data = hd("settings", "set", "daily_by_location", "Hall=18:30", "--json").json
    assert (data["warnings"], data["settings"][0]["range"]) == ([], None)


def test_a_setting_that_changes_where_calls_go_names_reconcile_while_somebody_is_logged_in(hd: Terminal) -> None:
    assert hd("settings", "set", "routing", "callforward").err == ""
    hd.desk.login("200", "1003")
    assert "hotdesk reconcile" in hd("settings", "set", "routing", "device").err
    assert hd("settings", "set", "attempts", "4").err == ""


# Repair and dialplan


def test_reconcile_shows_first_and_repairs_then(hd: Terminal) -> None:
    hd("reconcile")
    hd.desk.login("200", "1003")
    assert hd("reconcile").out == "Asterisk is in line; nothing to repair.\n"
    hd.office.edit_extension("200")
    broken = hd.office.astdb.snapshot()
    dry = hd("reconcile", "--dry-run")
    assert ["set", "DEVICE/200/user", "200", "1003"] in rows(dry.out)
    assert dry.out.splitlines()[-1].endswith("Nothing was changed (dry run).")
    assert hd.office.astdb.snapshot() == broken
    effects = hd("reconcile", "--dry-run", "--json").json["effects"]
    assert {"change": "remove", "what": "AMPUSER/200/device", "now": "200", "wanted": None} in effects
    assert hd("reconcile").out.splitlines()[-1].endswith("repaired.")
    assert hd("reconcile", "--json").json == {"dry_run": False, "ended": [], "effects": []}


def test_a_repair_that_would_log_out_many_waits_for_force(hd: Terminal) -> None:
    hd("settings", "set", "mass_logout", "1")
    for phone, user in (("200", "1003"), ("201", "1004")):
        hd.desk.login(phone, user)
    hd.database.execute("DELETE FROM hotdesk_sessions")
    assert hd("reconcile", "--json").error == (6, "unsafe_plan")
    assert hd.office.caller("200") == "1003"
    assert hd("reconcile", "--force").status == 0
    assert hd.office.caller("200") == "200"


def test_a_repair_names_those_it_logs_out(hd: Terminal) -> None:
    hd.desk.login("200", "1003")
    hd.office.delete_extension("1003")
    assert "1003 would be logged out of phone 200: FreePBX has no such user" in hd("reconcile", "--dry-run").out
    assert hd("reconcile", "--json").json["ended"] == [{"phone": "200", "user": "1003", "why": "user_deleted"}]


def test_the_dialplan_has_freepbxs_codes_and_the_phones_own(hd: Terminal) -> None:
    hd.office.inventory.all_codes = [FeatureCode("hotdesk", "login", "*61"), FeatureCode("hotdesk", "logout", "*62")]
    hd.ledger.save_phones([Phone("200", login_code="*55")])
    text = hd("dialplan").out
    for code in ("*61", "*62", "*55"):
        assert f"exten => {code},1,AGI(" in text
    data = hd("dialplan", "--json").json
    assert {"*61", "_*61X.", "*62", "*55"} <= {extension for _, extension, _, _ in data["extensions"]}
    assert data["includes"][0] == ["from-internal-additional", "app-hotdesk"]
    call = re.search(r"AGI\((.*?),-IS,(.*?),/var/lib/asterisk/hotdesk/calls.sock,login\)", text)
    assert call is not None
    assert "AGI(" in text and ",/elsewhere/calls.sock,login)" in hd("dialplan", "--state", "/elsewhere").out
    assert os.access(call[1], os.X_OK)
    assert os.access(call[2], os.R_OK)


def test_asterisk_forgets_what_a_reload_without_us_leaves_in_force(hd: Terminal) -> None:
    hd.office.switchboard.all_globals = dict([dialplan.INTERCEPTION])
    assert hd("dialplan", "--forget").out == "Callers are shown phones until the next reload.\n"
    assert hd.office.switchboard.all_globals == {dialplan.INTERCEPTION[0]: ""}


def test_freepbxs_reload_gets_a_dialplan_also_without_a_database(
    hd: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hd.ledger = SqlLedger(Sqlite(str(tmp_path / "no" / "such" / "folder.db")))
    down = hd("dialplan", "--json")
    assert down.status == 0
    assert "*11" in {extension for _, extension, _, _ in down.json["extensions"]}
    assert down.err.startswith("Warning: The database ")

    def unconfigured() -> None:
        raise BadConfig("There is no /etc/freepbx.conf.")

    monkeypatch.setattr("hotdesk_module.compose.compose", unconfigured)
    assert hd("dialplan", "--json").json == down.json


# The command itself


@pytest.mark.parametrize("command", [[], ["phones"], ["phones", "add"], ["locks", "lift"], ["settings", "set"]])
def test_every_command_explains_itself(hd: Terminal, command: list[str]) -> None:
    answer = hd(*command, "--help")
    assert answer.status == 0
    assert answer.out.startswith(f"Usage: {' '.join(['hotdesk', *command])}")
    assert hd("help", *command).out == answer.out


@pytest.mark.parametrize("command", [["nonsense"], ["phones", "nonsense"], ["sessions", "add"]])
def test_help_for_what_does_not_exist_says_so(hd: Terminal, command: list[str]) -> None:
    answer = hd("help", *command)
    assert answer.status == 2
    assert f"There is no command '{' '.join(command)}'." in answer.err


def test_no_line_of_a_list_is_wider_than_the_terminal(hd: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    hd.ledger.save_phones(
        [Phone("200", "会議室" * 30, "001565aabbcc", "👩‍💻 " * 25, "*5512345", "*5612345", 8, "", False)]
    )
    hd.office.inventory.all_transports = {"200": "0.0.0.0-udp"}
    hd.office.inventory.all_users.append(User("1005", "Wolfeschlegelsteinhausenbergerdorff " * 3, "default"))
    hd.desk.login("201", "1005")
    for columns in (80, 100, 132):
        monkeypatch.setenv("COLUMNS", str(columns))
        for command in ("phones", "sessions", "history", "settings"):
            lines = hd(command).out.splitlines()
            assert max(map(width, lines)) <= columns, command
    assert "会議室" in hd("phones").out


@pytest.mark.parametrize("command", [[sys.executable, "-m", "hotdesk_module"], ["bin/hotdesk"], ["sh", "bin/hotdesk"]])
def test_the_command_runs_as_a_process(command: list[str], tmp_path: Path) -> None:
    top = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "HOTDESK_DATABASE": f"sqlite:///{tmp_path}/no.db"}
    environment["HOTDESK_PYTHON"] = sys.executable
    done = subprocess.run([*command, "sessions", "--json"], cwd=top, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (5, "")
    assert '"ledger_down"' in done.stdout
