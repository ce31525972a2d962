"""The page Occupancy."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotdesk_module.core.model import Event, Phone
from tests.support.front import Front, view_of

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


@pytest.fixture
def desks(front: Front) -> Front:
    """Four phones on two floors; it is Friday, the 17th of November, noon."""
    front.office.inventory.all_zone = "Europe/Berlin"
    front.ledger.save_phones(
        [
            Phone("200", "Lobby", location="Ground"),
            Phone("201", "Bar", location="Ground"),
            Phone("202", "Loft", location="Top"),
        ]
    )
    front.office.clock.now = at("2023-11-17 12:00")
    return front


def sat(front: Front, phone: str, since: str, until: str, zone: ZoneInfo = BERLIN) -> None:
    """Let somebody have sat at a phone."""
    events = (Event(at(since, zone), "login", phone, "1003"), Event(at(until, zone), "logout", phone, "1003"))
    front.ledger.change((), None, events)


def data(front: Front, query: str = "range=7") -> Any:
    return front.get(f"/api/occupancy?{query}").json


def by_start(found: Any) -> dict[str, tuple[float, int]]:
    return {level["since"]: (level["average"], level["peak"]) for level in found["levels"] if level["peak"]}


def test_today_by_the_hour(desks: Front) -> None:
    sat(desks, "200", "2023-11-16 20:00", "2023-11-17 08:30")
    sat(desks, "201", "2023-11-17 08:15", "2023-11-17 09:00")
    found = data(desks, "range=today")
    assert found["unit"] == "hour" and len(found["levels"]) == 12
    assert by_start(found)["2023-11-17T06:00:00Z"] == (1.0, 1)
    assert by_start(found)["2023-11-17T07:00:00Z"] == (1.25, 2)
    assert (found["peak"], found["peak_at"], found["phones"]) == (2, "2023-11-17T07:15:00Z", 4)
    assert found["average"] == round((8.5 + 0.75) / 12, 2)


def test_who_sits_there_now_counts_until_now(desks: Front) -> None:
    sat(desks, "201", "2023-11-10 08:00", "2023-11-10 09:00")
    desks.office.clock.now = at("2023-11-17 10:30")
    desks.desk.login("200", "1003")
    desks.office.clock.now = at("2023-11-17 12:00")
    found = data(desks, "range=today")
    assert by_start(found) == {"2023-11-17T09:00:00Z": (0.5, 1), "2023-11-17T10:00:00Z": (1.0, 1)}
    most = found["uses"][0]
    assert (most["phone"], most["seconds"], most["logins"]) == ("200", 5400, 1)


def test_the_history_says_who_sat_there_in_a_range_in_which_nothing_happened(desks: Front) -> None:
    """The phone was taken before, given back afterwards; or a session goes on until today."""
    sat(desks, "200", "2023-11-01 08:00", "2023-11-10 18:00")
    sat(desks, "201", "2023-11-01 08:00", "2023-11-02 18:00")
    sat(desks, "201", "2023-11-09 08:00", "2023-11-10 18:00")
    desks.office.clock.now = at("2023-11-01 07:00")
    desks.desk.login("202", "1004")
    desks.office.clock.now = at("2023-11-17 12:00")
    found = data(desks, "since=2023-11-06&until=2023-11-06")
    assert (found["average"], found["peak"]) == (2.0, 2)
    assert {u["phone"]: u["seconds"] for u in found["uses"]} == {"200": 86400, "202": 86400, "201": 0, "300": 0}


@pytest.mark.parametrize(("day", "hours"), [("2023-03-26", 23), ("2023-10-29", 25), ("2023-11-03", 24)])
def test_a_day_has_its_hours(desks: Front, day: str, hours: int) -> None:
    morning = (datetime.fromisoformat(day) + timedelta(1)).strftime("%Y-%m-%d")
    sat(desks, "200", f"{day} 00:00", f"{morning} 00:00")
    found = data(desks, f"since={day}&until={day}")
    assert len(found["levels"]) == hours
    assert found["average"] == 1.0
    assert found["uses"][0]["seconds"] == hours * 3600


def test_the_hour_that_comes_twice_is_named_apart(desks: Front) -> None:
    sat(desks, "200", "2023-10-29 00:00", "2023-10-29 12:00")
    text = desks.get("/occupancy?since=2023-10-29&until=2023-10-29").response.text
    hours = re.findall(r"<td>Sun 2023-10-29 (0[123]:00[^<]*)", text)
    assert hours == ["01:00", "02:00", "02:00 CET", "03:00"]


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/St_Johns"])
def test_hours_are_those_of_the_pbx_where_they_begin_at_half_past(desks: Front, zone: str) -> None:
    desks.office.inventory.all_zone = zone
    sat(desks, "200", "2023-11-14 09:00", "2023-11-14 10:30", ZoneInfo(zone))
    found = data(desks, "since=2023-11-14&until=2023-11-14")
    assert found["week"][1][8:12] == [0, 1.0, 0.5, 0]
    assert len(found["levels"]) == 24


def test_days_are_joined_from_hours(desks: Front) -> None:
    sat(desks, "200", "2023-08-01 08:00", "2023-08-01 20:00")
    sat(desks, "201", "2023-11-15 06:00", "2023-11-15 18:00")
    by_day = data(desks, "range=28")
    assert by_day["unit"] == "day" and len(by_day["levels"]) == 28
    assert by_start(by_day) == {"2023-11-14T23:00:00Z": (0.5, 1)}


def test_the_week_is_the_average_of_its_days(desks: Front) -> None:
    for day in ("2023-11-07", "2023-11-14"):
        sat(desks, "200", f"{day} 09:00", f"{day} 10:00")
    sat(desks, "201", "2023-11-14 09:00", "2023-11-14 10:00")
    sat(desks, "202", "2023-10-16 09:00", "2023-10-16 10:00")
    week = data(desks, "since=2023-11-04&until=2023-11-17")["week"]
    assert week[1][9] == 1.5
    assert week[4][13] == 0
    week = data(desks, "range=today")["week"]
    assert week[4][11] == 0 and week[4][12] is None and week[0][9] is None


def test_a_location_by_itself_and_all_beside_one_another(desks: Front) -> None:
    sat(desks, "200", "2023-11-17 00:00", "2023-11-17 06:00")
    sat(desks, "202", "2023-11-17 00:00", "2023-11-17 12:00")
    everything = data(desks, "range=today")
    assert [(g["location"], g["phones"], g["average"], g["peak"]) for g in everything["locations"]] == [
        ("", 1, 0.0, 0),
        ("Ground", 2, 0.5, 1),
        ("Top", 1, 1.0, 1),
    ]
    ground = data(desks, "range=today&location=Ground")
    assert (ground["phones"], ground["average"], [u["phone"] for u in ground["uses"]]) == (2, 0.5, ["200", "201"])
    page = desks.get("/occupancy?range=today").page
    assert "Top 1 1.0 1 ▲ all were taken" in page.text
    assert "/occupancy?range=today&location=Top" in [view_of(a["href"]) for a in page.all("a")]


def test_phones_that_left_the_pool_are_in_the_past_still(desks: Front) -> None:
    sat(desks, "200", "2023-11-16 08:00", "2023-11-16 18:00")
    desks.ledger.remove_phone("200")
    first = data(desks)["uses"][0]
    assert (first["phone"], first["in_pool"], first["seconds"]) == ("200", False, 36000)
    assert "200 not in the pool any more" in desks.get("/occupancy").page.text
    assert "200" not in [u["phone"] for u in data(desks, "location=Ground")["uses"]]


def test_what_was_before_the_history_is_left_out(desks: Front) -> None:
    assert "There is no history yet." in desks.get("/occupancy").page.text
    sat(desks, "200", "2023-11-16 00:00", "2023-11-17 12:00")
    found = data(desks, "range=28")
    assert (found["since"], found["average"]) == ("2023-11-15T23:00:00Z", 1.0)
    assert (
        "The history begins on 2023-11-16 00:00:00; what was before is left out." in desks.get("/occupancy").page.text
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=soon", "since: 'soon' is not a time"),
        ("since=2023-11-10&until=2023-11-09", "is before"),
        ("since=2023-10-01&until=2023-11-01", "at most 31 days"),
    ],
)
def test_days_that_make_no_sense_are_refused(desks: Front, query: str, words: str) -> None:
    answer = desks.get(f"/occupancy?{query}")
    assert answer.status == 400 and words in answer.page.text and answer.page.all("svg")
    assert desks.get(f"/api/occupancy?{query}").error == (400, "bad_value")


def test_a_month_and_a_day_in_the_future_are_answered(desks: Front) -> None:
    sat(desks, "200", "2023-11-16 00:00", "2023-11-17 12:00")
    assert data(desks, "since=2023-10-18&until=2023-11-17")["peak"] == 1
    assert data(desks, "since=2024-01-01&until=2024-01-02")["peak"] == 0
    assert desks.get("/occupancy?since=2024-01-01&until=2024-01-02").status == 200


def test_the_form_leads_to_an_address_that_can_be_kept(desks: Front) -> None:
    def to(**fields: str) -> str:
        return desks.post("/occupancy/find", **fields).response.headers["Location"]

    assert to(range="28", since="", until="", location="Top") == "/occupancy?range=28&location=Top"
    assert to(range="28", since="2023-11-01", until="", location="") == "/occupancy?since=2023-11-01"
    assert to(range="7", since="", until="", location="") == "/occupancy"
    assert to(range="", since="", until="", location="") == "/occupancy"


# The chart


def numbers(path: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", path)]


@pytest.mark.parametrize("query", ["range=today", "range=7", "range=28", "since=2023-10-20"])
def test_the_chart_says_what_it_shows_and_stays_in_its_frame(desks: Front, query: str) -> None:
    for number in range(16):
        sat(desks, "200", f"2023-11-{number + 1:02} 09:00", f"2023-11-{number + 1:02} 17:00")
    answer = desks.get(f"/occupancy?{query}")
    page = answer.page
    charts = [svg for svg in page.all("svg") if svg.get("role") == "img"]
    assert len(charts) == 2
    ids = {tag.get("id") for tag in (*page.all("title"), *page.all("desc"))}
    assert all({svg["aria-labelledby"], svg["aria-describedby"]} <= ids for svg in charts)
    for svg, drawn in zip(charts, re.findall(r'<svg class="hotdesk-chart.*?</svg>', answer.response.text, re.DOTALL)):
        _, _, width, height = map(float, svg["viewbox"].split())
        averages, _ = re.findall(r' d="([^"]*)"', drawn)
        assert max(numbers(averages), default=0) <= width and min(numbers(averages), default=0) >= 0
        texts = [float(y) for y in re.findall(r'<text[^>]* y="([\d.]+)"', drawn)]
        assert min(texts) > 0 and max(texts) < height
        lefts = [float(x) for x in re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="(?:start|middle)"', drawn)]
        # Texts below the chart stand apart from one another.
        assert len(lefts) >= 2 and min(b - a for a, b in zip(lefts, lefts[1:])) >= 36
        assert max(lefts) < width - 12
    assert page.all("details")


def test_the_table_below_has_the_numbers_of_the_chart(desks: Front) -> None:
    sat(desks, "200", "2023-11-17 08:00", "2023-11-17 08:30")
    row = "<tr><td>Fri 2023-11-17 08:00</td><td>0.5</td><td>1</td></tr>"
    assert row in desks.get("/occupancy?range=today").response.text


def test_where_phones_run_short_it_is_said_without_colour(desks: Front) -> None:
    for phone in ("200", "201", "202", "300"):
        sat(desks, phone, "2023-11-17 08:00", "2023-11-17 09:00")
    text = desks.get("/occupancy?range=today").response.text
    assert '<td class="hotdesk-heat-5"><strong>4.0<span aria-hidden="true"> ▲</span></strong></td>' in text
    assert text.count("<strong>4.0") == 1


def test_a_pool_far_larger_than_what_is_used_does_not_flatten_the_chart(desks: Front) -> None:
    desks.ledger.save_phones(Phone(str(n)) for n in range(3000, 3100))
    sat(desks, "200", "2023-11-17 08:00", "2023-11-17 09:00")
    assert "104 phones in the pool, far above this chart" in desks.get("/occupancy?range=today").page.text


# As a file


def table(front: Front, query: str) -> list[dict[str, str]]:
    text = front.get(f"/occupancy.csv?{query}").response.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_table_is_a_file(desks: Front) -> None:
    desks.ledger.save_phones([Phone("200", "=1+1", location="Ground")])
    sat(desks, "200", "2023-11-17 08:00", "2023-11-17 08:30")
    assert table(desks, "range=today")[8] == {
        "from": "2023-11-17T08:00:00+01:00",
        "until": "2023-11-17T09:00:00+01:00",
        "average": "0.50",
        "peak": "1",
        "phones": "4",
    }
    first, *others = table(desks, "range=today&table=phones")
    assert first == {
        "phone": "200",
        "label": "'=1+1",
        "location": "Ground",
        "in_pool": "yes",
        "hours": "0.50",
        "share": "0.0417",
        "logins": "1",
    }
    assert len(others) == 3
    week = table(desks, "range=today&table=week")
    assert len(week) == 168 and week[4 * 24 + 8]["average"] == "0.50" and week[0]["average"] == ""
    assert desks.get("/occupancy.csv?table=x").status == 400
