"""The page Phones."""

from __future__ import annotations

import re

import pytest

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.core.model import Phone, User
from hotdesk_module.errors import LedgerDown
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web.errors import STATUSES
from tests.support.front import ADMIN, Front, Page
from tests.support.office import device
from tests.unit.web.pages import EVIL, everyone


def test_the_list_says_who_sits_where_since_when(front: Front) -> None:
    front.office.inventory.all_zone = "Asia/Kolkata"
    front.desk.login("200", "1003")
    front.office.clock.advance(3 * 3600)
    page = front.get("/").page
    assert "200 Phone 200 In use No Emergency CID 1003 Person 1003 2023-11-15 03:43 (3 h 00 min)" in page.text
    assert "4 phones, 1 in use" in page.text
    assert {"datetime": "2023-11-14T22:13:20Z"} in page.all("time")


def test_a_zone_that_nobody_knows_is_the_machines(front: Front) -> None:
    front.desk.login("200", "1003")
    for zone in ("Middle-earth/Shire", "../../etc/passwd", ""):
        front.office.inventory.all_zone = zone
        assert front.get("/").status == 200


def test_the_list_can_be_narrowed(front: Front) -> None:
    front.desk.login("200", "1003")
    front.ledger.save_phones([Phone("201", "Büro", location="2nd floor"), Phone("999"), Phone("202", enabled=False)])

    def listed(target: str) -> list[str]:
        return re.findall(
            r"hotdesk-number\">(\d+)</span>(?=.*?</a>)", front.get(target).response.text.replace("\n", " ")
        )

    assert set(listed("/phones?q=person+1003")) >= {"200"} and "201" not in listed("/phones?q=person+1003")
    assert listed("/phones?q=B%C3%9CRO") == ["201"]
    assert listed("/phones?location=2nd+floor") == ["201"]
    assert listed("/phones?state=gone") == ["999"]
    assert listed("/phones?state=disabled") == ["202"]
    assert listed("/phones/table?state=disabled") == ["202"]
    assert "No phone fits." in front.get("/phones?q=nothing+like+it").page.text
    found = front.post("/phones/find", q="a&b", location="", state="free")
    assert found.response.headers["Location"] == "/phones?q=a%26b&state=free"


def test_names_come_through_whole(front: Front) -> None:
    assert EVIL in everyone(front).get("/").page.text
    field = next(i for i in front.get("/phones/200").page.all("input") if i.get("name") == "label")
    assert field["value"] == EVIL


# What one does there


def test_somebody_is_logged_in_and_out_and_the_history_says_who_did_it(front: Front) -> None:
    page = front.follow(front.post("/phones/200/login", user=" 1003 "))
    assert "1003 (Person 1003) is logged in at phone 200 (Phone 200) now." in page.text
    assert front.office.rings("1003") == ["PJSIP/200"]
    since = str(front.office.clock())
    page = front.follow(front.post("/phones/200/logout", user="1003", since=since))
    assert "1003 (Person 1003) was logged out of phone 200." in page.text
    assert front.seat("200") is None
    events = front.ledger.events(HistoryFilter())
    assert [(e.event, e.source, e.actor) for e in events] == [("logout", "panel", "maria"), ("login", "panel", "maria")]


def test_who_is_displaced_is_named(front: Front) -> None:
    front.desk.login("200", "1004")
    front.desk.login("201", "1003")
    text = front.follow(front.post("/phones/200/login", user="1003")).text
    assert "1004 (Person 1004) was logged out of phone 200 (replaced)." in text
    assert "1003 (Person 1003) was logged out of phone 201 (moved)." in text


@pytest.mark.parametrize(("user", "why"), [("9999", "no extension 9999"), ("10a", "10a"), ("", ""), ("'; --", "--")])
def test_a_login_that_is_refused_keeps_what_was_typed(front: Front, user: str, why: str) -> None:
    answer = front.post("/phones/200/login", user=user)
    assert answer.status == 400
    assert why in answer.page.text
    assert next(i for i in answer.page.all("input") if i.get("name") == "user")["value"] == user


def test_only_who_was_seen_is_logged_out(front: Front) -> None:
    """Two administrators: between the page of the one and the click, the other has seated somebody else."""
    front.desk.login("200", "1003")
    since = str(front.office.clock())
    front.office.clock.advance(5)
    front.desk.login("200", "1004")
    page = front.follow(front.post("/phones/200/logout", user="1003", since=since))
    assert "Nothing was changed. 1004 (Person 1004) sits at phone 200 by now." in page.text
    front.desk.logout("200")
    page = front.follow(front.post("/phones/200/logout", user="1003", since=since))
    assert "Nothing was changed. Nobody sits at phone 200 by now." in page.text


def test_all_who_were_listed_are_logged_out(front: Front) -> None:
    assert "Nobody is logged in" in front.get("/logout-all").page.text
    for phone, user in (("200", "1003"), ("201", "1004")):
        front.desk.login(phone, user)
    page = front.get("/logout-all").page
    assert "Log out 2 users?" in page.text
    seats = [i["value"] for i in page.all("input") if i.get("name") == "seat"]
    front.desk.login("202", "1001")
    front.desk.logout("201")
    text = front.follow(front.post("/logout-all", seat=seats)).text
    assert "1 user logged out. 1 had logged out already." in text
    assert [s.user for s in front.ledger.sessions()] == ["1001"]
    assert "Nobody was logged out." in front.follow(front.post("/logout-all")).text


def test_phones_are_added_many_at_once(front: Front) -> None:
    front.office.inventory.all_devices += [device("212"), device("0213")._replace(emergency_cid="5550213")]
    page = front.get("/phones/add").page
    offered = [i["value"] for i in page.all("input") if i.get("name") == "device"]
    assert offered == ["212", "0213", "1001", "1002"]
    text = front.follow(front.post("/phones/add", device=["212", "0213", "404"], location="Hall")).text
    assert "Phone 212 (Phone 212) is in the pool now." in text and "404: device: FreePBX has no device 404" in text
    assert "Phone 212 has no Emergency CID" in text and "Phone 0213 has no" not in text
    assert {p.device: p.location for p in front.ledger.phones(["212", "0213"])} == {
        "212": "Hall",
        "0213": "Hall",
    }


def test_adding_nothing_or_nonsense_says_so(front: Front) -> None:
    assert "Choose at least one phone." in front.post("/phones/add").page.text
    answer = front.post("/phones/add", device="200; DROP TABLE", location="x" * 200)
    assert answer.status == 400 and "is not a device number" in answer.page.text


def test_a_phone_is_edited(front: Front) -> None:
    fields = {"label": "Front", "location": "Hall", "mac": "0015.65aa.bbcc", "login_code": "*55", "logout_code": ""}
    text = front.follow(front.post("/phones/200", **fields, idle_hours="0", daily_at="06:30", enabled="yes")).text
    assert "Phone 200 (Front) is saved." in text and "Apply Config" in text
    (phone,) = front.ledger.phones(["200"])
    assert phone == Phone("200", "Front", "001565aabbcc", "Hall", "*55", "", 0, "06:30", True)
    (event,) = front.ledger.events(HistoryFilter(event="pool"))
    assert (event.phone, event.source, event.actor, event.code) == ("200", "panel", "maria", "changed")
    assert "label: Phone 200 → Front" in event.detail
    front.follow(front.post("/phones/200", label="Front"))
    assert front.ledger.phones(["200"])[0].enabled is False


def test_a_field_that_is_wrong_is_told_beside_it(front: Front) -> None:
    answer = front.post("/phones/200", label="Front", mac="xyz", idle_hours="often")
    assert answer.status == 400
    wrong = [i["name"] for i in answer.page.all("input") if i.get("aria-invalid") == "true"]
    assert wrong == ["mac", "idle_hours"]
    assert "'xyz' is not a MAC address" in answer.page.text
    assert front.ledger.phones(["200"])[0].label == "Phone 200"


def test_what_only_the_pool_knows_to_be_wrong_is_told_too(front: Front) -> None:
    front.ledger.save_phones([Phone("201", mac="001565aabbcc")])
    answer = front.post("/phones/200", mac="00:15:65:AA:BB:CC")
    assert answer.status == 400 and "is the address of phone 201 already" in answer.page.text


def test_a_phone_is_removed_after_a_question(front: Front) -> None:
    front.desk.login("200", "1003")
    assert "will be logged out first" in front.get("/phones/200/remove").page.text
    text = front.follow(front.post("/phones/200/remove")).text
    assert "1003 was logged out of phone 200. Phone 200 (Phone 200) is not in the pool any more." in text
    assert front.ledger.phones(["200"]) == ()


@pytest.mark.parametrize("path", ["/phones/777", "/phones/777/login", "/phones/777/remove", "/phones/%3Cb%3E"])
def test_a_phone_that_is_none_is_told(front: Front, path: str) -> None:
    answer = front.get(path)
    assert answer.status == STATUSES["not_in_pool"] == 404
    assert "is not a hot desk phone" in answer.page.text
    if "%" not in path and path != "/phones/777":
        assert front.post(path, user="1003").status == 404
    assert front.ledger.events(HistoryFilter()) == ()


# Notices


def test_what_was_done_is_told_once_and_to_who_did_it(front: Front) -> None:
    where = front.post("/phones/200/login", user="1003").response.headers["Location"]
    other = ADMIN._replace(user="otto")
    assert "logged in at" not in front.get(where, other).page.text
    assert "logged in at" in front.get(where).page.text
    assert "logged in at" not in front.get(where).page.text
    assert front.get("/?notice=made-up").status == 200


# When something is down


def test_the_page_says_that_the_database_is_down(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise LedgerDown("The database asterisk at localhost does not answer: Connection refused.")

    monkeypatch.setattr(SqlLedger, "phones", down)
    answer = front.get("/")
    assert answer.status == 503
    assert "does not answer" in answer.page.text and "ledger_down" in answer.page.text
    assert "The database does not answer" in front.get("/health").page.text
    assert front.get("/api/phones").error == (503, "ledger_down")


def test_reading_works_without_asterisk_and_changing_says_why_not(front: Front) -> None:
    front.asterisk_up = False
    assert front.get("/").status == 200
    answer = front.post("/phones/200/login", user="1003")
    assert answer.status == 400 and "does not answer" in answer.page.text
    assert front.post("/phones/200/remove").status == 503
    assert front.get("/api/sessions").status == 200
    assert front.call("/api/reconcile").error == (503, "asterisk_down")


def test_an_error_of_ours_tells_nothing_to_the_browser(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(SqlLedger, "phones", broken)
    for path in ("/", "/api/phones"):
        answer = front.get(path)
        assert answer.status == 500
        assert "secret detail" not in answer.response.text


def test_what_is_not_there_and_methods_that_are_not(front: Front) -> None:
    assert front.get("/nowhere").status == 404
    assert front.get("/nowhere").page.text
    assert front.get("/api/nowhere").error == (404, "not_found")
    assert front.get("/phones/200/logout").status == 405
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert front.send(method, "/phones/200").status in (200, 405)
    assert front.ledger.phones(["200"])


def test_a_body_that_is_too_long_is_refused(front: Front) -> None:
    body = b"label=" + b"x" * 5_000_000
    assert front.send("POST", "/phones/200", body, "application/x-www-form-urlencoded").status == 413


def test_every_request_lets_go_of_its_adapters(front: Front) -> None:
    for path in ("/", "/health", "/phones/777", "/api/health"):
        front.get(path)
    front.post("/phones/200/login", user="9999")
    assert front.opened == front.closed == 5


def test_nothing_is_kept_by_the_browser(front: Front) -> None:
    answer = front.get("/")
    assert answer.response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.response.headers
    assert isinstance(answer.page, Page)


def test_users_without_a_name_are_numbers(front: Front) -> None:
    front.office.inventory.all_users.append(User("0042", "", ""))
    text = front.follow(front.post("/phones/200/login", user="0042")).text
    assert "0042 is logged in at phone 200 (Phone 200) now." in text
