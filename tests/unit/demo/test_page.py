"""The page's HTML and JSON."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from hotdesk_module.demo.app import create_app
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.phone import State
from hotdesk_module.demo.story import STEPS, reason
from tests.unit.demo.hand import Hand


@pytest.fixture
def web(pbx: Pbx) -> FlaskClient:
    return create_app(pbx).test_client()


def test_the_page_draws_every_phone_and_person(web: FlaskClient) -> None:
    html = web.get("/").get_data(as_text=True)
    assert all(f'data-phone="{number}"' in html for number in ("200", "201", "202", "1001", "outside"))
    assert "Ravi Patel" in html and "6294" in html and "http://" not in html.replace("http://www.w3.org", "")


def test_the_state_is_complete_from_the_start(web: FlaskClient) -> None:
    state = web.get("/state").get_json()
    lobby = state["phones"][0]
    assert (lobby["id"], lobby["label"], lobby["state"], lobby["user"]) == ("200", "Lobby", "idle", None)
    assert [person["at"] for person in state["people"]] == ["", "", ""]
    assert state["feed"] == []
    assert {hint["extension"] for hint in state["hints"]} == {"200", "201", "202", "1001", "1002", "1003"}
    assert [step["id"] for step in state["tour"]] == [step.id for step in STEPS]


def test_a_key_pressed_on_the_page_is_pressed_on_the_phone(web: FlaskClient, pbx: Pbx) -> None:
    assert web.post("/phones/200/press", json={"key": "*"}).status_code == 200
    assert web.get("/state").get_json()["phones"][0]["main"] == "*"
    web.post("/phones/200/hangup", json={})
    assert pbx.phones["200"].state is State.IDLE


@pytest.mark.parametrize("body", [{"key": "12"}, {"key": "a"}, {"key": 1}, {}, []])
def test_what_is_no_key_is_refused(web: FlaskClient, body: object) -> None:
    assert web.post("/phones/200/press", json=body).status_code == 400


def test_unknown_phones_and_actions_are_not_found(web: FlaskClient) -> None:
    assert web.post("/phones/999/lift", json={}).status_code == 404
    assert web.post("/phones/200/throw", json={}).status_code == 404


def test_other_sites_cannot_press_keys(web: FlaskClient) -> None:
    assert web.post("/phones/200/lift", data={"x": "y"}).status_code == 415
    assert web.get("/state", headers={"Host": "elsewhere.example"}).status_code == 403


def test_a_phone_without_its_cable_does_nothing_and_is_not_reached(web: FlaskClient, pbx: Pbx, hand: Hand) -> None:
    hand.log_in("200", "1003", "6294")
    web.post("/phones/200/unplug", json={})
    lobby = web.get("/state").get_json()["phones"][0]
    assert (lobby["plugged"], lobby["user"]) == (False, "1003")
    assert web.post("/phones/200/lift", json={}).get_json() == {"ok": False}
    assert pbx.phones["200"].state is State.IDLE
    hand.dial("outside", "1003")
    hand.until_heard("outside", "Ravi Patel is not available")
    web.post("/phones/200/plug", json={})
    assert web.get("/state").get_json()["phones"][0]["plugged"]


def test_the_stream_sends_the_state_at_once(web: FlaskClient) -> None:
    response = web.get("/events", buffered=False)
    first = next(iter(response.response))
    text = first.decode() if isinstance(first, bytes) else str(first)
    assert json.loads(text.removeprefix("data: "))["phones"][0]["id"] == "200"
    response.close()


def test_the_feed_tells_deed_and_keys(web: FlaskClient, hand: Hand) -> None:
    hand.log_in("200", "1003", "6294")
    state = web.get("/state").get_json()
    told = [(item["kind"], item["text"], item["old"], item["new"]) for item in reversed(state["feed"])]
    assert told[0] == ("note", "Lobby dials *111003", None, None)
    assert ("key", "DEVICE/200/user", "200", "1003") in told
    assert ("key", "AMPUSER/200/device", "200", None) in told
    assert state["people"][2]["at"] == "Lobby"
    assert "6294" not in json.dumps(state["feed"])


def test_the_tour_can_start_again(web: FlaskClient, pbx: Pbx) -> None:
    pbx.tour.tick("sit")
    web.post("/tour/restart", json={})
    assert not any(step["done"] for step in web.get("/state").get_json()["tour"])


def test_every_key_of_a_login_has_its_reason() -> None:
    assert reason("DEVICE/200/user", "1003").startswith("Phone 200 now calls as 1003")
    assert reason("DEVICE/200/user", "200") == "Calls from phone 200 are its own again."
    assert reason("AMPUSER/1003/device", "200") == "Calls to 1003 now ring 200."
    assert "voicemail" in reason("AMPUSER/200/device", None)
    assert "taken" in reason("CustomDevstate/HDSK200", "INUSE")
    assert reason("CF/1003", "HD200") and reason("AMPUSER/1003/hint", "&Custom:DND1003")
    assert reason("TRUNK/1", "x") == ""
