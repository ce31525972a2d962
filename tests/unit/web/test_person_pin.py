"""Hot desk PINs on the panel."""

from __future__ import annotations

import logging

import pytest

from hotdesk_module.core import pins
from hotdesk_module.core.model import User
from hotdesk_module.ports import HistoryFilter
from tests.support.front import Answer, Front, view_of

PIN = "830517"


@pytest.fixture(autouse=True)
def without_a_mailbox(front: Front) -> None:
    front.office.inventory.all_users.append(User("1005", "Jane", ""))


def put(front: Front, pin: str = PIN, again: str | None = None, at: str = "0") -> Answer:
    fields = {"pin": pin, "pin_again": pin if again is None else again, "at": at, "back": "/people/1005"}
    return front.post("/people/1005/pin", **fields)


def test_a_pin_is_set_and_only_its_hash_is_stored(front: Front) -> None:
    text = front.follow(put(front)).text
    assert "1005 (Jane) has a hot desk PIN now." in text and "hot desk PIN (PIN set 22:13)" in text
    assert pins.matches(PIN, front.ledger.pin("1005"))
    (event,) = front.ledger.events(HistoryFilter())
    assert (event.event, event.user, event.source, event.actor) == ("pin", "1005", "panel", "maria")


def test_the_fields_are_for_a_new_password_and_empty(front: Front) -> None:
    fields = [tag for tag in front.get("/people/1005/pin").page.all("input") if tag.get("type") == "password"]
    assert [(f["name"], f["autocomplete"], f.get("value")) for f in fields] == [
        ("pin", "new-password", None),
        ("pin_again", "new-password", None),
    ]


@pytest.mark.parametrize(
    ("pin", "again", "why"),
    [
        ("830517", "830518", "These are two different PINs."),
        ("123", "123", "A hot desk PIN is 4 to 20 digits."),
        ("1005", "1005", "own number"),
        ("5555", "5555", "over and over"),
        ("83O5<b>", "83O5<b>", "A hot desk PIN is 4 to 20 digits."),
        ("", "", "A hot desk PIN is 4 to 20 digits."),
    ],
)
def test_a_pin_that_cannot_be_one_is_told_beside_the_field_and_never_repeated(
    front: Front, pin: str, again: str, why: str
) -> None:
    answer = put(front, pin, again)
    assert answer.status == 400 and why in answer.page.text
    assert [tag["name"] for tag in answer.page.all("input") if tag.get("aria-invalid")]
    if pin not in ("", "1005"):
        assert pin not in answer.response.text and again not in answer.response.text
    assert front.ledger.pins() == {}


def test_no_log_has_a_pin(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("hotdesk.panel").addHandler(caplog.handler)
        put(front)
        put(front, PIN, "4711", at="1")
    assert "/people/1005/pin" in caplog.text
    assert PIN not in caplog.text and "4711" not in caplog.text
    assert PIN not in "".join(map(str, front.ledger.events(HistoryFilter())))


def test_a_pin_is_changed_and_removed(front: Front) -> None:
    front.follow(put(front))
    at = str(front.ledger.pins()["1005"])
    assert "another hot desk PIN now" in front.follow(put(front, "294061", at=at)).text
    assert pins.matches("294061", front.ledger.pin("1005"))
    assert "Remove the PIN" in front.get("/people/1005/pin").page.text
    text = front.follow(front.post("/people/1005/pin/remove", at=at, back="/people/1005")).text
    assert "1005 (Jane) has no hot desk PIN any more." in text and "nobody can log in with it" in text
    assert front.ledger.pins() == {}


def test_what_another_administrator_did_is_not_overwritten(front: Front) -> None:
    front.follow(put(front))
    answer = put(front, "294061", at="0")
    assert answer.status == 409 and "somebody else has set a PIN" in answer.page.text
    assert front.post("/people/1005/pin/remove", at="0").status == 409
    assert pins.matches(PIN, front.ledger.pin("1005"))
    at = str(front.ledger.pins()["1005"])
    front.follow(front.post("/people/1005/pin/remove", at=at))
    answer = put(front, "294061", at=at)
    assert answer.status == 409 and "somebody else has removed the PIN" in answer.page.text
    assert front.ledger.pins() == {}


def test_who_has_a_mailbox_needs_none(front: Front) -> None:
    page = front.get("/people/1003/pin").page
    assert "voicemail PIN is the one to log in with" in page.text
    assert [tag for tag in page.all("input") if tag.get("type") == "password"] == []
    answer = front.post("/people/1003/pin", pin=PIN, pin_again=PIN, at="0")
    assert answer.status == 409 and "has a mailbox" in answer.page.text
    assert front.ledger.pins() == {}


def test_what_is_left_of_somebody_whom_freepbx_no_longer_has_can_be_removed(front: Front) -> None:
    front.follow(put(front))
    front.office.delete_extension("1005")
    (link,) = [a["href"] for a in front.get("/people/1005").page.all("a") if "1005%2Fpin" in a["href"]]
    page = front.get(view_of(link)).page
    fields = {tag["name"]: tag["value"] for tag in page.all("input") if tag["type"] == "hidden"}
    assert len(page.all("input")) == len(fields)
    answer = front.post("/people/1005/pin/remove", at=fields["at"], back=fields["back"])
    assert "1005 has no hot desk PIN any more." in front.follow(answer).text
    assert front.get("/people/1005").status == 404
