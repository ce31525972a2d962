"""People and locks as data."""

from __future__ import annotations

from typing import Any

import pytest

from hotdesk_module.core import pins
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.model import User
from hotdesk_module.ports import HistoryFilter
from tests.support.front import Front


def test_people_have_what_the_page_shows(front: Front) -> None:
    front.office.inventory.all_queues = {"700": "Sales"}
    front.desk.login("200", "1003")
    front.ledger.save_attempts("user", "1003", Attempts((), front.office.clock() + 600))
    lock = {
        "kind": "user",
        "subject": "1003",
        "locked": True,
        "locked_until": "2023-11-14T22:23:20Z",
        "failures": 0,
        "last_failure": None,
        "locks": 0,
    }
    seat = {
        "phone": "200",
        "label": "Phone 200",
        "location": "",
        "seat": "200 1003 1700000000",
        "since": "2023-11-14T22:13:20Z",
        "until": "2023-11-15T06:13:20Z",
        "until_why": "idle",
    }
    assert front.get("/api/people/1003").json["person"] == {
        "extension": "1003",
        "name": "Person 1003",
        "kind": "virtual",
        "own_phones": [],
        "pin": "mailbox",
        "pin_set": None,
        "may_log_in": True,
        "sits": [seat],
        "last_login": "2023-11-14T22:13:20Z",
        "lock": lock,
        "queues": [{"queue": "700", "name": "Sales", "mode": "untouched", "static": False}],
    }
    assert front.get("/api/locks").json["locks"] == [lock]


def test_people_are_narrowed_and_come_in_pages(front: Front) -> None:
    front.office.inventory.all_users += [User(str(n), "", "default") for n in range(2000, 2100)]
    page = front.get("/api/people?per=25&page=2&sort=-extension&q=20").json
    assert (len(page["people"]), page["total"], page["page"], page["pages"], page["per"]) == (25, 103, 2, 5, 25)
    assert page["people"][0]["extension"] == "2074"
    front.desk.login("200", "1003")
    assert [p["extension"] for p in front.get("/api/people?state=in").json["people"]] == ["1003"]


def test_locks_are_lifted(front: Front) -> None:
    for kind, subject in (("user", "1003"), ("user", "1004"), ("phone", "200")):
        front.ledger.save_attempts(kind, subject, Attempts((), front.office.clock() + 600))
    assert [k["subject"] for k in front.call("/api/locks/lift", user="1003").json["lifted"]] == ["1003"]
    assert front.call("/api/locks/lift", user="1003").json["lifted"] == []
    assert [k["kind"] for k in front.call("/api/locks/lift", all=True).json["lifted"]] == ["user", "phone"]
    assert {e.actor for e in front.ledger.events(HistoryFilter(event="unlock"))} == {"maria"}


def test_pins_are_set_and_removed(front: Front) -> None:
    front.office.inventory.all_users.append(User("1005", "Jane", ""))
    answer = front.call("/api/people/1005/pin", pin="830517")
    assert answer.json == {"extension": "1005", "pin_set": "2023-11-14T22:13:20Z"}
    assert pins.matches("830517", front.ledger.pin("1005"))
    assert front.get("/api/people/1005").json["person"]["pin"] == "hot_desk"
    assert front.call("/api/people/1005/pin/remove").json == {"extension": "1005", "removed": True}
    assert front.call("/api/people/1005/pin/remove").json["removed"] is False


@pytest.mark.parametrize(
    ("path", "data", "error"),
    [
        ("/api/locks/lift", {}, (400, "bad_value")),
        ("/api/locks/lift", {"user": "1003", "all": True}, (400, "bad_value")),
        ("/api/locks/lift", {"user": "x"}, (400, "bad_extension")),
        ("/api/locks/lift", {"phone": "x"}, (400, "bad_value")),
        ("/api/people/1003/pin", {"pin": "830517"}, (409, "has_mailbox")),
        ("/api/people/9999/pin", {"pin": "830517"}, (404, "unknown_user")),
        ("/api/people/x/pin", {"pin": "830517"}, (400, "bad_extension")),
        ("/api/people/1005/pin", {"pin": 830517}, (400, "bad_value")),
        ("/api/people/1005/pin", {"pin": "1234"}, (400, "bad_pin")),
        ("/api/people/1005/pin", {}, (400, "bad_pin")),
        ("/api/people/x/pin/remove", {}, (400, "bad_extension")),
    ],
)
def test_every_refusal_has_one_shape_and_repeats_no_pin(
    front: Front, path: str, data: dict[str, Any], error: tuple[int, str]
) -> None:
    front.office.inventory.all_users.append(User("1005", "Jane", ""))
    answer = front.call(path, **data)
    assert answer.error == error
    assert "830517" not in answer.response.text and "1234" not in answer.response.text
    assert front.ledger.pins() == {}


def test_a_person_that_is_none_is_told(front: Front) -> None:
    assert front.get("/api/people/9999").error == (404, "unknown_user")
