"""``hotdesk queues``: what an administrator types and sees."""

from __future__ import annotations

import pytest

from hotdesk_module.core.model import Group
from hotdesk_module.core.queues import Member, Rule
from hotdesk_module.ports import HistoryFilter
from tests.support.terminal import Terminal


@pytest.fixture
def office(hd: Terminal) -> Terminal:
    """Return a terminal in an office with queues; 1002 is a static member of 700, and 701 takes only whom it lists."""
    hd.office.inventory.all_queues = {"700": "Sales", "701": "Support"}
    hd.office.inventory.all_groups = [Group("queue", "700", members=("1002",))]
    hd.office.switchboard.all_queues = {"700": {"1002": Member(dynamic=False)}, "701": {}}
    hd.office.astdb.values["QPENALTY/701/dynmemberonly"] = "yes"
    return hd


def test_a_rule_is_set_and_carried_out_at_once(office: Terminal) -> None:
    office("login", "200", "1001")
    done = office("queues", "set", "1001", "700", "login")
    line = "1001 is in queue 700 while logged in at a phone, from now on.\n"
    assert (done.status, done.out, done.err) == (0, line, "")
    assert office.office.switchboard.all_queues["700"]["1001"] == Member(dynamic=True)
    (event,) = office.ledger.events(HistoryFilter(event="queue"))
    assert (event.user, event.source, event.actor, event.applied) == ("1001", "cli", "maria", True)
    assert office("queues", "set", "1001", "700", "untouched", "--json").json == {
        "user": "1001",
        "queue": "700",
        "mode": "untouched",
        "applied": True,
        "warnings": [],
    }
    assert "1001" not in office.office.switchboard.all_queues["700"]


@pytest.mark.parametrize(
    ("user", "queue", "warning"),
    [
        ("1002", "700", "1002 is a static member of queue 700, and so never logged out of it."),
        ("1001", "701", "Queue 701 takes only the dynamic members that its form lists, not 1001."),
    ],
)
def test_a_rule_that_comes_to_nothing_is_stored_with_a_warning(
    office: Terminal, user: str, queue: str, warning: str
) -> None:
    done = office("queues", "set", user, queue, "login")
    assert (done.status, done.err) == (0, f"Warning: {warning}\n")
    assert [(r.user, r.queue) for r in office.ledger.queue_rules()] == [(user, queue)]


def test_without_asterisk_a_rule_is_recorded(office: Terminal) -> None:
    office.asterisk_up = False
    done = office("queues", "set", "1002", "700", "pause", "--json").json
    assert done["applied"] is False and "does not follow yet" in done["warnings"][0]
    office.asterisk_up = True
    office("reconcile")
    assert office.office.switchboard.all_queues["700"]["1002"].paused


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("1009", "700", "login"), (3, "unknown_user")),
        (("1001", "799", "login"), (4, "bad_value")),
        (("10x1", "700", "login"), (4, "bad_extension")),
        (("1001", "700", "sometimes"), (2, "usage")),
    ],
)
def test_what_cannot_be_is_refused(office: Terminal, words: tuple[str, ...], error: tuple[int, str]) -> None:
    assert office("queues", "set", *words, "--json").error == error
    assert office.ledger.queue_rules() == ()


def test_rules_are_listed_with_what_is_wrong_about_them(office: Terminal) -> None:
    assert office("queues").out == "All queues are left untouched.\n"
    office.ledger.save_queue_rules(
        [Rule("1001", "700", "login"), Rule("1002", "799", "pause"), Rule("1009", "700", "pause", "paused")]
    )
    lines = office("queues", "list").out.splitlines()
    assert lines[0].split() == ["USER", "NAME", "QUEUE", "QUEUE", "NAME", "RULE", "NOTE"]
    assert [line.split("  ")[0] for line in lines[1:]] == ["1001", "1002", "1009"]
    assert "in at login, out at logout" in lines[1] and lines[2].endswith("no queue") and lines[3].endswith("extension")
    assert [q["state"] for q in office("queues", "--json").json["queues"]] == ["used", "no_queue", "no_user"]
    assert [q["queue"] for q in office("queues", "list", "--user", "1002", "--json").json["queues"]] == ["799"]


def test_what_rules_did_is_put_back_and_the_next_repair_does_it_again(office: Terminal) -> None:
    members = office.office.switchboard.all_queues["700"]
    assert office("queues", "release", "--json").json == {"changes": 0}
    office("queues", "set", "1002", "700", "pause")
    office("queues", "set", "1001", "700", "login")
    office("login", "200", "1001")
    assert "2 members of queues put back" in office("queues", "release").out
    assert members == {"1002": Member(dynamic=False)}
    assert [r.mode for r in office.ledger.queue_rules()] == ["login", "pause"]
    office("reconcile")
    assert members == {"1002": Member(dynamic=False, paused=True), "1001": Member(dynamic=True)}
