"""The panel as data."""

from __future__ import annotations

from typing import Any

import pytest

from hotdesk_module.core.model import Contact, Phone
from hotdesk_module.errors import all_codes
from hotdesk_module.web.alerts import ERROR, Alert
from hotdesk_module.web.errors import STATUSES
from tests.support.front import Front


def test_every_error_has_a_status() -> None:
    assert sorted(STATUSES) == list(all_codes())
    assert set(STATUSES.values()) == {400, 404, 409, 500, 503}


def test_phones_have_what_the_page_shows(front: Front) -> None:
    front.office.inventory.all_transports = {"200": "0.0.0.0-udp"}
    front.desk.login("200", "1003")
    first, *others = front.get("/api/phones").json["phones"]
    assert first == {
        "device": "200",
        "label": "Phone 200",
        "mac": "",
        "location": "",
        "login_code": "",
        "logout_code": "",
        "idle_hours": None,
        "daily_at": "",
        "enabled": True,
        "tech": "pjsip",
        "transport": "0.0.0.0-udp",
        "user": "1003",
        "since": "2023-11-14T22:13:20Z",
        "name": "Person 1003",
        "state": "occupied",
        "registered": False,
        "address": None,
        "port": None,
        "agent": None,
        "reachable": None,
        "round_trip_us": None,
    }
    assert {p["state"] for p in others} == {"free"}


def test_sessions(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.clock.advance(60)
    assert front.get("/api/sessions").json["sessions"] == [
        {
            "user": "1003",
            "name": "Person 1003",
            "phone": "200",
            "label": "Phone 200",
            "since": "2023-11-14T22:13:20Z",
            "seconds": 60,
            "active": "2023-11-14T22:13:20Z",
            "until": "2023-11-15T06:13:20Z",
            "until_why": "idle",
        }
    ]


def test_login_and_logout(front: Front) -> None:
    assert front.call("/api/login", phone="200", user="1003").json == {
        "code": "logged_in",
        "phone": "200",
        "user": "1003",
        "ended": [],
        "applied": True,
    }
    gone = {"ended": [{"phone": "200", "user": "1003", "why": "logout"}], "applied": True}
    assert front.call("/api/logout", phone="200").json == gone
    front.call("/api/login", phone="200", user="1003")
    assert front.call("/api/logout", user="1003").json == gone
    front.call("/api/login", phone="200", user="1003")
    assert front.call("/api/logout", all=True).json == gone


def test_a_form_does_as_well_as_json(front: Front) -> None:
    assert front.post("/api/login", phone="200", user="1003").json["code"] == "logged_in"
    assert front.post("/api/logout", all="yes").json["applied"] is True


@pytest.mark.parametrize(
    ("path", "data", "error"),
    [
        ("/api/login", {"phone": "200", "user": "9999"}, (404, "unknown_user")),
        ("/api/login", {"phone": "777", "user": "1003"}, (404, "not_in_pool")),
        ("/api/login", {"phone": "2o0", "user": "1003"}, (400, "bad_value")),
        ("/api/login", {"phone": 200, "user": "1003"}, (400, "bad_value")),
        ("/api/login", {"phone": "200", "user": 1003}, (400, "bad_value")),
        ("/api/login", {"phone": "200"}, (400, "bad_extension")),
        ("/api/login", {}, (400, "bad_value")),
        ("/api/logout", {}, (400, "bad_value")),
        ("/api/logout", {"phone": "200", "all": True}, (400, "bad_value")),
        ("/api/logout", {"phone": "200"}, (409, "not_logged_in")),
        ("/api/logout", {"user": "1003\r\nAction: Command"}, (400, "bad_extension")),
        ("/api/phones", {"device": "200"}, (409, "phone_exists")),
        ("/api/phones", {"device": "404"}, (404, "unknown_phone")),
        ("/api/phones", {"device": "1001", "colour": "red"}, (400, "bad_value")),
        ("/api/phones", {"device": "1001", "idle_hours": ["1"]}, (400, "bad_value")),
        ("/api/phones/777", {"label": "x"}, (404, "not_in_pool")),
        ("/api/phones/777/remove", {}, (404, "not_in_pool")),
    ],
)
def test_every_refusal_has_one_shape(front: Front, path: str, data: dict[str, Any], error: tuple[int, str]) -> None:
    answer = front.call(path, **data)
    assert answer.error == error
    assert answer.json["error"]["message"]
    assert front.ledger.sessions() == ()


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b"null"])
def test_what_is_no_json_object_is_refused(front: Front, body: bytes) -> None:
    answer = front.send("POST", "/api/login", body, "application/json")
    assert answer.status == 400 and "error" in answer.json


def test_phones_are_added_edited_and_removed(front: Front) -> None:
    added = front.call("/api/phones", device="1001", label="Alice's", enabled=False).json
    assert (added["fate"], added["phone"]["enabled"], added["apply_config"]) == ("added", False, False)
    assert "Emergency CID" in added["warnings"][0]
    assert front.call("/api/phones/1001", login_code="*55").json["apply_config"] is True
    assert front.ledger.phones(["1001"]) == (Phone("1001", "Alice's", login_code="*55", enabled=False),)
    assert front.call("/api/phones/1001/remove").json["fate"] == "removed"


def test_health_and_a_repair(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.edit_extension("200")
    found = {f["code"]: f for f in front.get("/api/health").json["findings"]}
    assert found["projection"]["level"] == "warning" and found["projection"]["repairable"]
    tried = front.call("/api/reconcile", dry_run=True).json
    assert tried["dry_run"] and tried["effects"]
    assert front.call("/api/reconcile").json["effects"] == tried["effects"]
    assert front.call("/api/reconcile").json["effects"] == []


# The bridge's own


def test_the_bridge_asks_for_a_repair_and_for_alerts(front: Front) -> None:
    answer = front.bridge("POST", "/internal/reconcile")
    assert (answer.status, front.repairs, front.opened) == (202, 1, 0)
    assert front.bridge("GET", "/internal/alerts").json == []
    front.alerts.show(Alert("a", ERROR, "Old", "x"))
    front.alerts.show(Alert("a", ERROR, "New", "y"))
    front.alerts.show(Alert("health_x", ERROR, "X", "x"))
    front.alerts.replace("health_", (Alert("health_y", ERROR, "Y", "y"),))
    assert front.bridge("GET", "/internal/alerts").json == [
        {"id": "a", "level": "error", "title": "New", "text": "y"},
        {"id": "health_y", "level": "error", "title": "Y", "text": "y"},
    ]
    front.alerts.clear("a", "never there")
    assert [a["id"] for a in front.bridge("GET", "/internal/alerts").json] == ["health_y"]


def test_a_phone_says_where_it_is_registered(front: Front) -> None:
    def lobby() -> dict[str, Any]:
        phones: list[dict[str, Any]] = front.get("/api/phones").json["phones"]
        (found,) = (p for p in phones if p["device"] == "200")
        return {k: found[k] for k in ("registered", "address", "port", "agent", "reachable", "round_trip_us")}

    nothing = dict.fromkeys(("address", "port", "agent", "reachable", "round_trip_us"))
    assert lobby() == {"registered": False, **nothing}
    front.office.switchboard.all_contacts = [
        Contact("PJSIP/200", "sip:200@192.0.2.11", "192.0.2.11", 5060, "T46U 1", True, 800)
    ]
    assert lobby() == {
        "registered": True,
        "address": "192.0.2.11",
        "port": 5060,
        "agent": "T46U 1",
        "reachable": True,
        "round_trip_us": 800,
    }
    front.asterisk_up = False
    assert lobby() == {"registered": None, **nothing}
