"""The page History, and who sat where."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from hotdesk_module.adapters import mysql
from hotdesk_module.config import Database
from hotdesk_module.core.model import Event, Phone, User
from hotdesk_module.errors import all_codes
from hotdesk_module.web import history, story
from tests.support.front import Front, view_of
from tests.support.past import past

# Europe/Berlin: 2023-11-14 23:13:20.
NOW = 1_700_000_000
# What only an administrator or an installation can meet; it is answered, and not written into the history.
NEVER_WRITTEN = {
    *("bad_value", "bad_pin", "has_mailbox", "phone_exists", "changed", "duplicate_mac", "bad_import", "bad_config"),
    *("unsafe_plan", "no_webhook", "webhook_failed"),
}


@pytest.fixture
def berlin(front: Front) -> Front:
    front.office.inventory.all_zone = "Europe/Berlin"
    return front


def write(front: Front, *events: Event) -> None:
    front.ledger.change((), None, events)


def rows(front: Front, target: str) -> list[dict[str, str]]:
    text = front.get(target).response.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


# What happened, in words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event(NOW, "login", "200", "1003", "phone"), "Logged in login 200 Phone 200 1003 Person 1003 At the phone"),
        (Event(NOW, "login", "200", "1003", "panel", "maria"), "Logged in by an administrator login"),
        (Event(NOW, "logout", "200", "1003", "panel", "maria", "logout"), "Logged out by an administrator logout"),
        (Event(NOW, "logout", "200", "1003", "phone", "", "replaced"), "somebody else logged in here replaced"),
        (Event(NOW, "logout", "200", "1003", "panel", "maria", "moved"), "logged in at another phone moved"),
        (Event(NOW, "logout", "200", "1003", "timer", "", "idle"), "no call for a long time idle"),
        (Event(NOW, "logout", "200", "1003", "timer", "", "daily"), "at the daily time daily"),
        (Event(NOW, "logout", "200", "1003", "repair", "", "user_deleted"), "was deleted in FreePBX user_deleted"),
        (Event(NOW, "refused", "200", "", "phone", "", "wrong_pin"), "Refused: wrong PIN wrong_pin"),
        (Event(NOW, "repair", "", "", "repair", "", "drift", "DEVICE/200/user"), "put right drift DEVICE/200/user"),
        (Event(NOW, "unlock", "", "1003", "cli", "root"), "Lock after wrong PINs lifted unlock 1003 Person 1003"),
        (Event(NOW, "pool", "200", "", "panel", "maria", "removed"), "Phone removed from the pool removed"),
        (Event(NOW, "pin", "", "1003", "panel", "maria", "pin_set"), "Hot desk PIN set pin_set"),
        (Event(NOW, "settings", "", "", "cli", "root", "changed", "attempts: 3 → 5"), "changed attempts: 3 → 5"),
        (Event(NOW, "login", "999", "8888", "phone"), "Logged in login 999 8888 At the phone"),
        (Event(NOW, "moon", "200", "", "space", "", "eclipse"), "moon eclipse 200 Phone 200 space"),
        (Event(NOW, "login", "200", "1003", "phone", applied=False), "Asterisk does not follow yet"),
    ],
)
def test_every_line_is_told_in_words_with_its_code_beside_it(berlin: Front, event: Event, words: str) -> None:
    write(berlin, event)
    text = berlin.get("/history").page.text
    assert words in text
    assert "2023-11-14 23:13:20" in text
    assert event.actor in text


def test_every_refusal_that_can_be_written_has_words_of_its_own() -> None:
    def told(code: str) -> str:
        return story.told("refused", "phone", code)

    missing = {code for code in all_codes() if told(code) == told("no such code")}
    assert missing == NEVER_WRITTEN
    assert set(story.whats()) == set(history.WHATS)
    assert set(story.sources()) == set(history.SOURCES)


def test_the_retention_is_told_and_where_the_history_begins(berlin: Front) -> None:
    assert "The history is kept for 365 days." in berlin.get("/history").page.text
    assert "Nothing is on record yet." in berlin.get("/history").page.text
    write(berlin, Event(NOW - 86400, "login", "200", "1003"))
    berlin.ledger.save_settings({"history_days": "0"})
    assert "The history is kept for ever. It begins at 2023-11-13 23:13:20." in berlin.get("/history").page.text


# Narrowing, and pages


def test_the_form_leads_to_an_address_that_can_be_kept(berlin: Front) -> None:
    answer = berlin.post("/history/find", phone=" 200 ", user="", what="refused", since="2023-11-14T08:00", per="25")
    to = answer.response.headers["Location"]
    assert to == "/history?phone=200&what=refused&since=2023-11-14T08%3A00&per=25"
    page = berlin.follow(answer)
    fields = {i["id"]: i.get("value", "") for i in page.all("input") if "id" in i}
    assert (fields["hotdesk-phone"], fields["hotdesk-since"]) == ("200", "2023-11-14T08:00")
    assert {"value": "refused", "selected": ""} in page.all("option")
    assert "Nothing on record fits." in page.text


def test_times_are_those_of_the_pbx_and_both_ends_are_part(berlin: Front) -> None:
    for at in (NOW, NOW + 40, NOW + 100):
        write(berlin, Event(at, "login", "200", "1003"))

    def found(query: str) -> int:
        total = berlin.get(f"/api/history?{query}").json["total"]
        assert isinstance(total, int)
        return total

    assert found("since=2023-11-14+23:14") == 2
    assert found("until=2023-11-14+23:13") == 1
    assert found("since=2023-11-14+23:13:20&until=2023-11-14T22:13:20Z") == 1
    assert found("since=2023-11-14&until=2023-11-14") == 3
    assert found("until=2023-11-13") == 0
    berlin.office.inventory.all_zone = "Asia/Kolkata"
    assert found("until=2023-11-14") == 0
    assert found("since=2023-11-15+03:44") == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [("since=tomorrow", "since: 'tomorrow' is not a time"), ("what=nonsense", "what"), ("source=%27--", "source")],
)
def test_what_cannot_be_asked_is_said_and_the_form_stays(berlin: Front, query: str, words: str) -> None:
    answer = berlin.get(f"/history?phone=0042&{query}")
    assert answer.status == 400 and words in answer.page.text
    assert "0042" in [i.get("value") for i in answer.page.all("input")]
    for target in (f"/api/history?{query}", f"/api/history.csv?{query}"):
        assert berlin.get(target).error == (400, "bad_value")


def test_a_page_leads_to_the_others_with_the_same_wishes(berlin: Front) -> None:
    write(berlin, *(Event(NOW + n, "login", "200", "1003") for n in range(60)))
    page = berlin.get("/history?phone=200&per=25&page=2").page
    links = [view_of(a["href"]) for a in page.all("a") if a.get("aria-label", "").startswith("Page")]
    assert links == ["/history?phone=200&page=1&per=25", "/history?phone=200&page=3&per=25"]
    assert "26–50 of 60" in page.text
    assert berlin.get("/api/history?per=25&page=99").json["page"] == 3


# As a file


def test_the_file_has_every_line_with_names_and_times_with_their_zone(berlin: Front) -> None:
    write(berlin, Event(NOW, "refused", "200", "1003", "phone", "", "wrong_pin"), Event(NOW + 1, "pool", "999"))
    answer = berlin.get("/history.csv")
    assert answer.response.data.startswith(b"\xef\xbb\xbftime,what,")
    assert answer.response.headers["Content-Disposition"] == "attachment; filename=hotdesk-history-2023-11-14.csv"
    assert answer.response.headers["Content-Type"] == "text/csv; charset=utf-8"
    newest, oldest = rows(berlin, "/history.csv")
    assert (newest["phone"], newest["label"]) == ("999", "")
    assert oldest == {
        "time": "2023-11-14T23:13:20+01:00",
        "what": "Refused: wrong PIN",
        "event": "refused",
        "code": "wrong_pin",
        "phone": "200",
        "label": "Phone 200",
        "user": "1003",
        "name": "Person 1003",
        "source": "phone",
        "actor": "",
        "detail": "",
        "applied": "yes",
    }


def test_the_file_is_the_same_however_many_rows_are_read_at_a_time(
    berlin: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = past(("200", "201"), ("1003", "1004"), 200, NOW, 300)
    write(berlin, *made.events)
    whole = rows(berlin, "/history.csv?phone=200")
    monkeypatch.setattr(history, "CHUNK", 7)
    assert rows(berlin, "/history.csv?phone=200") == whole
    assert len(whole) == sum(e.phone == "200" for e in made.events)
    assert berlin.opened == berlin.closed


@pytest.mark.parametrize("name", ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", "\r=1", "'=1", "＝1"])
def test_no_field_of_the_file_is_a_formula(berlin: Front, name: str) -> None:
    berlin.office.inventory.all_users.append(User("0042", name, ""))
    write(berlin, Event(NOW, "login", "200", "0042", "panel", name, "", name))
    (row,) = rows(berlin, "/history.csv")
    assert {row["name"], row["detail"], row["actor"]} == {f"'{name}"}
    assert row["user"] == "0042"


def test_names_with_quotes_and_commas_come_through(berlin: Front) -> None:
    name = 'O\'Brien, "Zoë"; عمر\n👩'
    berlin.office.inventory.all_users.append(User("0042", name, ""))
    write(berlin, Event(NOW, "login", "200", "0042"))
    assert rows(berlin, "/history.csv")[0]["name"] == name


# Who sat where


@pytest.fixture
def week(berlin: Front) -> Front:
    """1003 sat at 200 for an hour, 1004 took over, and was moved to 201, where 1004 still sits."""
    write(
        berlin,
        Event(NOW, "login", "200", "1003"),
        Event(NOW + 3600, "logout", "200", "1003", "phone", "", "replaced"),
        Event(NOW + 3600, "login", "200", "1004"),
        Event(NOW + 7200, "logout", "200", "1004", "panel", "maria", "moved"),
    )
    berlin.office.clock.advance(7200)
    berlin.desk.login("201", "1004")
    berlin.office.clock.advance(600)
    return berlin


def ask(front: Front, **fields: str) -> str:
    return front.follow(front.post("/history/seat", **fields)).text


def test_who_sat_at_a_phone_then_is_told_in_a_sentence(week: Front) -> None:
    text = ask(week, phone="200", date="2023-11-14", time="23:32")
    assert "1003 Person 1003 sat at phone 200 Phone 200 from 2023-11-14 23:13:20 until" in text
    assert "until 2023-11-15 00:13:20 (1 h 00 min)." in text
    assert "Logged out, because somebody else logged in here." in text
    text = ask(week, phone="200", date="2023-11-15", time="02:00")
    assert "Nobody was logged in there. Before that: 1004 Person 1004 sat at phone 200" in text
    assert "logged in at another phone (maria)." in text


def test_where_a_user_was_then_is_told_likewise(week: Front) -> None:
    text = ask(week, user="1004", date="2023-11-15", time="01:20")
    assert "1004 Person 1004 has been at phone 201 Phone 201 since 2023-11-15 01:13:20 (10 min) and still is." in text
    text = ask(week, user="1004", date="2023-11-14", time="23:20")
    assert "This user was logged in nowhere." in text
    assert "After that: 1004 Person 1004 sat at phone 200 Phone 200 from 2023-11-15 00:13:20" in text


def test_a_minute_is_all_of_it(week: Front) -> None:
    """Somebody who left in the middle of the minute was there, and who came then, too."""
    found = week.get("/api/seat?phone=200&at=2023-11-15+00:13").json
    assert [s["user"] for s in found["stays"]] == ["1003", "1004"]
    assert [s["user"] for s in week.get("/api/seat?phone=200&at=2023-11-15+00:13:20").json["stays"]] == ["1004"]


def test_before_the_history_nothing_is_known(week: Front) -> None:
    text = ask(week, phone="200", date="2023-11-13", time="12:00")
    assert "That is not on record: the history begins at 2023-11-14 23:13:20." in text
    week.ledger.forget_events(NOW + 60)
    text = ask(week, phone="200", date="2023-11-14", time="23:32")
    assert "1003 Person 1003 sat at phone 200 Phone 200 until 2023-11-15 00:13:20; since when is not on record." in text
    assert week.get("/api/seat?phone=200&at=2023-11-13").json["known"] is True
    assert week.get("/api/seat?phone=202&at=2023-11-13").json["known"] is False


def test_the_form_keeps_what_was_asked_and_offers_now_at_first(week: Front) -> None:
    fields = {i["id"]: i.get("value", "") for i in week.get("/history").page.all("input") if "id" in i}
    assert (fields["hotdesk-phone-date"], fields["hotdesk-phone-time"]) == ("2023-11-15", "01:23")
    answer = week.get("/history/seat?phone=200&date=2023-11-14&time=23:32")
    fields = {i["id"]: i.get("value", "") for i in answer.page.all("input") if "id" in i}
    assert (fields["hotdesk-seat-phone"], fields["hotdesk-phone-date"]) == ("200", "2023-11-14")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("at=2023-11-14", "bad_value"),
        ("phone=200", "bad_value"),
        ("phone=200&user=1003&at=2023-11-14", "bad_value"),
        ("phone=2o0&at=2023-11-14", "bad_value"),
        ("user=x&at=2023-11-14", "bad_extension"),
        ("phone=200&at=noon", "bad_value"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(week: Front, query: str, code: str) -> None:
    assert week.get(f"/api/seat?{query}").error == (400, code)
    answer = week.get("/history/seat?" + query.replace("at=", "date="))
    assert answer.status == 400 and answer.page.all("table")


def test_the_answer_as_data(week: Front) -> None:
    found = week.get("/api/seat?phone=200&at=2023-11-14+23:32").json
    assert found["stays"] == [
        {
            "phone": "200",
            "label": "Phone 200",
            "user": "1003",
            "name": "Person 1003",
            "since": "2023-11-14T22:13:20Z",
            "until": "2023-11-14T23:13:20Z",
            "present": False,
            "ended": {"source": "phone", "actor": "", "code": "replaced"},
        }
    ]
    assert (found["since"], found["until"]) == ("2023-11-14T22:32:00Z", "2023-11-14T22:32:59Z")
    assert (found["before"], found["after"]["user"], found["known"]) == (None, "1004", True)


def test_a_line_as_data(week: Front) -> None:
    found = week.get("/api/history?what=replaced").json
    assert {k: found[k] for k in ("total", "page", "per", "pages")} == {"total": 1, "page": 1, "per": 50, "pages": 1}
    (event,) = found["events"]
    assert event.pop("id") > 0
    assert event == {
        "at": "2023-11-14T23:13:20Z",
        "event": "logout",
        "phone": "200",
        "user": "1003",
        "source": "phone",
        "actor": "",
        "code": "replaced",
        "detail": "",
        "applied": True,
        "label": "Phone 200",
        "name": "Person 1003",
        "text": "Logged out, because somebody else logged in here",
    }


# Where the database is away


@pytest.fixture(params=["sqlite", "mysql"])
def away(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    def refused(where: Database) -> None:
        raise pymysql.OperationalError(2003, f"Can't connect to MySQL server on '{where.host}'")

    # PyMySQL itself would leave a socket open for each failure.
    monkeypatch.setattr(mysql, "connect", refused)
    made = Front(tmp_path, reads=Database(request.param, path=str(tmp_path / "no" / "such"), name="asterisk"))
    made.ledger.save_phones([Phone("200")])
    yield made
    made.database.close()


@pytest.mark.parametrize(
    "path", ["/history", "/history/seat?phone=200&date=2023-11-14&time=23:00", "/history.csv", "/occupancy"]
)
def test_a_database_that_is_away_is_the_one_error(away: Front, path: str) -> None:
    answer = away.get(path)
    assert answer.status == 503
    assert "ledger_down" in answer.page.text and "The database does not answer" in answer.page.text
    assert "SELECT" not in answer.response.text


@pytest.mark.parametrize(
    "path", ["/api/history", "/api/history.csv", "/api/seat?phone=200&at=2023-11-14", "/api/occupancy"]
)
def test_so_it_is_for_a_program(away: Front, path: str) -> None:
    assert away.get(path).error == (503, "ledger_down")
