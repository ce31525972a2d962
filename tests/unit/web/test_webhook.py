"""The webhook on the page Settings, and as data."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from hotdesk_module import controls
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.model import Event
from hotdesk_module.ports import HistoryFilter
from tests.support.front import Front
from tests.support.receiver import HANG, KEY, Receiver, receiver
from tests.unit.web.test_settings import filled, save, sent

URL = "https://hooks.example.com/x?y=1"
OTHER = "another-key-of-the-tests"


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def switch_on(front: Front, url: str = URL) -> None:
    values = {"webhook_url": url, "webhook_secret": KEY}
    controls.change_settings(front.ledger, front.office.clock, "cli", "maria", values)


# The form


def test_address_key_and_events_are_saved_together(front: Front) -> None:
    answer = save(front, filled(front), webhook_url=URL, webhook_secret=KEY, webhook_events="login,lock")
    page = front.follow(answer)
    assert front.ledger.settings() == {"webhook_url": URL, "webhook_secret": KEY, "webhook_events": "login,lock"}
    assert f"Address to tell of events: none → {URL}" in page.text
    assert "Key to sign with: none → a new one" in page.text
    assert "Logins, Logouts, Automatic logouts, Locks, Emergency calls → Logins, Locks" in page.text
    assert front.ledger.delivery() is not None
    assert KEY not in answer.response.text + page.text


def test_the_boxes_of_events_come_as_a_browser_sends_them(front: Front) -> None:
    boxes = [t for t in front.get("/settings").page.all("input") if t.get("type") == "checkbox"]
    assert {t["name"] for t in boxes} == {"webhook_events"}
    assert [t["value"] for t in boxes if "checked" in t] == ["login", "logout", "expiry", "lock", "emergency"]
    form: dict[str, str | list[str]] = dict(filled(front).items())
    front.follow(front.post("/settings", **{**form, "webhook_events": ["", "refused", "login"]}))
    assert front.ledger.settings() == {"webhook_events": "login,refused"}
    answer = front.post("/settings", **{**form, "webhook_events": [""]})
    assert answer.status == 400 and "Choose at least one of these." in answer.page.text


def test_a_key_that_is_there_is_not_shown_and_stays_where_nothing_is_written(front: Front) -> None:
    switch_on(front)
    answer = front.get("/settings")
    field = next(t for t in answer.page.all("input") if t["name"] == "webhook_secret")
    assert (field["type"], field["value"], field["autocomplete"]) == ("password", "", "new-password")
    assert "There is one, and it is shown to nobody." in answer.page.text and KEY not in answer.response.text
    front.follow(save(front, filled(front), attempts="5"))
    assert front.ledger.settings()["webhook_secret"] == KEY


def test_a_key_is_replaced_and_the_history_says_that_and_not_by_which(front: Front) -> None:
    switch_on(front)
    text = front.follow(save(front, filled(front), webhook_secret=OTHER)).text
    assert "Key to sign with: set → a new one" in text
    assert front.ledger.settings()["webhook_secret"] == OTHER
    (line,) = [e for e in front.ledger.events(HistoryFilter(event="settings")) if e.source == "panel"]
    assert line.detail == "webhook_secret: (set) → (new)"


def test_a_key_is_removed_by_its_button_and_saving(front: Front) -> None:
    switch_on(front)
    back = save(front, filled(front), step="usual:webhook_secret").page
    assert sent(back)["remove-webhook_secret"] == "yes" and "not saved yet" in back.text
    text = front.follow(save(front, sent(back))).text
    assert "Key to sign with: set → none" in text
    assert front.ledger.settings() == {"webhook_url": URL}


def test_where_something_else_is_wrong_the_key_is_not_sent_back_and_has_to_be_written_again(front: Front) -> None:
    answer = save(front, filled(front), webhook_secret=KEY, attempts="99")
    assert answer.status == 400 and KEY not in answer.response.text
    assert "Write it again" in answer.page.text
    front.follow(save(front, sent(answer.page), attempts="5"))
    assert front.ledger.settings() == {"attempts": "5"}


def test_the_question_whether_one_is_sure_does_not_hold_the_key_either(front: Front) -> None:
    front.desk.login("200", "1003")
    asked = save(front, filled(front), routing="callforward", webhook_secret=KEY)
    assert "Save these changes?" in asked.page.text and KEY not in asked.response.text
    assert "Key to sign with, once more" in asked.page.text
    front.follow(save(front, sent(asked.page), step="sure", webhook_secret=KEY))
    assert front.ledger.settings() == {"routing": "callforward", "webhook_secret": KEY}


def test_a_key_that_is_to_go_goes_also_after_the_question(front: Front) -> None:
    switch_on(front)
    front.desk.login("200", "1003")
    back = sent(save(front, filled(front), step="usual:webhook_secret").page)
    asked = save(front, back, routing="callforward").page
    front.follow(save(front, sent(asked), step="sure"))
    assert front.ledger.settings() == {"webhook_url": URL, "routing": "callforward"}


def test_a_key_that_stays_stays_also_after_the_question(front: Front) -> None:
    switch_on(front)
    front.desk.login("200", "1003")
    asked = save(front, filled(front), routing="callforward").page
    front.follow(save(front, sent(asked), step="sure"))
    assert front.ledger.settings()["webhook_secret"] == KEY


def test_an_address_without_a_key_is_asked_about(front: Front) -> None:
    answer = save(front, filled(front), webhook_url=URL)
    assert "The webhook is told of nothing before it has a key as well." in answer.page.text
    front.follow(save(front, sent(answer.page), step="sure"))
    assert front.ledger.settings() == {"webhook_url": URL}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("webhook_url", "hooks.example.com", "Write an address such as https://example.com/hook"),
        ("webhook_url", "javascript:alert(1)", "Write an address such as https://example.com/hook"),
        ("webhook_secret", "too-short", "Write 16 to 200 letters, digits and signs"),
        ("webhook_events", "login,reboot", "Choose at least one of these."),
    ],
)
def test_what_is_wrong_is_told_beside_the_field(front: Front, name: str, value: str, why: str) -> None:
    answer = save(front, filled(front), **{name: value})
    assert answer.status == 400 and why in answer.page.text
    assert f"hotdesk-{name}-error" in [t.get("id") for t in answer.page.all("span")]
    assert front.ledger.settings() == {}


# How it goes, and a test


def test_how_it_does_stands_below_where_there_is_one(front: Front) -> None:
    assert "How the webhook does" not in front.get("/settings").page.text
    switch_on(front)
    now = front.office.clock()
    front.ledger.begin_delivery(Delivery(0, now - 60, now - 30, 2, "hooks.example.com answered 500.", 1, now - 90))
    front.ledger.change((), None, [Event(now, "login")])
    text = front.get("/settings").page.text
    assert "Receiver hooks.example.com" in text and "answered 500" in text and "Still to be told 1" in text
    assert "Given up 1" in text


def test_a_test_is_sent_by_a_button(front: Front, there: Receiver) -> None:
    switch_on(front, there.url)
    page = front.get("/settings").page
    assert any(t["action"].endswith("test") for t in page.all("form"))
    text = front.follow(front.post("/settings/webhook/test")).text
    assert f"127.0.0.1:{there.port} took the test: it answered 200" in text
    assert there.requests[0].is_signed() and there.requests[0].json["actor"] == "maria"
    there.manner = "404"
    assert "answered 404" in front.follow(front.post("/settings/webhook/test")).text


def test_a_test_without_a_webhook_says_so(front: Front) -> None:
    assert "There is no webhook" in front.follow(front.post("/settings/webhook/test")).text
    assert front.call("/api/webhook/test").error == (409, "no_webhook")


def test_one_test_at_a_time_for_a_silent_receiver_must_not_take_every_thread(front: Front, there: Receiver) -> None:
    switch_on(front, there.url)
    there.manner = HANG
    first = threading.Thread(target=front.call, args=("/api/webhook/test",))
    first.start()
    deadline = time.monotonic() + 5
    while not there.requests and time.monotonic() < deadline:
        time.sleep(0.01)
    assert front.call("/api/webhook/test").error == (503, "busy")
    assert "Another test is on its way" in front.follow(front.post("/settings/webhook/test")).text
    there.closed.set()
    first.join()
    assert len(there.requests) == 1


def test_the_webhook_as_data(front: Front, there: Receiver) -> None:
    assert front.get("/api/webhook").json["to"] is None
    switch_on(front, there.url)
    data = front.get("/api/webhook").json
    assert (data["to"], data["waiting"], data["error"]) == (f"127.0.0.1:{there.port}", 0, None)
    assert front.call("/api/webhook/test").json["status"] == 200
    there.manner = "500"
    assert front.call("/api/webhook/test").error == (503, "webhook_failed")
    found = {s["name"]: s["value"] for s in front.get("/api/settings").json["settings"]}
    assert (found["webhook_secret"], found["webhook_events"]) == ("(set)", "login,logout,expiry,lock,emergency")


def test_programs_set_the_key_and_are_not_told_it(front: Front) -> None:
    answer = front.call("/api/settings", webhook_url=URL, webhook_secret=KEY)
    assert {"name": "webhook_secret", "old": "", "new": "(new)"} in answer.json["changed"]
    assert front.ledger.settings()["webhook_secret"] == KEY and KEY not in answer.response.text
    assert front.call("/api/settings", webhook_secret="(set)").error == (400, "bad_value")
    assert front.call("/api/settings", webhook_secret=None).json["changed"][0]["old"] == "(set)"
