"""What goes with FreePBX's backup, and what a restore makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hotdesk_module import archive, controls, webhooks
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.model import Phone, User
from hotdesk_module.core.pins import hashed, matches
from hotdesk_module.core.queues import Member, Rule
from hotdesk_module.ports import HistoryFilter
from tests.support.terminal import Terminal

PIN = "594173"


@pytest.fixture
def saved(hd: Terminal, tmp_path: Path) -> Path:
    """Return a backup of an office where something has happened."""
    for phone in hd.ledger.phones():
        hd.ledger.remove_phone(phone.device)
    hd.ledger.save_phones([Phone("200", "Lobby", "001565aabbcc", "Café ☕", "*55", "", 3), Phone("201", enabled=False)])
    hd.office.inventory.all_users += [User("1005", "Nora", ""), User("1006", "Nils", "")]
    hd("settings", "set", "attempts", "5")
    hd("pins", "set", "1005", "--stdin", typed=PIN)
    hd("login", "200", "1003")
    hd("logout", "200")
    hd("login", "201", "1004")
    file = tmp_path / "backup.json"
    hd("backup", str(file))
    return file


def test_a_backup_says_what_is_in_it(hd: Terminal, saved: Path) -> None:
    data = json.loads(saved.read_text(encoding="utf-8"))
    assert [p["device"] for p in data["phones"]] == ["200", "201"]
    assert data["settings"] == {"attempts": "5"}
    assert {row[1] for row in data["history"]} >= {"login", "logout"}
    answer = hd("backup", str(saved), "--json").json
    assert (answer["phones"], answer["pins"], answer["events"]) == (2, 1, len(data["history"]))


def test_a_hot_desk_pin_goes_along_as_its_hash_and_in_a_file_for_nobody_else(hd: Terminal, saved: Path) -> None:
    text = saved.read_text(encoding="utf-8")
    ((extension, stored, at),) = json.loads(text)["pins"]
    assert (extension, matches(PIN, stored), at) == ("1005", True, hd.clock.now)
    assert PIN not in text
    assert saved.stat().st_mode & 0o777 == 0o600


def test_a_restore_makes_the_pins_those_of_the_backup(hd: Terminal, saved: Path) -> None:
    hd("pins", "set", "1005", "--stdin", typed="271828")
    hd("pins", "set", "1006", "--stdin", typed="271828")
    assert hd("restore", str(saved), "--json").json["pins"] == 1
    assert list(hd.ledger.pins()) == ["1005"]
    assert matches(PIN, hd.ledger.pin("1005"))
    done = [(e.user, e.code, e.detail) for e in hd.ledger.events(HistoryFilter(event="pin", limit=2))]
    assert sorted(done) == [("1005", "pin_set", "restore"), ("1006", "pin_removed", "restore")]


def test_a_backup_from_before_there_were_pins_leaves_them(hd: Terminal, saved: Path) -> None:
    data = json.loads(saved.read_text(encoding="utf-8"))
    del data["pins"]
    saved.write_text(json.dumps(data), encoding="utf-8")
    assert hd("restore", str(saved), "--json").json["pins"] == 1
    assert matches(PIN, hd.ledger.pin("1005"))


def test_the_history_says_what_a_restore_changed(hd: Terminal, saved: Path) -> None:
    hd("phones", "edit", "200", "--label", "Elsewhere")
    hd("phones", "add", "202")
    hd("phones", "remove", "201", "--yes")
    hd("settings", "set", "attempts", "1")
    hd("restore", str(saved), "--as", "otto")
    events = hd.ledger.events(HistoryFilter(limit=1000))
    done = [e for e in events if e.actor == "otto" and e.event != "repair"]
    assert sorted((e.event, e.phone, e.code, e.detail) for e in done) == [
        ("pool", "200", "changed", "restore; label: Elsewhere → Lobby"),
        ("pool", "201", "added", "restore; enabled: no"),
        ("pool", "202", "removed", "label: Phone 202"),
        ("settings", "", "changed", "restore; attempts: 1 → 5"),
    ]
    hd("restore", str(saved), "--as", "otto")
    assert hd.ledger.events(HistoryFilter(limit=1000)) == events


def test_a_restore_makes_pool_and_settings_those_of_the_backup(hd: Terminal, saved: Path) -> None:
    before = hd.ledger.phones(), hd.ledger.settings()
    hd("phones", "edit", "200", "--label", "Elsewhere", "--mac", "")
    hd("phones", "add", "202", "--mac", "00:15:65:AA:BB:CC")
    hd("settings", "set", "attempts", "1")
    hd("settings", "set", "take_over", "refuse")
    assert hd("restore", str(saved)).status == 0
    assert (hd.ledger.phones(), hd.ledger.settings()) == before


def test_nobody_is_logged_in_by_a_restore_and_nobody_who_sits_at_a_phone_of_the_pool_is_logged_out(
    hd: Terminal, saved: Path
) -> None:
    hd("logout", "--all")
    hd("login", "200", "1001")
    assert hd("restore", str(saved)).status == 0
    assert [(s.phone, s.user) for s in hd.ledger.sessions()] == [("200", "1001")]


def test_who_sits_at_a_phone_that_leaves_the_pool_is_logged_out(hd: Terminal, saved: Path) -> None:
    hd("phones", "add", "202")
    hd("login", "202", "1001")
    done = hd("restore", str(saved), "--json")
    assert done.json["ended"] == [{"phone": "202", "user": "1001"}]
    assert hd.office.caller("202") == "202"


def test_the_history_of_the_backup_is_added_once(hd: Terminal, saved: Path) -> None:
    everything = hd.ledger.events(HistoryFilter(limit=1000))
    hd.ledger.forget_events(10**12)
    assert hd("restore", str(saved), "--json").json["events"] == len(everything)
    assert hd("restore", str(saved), "--json").json["events"] == 0
    restored = [e[:8] for e in hd.ledger.events(HistoryFilter(limit=1000)) if e.event in ("login", "logout")]
    assert restored == [e[:8] for e in everything if e.event in ("login", "logout")]


def test_a_long_history_is_saved_whole(hd: Terminal, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PAGE", 2)
    data = archive.dump(hd.ledger)
    assert data == json.loads(saved.read_text(encoding="utf-8"))
    hd.ledger.forget_events(10**12)
    hd("restore", str(saved))
    rows = archive.dump(hd.ledger)["history"]
    assert [row for row in rows if row in data["history"]] == data["history"]


def test_a_setting_that_this_version_does_not_know_is_said_and_left_out(hd: Terminal, saved: Path) -> None:
    data = json.loads(saved.read_text(encoding="utf-8"))
    data["settings"] |= {"of_the_future": "1", "take_over": "perhaps"}
    saved.write_text(json.dumps(data), encoding="utf-8")
    warnings = hd("restore", str(saved), "--json").json["warnings"]
    assert len(warnings) == 2
    assert hd.ledger.settings() == {"attempts": "5"}


def test_a_restore_without_asterisk_has_restored_the_tables_and_says_what_is_left(hd: Terminal, saved: Path) -> None:
    hd("settings", "set", "attempts", "1")
    hd.asterisk_up = False
    done = hd("restore", str(saved), "--json")
    assert done.status == 0
    assert "not in line yet" in done.json["warnings"][0]
    assert hd.ledger.settings() == {"attempts": "5"}


def test_a_restore_that_would_log_out_many_does_not_promise_that_it_mends_itself(hd: Terminal, saved: Path) -> None:
    hd("logout", "--all")
    data = json.loads(saved.read_text(encoding="utf-8"))
    data["settings"]["mass_logout"] = "1"
    saved.write_text(json.dumps(data), encoding="utf-8")
    # What another machine's AstDB says, which came with the same backup.
    hd.office.astdb.values |= {"DEVICE/200/user": "1001", "DEVICE/201/user": "1002"}
    warning = hd("restore", str(saved), "--json").json["warnings"][0]
    assert "--force" in warning and "within a minute" not in warning


# The webhook

HOOK = {"webhook_url": "https://hooks.example.com/x", "webhook_secret": "a-key-of-16-signs"}


def with_webhook(saved: Path) -> None:
    """Let the backup be of a machine with a webhook."""
    data = json.loads(saved.read_text(encoding="utf-8"))
    data["settings"] |= HOOK
    saved.write_text(json.dumps(data), encoding="utf-8")


def waiting(hd: Terminal) -> int:
    return webhooks.state(hd.ledger).waiting


def test_nobody_is_told_of_the_history_that_a_restore_brings(hd: Terminal, saved: Path) -> None:
    with_webhook(saved)
    hd.ledger.forget_events(10**12)
    done = hd("restore", str(saved), "--json").json
    assert done["events"] > 2 and done["warnings"] == []
    assert waiting(hd) == 0 and hd.ledger.delivery() is not None
    hd("login", "200", "1001")
    assert waiting(hd) == 1


def test_nor_after_a_restore_that_died_on_the_way(hd: Terminal, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_webhook(saved)
    hd("restore", str(saved))
    hd.ledger.forget_events(10**12)
    with monkeypatch.context() as patched:
        patched.setattr(controls, "begin_webhook", lambda _: 1 / 0)
        assert hd("restore", str(saved)).status == 1
    # The daemon begins with what happens from its next look on.
    assert hd.ledger.delivery() is None


def test_what_had_to_be_told_before_a_restore_is_told_no_more_and_the_restore_says_so(
    hd: Terminal, saved: Path
) -> None:
    with_webhook(saved)
    hd("restore", str(saved))
    hd("login", "200", "1001")
    (warning,) = hd("restore", str(saved), "--json").json["warnings"]
    assert "not told of 1 earlier event," in warning and waiting(hd) == 0


def test_a_backup_without_a_webhook_switches_it_off(hd: Terminal, saved: Path) -> None:
    for name, value in HOOK.items():
        hd("settings", "set", name, "--stdin", typed=value)
    hd("restore", str(saved))
    assert hd.ledger.settings() == {"attempts": "5"} and hd.ledger.delivery() is None


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"hotdesk": 2, "phones": [], "settings": {}, "history": []},
        {"hotdesk": 1},
        {"hotdesk": 1, "phones": [{"device": "x"}], "settings": {}, "history": []},
        {"hotdesk": 1, "phones": ["200"], "settings": {}, "history": []},
        {"hotdesk": 1, "phones": [], "settings": [], "history": []},
        {"hotdesk": 1, "phones": [], "settings": {}, "history": [[1, "login"]]},
        {"hotdesk": 1, "phones": [], "settings": {}, "history": [], "pins": [["1005", "594173", 1]]},
        {"hotdesk": 1, "phones": [], "settings": {}, "history": [], "pins": [["1005", None, 1]]},
        {"hotdesk": 1, "phones": [], "settings": {}, "history": [], "pins": [["10x", hashed(PIN, b"x"), 1]]},
        {"hotdesk": 1, "phones": [], "settings": {}, "history": [], "pins": {"1005": "x"}},
        {"hotdesk": 1, "phones": [], "settings": {}, "history": [["x", "login", "", "", "", "", "", ""]]},
        "no json",
    ],
)
def test_what_is_no_backup_changes_nothing(hd: Terminal, saved: Path, data: Any) -> None:
    before = hd.ledger.phones(), hd.ledger.settings(), hd.ledger.events(HistoryFilter(limit=1000))
    text = data if isinstance(data, str) else json.dumps(data)
    saved.write_text(text, encoding="utf-8")
    assert hd("restore", str(saved), "--json").error[1] == "bad_import"
    assert (hd.ledger.phones(), hd.ledger.settings(), hd.ledger.events(HistoryFilter(limit=1000))) == before


def test_two_phones_with_one_address_change_nothing(hd: Terminal, saved: Path) -> None:
    data = json.loads(saved.read_text(encoding="utf-8"))
    data["phones"][1]["mac"] = data["phones"][0]["mac"]
    saved.write_text(json.dumps(data), encoding="utf-8")
    hd("phones", "add", "202")
    before = hd.ledger.phones()
    hd.ledger.begin_delivery(Delivery(1))
    assert hd("restore", str(saved), "--json").error[1] == "duplicate_mac"
    assert hd.ledger.phones() == before and hd.ledger.delivery() == Delivery(1)


def test_rules_of_queues_go_along_and_asterisk_follows_a_restore(hd: Terminal, tmp_path: Path) -> None:
    hd.office.inventory.all_queues = {"700": "Sales", "701": "Support"}
    hd.office.switchboard.all_queues = {"700": {}, "701": {"1002": Member(dynamic=False)}}
    hd("queues", "set", "1001", "700", "login")
    hd("login", "200", "1001")
    file = tmp_path / "backup.json"
    hd("backup", str(file))
    assert json.loads(file.read_text(encoding="utf-8"))["queues"] == [["1001", "700", "login"]]
    hd("queues", "set", "1001", "700", "untouched")
    hd("queues", "set", "1002", "701", "pause")
    assert hd.office.switchboard.all_queues == {"700": {}, "701": {"1002": Member(dynamic=False, paused=True)}}
    assert hd("restore", str(file), "--as", "otto").status == 0
    assert hd.office.switchboard.all_queues == {"700": {"1001": Member(dynamic=True)}, "701": {"1002": Member(False)}}
    events = hd.ledger.events(HistoryFilter(event="queue"))
    assert sorted((e.user, e.detail, e.applied) for e in events if e.actor == "otto") == [
        ("1001", "restore; 700: untouched → login", True),
        ("1002", "restore; 701: pause → untouched", True),
    ]


def test_a_backup_from_before_there_were_rules_leaves_them(hd: Terminal, saved: Path) -> None:
    hd.ledger.save_queue_rules([Rule("1001", "700", "login")])
    data = json.loads(saved.read_text(encoding="utf-8"))
    del data["queues"]
    saved.write_text(json.dumps(data), encoding="utf-8")
    assert hd("restore", str(saved)).status == 0
    assert [r.user for r in hd.ledger.queue_rules()] == ["1001"]


@pytest.mark.parametrize("row", [["1001", "700", "sometimes"], ["1001", "x", "login"], ["1001", "700"], 7])
def test_a_backup_with_a_rule_that_cannot_be_changes_nothing(hd: Terminal, saved: Path, row: Any) -> None:
    data = json.loads(saved.read_text(encoding="utf-8"))
    data["queues"] = [row]
    saved.write_text(json.dumps(data), encoding="utf-8")
    assert hd("restore", str(saved), "--json").error == (4, "bad_import")
