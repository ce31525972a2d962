"""The emergency dry run in the panel."""

from __future__ import annotations

import re

import pytest

from hotdesk_module.core.model import Event
from tests.support.front import Front, Page


@pytest.fixture
def front(front: Front) -> Front:
    front.office.astdb.values["DEVICE/200/emergency_cid"] = '"Lobby" <5550911>'
    front.office.astdb.values["AMPUSER/1003/outboundcid"] = "5550113"
    return front


def rows(front: Front, target: str) -> list[str]:
    """Return the rows of the table, each as it is read."""
    text = front.get(target).response.text
    body = text[text.index("<tbody") : text.index("</tbody>")]
    return [Page(row).text for row in re.split("<tr[^>]*>", body)[1:]]


def test_each_phone_is_there_with_what_goes_out_and_what_is_missing(front: Front) -> None:
    front.desk.login("201", "1003")
    first, *others = rows(front, "/health/emergency")
    assert first.endswith("""911, 112 always "Lobby" <5550911> (the phone's Emergency CID) EmergencyCarrier""")
    at_201 = [row for row in others if "Phone 201" in row]
    assert "idle" in at_201[0] and "1003 is logged in 5550113 (the outbound CID of 1003)" in at_201[1]
    assert all(row.endswith("The phone has no Emergency CID.Set it in FreePBX") for row in at_201)


def test_health_leads_there(front: Front) -> None:
    links = [a["href"] for a in front.get("/health").page.all("a")]
    assert links.count("?display=hotdesk&view=%2Fhealth%2Femergency") == 2, "from the head, and from the finding"


def test_it_is_narrowed_by_phone_number_and_what_is_missing(front: Front) -> None:
    assert all("Phone 200" in row for row in rows(front, "/health/emergency?phone=200"))
    assert not any("Phone 200" in row for row in rows(front, "/health/emergency?missing=yes"))
    outside = rows(front, "/health/emergency?number=5550199&phone=200")
    assert len(outside) == 3 and all("is no emergency route" in row for row in outside)
    answer = front.post("/health/emergency/find", phone=" 200 ", number="112", missing="yes", per="25")
    assert answer.response.headers["Location"] == "/health/emergency?phone=200&number=112&missing=yes&per=25"


def test_without_an_emergency_route_there_is_a_way_to_make_one(front: Front) -> None:
    front.office.inventory.all_routes = []
    page = front.get("/health/emergency").page
    assert "No outbound route is an emergency route" in page.text
    assert "?display=routing" in [a["href"] for a in page.all("a")]


def test_the_same_as_data_page_by_page(front: Front) -> None:
    found = front.get("/api/emergency?per=25&number=911").json
    assert (found["total"], found["page"], found["pages"], found["right"]) == (4, 1, 1, False)
    assert [c["phone"] for c in found["calls"]] == ["200", "201", "202", "300"]
    assert found["calls"][0]["idle"]["attempts"][0]["number"] == "5550911"
    assert [c["phone"] for c in front.get("/api/emergency?number=911&missing=yes").json["calls"]] == [
        "201",
        "202",
        "300",
    ]


@pytest.mark.parametrize(
    ("query", "error"),
    [("number=N11", (400, "bad_value")), ("phone=1001", (404, "not_in_pool")), ("phone=x%20y", (400, "bad_value"))],
)
def test_what_makes_no_sense_is_refused(front: Front, query: str, error: tuple[int, str]) -> None:
    assert front.get(f"/api/emergency?{query}").error == error
    assert front.get(f"/health/emergency?{query}").status == error[0]


def test_an_emergency_call_stands_in_the_history_with_its_number_and_place(front: Front) -> None:
    call = Event(front.office.clock(), "emergency", "200", "1003", "phone", detail="911 (Lobby, Ground floor)")
    front.ledger.change((), None, [call])
    text = front.get("/history?what=emergency").page.text
    assert "An emergency number was dialled" in text and "911 (Lobby, Ground floor)" in text
