"""The page People."""

from __future__ import annotations

import pytest

from hotdesk_module.core.lockout import Attempts, Failure
from hotdesk_module.core.model import Phone, User
from hotdesk_module.ports import Flags, HistoryFilter
from tests.support.front import Front, Page


def listed(front: Front, target: str = "/people") -> list[str]:
    """Return whom a list shows, in its order."""
    return [row["data-key"] for row in front.get(target).page.all("tr") if "data-key" in row]


def row(front: Front, extension: str) -> str:
    """Return what a list says of somebody."""
    text = front.get(f"/people/table?q={extension}&state=everybody").response.text
    return Page(text[text.index(f'data-key="{extension}"') - 20 : text.index("</tr>", text.index("data-key"))]).text


def lock(front: Front, kind: str, subject: str, minutes: int = 10) -> int:
    """Lock a user or a phone; return until when."""
    until = front.office.clock() + minutes * 60
    front.ledger.save_attempts(kind, subject, Attempts((), until))
    return until


def field(page: Page, name: str) -> list[str]:
    """Return the values of the fields of a name."""
    return [tag["value"] for tag in page.all("input") if tag.get("name") == name]


# Who is there


def test_the_list_says_where_everybody_sits_and_until_when(front: Front) -> None:
    front.office.inventory.all_zone = "Asia/Kolkata"
    front.ledger.save_phones([Phone("200", "Lobby", location="Ground floor", idle_hours=2)])
    front.desk.login("200", "1003")
    text = row(front, "1003")
    assert "1003 Person 1003 virtual voicemail PIN 200 Lobby Ground floor" in text
    assert "03:43 05:43 03:43" in text  # Since, until and the last login.
    assert "8 people may log in, 1 logged in, 0 locked" in front.get("/people").page.text


def test_the_own_phones_are_told_from_shared_and_virtual_ones(front: Front) -> None:
    assert "1001 Person 1001 1001 voicemail PIN" in row(front, "1001")
    assert "300 Person 300 300, shared voicemail PIN" in row(front, "300")
    assert "1004 Person 1004 virtual" in row(front, "1004")
    front.office.inventory.all_flags = Flags(device_and_user=True)
    assert "1004 Person 1004 none" in row(front, "1004")


def test_the_extensions_of_shared_phones_come_last(front: Front) -> None:
    assert listed(front) == ["1001", "1002", "1003", "1004", "200", "201", "202", "300"]
    assert listed(front, "/people?sort=extension") == ["200", "201", "202", "300", "1001", "1002", "1003", "1004"]


def test_who_may_not_log_in_is_kept_apart_with_the_reason(front: Front) -> None:
    front.office.inventory.all_users += [User("1005", "No Mailbox", ""), User("1006", "With PIN", "")]
    front.ledger.save_pin("1006", "x", 1)
    front.ledger.save_pin("999", "x", 1)
    assert "1005" not in listed(front) and "1006" in listed(front)
    assert listed(front, "/people?state=may_not") == ["999", "1005"]
    assert "no mailbox, no PIN" in row(front, "1005")
    assert "1006 With PIN virtual hot desk PIN" in row(front, "1006")
    assert "not in FreePBX any more" in row(front, "999")


def test_who_was_logged_in_without_a_pin_is_among_those_who_are_logged_in(front: Front) -> None:
    front.office.inventory.all_users.append(User("1005", "No Mailbox", ""))
    front.desk.login("200", "1005")
    assert "1005" in listed(front) and listed(front, "/people?state=in") == ["1005"]


def test_who_sits_somewhere_and_was_deleted_in_freepbx_is_still_there(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.delete_extension("1003")
    assert listed(front, "/people?state=in") == ["1003"]
    assert "FreePBX has no such extension any more" in front.get("/people/1003").page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=PERSON+1003", ["1003"]),
        ("q=l%C3%B6bby", ["1003"]),
        ("q=ground", ["1003"]),
        ("q=1003", ["1003"]),
        ("state=in", ["1003"]),
        ("state=out&q=100", ["1001", "1002", "1004"]),
        ("state=virtual", ["1003", "1004"]),
        ("state=locked", ["1001"]),
        ("state=nonsense&q=1004", ["1004"]),
        ("q=nobody+like+that", []),
        ("sort=-extension&q=100", ["1004", "1003", "1002", "1001"]),
        ("sort=-name&q=100", ["1004", "1003", "1002", "1001"]),
        ("sort=since&q=100", ["1003", "1001", "1002", "1004"]),
        ("sort=-until&q=100", ["1003", "1001", "1002", "1004"]),
        ("sort=phone&q=100", ["1003", "1001", "1002", "1004"]),
        ("sort=last&q=100", ["1003", "1001", "1002", "1004"]),
        ("sort=lock&q=100", ["1001", "1002", "1003", "1004"]),
        ("sort=extension&per=25&page=2", ["200", "201", "202", "300", "1001", "1002", "1003", "1004"]),
    ],
)
def test_somebody_is_found_by_name_number_and_phone(front: Front, query: str, found: list[str]) -> None:
    front.ledger.save_phones([Phone("200", "Löbby", location="Ground")])
    front.desk.login("200", "1003")
    lock(front, "user", "1001")
    assert listed(front, f"/people?{query}") == found
    assert listed(front, f"/people/table?{query}") == found


def test_who_fits_and_is_not_shown_is_pointed_at(front: Front) -> None:
    front.office.inventory.all_users.append(User("1005", "Jane", ""))
    page = front.get("/people?q=jane").page
    assert "Nobody fits." in page.text and "One more fits, who is not in this list" in page.text
    assert listed(front, "/people?q=jane&state=everybody") == ["1005"]


def test_a_search_goes_to_an_address_of_its_own(front: Front) -> None:
    where = front.post("/people/find", q=" a&b ", state="in", per="25", sort="-since").response.headers["Location"]
    assert where == "/people?q=a%26b&state=in&sort=-since&per=25"


def test_a_list_has_pages(front: Front) -> None:
    front.office.inventory.all_users += [User(str(n), "", "default") for n in range(2000, 2040)]
    assert len(listed(front, "/people?per=25")) == 25
    assert listed(front, "/people?per=25&page=2&sort=extension")[-1] == "2039"
    assert "26–48 of 48" in front.get("/people?per=25&page=2").page.text


def test_the_list_follows_and_says_nothing_twice(front: Front) -> None:
    page = front.get("/people?q=100&page=1").page
    (live,) = [tag for tag in page.all("div") if "data-live" in tag]
    assert live["data-live"] == "/people/table?q=100"
    seen = f"{live['data-live']}&seen={live['data-seen']}"
    assert front.get(seen).status == 204
    front.desk.login("200", "1003")
    assert front.get(seen).status == 200


# A person


def test_a_person_has_a_page_with_what_happened_last(front: Front) -> None:
    for _ in range(6):
        front.desk.login("200", "1003")
        front.desk.logout("200")
        front.office.clock.advance(60)
    page = front.get("/people/1003").page
    assert "no shared phone" in page.text and "Last login 22:18" in page.text
    assert len(page.all("time")) == 10 + 1
    assert "?display=hotdesk&view=%2Fhistory%3Fuser%3D1003" in [a["href"] for a in page.all("a")]


@pytest.mark.parametrize("who", ["9999", "%3Cscript%3E", "0", "1" * 40, "10%2003"])
def test_a_person_that_is_none_is_told(front: Front, who: str) -> None:
    for path in ("", "/login", "/pin"):
        answer = front.get(f"/people/{who}{path}")
        assert (answer.status, "There is no extension" in answer.page.text) == (404, True)
    assert front.post(f"/people/{who}/login", phone="200").status == 404
    assert front.post(f"/people/{who}/pin", pin="8305", pin_again="8305").status == 404
    assert front.ledger.events(HistoryFilter()) == ()


# Logging out


def test_somebody_is_logged_out_after_a_question_and_one_is_back_where_one_was(front: Front) -> None:
    front.desk.login("200", "1003")
    page = front.get("/people?q=1003&state=in").page
    question = front.post("/logout/ask", seat=field(page, "seat"), back=field(page, "back")[0]).page
    assert "Log out 1 user?" in question.text and front.seat("200") == "1003"
    answer = front.post("/logout", seat=field(question, "seat"), back=field(question, "back")[0])
    assert answer.response.headers["Location"].startswith("/people?q=1003&state=in&notice=")
    assert "1003 (Person 1003) was logged out of phone 200 (Phone 200)." in front.follow(answer).text
    (event,) = front.ledger.events(HistoryFilter(event="logout"))
    assert (event.source, event.actor) == ("panel", "maria")
    assert front.office.rings("1003") == []


def test_the_way_back_leads_nowhere_else(front: Front) -> None:
    for back in ("https://example.org/", "//example.org", "/people\r\nSet-Cookie: a=b", "/nowhere", "people"):
        where = front.post("/logout", back=back).response.headers["Location"]
        assert where.startswith("/phones?notice=") and len(where) < 40


def test_who_has_left_in_the_meantime_is_named_and_nobody_else_is_asked_about(front: Front) -> None:
    front.desk.login("200", "1003")
    seat = field(front.get("/people/1003").page, "seat")
    front.office.clock.advance(60)
    front.desk.login("201", "1003")
    front.desk.login("200", "1004")
    question = front.post("/logout/ask", seat=seat).page
    assert "1003 was logged out of phone 200 at 2023-11-14 22:14. 1003 sits at phone 201 now." in question.text
    assert field(question, "seat") == [] and "Log out 1 user?" not in question.text


def test_who_was_faster_is_named(front: Front) -> None:
    front.desk.login("200", "1003")
    seat = field(front.get("/people/1003").page, "seat")
    front.post("/logout", seat=seat)
    text = front.follow(front.post("/logout", seat=seat)).text
    assert "Nobody was logged out. 1003 was logged out of phone 200 at 2023-11-14 22:13 by maria." in text


@pytest.mark.parametrize("seat", ["", "200", "200 1003 now", "200 1003 " + "9" * 30, "'; -- 1003 1", "200 1003 1 2"])
def test_a_seat_that_is_none_ends_nothing(front: Front, seat: str) -> None:
    front.desk.login("200", "1003")
    assert "Nobody was logged out." in front.follow(front.post("/logout", seat=seat)).text
    assert front.seat("200") == "1003"


# Logging in


def test_somebody_is_logged_in_at_a_free_phone(front: Front) -> None:
    front.ledger.save_phones([Phone("201", "Desk", location="Hall"), Phone("202", enabled=False), Phone("999")])
    front.desk.login("200", "1004")
    page = front.get("/people/1003/login").page
    assert [tag["value"] for tag in page.all("option")] == ["", "300", "201"]
    assert [tag["label"] for tag in page.all("optgroup")] == ["Without a location", "Hall"]
    assert "No PIN is asked for." in page.text
    text = front.follow(front.post("/people/1003/login", phone="201", back="/people/1003")).text
    assert "1003 (Person 1003) is logged in at phone 201 (Desk) now." in text and "Sits at 201 Desk Hall" in text


def test_what_a_login_does_is_said_before(front: Front) -> None:
    front.desk.login("200", "1003")
    assert (
        "1003 (Person 1003) will be logged out of phone 200 (Phone 200)." in front.get("/people/1003/login").page.text
    )
    front.ledger.save_settings({"several_phones": "allow"})
    assert "calls ring there and where this person sits now" in front.get("/people/1003/login").page.text
    front.ledger.save_settings({"several_phones": "refuse"})
    page = front.get("/people/1003/login").page
    assert "1003 is logged in at phone 200." in page.text and not page.all("select")


def test_somebody_moves_when_that_was_said(front: Front) -> None:
    front.desk.login("200", "1003")
    seat = field(front.get("/people/1003/login").page, "seat")
    text = front.follow(front.post("/people/1003/login", phone="201", seat=seat)).text
    assert "1003 (Person 1003) was moved away from phone 200 (Phone 200)." in text
    assert (front.seat("200"), front.seat("201")) == (None, "1003")


def test_nobody_is_replaced_at_a_phone_that_was_free(front: Front) -> None:
    front.desk.login("201", "1004")
    answer = front.post("/people/1003/login", phone="201")
    assert answer.status == 409
    assert "Nothing was changed. 1004 (Person 1004) sits at phone 201 (Phone 201) by now." in answer.page.text
    assert front.seat("201") == "1004"


def test_nobody_is_moved_without_its_having_been_said(front: Front) -> None:
    front.desk.login("200", "1003")
    answer = front.post("/people/1003/login", phone="201")
    assert answer.status == 409
    assert "Nothing was changed. 1003 (Person 1003) sits at phone 200 (Phone 200) by now." in answer.page.text
    assert "1003 (Person 1003) will be logged out of phone 200 (Phone 200)." in answer.page.text
    assert [t["value"] for t in answer.page.all("option") if "selected" in t] == ["201"]
    assert front.seat("200") == "1003"


@pytest.mark.parametrize("phone", ["", "777", "2o0", "'; DROP TABLE", "200\r\nAction: Command"])
def test_a_phone_that_is_none_is_refused(front: Front, phone: str) -> None:
    answer = front.post("/people/1003/login", phone=phone)
    assert answer.status in (400, 404) and "hot desk phone" in answer.page.text
    assert front.ledger.sessions() == ()


def test_no_phone_is_free(front: Front) -> None:
    front.ledger.save_phones([p._replace(enabled=False) for p in front.ledger.phones()])
    assert "No phone is free." in front.get("/people/1003/login").page.text


# Locks


def test_locks_of_users_and_phones_are_shown(front: Front) -> None:
    lock(front, "user", "1003")
    lock(front, "phone", "200")
    failures = (Failure(front.office.clock(), "201"), Failure(front.office.clock(), "201"))
    front.ledger.save_attempts("user", "1004", Attempts(failures))
    assert "locked until 22:23" in row(front, "1003")
    assert "2 wrong PINs (last at phone 201, 22:13)" in row(front, "1004")
    text = front.get("/people").page.text
    assert "1 locked" in text and "from which wrong PINs came Phone Lock What to do 200 Phone 200 locked" in text


def test_a_lock_is_lifted_and_the_history_says_by_whom(front: Front) -> None:
    lock(front, "user", "1003")
    page = front.get("/people/1003").page
    text = front.follow(front.post("/people/locks/lift", lock=field(page, "lock"), back="/people/1003")).text
    assert "1003 may try again." in text and "not locked" in text
    (event,) = front.ledger.events(HistoryFilter())
    assert (event.event, event.user, event.source, event.actor) == ("unlock", "1003", "panel", "maria")


def test_all_locks_are_lifted_after_a_question(front: Front) -> None:
    lock(front, "user", "1003")
    lock(front, "phone", "200")
    page = front.get("/people/locks").page
    assert "Lift 2 locks?" in page.text and "1003 Person 1003" in page.text and "Phone 200 Phone 200" in page.text
    lock(front, "user", "1004")
    text = front.follow(front.post("/people/locks/lift", lock=field(page, "lock"))).text
    assert "1003 may try again. Phone 200 may try again." in text
    assert [subject for _, subject, _ in front.ledger.all_attempts()] == ["1004"]
    assert "Lift 1 lock?" in front.get("/people/locks").page.text


def test_a_lock_that_is_newer_than_the_page_stays(front: Front) -> None:
    seen = lock(front, "user", "1003")
    later = lock(front, "user", "1003", 20)
    text = front.follow(front.post("/people/locks/lift", lock=f"user 1003 {seen}")).text
    assert "1003 has been locked again meanwhile. That lock stays." in text
    assert front.ledger.attempts("user", "1003").locked_until == later


def test_a_lock_that_is_gone_says_who_lifted_it(front: Front) -> None:
    until = lock(front, "user", "1003")
    front.follow(front.post("/people/locks/lift", lock=f"user 1003 {until}"))
    again = front.follow(front.post("/people/locks/lift", lock=f"user 1003 {until}")).text
    assert "1003 is not locked: the lock was lifted at 2023-11-14 22:13 by maria." in again
    gone = front.follow(front.post("/people/locks/lift", lock=f"phone 200 {until}")).text
    assert "Phone 200 is not locked any more." in gone


@pytest.mark.parametrize("given", ["", "user", "user 1003", "group 1003 1", "user 1003 x y", "user <b> 1"])
def test_a_lock_that_is_none_is_not_lifted(front: Front, given: str) -> None:
    lock(front, "user", "1003")
    front.follow(front.post("/people/locks/lift", lock=given))
    assert front.ledger.attempts("user", "1003").locked_until


def test_reading_works_without_asterisk_and_acting_says_why_not(front: Front) -> None:
    front.desk.login("200", "1003")
    front.asterisk_up = False
    seat = field(front.get("/people/1003").page, "seat")
    assert front.get("/people").status == front.get("/people/1004/login").status == 200
    assert front.post("/logout", seat=seat).status == 503
    answer = front.post("/people/1004/login", phone="201")
    assert answer.status == 503 and "does not answer" in answer.page.text
