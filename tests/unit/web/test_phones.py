"""The page Phones."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.core.model import Contact, Phone, User
from hotdesk_module.errors import LedgerDown
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.web.errors import STATUSES
from tests.support.front import ADMIN, Front, Page, view_of
from tests.support.office import device
from tests.unit.web.pages import EVIL, everyone


def test_the_list_says_who_sits_where_since_when_and_until_when(front: Front) -> None:
    front.office.inventory.all_zone = "Asia/Kolkata"
    front.office.inventory.all_transports = {"200": "0.0.0.0-udp"}
    front.office.switchboard.all_contacts = [Contact("PJSIP/200", address="192.0.2.20", port=5060)]
    front.ledger.save_phones([Phone("200", "Lobby", "001565aabbcc", "Hall")])
    front.desk.login("200", "1003")
    front.office.clock.advance(3 * 3600)
    page = front.get("/").page
    row = "200 Lobby Hall In use No Emergency CID Set it in FreePBX 1003 Person 1003 03:43 (3 h 00 min)"
    assert f"{row} 11:43 (if nobody calls) 03:43 192.0.2.20 00:15:65:AA:BB:CC pjsip 0.0.0.0-udp" in page.text
    assert "4 phones, 1 in use" in page.text
    assert {"datetime": "2023-11-14T22:13:20Z", "title": "2023-11-15 03:43"} in page.all("time")


def test_a_time_of_another_day_has_its_date(front: Front) -> None:
    front.office.inventory.all_zone = "Etc/UTC"
    front.desk.login("200", "1003")
    front.office.clock.advance(2 * 3600)
    assert "2023-11-14 22:13 (2 h 00 min)" in front.get("/").page.text


def test_the_last_activity_is_the_last_event_there_or_the_last_call(front: Front) -> None:
    front.office.inventory.all_zone = "Etc/UTC"
    front.desk.login("200", "1003")
    front.desk.logout("200")
    front.office.clock.advance(600)
    front.desk.login("201", "1003")
    front.ledger.touch({"201": front.office.clock() + 60})
    active = {p["device"]: p["active"] for p in front.get("/api/phones").json["phones"]}
    assert active == {"200": "2023-11-14T22:13:20Z", "201": "2023-11-14T22:24:20Z", "202": None, "300": None}


def test_nobody_is_called_not_registered_while_nobody_knows(front: Front) -> None:
    assert "Not registered" in _rows(front, "/phones")["201"]
    front.asterisk_up = False
    assert "Not registered" not in _rows(front, "/phones")["201"]


def _rows(front: Front, target: str) -> dict[str, str]:
    """Return what is in the rows of the list, by device, in their order."""
    found = re.findall(r'<tr role="row" data-key="(\d+)">(.*?)</tr>', front.get(target).response.text, re.S)
    return {key: Page(text).text for key, text in found}


def test_a_zone_that_nobody_knows_is_the_machines(front: Front) -> None:
    front.desk.login("200", "1003")
    for zone in ("Middle-earth/Shire", "../../etc/passwd", ""):
        front.office.inventory.all_zone = zone
        assert front.get("/").status == 200


def test_the_list_can_be_narrowed(front: Front) -> None:
    front.desk.login("200", "1003")
    front.ledger.save_phones([Phone("201", "Büro", location="2nd floor"), Phone("999"), Phone("202", enabled=False)])
    front.office.switchboard.all_contacts = [Contact("PJSIP/201", address="192.0.2.21")]
    front.office.inventory.all_devices = [
        d._replace(emergency_cid="5550200") if d.id != "300" else d for d in front.office.inventory.all_devices
    ]
    for query, devices in {
        "q=person+1003": ["200"],
        "q=B%C3%9CRO": ["201"],
        "q=192.0.2": ["201"],
        "location=2nd+floor": ["201"],
        "state=free": ["201", "300"],
        "state=occupied": ["200"],
        "state=disabled": ["202"],
        "state=gone": ["999"],
        "state=not_registered": ["200", "202", "300"],
        "state=no_emergency_cid": ["300"],
        "state=free&location=2nd+floor&q=201": ["201"],
    }.items():
        assert list(_rows(front, f"/phones?{query}")) == devices, query
        assert list(_rows(front, f"/phones/table?{query}")) == devices, query
    assert "No phone fits." in front.get("/phones?q=nothing+like+it").page.text
    found = front.post("/phones/find", q="a&b", location="", state="free", sort="-user", per="100")
    assert found.response.headers["Location"] == "/phones?q=a%26b&state=free&sort=-user&per=100"


def test_the_list_is_sorted_by_every_column(front: Front) -> None:
    front.ledger.save_phones([Phone("0201", "Attic", "001565aabbcc", "Annex"), Phone("201", "Büro", location="Hall")])
    front.office.inventory.all_devices.append(device("0201"))
    front.office.switchboard.all_contacts = [
        Contact("PJSIP/200", address="192.0.2.100"),
        Contact("PJSIP/202", address="192.0.2.20"),
    ]
    front.desk.login("202", "1003")
    front.office.clock.advance(60)
    front.desk.login("200", "1001")
    for sort, first in {
        "phone": ["200", "201", "202", "300", "0201"],
        "-phone": ["0201", "300", "202", "201", "200"],
        "label": ["0201", "201", "200"],
        "location": ["0201", "201"],
        "-location": ["201", "0201"],
        "mac": ["0201"],
        "technology": ["200"],
        "address": ["202", "200"],
        "-address": ["200", "202"],
        "state": ["201", "300", "0201", "200", "202"],
        "user": ["200", "202"],
        "since": ["202", "200"],
        "-since": ["200", "202"],
        "until": ["202", "200"],
        "-active": ["200", "202"],
        "nonsense": ["200", "201", "202", "300", "0201"],
    }.items():
        assert list(_rows(front, f"/phones?sort={sort}"))[: len(first)] == first, sort
    headings = [a["href"] for a in front.get("/phones?sort=user&q=2").page.all("a") if "sort" in a["href"]]
    assert {view_of(h).partition("?")[2] for h in headings} >= {"q=2&sort=-user", "q=2&sort=phone", "q=2&sort=since"}


def test_the_list_has_pages(front: Front) -> None:
    front.ledger.save_phones([Phone(str(n), f"Desk {n}", location="Hall") for n in range(1000, 1060)])
    front.office.inventory.all_devices += [device(str(n)) for n in range(1003, 1060)]
    assert next(iter(_rows(front, "/phones?location=Hall&page=2"))) == "1050"
    page = front.get("/phones?location=Hall&page=2").page
    assert "51–60 of 60" in page.text and "64 phones, 0 in use; 60 fit" in page.text
    assert len(_rows(front, "/phones?location=Hall&page=2&per=25")) == 25
    assert list(_rows(front, "/phones?location=Hall&page=99")) == [str(n) for n in range(1050, 1060)]


def test_whoever_comes_back_finds_the_same_part_of_the_list(front: Front) -> None:
    front.ledger.save_phones([Phone(str(n), location="Hall") for n in range(1000, 1060)])
    front.office.inventory.all_devices += [device(str(n)) for n in range(1003, 1060)]
    here = "/phones?q=10&location=Hall&sort=-phone&page=2"
    page = front.get(here).page
    assert {i["value"] for i in page.all("input") if i.get("name") == "back"} == {here}
    links = [parse_qs(urlsplit(view_of(a["href"])).query) for a in page.all("a") if "back" in a["href"]]
    assert len(links) > 10 and all(link["back"] == [here] for link in links)
    done = front.post("/phones/1001/login", user="1003", back=here)
    assert done.response.headers["Location"].startswith(f"{here}&notice=")
    assert "notice" not in str([i for i in front.get(done.response.headers["Location"]).page.all("input")])


@pytest.mark.parametrize(
    "said", ["http://example.com/", "//example.com", "/api/phones", "/internal/alerts", "/nowhere", "phones", "/a b"]
)
def test_nobody_is_sent_away_from_the_panel(front: Front, said: str) -> None:
    done = front.post("/phones/200/login", user="1003", back=said)
    assert done.response.headers["Location"].startswith("/phones?notice=")
    assert "example" not in front.get(f"/phones/200?back={quote(said)}").response.text


def test_names_come_through_whole(front: Front) -> None:
    assert EVIL in everyone(front).get("/").page.text
    field = next(i for i in front.get("/phones/200").page.all("input") if i.get("name") == "label")
    assert field["value"] == EVIL


# What one does there


def test_somebody_is_logged_in_and_out_and_the_history_says_who_did_it(front: Front) -> None:
    page = front.follow(front.post("/phones/200/login", user=" 1003 "))
    assert "1003 (Person 1003) is logged in at phone 200 (Phone 200) now." in page.text
    assert front.office.rings("1003") == ["PJSIP/200"]
    (seat,) = _seats(front.post("/logout/ask", device="200").page)
    page = front.follow(front.post("/logout", seat=seat))
    assert "1003 (Person 1003) was logged out of phone 200 (Phone 200)." in page.text
    assert front.seat("200") is None
    events = front.ledger.events(HistoryFilter())
    assert [(e.event, e.source, e.actor) for e in events] == [("logout", "panel", "maria"), ("login", "panel", "maria")]


def _seats(page: Page) -> list[str]:
    return [i["value"] for i in page.all("input") if i.get("name") == "seat"]


@pytest.mark.parametrize(("typed", "user"), [("ravi patel", "1003"), ("RAVI", "1003"), ("jane", "1002")])
def test_a_person_is_found_by_name(front: Front, typed: str, user: str) -> None:
    names = {"1001": "John Smith", "1002": "Jane Doe", "1003": "Ravi Patel"}
    users = front.office.inventory.all_users
    front.office.inventory.all_users = [u._replace(name=names.get(u.extension, u.name)) for u in users]
    front.follow(front.post("/phones/200/login", user=typed))
    assert front.seat("200") == user


def test_where_several_people_are_meant_they_are_named(front: Front) -> None:
    text = front.post("/phones/200/login", user="person").page.text
    assert "“person” may be several people: 200 (Person 200), 201 (Person 201)" in text
    assert front.seat("200") is None


def test_who_would_be_displaced_is_asked_about_first_and_named_afterwards(front: Front) -> None:
    front.desk.login("200", "1004")
    front.desk.login("201", "1003")
    question = front.post("/phones/200/login", user="1003")
    assert question.status == 200
    assert "1004 (Person 1004), who sits there, will be logged out." in question.page.text
    assert "1003 (Person 1003) will be moved here from phone 201 (Phone 201)." in question.page.text
    assert (front.seat("200"), front.seat("201")) == ("1004", "1003")
    text = front.follow(front.post("/phones/200/login", user="1003", seat=_seats(question.page))).text
    assert "1003 (Person 1003) is logged in at phone 200 (Phone 200) now." in text
    assert "1004 (Person 1004) was logged out of phone 200 (Phone 200), to make room." in text
    assert "1003 (Person 1003) was moved away from phone 201 (Phone 201)." in text


def test_who_has_come_since_the_question_is_asked_about_again(front: Front) -> None:
    front.desk.login("200", "1004")
    question = front.post("/phones/200/login", user="1003")
    front.office.clock.advance(5)
    front.desk.login("200", "1001")
    again = front.post("/phones/200/login", user="1003", seat=_seats(question.page))
    assert again.status == 409
    assert "Who sits where has changed in the meantime. Nothing was done yet." in again.page.text
    assert "1001 (Person 1001), who sits there, will be logged out." in again.page.text
    assert front.seat("200") == "1001"
    front.follow(front.post("/phones/200/login", user="1003", seat=_seats(again.page)))
    assert front.seat("200") == "1003"


def test_what_the_settings_forbid_is_told_and_noted(front: Front) -> None:
    front.ledger.save_settings({"take_over": "refuse"})
    front.desk.login("200", "1004")
    answer = front.post("/phones/200/login", user="1003")
    assert answer.status == 400 and "Somebody else is logged in at phone 200." in answer.page.text
    assert front.ledger.events(HistoryFilter())[0].code == "occupied"


@pytest.mark.parametrize(("user", "why"), [("9999", "no extension 9999"), ("10a", "10a"), ("", ""), ("'; --", "--")])
def test_a_login_that_is_refused_keeps_what_was_typed(front: Front, user: str, why: str) -> None:
    answer = front.post("/phones/200/login", user=user)
    assert answer.status == 400
    assert why in answer.page.text
    assert next(i for i in answer.page.all("input") if i.get("name") == "user")["value"] == user


def test_only_who_was_seen_is_logged_out(front: Front) -> None:
    """Two administrators: between the page of the one and the click, the other has seated somebody else."""
    front.desk.login("200", "1003")
    seats = _seats(front.post("/logout/ask", device="200").page)
    front.office.clock.advance(5)
    front.desk.login("200", "1004")
    text = front.follow(front.post("/logout", seat=seats)).text
    assert "Nobody was logged out. 1003 (Person 1003) had left phone 200 (Phone 200) already; 1004" in text
    assert "1004 (Person 1004) sits there now, and stays." in text
    front.desk.logout("200")
    text = front.follow(front.post("/logout", seat=seats)).text
    assert "1003 was logged out of phone 200 at 2023-11-14 22:13." in text
    front.desk.login("200", "1003")
    text = front.follow(front.post("/logout", seat=seats)).text
    assert "1003 (Person 1003) has logged in at phone 200 (Phone 200) anew in the meantime, and stays." in text
    assert front.seat("200") == "1003"


def test_all_who_were_listed_are_logged_out(front: Front) -> None:
    assert "Nobody is logged in" in front.get("/logout").page.text
    for phone, user in (("200", "1003"), ("201", "1004")):
        front.desk.login(phone, user)
    page = front.get("/logout").page
    assert "Log out 2 users?" in page.text
    front.desk.login("202", "1001")
    front.desk.logout("201")
    text = front.follow(front.post("/logout", seat=_seats(page))).text
    assert "1003 (Person 1003) was logged out of phone 200 (Phone 200)." in text
    assert "1004 was logged out of phone 201 at 2023-11-14 22:13." in text
    assert [s.user for s in front.ledger.sessions()] == ["1001"]
    assert "Nobody was logged out." in front.follow(front.post("/logout")).text


def test_a_location_is_logged_out(front: Front) -> None:
    front.ledger.save_phones([Phone("200", location="Hall"), Phone("201", location="Annex")])
    for phone, user in (("200", "1003"), ("201", "1004")):
        front.desk.login(phone, user)
    found = front.post("/logout/find", location="Hall", back="/phones?q=2")
    assert found.response.headers["Location"] == "/logout?location=Hall&back=%2Fphones%3Fq%3D2"
    page = front.follow(found)
    assert "Log out 1 user?" in page.text and "1004" not in page.text
    front.follow(front.post("/logout", seat=_seats(page)))
    assert [s.user for s in front.ledger.sessions()] == ["1004"]


def test_many_who_were_logged_out_are_counted(front: Front) -> None:
    numbers = [str(n) for n in range(1100, 1125)]
    front.ledger.save_phones([Phone(n) for n in numbers])
    front.office.inventory.all_devices += [device(n) for n in numbers]
    front.office.inventory.all_users += [User(n, "", "default") for n in numbers]
    for number in numbers:
        front.desk.login(number, str(int(number) + 1 if number != "1124" else 1100))
    page = front.post("/logout/ask", device=numbers).page
    front.desk.logout("1100")
    text = front.follow(front.post("/logout", seat=_seats(page))).text
    assert "24 users were logged out. 1101 was logged out of phone 1100 at 2023-11-14 22:13." in text


@pytest.mark.parametrize(
    "seat", ["", "200", "200 1003", "200 1003 x", "200 1003 " + "9" * 30, "'; -- 1003 5", "\0 \0 1"]
)
def test_a_seat_that_is_none_is_nobodys(front: Front, seat: str) -> None:
    front.desk.login("200", "1003")
    assert "Nobody was logged out." in front.follow(front.post("/logout", seat=seat)).text
    assert front.seat("200") == "1003"


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


def test_what_is_ticked_stays_so_while_one_looks_for_more(front: Front) -> None:
    front.office.inventory.all_devices += [device(str(n)) for n in range(2000, 2060)]
    front.office.inventory.all_devices.append(device("500")._replace(description="Canteen"))
    page = front.post("/phones/add/choose", q="canteen", device=["2001", "500"], location="Hall", per="25").page
    boxes = {i["value"]: i for i in page.all("input") if i.get("name") == "device"}
    assert boxes["500"].get("checked") == "" and boxes["2001"]["type"] == "hidden"
    assert "1 more is ticked that is not shown here." in page.text and "1 fits" in page.text
    assert next(i for i in page.all("input") if i.get("name") == "location")["value"] == "Hall"
    second = front.post("/phones/add/choose", page="2", per="25", device=["2001"]).page
    assert "26–50 of 63" in second.text


def test_adding_nothing_or_nonsense_says_so(front: Front) -> None:
    assert "Choose at least one phone." in front.post("/phones/add").page.text
    answer = front.post("/phones/add", device="200; DROP TABLE", location="Hall")
    assert answer.status == 400 and "is not a device number" in answer.page.text
    answer = front.post("/phones/add", device="1001", location="x" * 200)
    assert answer.status == 400 and "has 200 characters" in answer.page.text
    assert next(i for i in answer.page.all("input") if i.get("value") == "1001").get("checked") == ""


def test_many_phones_are_edited_together(front: Front) -> None:
    page = front.post("/phones/selected/edit", device=["200", "201", "777"]).page
    assert "Edit 2 phones together" in page.text
    fields = {"location": "Hall", "idle_hours": "2", "daily_at": "18:30", "enabled": "no"}
    done = front.post("/phones/edit", device=["200", "201"], **fields, set=["location", "enabled"])
    assert "2 phones are saved." in front.follow(done).text
    for number in ("200", "201"):
        expected = Phone(number, f"Phone {number}", location="Hall", enabled=False)
        assert front.ledger.phones([number]) == (expected,)
    assert front.ledger.phones(["202"])[0].enabled


def test_many_phones_are_not_edited_to_nonsense(front: Front) -> None:
    answer = front.post("/phones/edit", device=["200"], location="Hall")
    assert answer.status == 400 and "Tick what is to be changed." in answer.page.text
    answer = front.post("/phones/edit", device=["200"], set="idle_hours", idle_hours="often", location="Hall")
    assert answer.status == 400 and "'often' is not a time" in answer.page.text
    assert next(i for i in answer.page.all("input") if i.get("name") == "location")["value"] == "Hall"
    text = front.follow(front.post("/phones/edit", device=["200", "777"], set="location", location="Hall")).text
    assert "1 phone is saved." in text and "777: Phone 777 is not a hot desk phone." in text


def test_a_phone_is_switched_off_and_on(front: Front) -> None:
    front.desk.login("200", "1003")
    text = front.follow(front.post("/phones/200/disable")).text
    assert (
        "Phone 200 (Phone 200) is disabled" in text and "1003 (Person 1003) is logged in there, and stays so." in text
    )
    assert not front.ledger.phones(["200"])[0].enabled and front.seat("200") == "1003"
    assert "People may log in at phone 200 (Phone 200) again." in front.follow(front.post("/phones/200/enable")).text
    assert front.ledger.phones(["200"])[0].enabled


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


def test_phones_are_removed_after_a_question(front: Front) -> None:
    front.desk.login("200", "1003")
    assert "1003 Person 1003" in front.get("/phones/200/remove").page.text
    page = front.post("/phones/selected/remove", device=["200", "201"]).page
    assert "Remove 2 phones from the pool?" in page.text
    text = front.follow(front.post("/phones/remove", device=["200", "201"], seat=_seats(page))).text
    assert "1003 (Person 1003) was logged out of phone 200 (Phone 200)." in text
    assert "Phone 200 (Phone 200) is not in the pool any more. Phone 201" in text
    assert front.ledger.phones(["200", "201"]) == ()


def test_a_phone_where_somebody_has_sat_down_since_is_not_removed(front: Front) -> None:
    front.desk.login("200", "1003")
    page = front.get("/phones/200/remove").page
    front.desk.login("200", "1004")
    text = front.follow(front.post("/phones/remove", device=["200", "201", "777"], seat=_seats(page))).text
    assert "200: 1004 has logged in at phone 200 in the meantime; it stays in the pool." in text
    assert "Phone 201 (Phone 201) is not in the pool any more." in text and "777: Phone 777 is not" in text
    assert front.seat("200") == "1004"


# Two administrators at one phone's form


def _filled(front: Front, device: str) -> dict[str, str | list[str]]:
    """Return what the form of a phone would send."""
    fields = {i["name"]: i.get("value", "") for i in front.get(f"/phones/{device}").page.all("input") if "name" in i}
    return {k: v for k, v in fields.items() if k != "hotdesk_token"}


def test_the_second_who_saves_is_told_and_loses_nothing(front: Front) -> None:
    first, second = _filled(front, "200"), _filled(front, "200")
    front.follow(front.post("/phones/200", **{**first, "label": "Lobby", "location": "Hall"}))
    answer = front.post("/phones/200", **{**second, "label": "Foyer", "mac": "001565aabbcc"})
    assert answer.status == 409
    assert "Somebody else has changed this phone in the meantime. Nothing was saved yet" in answer.page.text
    assert "Somebody else has made “Lobby” of “Phone 200” in the meantime." in answer.page.text
    shown = {i["name"]: i.get("value", "") for i in answer.page.all("input") if "name" in i}
    assert (shown["label"], shown["location"], shown["mac"]) == ("Foyer", "Hall", "001565aabbcc")
    assert front.ledger.phones(["200"])[0] == Phone("200", "Lobby", "", "Hall")
    shown.pop("hotdesk_token")
    front.follow(front.post("/phones/200", **shown))
    assert front.ledger.phones(["200"])[0] == Phone("200", "Foyer", "001565aabbcc", "Hall")


def test_the_second_who_saves_a_removed_phone_can_add_it_again(front: Front) -> None:
    typed = {**_filled(front, "200"), "label": "Foyer"}
    front.follow(front.post("/phones/remove", device="200"))
    answer = front.post("/phones/200", **typed)
    assert answer.status == 409 and "Somebody else has removed this phone from the pool." in answer.page.text
    shown = {i["name"]: i.get("value", "") for i in answer.page.all("input") if "name" in i}
    assert shown["label"] == "Foyer" and shown["was"] == "removed"
    shown.pop("hotdesk_token")
    wrong = front.post("/phones/200", **{**shown, "mac": "xyz"})
    assert wrong.status == 400 and "is not a MAC address" in wrong.page.text
    front.follow(front.post("/phones/200", **shown))
    assert front.ledger.phones(["200"])[0].label == "Foyer"
    again = front.post("/phones/200", **{**shown, "label": "Atrium"})
    assert again.status == 409 and "Somebody else has changed this phone" in again.page.text


def test_a_form_that_lies_about_what_it_was_filled_with_is_taken_as_one_that_says_nothing(front: Front) -> None:
    for was in ("{", "[]", '{"label": "x"}', "null"):
        front.follow(front.post("/phones/200", label="Foyer", was=was))


@pytest.mark.parametrize("path", ["/phones/777", "/phones/777/login", "/phones/777/remove", "/phones/%3Cb%3E"])
def test_a_phone_that_is_none_is_told(front: Front, path: str) -> None:
    answer = front.get(path)
    assert answer.status == STATUSES["not_in_pool"] == 404
    assert "is not a hot desk phone" in answer.page.text
    for action in ("login", "enable", "disable"):
        assert front.post(f"/phones/777/{action}", user="1003").status == 404
    assert front.ledger.events(HistoryFilter()) == ()


# Notices


def test_what_was_done_is_told_once_and_to_who_did_it(front: Front) -> None:
    where = front.post("/phones/200/login", user="1003").response.headers["Location"]
    other = ADMIN._replace(user="otto")
    assert "logged in at" not in front.get(where, other).page.text
    assert "logged in at" in front.get(where).page.text
    assert "logged in at" not in front.get(where).page.text
    assert front.get("/?notice=made-up").status == 200


def test_the_key_enter_changes_no_phone_that_nobody_chose(front: Front) -> None:
    """On any box it presses the first button of the form, seen or not: that of a row might disable the phone."""
    buttons = [b for b in front.get("/").page.all("button") if b["type"] == "submit"]
    in_the_list = [b for b in buttons if "formaction" in b or "hidden" in b]
    assert "hidden" in in_the_list[0] and "formaction" not in in_the_list[0]


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
    assert front.post("/phones/remove", device="200").status == 503
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
    assert front.get("/phones/200/disable").status == 405
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
