"""What queues are to somebody, on the panel and for programs."""

from __future__ import annotations

from typing import Any

import pytest

from hotdesk_module.core.model import Group
from hotdesk_module.core.queues import Member, Rule
from hotdesk_module.ports import HistoryFilter
from tests.support.front import Answer, Front

PAGE = "/people/1003/queues"


@pytest.fixture(autouse=True)
def with_queues(front: Front) -> None:
    front.office.inventory.all_queues = {"700": "Sales", "701": "Support"}
    front.office.inventory.all_groups = [Group("queue", "701", members=("1003",))]
    front.office.switchboard.all_queues = {"700": {}, "701": {"1003": Member(dynamic=False)}}


def save(front: Front, **modes: str) -> Answer:
    """Send the form as it is filled, with other choices."""
    page = front.get(PAGE).page
    fields = {i["name"]: i["value"] for i in page.all("input") if i.get("name", "").startswith("was-")}
    chosen = {name.replace("was-", "mode-"): value for name, value in fields.items()}
    return front.post(
        PAGE, **{**fields, **chosen, **{f"mode-{n[1:]}": m for n, m in modes.items()}}, back="/people/1003"
    )


def rules(front: Front) -> dict[str, str]:
    return {r.queue: r.mode for r in front.ledger.queue_rules()}


def test_a_rule_is_set_carried_out_and_shown(front: Front) -> None:
    front.desk.login("200", "1003")
    text = front.follow(save(front, _700="login")).text
    assert "The queues of 1003 (Person 1003) are saved." in text
    assert "700 Sales: logged in to at login, and out of at logout" in " ".join(text.split())
    assert front.office.switchboard.all_queues["700"] == {"1003": Member(dynamic=True)}
    (event,) = front.ledger.events(HistoryFilter(event="queue"))
    assert (event.user, event.source, event.actor, event.detail) == ("1003", "panel", "maria", "700: untouched → login")
    shown = [tag.get("value") for tag in front.get(PAGE).page.all("option") if "selected" in tag]
    assert shown == ["login", "untouched"]


def test_a_static_agent_is_named_and_warned_of(front: Front) -> None:
    assert "static agent" in front.get(PAGE).page.text
    assert "is a static member of queue 701" in front.follow(save(front, _701="login")).text


def test_a_queue_that_does_not_take_the_person_is_warned_of(front: Front) -> None:
    front.office.astdb.values["QPENALTY/700/dynmemberonly"] = "yes"
    assert "Queue 700 takes only" in front.follow(save(front, _700="login")).text


def test_what_nobody_changed_is_left_to_whoever_changed_it_meanwhile(front: Front) -> None:
    old = {"was-700": "untouched", "mode-700": "untouched", "was-701": "untouched", "mode-701": "pause"}
    front.ledger.save_queue_rules([Rule("1003", "700", "login")])
    assert front.post(PAGE, **old).status == 303
    assert rules(front) == {"700": "login", "701": "pause"}


def test_a_change_that_somebody_else_made_meanwhile_is_shown_instead(front: Front) -> None:
    front.ledger.save_queue_rules([Rule("1003", "700", "login")])
    answer = front.post(PAGE, **{"was-700": "untouched", "mode-700": "pause"})
    assert answer.status == 409 and "meanwhile somebody else has changed them" in answer.page.text
    assert rules(front) == {"700": "login"}


def test_what_cannot_be_is_told_and_nothing_is_changed(front: Front) -> None:
    answer = front.post(PAGE, **{"was-700": "untouched", "mode-700": "sometimes"})
    assert answer.status == 400 and "is not what a queue can be" in answer.page.text
    assert front.post(PAGE, **{"was-799": "untouched", "mode-799": "login"}).status == 400
    assert rules(front) == {}
    assert front.get("/people/9999/queues").status == 404


def test_a_rule_of_a_deleted_extension_can_be_taken_away(front: Front) -> None:
    front.ledger.save_queue_rules([Rule("1009", "700", "login")])
    assert "Queues…" in front.get("/people/1009").page.text
    answer = front.post("/people/1009/queues", **{"was-700": "login", "mode-700": "untouched", "back": "/people"})
    assert answer.status == 303 and rules(front) == {}


def test_where_there_are_no_queues_the_page_says_so(front: Front) -> None:
    front.office.inventory.all_queues = {}
    assert "FreePBX has no queues." in front.get(PAGE).page.text


def test_programs_change_and_see_it(front: Front) -> None:
    answer = front.call("/api/people/1003/queues", queue="700", mode="login").json
    assert answer == {
        "extension": "1003",
        "queue": "700",
        "mode": "login",
        "applied": True,
        "static": False,
        "barred": False,
    }
    assert front.get("/api/people/1003").json["person"]["queues"] == [
        {"queue": "700", "name": "Sales", "mode": "login", "static": False},
        {"queue": "701", "name": "Support", "mode": "untouched", "static": True},
    ]


@pytest.mark.parametrize(
    ("path", "data", "error"),
    [
        ("/api/people/9999/queues", {"queue": "700", "mode": "login"}, (404, "unknown_user")),
        ("/api/people/1003/queues", {"queue": "799", "mode": "login"}, (400, "bad_value")),
        ("/api/people/1003/queues", {"queue": "700"}, (400, "bad_value")),
        ("/api/people/1003/queues", {"queue": 700, "mode": "login"}, (400, "bad_value")),
    ],
)
def test_what_programs_send_wrongly_is_refused(
    front: Front, path: str, data: dict[str, Any], error: tuple[int, str]
) -> None:
    answer = front.call(path, **data)
    assert (answer.status, answer.json["error"]["code"]) == error
