"""The page Settings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hotdesk_module import controls
from hotdesk_module.core.model import Event, FeatureCode, Phone
from hotdesk_module.core.settings import SPECS, Spec
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web.setting_words import GROUPS, WORDS, said
from tests.support.front import ADMIN, Answer, Front, Page

ROOT = Path(__file__).resolve().parents[3]


def filled(front: Front) -> dict[str, str]:
    """Return the form as it comes, as a browser would send it."""
    return sent(front.get("/settings").page)


def sent(page: Page) -> dict[str, str]:
    """Return the fields of a page's form; several values of one name with commas between, as the panel takes them."""
    fields: dict[str, str] = {}
    for tag in page.all("input"):
        if tag.get("type") == "checkbox" and "checked" in tag:
            fields[tag["name"]] = ",".join(filter(None, (fields[tag["name"]], tag["value"])))
        elif tag.get("type") not in ("radio", "checkbox") or "checked" in tag:
            fields[tag["name"]] = tag.get("value", "")
    return fields


def save(front: Front, form: dict[str, str], **changes: str) -> Answer:
    """Press Save; ``step`` presses another button."""
    return front.post("/settings", **{**form, "step": "save", **changes})


# What is shown


def test_every_setting_stands_in_one_group_in_human_words() -> None:
    grouped = [name for _, names in GROUPS for name in names]
    assert sorted(grouped) == sorted(WORDS) == sorted(spec.name for spec in SPECS)
    for spec in SPECS:
        assert tuple(WORDS[spec.name].choices) == spec.choices
        assert all(choice.title and choice.follows for choice in WORDS[spec.name].choices.values())
        assert bool(WORDS[spec.name].unit) == spec.number


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_setting_is_shown_with_what_it_does_and_its_default(front: Front, spec: Spec) -> None:
    page = front.get("/settings").page
    assert f"{spec.help} Default: {said(spec, spec.default)}." in page.text
    assert sent(page)[spec.name] == sent(page)[f"was-{spec.name}"] == spec.default


def test_values_are_said_in_words() -> None:
    specs = {spec.name: spec for spec in SPECS}
    assert said(specs["take_over"], "refuse") == "They are refused"
    assert said(specs["idle_hours"], "8") == "8 hours"
    assert said(specs["idle_hours"], "0") == said(specs["daily_at"], "") == "never"
    assert said(specs["daily_at"], "18:30") == "18:30"


def test_radio_buttons_stand_in_a_named_group_and_numbers_have_a_unit(front: Front) -> None:
    page = front.get("/settings").page
    assert len(page.all("fieldset")) == len(page.all("legend")) == sum(1 for spec in SPECS if spec.choices)
    number = next(tag for tag in page.all("input") if tag["name"] == "idle_hours")
    assert (number["type"], number["min"], number["max"]) == ("number", "0", "168")
    assert "hotdesk-idle_hours-unit" in number["aria-describedby"]


def test_the_codes_in_force_are_shown(front: Front) -> None:
    front.office.inventory.all_codes = [
        FeatureCode("hotdesk", "login", "*11", "*71"),
        FeatureCode("hotdesk", "logout", "*12", enabled=False),
    ]
    front.ledger.save_phones([Phone("201", "Lobby", login_code="*55")])
    page = front.get("/settings").page
    assert "Log in *71 Log out switched off Login key *15 and the number of the phone" in page.text
    assert "Whose phone is this *17 Phone 201 201 Lobby log in *55" in page.text
    assert "?display=featurecodeadmin" in [a["href"] for a in page.all("a")]


def test_the_translators_find_what_every_setting_does(tmp_path: Path) -> None:
    """With the very line that ``make translations`` runs."""
    (line,) = re.findall(r"^\$babel -q extract (.*)$", (ROOT / "tools/translations").read_text(), re.M)
    words = tmp_path / "words.pot"
    arguments = line.replace("$words", str(words)).split()
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", "extract", *arguments], cwd=ROOT, check=True)
    found = words.read_text(encoding="utf-8").replace('\\"', '"')
    assert [spec.name for spec in SPECS if f'msgid "{spec.help}"' not in found] == []
    assert 'msgid "They take over"' in found


# Saving


def test_what_was_changed_is_saved_and_told(front: Front) -> None:
    text = front.follow(save(front, filled(front), take_over="refuse", lock_minutes=" 30 ")).text
    assert "Somebody logs in where somebody else sits: They take over → They are refused" in text
    assert "The first lock lasts: 15 minutes → 30 minutes" in text
    assert front.ledger.settings() == {"take_over": "refuse", "lock_minutes": "30"}
    events = front.ledger.events(HistoryFilter(event="settings"))
    assert {(e.source, e.actor) for e in events} == {("panel", "maria")} and len(events) == 2


def test_nothing_changed_is_nothing_saved(front: Front) -> None:
    assert "Nothing was changed." in front.follow(save(front, filled(front))).text
    assert front.ledger.settings() == {} and front.ledger.events(HistoryFilter()) == ()


def test_a_field_that_is_missing_stays_as_it_is(front: Front) -> None:
    front.ledger.save_settings({"attempts": "5"})
    front.follow(front.post("/settings", lock_minutes="30"))
    assert front.ledger.settings() == {"attempts": "5", "lock_minutes": "30"}


def test_what_was_changed_is_marked_and_can_go_back(front: Front) -> None:
    front.ledger.save_settings({"attempts": "5"})
    page = front.get("/settings").page
    assert "Default: 3 tries. changed Back to default" in page.text
    assert [tag["value"] for tag in page.all("button") if tag["value"].startswith("usual")] == ["usual:attempts"]
    back = save(front, filled(front), step="usual:attempts", lock_minutes="often").page
    assert sent(back)["attempts"] == "3" and sent(back)["lock_minutes"] == "often"
    assert "It counts when you save." in back.text and "Default: 3 tries. not saved yet" in back.text
    assert front.ledger.settings() == {"attempts": "5"}
    front.follow(save(front, {**sent(back), "lock_minutes": "15"}))
    assert front.ledger.settings() == {}


def test_the_first_button_saves_for_it_is_the_one_that_enter_presses(front: Front) -> None:
    front.ledger.save_settings({"attempts": "5"})
    assert front.get("/settings").page.all("button")[0]["value"] == "save"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("lock_minutes", "often", "Write a whole number from 1 to 10080."),
        ("lock_minutes", "", "Write a whole number from 1 to 10080."),
        ("attempts", "11", "Write a whole number from 1 to 10."),
        ("attempts", "1" * 5000, "Write a whole number from 1 to 10."),
        ("attempts", "٣", "Write a whole number from 1 to 10."),
        ("daily_at", "25:00", "Write a time such as 18:30, or nothing for never."),
        (
            "daily_by_location",
            "Hall",
            "Write locations with their times, such as Hall=18:30; Lobby=never, each of them once.",
        ),
        ("daily_by_location", "Hall=18:30; hall=never", "each of them once."),
        ("take_over", "'; --", "Choose one of these."),
        ("history_days", "<b>", "Write a whole number from 0 to 3650."),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_keeps_what_was_typed(
    front: Front, name: str, value: str, why: str
) -> None:
    answer = save(front, filled(front), mass_logout="7", **{name: value})
    assert answer.status == 400
    page = answer.page
    assert why in page.text and "Nothing was saved" in page.text
    assert sent(page)["mass_logout"] == "7"
    if name != "take_over":
        assert sent(page)[name] == value
        assert [t["name"] for t in page.all("input") if t.get("aria-invalid") == "true"] == [name]
    assert f"hotdesk-{name}-error" in [t.get("id") for t in page.all("span")]
    assert front.ledger.settings() == {}


@pytest.mark.parametrize("step", ["", "usual:", "usual:nonsense", "<b>"])
def test_a_button_that_is_none_changes_nothing_by_itself(front: Front, step: str) -> None:
    assert save(front, filled(front), step=step).status in (303, 400)
    assert front.ledger.settings() == {}


# What follows


def test_who_is_logged_in_is_thought_of_before_the_routing_changes(front: Front) -> None:
    front.desk.login("200", "1003")
    answer = save(front, filled(front), routing="callforward", ring_own_phone="yes", attempts="5")
    assert answer.status == 200
    text = answer.page.text
    assert "Save these changes?" in text
    assert "How calls find the phone The user's list of devices → FreePBX's Call Forward" in text
    assert "Calls to the 1 user who is logged in take the new way at once." in text
    assert "The own phones of those who are logged in ring as well, at once." in text
    assert front.ledger.settings() == {}
    done = front.follow(save(front, sent(answer.page), step="sure"))
    assert front.ledger.settings() == {"routing": "callforward", "ring_own_phone": "yes", "attempts": "5"}
    assert front.office.astdb.values["CF/1003"]
    assert "The user's list of devices → FreePBX's Call Forward" in done.text


def test_one_can_go_back_to_the_form_and_finds_it_as_it_was_left(front: Front) -> None:
    front.desk.login("200", "1003")
    asked = save(front, filled(front), routing="callforward", attempts="5").page
    page = save(front, sent(asked), step="edit").page
    assert (sent(page)["routing"], sent(page)["attempts"], sent(page)["was-routing"]) == ("callforward", "5", "device")
    assert page.text.count("not saved yet") == 2


def test_nobody_is_asked_where_nobody_is_touched(front: Front) -> None:
    front.follow(save(front, filled(front), routing="callforward"))
    assert front.ledger.settings() == {"routing": "callforward"}


@pytest.mark.parametrize(
    ("before", "changes", "sentence"),
    [
        ({}, {"give_back": "yes"}, "Who is logged in keeps to the old rule until the next login."),
        ({}, {"voicemail_pin": "yes"}, "Who is logged in keeps to the old rule until the next login."),
        ({"ring_own_phone": "yes"}, {"ring_own_phone": "no"}, "stop ringing at once"),
        ({}, {"several_phones": "move"}, "1 user sits at more phones than will be allowed"),
        ({}, {"max_phones": "1"}, "1 user sits at more phones than will be allowed"),
        ({}, {"max_hours": "3"}, "At 2 phones that time is over"),
        ({}, {"idle_hours": "4"}, "At 2 phones that time is over"),
        ({}, {"daily_at": "23:00"}, "At 2 phones that time is over"),
        ({}, {"daily_by_location": "Hall=23:00; Moon=06:00"}, "No phone stands at Hall, Moon."),
        ({}, {"lock_failures": "0"}, "Wrong PINs lock nobody any more"),
        ({}, {"lock_user_failures": "24"}, "Somebody who guesses at one phone can then lock a user"),
        ({}, {"history_days": "1"}, "1 line of the history is older than that, and will be removed for good."),
    ],
)
def test_what_a_change_does_is_said_before(
    front: Front, before: dict[str, str], changes: dict[str, str], sentence: str
) -> None:
    front.office.inventory.all_zone = "UTC"
    front.ledger.change((), None, [Event(front.office.clock() - 3 * 86400, "repair")])
    front.ledger.save_settings({"several_phones": "allow", **before})
    front.desk.login("200", "1003")
    front.desk.login("201", "1003")
    front.office.clock.advance(5 * 3600)
    answer = save(front, filled(front), **changes)
    assert answer.status == 200 and sentence in answer.page.text
    stored = front.ledger.settings()
    front.follow(save(front, sent(answer.page), step="sure"))
    assert front.ledger.settings() != stored


def test_it_is_saved_also_where_asterisk_does_not_answer_and_says_so(front: Front) -> None:
    front.desk.login("200", "1003")
    front.asterisk_up = False
    text = front.follow(save(front, filled(front), routing="callforward", step="sure")).text
    assert "Asterisk does not follow yet" in text
    assert front.ledger.settings() == {"routing": "callforward"}


# Two administrators


def test_the_second_is_told_and_overwrites_nothing(front: Front) -> None:
    mine = filled(front)
    otto = ADMIN._replace(user="otto")
    body = b"hotdesk_token=token-of-maria&lock_minutes=60&step=save"
    assert front.send("POST", "/settings", body, "application/x-www-form-urlencoded", otto).status == 303
    answer = save(front, mine, lock_minutes="30", attempts="5")
    assert answer.status == 409
    text = answer.page.text
    assert "Nothing was saved: somebody else was faster." in text
    assert "Meanwhile otto has set this to: 60 minutes (2023-11-14 22:13). What you chose is not saved." in text
    assert front.ledger.settings() == {"lock_minutes": "60"}
    again = sent(answer.page)
    assert (again["lock_minutes"], again["was-lock_minutes"], again["attempts"]) == ("30", "60", "5")
    front.follow(save(front, again))
    assert front.ledger.settings() == {"lock_minutes": "30", "attempts": "5"}


def test_what_one_did_not_touch_is_left_to_the_other(front: Front) -> None:
    mine = filled(front)
    front.ledger.save_settings({"lock_minutes": "60"})
    front.follow(save(front, mine, attempts="5"))
    assert front.ledger.settings() == {"lock_minutes": "60", "attempts": "5"}


def test_the_form_that_comes_back_has_what_the_other_saved(front: Front) -> None:
    mine = filled(front)
    front.ledger.save_settings({"lock_minutes": "60"})
    page = save(front, mine, attempts="often").page
    assert (sent(page)["lock_minutes"], sent(page)["was-lock_minutes"]) == ("60", "60")


def test_who_was_faster_between_the_question_and_the_answer_is_heard(front: Front) -> None:
    front.desk.login("200", "1003")
    asked = sent(save(front, filled(front), routing="callforward").page)
    front.ledger.save_settings({"routing": "callforward"})
    assert "Meanwhile somebody else has set this" in save(front, asked, step="sure").page.text


def test_who_is_faster_by_a_moment_is_heard(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between our looking and our saving: only under the lock of the ledger is it seen."""
    change = controls.change_settings

    def too_late(*arguments: Any) -> Any:
        front.ledger.save_settings({"attempts": "4"})
        return change(*arguments)

    monkeypatch.setattr(controls, "change_settings", too_late)
    assert save(front, filled(front), attempts="5").status == 409
    assert front.ledger.settings() == {"attempts": "4"}


# As data


def test_settings_as_data(front: Front) -> None:
    front.ledger.save_settings({"lock_minutes": "30"})
    data = front.get("/api/settings").json
    assert data["codes"] == {
        "login": "*11",
        "logout": "*12",
        "key": "*15",
        "where": "*16",
        "whose": "*17",
    }
    found = {s["name"]: s for s in data["settings"]}
    assert found["lock_minutes"] == {
        "name": "lock_minutes",
        "value": "30",
        "default": "15",
        "changed": True,
        "choices": [],
        "range": [1, 10080],
        "help": "Minutes the first lock lasts; each further one twice as long.",
        "unit": "minutes",
    }
    assert found["routing"]["choices"] == ["device", "callforward"] and found["routing"]["range"] is None


def test_settings_are_changed_all_or_none(front: Front) -> None:
    front.desk.login("200", "1003")
    assert front.call("/api/settings", routing="callforward", attempts="99").error == (400, "bad_value")
    assert front.ledger.settings() == {}
    tried = front.call("/api/settings", routing="callforward", attempts="5", dry_run=True).json
    assert tried["dry_run"] and front.ledger.settings() == {}
    done = front.call("/api/settings", routing="callforward", attempts="5").json
    assert done == {**tried, "dry_run": False}
    assert done["changed"] == [
        {"name": "routing", "old": "device", "new": "callforward"},
        {"name": "attempts", "old": "3", "new": "5"},
    ]
    assert front.office.astdb.values["CF/1003"]
    assert front.call("/api/settings", routing=None, attempts="3").json["applied"] is True
    assert front.ledger.settings() == {}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"colour": "red"}, (400, "bad_value")),
        ({"attempts": 5}, (400, "bad_value")),
        ({"attempts": ["5"]}, (400, "bad_value")),
        ({"attempts": "1" * 5000}, (400, "bad_value")),
        ({"attempts": "5", "seen": "3"}, (400, "bad_value")),
        ({"attempts": "5", "seen": {"attempts": 3}}, (400, "bad_value")),
        ({"attempts": "5", "seen": {"attempts": "2"}}, (409, "changed")),
    ],
)
def test_a_change_that_is_refused_changes_nothing(
    front: Front, data: dict[str, object], error: tuple[int, str]
) -> None:
    assert front.call("/api/settings", **data).error == error
    assert front.ledger.settings() == {}
