"""The panel as data."""

from __future__ import annotations

from typing import Any

import pytest

from hotdesk_module.core.model import Contact, Device, Phone
from hotdesk_module.errors import all_codes
from hotdesk_module.ports import HistoryFilter
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
        "seat": "200 1003 1700000000",
        "state": "occupied",
        "marks": ["no_emergency_cid", "not_registered"],
        "until": "2023-11-15T06:13:20Z",
        "until_why": "idle",
        "active": "2023-11-14T22:13:20Z",
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
            "seat": "200 1003 1700000000",
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
    assert front.call("/api/logout", all=True).json == {**gone, "left": [], "errors": []}


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
        ("/api/phones", {"devices": []}, (400, "bad_value")),
        ("/api/phones", {"devices": "1001"}, (400, "bad_value")),
        ("/api/phones", {"devices": ["1001"], "mac": "001565aabbcc"}, (400, "bad_value")),
        ("/api/phones/edit", {"devices": ["200"], "location": "x" * 101}, (400, "bad_value")),
        ("/api/phones/edit", {"devices": ["2o0"], "location": "x"}, (400, "bad_value")),
        ("/api/phones/remove", {"devices": [200]}, (400, "bad_value")),
        ("/api/phones/200", {"label": "x", "seen": {"label": "y"}}, (400, "bad_value")),
        ("/api/phones/200", {"label": "x", "seen": "y"}, (400, "bad_value")),
        ("/api/logout", {"seats": "200 1003 5"}, (400, "bad_value")),
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


def test_phones_are_listed_as_on_the_page(front: Front) -> None:
    front.desk.login("201", "1003")
    found = front.get("/api/phones?q=phone&state=free&sort=-phone&per=25&page=7").json
    assert [p["device"] for p in found.pop("phones")] == ["300", "202", "200"]
    assert found == {"total": 3, "page": 1, "pages": 1, "per": 25, "in_pool": 4, "in_use": 1, "locations": []}


def test_many_phones_are_added_edited_and_removed(front: Front) -> None:
    added = front.call("/api/phones", devices=["1001", "404", "200"], location="Hall", enabled=False).json
    assert [p["device"] for p in added["phones"]] == ["1001"] and added["fate"] == "added"
    assert [(e["device"], e["code"]) for e in added["errors"]] == [("404", "unknown_phone"), ("200", "phone_exists")]
    assert front.ledger.phones(["1001"]) == (Phone("1001", "Phone 1001", location="Hall", enabled=False),)
    edited = front.call("/api/phones/edit", devices=["1001", "777"], idle_hours="4", enabled=True).json
    assert (edited["phones"][0]["idle_hours"], edited["phones"][0]["enabled"]) == (4, True)
    assert edited["errors"][0]["code"] == "not_in_pool"
    front.desk.login("1001", "1003")
    tried = front.call("/api/phones/remove", devices=["1001", "202"], dry_run=True).json
    assert tried == {"dry_run": True, "ended": [{"phone": "1001", "user": "1003", "seat": "1001 1003 1700000000"}]}
    refused = front.call("/api/phones/remove", devices=["1001", "202"], seats=[]).json
    assert [p["device"] for p in refused["phones"]] == ["202"] and refused["errors"][0]["code"] == "changed"
    removed = front.call("/api/phones/remove", devices=["1001"], seats=[tried["ended"][0]["seat"]]).json
    assert removed["fate"] == "removed" and removed["ended"] == [{"phone": "1001", "user": "1003"}]


def test_an_edit_that_says_what_it_began_with_overwrites_nobody(front: Front) -> None:
    seen = front.get("/api/phones?q=200").json["phones"][0]
    assert front.call("/api/phones/200", location="Hall", seen=seen).json["phone"]["location"] == "Hall"
    assert front.call("/api/phones/200", location="Annex", seen=seen).error == (409, "changed")
    assert front.ledger.phones(["200"])[0].location == "Hall"


def test_what_would_happen_is_told_and_does_not_happen(front: Front) -> None:
    front.desk.login("200", "1004")
    front.desk.login("201", "1003")
    tried = front.call("/api/login", phone="200", user="1003", dry_run=True).json
    assert [(e["phone"], e["user"], e["why"]) for e in tried["ended"]] == [
        ("200", "1004", "replaced"),
        ("201", "1003", "moved"),
    ]
    assert front.call("/api/login", phone="777", user="1003", dry_run=True).error == (404, "not_in_pool")
    for whom in ({"all": True}, {"phone": "200"}, {"user": "1004"}, {"location": "Hall"}):
        assert front.call("/api/logout", **whom, dry_run=True).json["dry_run"] is True
    assert (front.seat("200"), front.seat("201")) == ("1004", "1003")
    assert [e.event for e in front.ledger.events(HistoryFilter())] == ["login", "login"]
    seats = [e["seat"] for e in tried["ended"]]
    assert front.call("/api/login", phone="200", user="1003", seats=seats[:1]).error == (409, "changed")
    assert front.call("/api/login", phone="200", user="1003", seats=seats).json["code"] == "logged_in"


def test_what_can_be_added_is_listed_searched_and_cut_into_pages(front: Front) -> None:
    front.office.inventory.all_devices.append(Device("0203", "sip", "SIP/0203", "0203", "SIP/0203", "Bar", "5550100"))
    assert front.get("/api/phones/addable?q=BAR").json == {
        "devices": [{"device": "0203", "description": "Bar", "emergency_cid": True}],
        "total": 1,
        "page": 1,
        "pages": 1,
        "per": 50,
    }
    numbers = [d["device"] for d in front.get("/api/phones/addable").json["devices"]]
    assert "0203" in numbers and "200" not in numbers
    front.call("/api/phones", devices=["0203"])
    assert front.get("/api/phones/addable?q=0203").json["total"] == 0


def test_a_location_and_seats_are_logged_out(front: Front) -> None:
    front.ledger.save_phones([Phone("200", location="Hall"), Phone("201", location="Annex")])
    for phone, user in (("200", "1003"), ("201", "1004")):
        front.desk.login(phone, user)
    seats = [s["seat"] for s in front.get("/api/sessions").json["sessions"]]
    assert front.call("/api/logout", location="Hall").json == {
        "ended": [{"phone": "200", "user": "1003", "why": "logout"}],
        "applied": True,
        "left": [],
        "errors": [],
    }
    front.desk.login("200", "1001")
    assert front.call("/api/logout", seats=seats).json == {
        "ended": [{"phone": "201", "user": "1004", "why": "logout"}],
        "applied": True,
        "left": [{"phone": "200", "user": "1003", "now": "1001"}],
        "errors": [],
    }


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
