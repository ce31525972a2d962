"""``hotdesk webhook``, and the settings of the webhook on the command line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.model import Event
from hotdesk_module.ports import HistoryFilter
from tests.support.receiver import KEY, Receiver, receiver
from tests.support.terminal import Terminal

URL = "https://hooks.example.com/token-in-the-path"


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def switch_on(hd: Terminal, url: str = URL) -> None:
    assert hd("settings", "set", "webhook_secret", "--stdin", typed=f"{KEY}\n").status == 0
    assert hd("settings", "set", "webhook_url", url).status == 0


# The settings


def test_the_key_comes_by_standard_input_and_is_never_shown(hd: Terminal) -> None:
    answer = hd("settings", "set", "webhook_secret", "--stdin", typed=f"{KEY}\r\n")
    assert (answer.status, answer.out) == (0, "webhook_secret is (set) now.\n")
    assert hd.ledger.settings() == {"webhook_secret": KEY}
    (found,) = [s for s in hd("settings", "--json").json["settings"] if s["name"] == "webhook_secret"]
    assert (found["value"], found["changed"], found["default"], found["range"]) == ("(set)", True, "", None)
    (line,) = hd.ledger.events(HistoryFilter(event="settings"))
    assert line.detail == "webhook_secret: – → (new)"
    assert hd("settings", "reset", "webhook_secret").out == "webhook_secret is empty now.\n"
    assert hd.ledger.settings() == {}


def test_the_key_is_no_argument_for_every_list_of_processes_shows_those(hd: Terminal) -> None:
    answer = hd("settings", "set", "webhook_secret", KEY)
    assert answer.status == 2 and KEY not in answer.err and "--stdin" in answer.err
    assert hd.ledger.settings() == {}


def test_without_a_terminal_nobody_can_be_asked_for_it(hd: Terminal) -> None:
    answer = hd("settings", "set", "webhook_secret", typed=KEY)
    assert answer.status == 2 and "--stdin" in answer.err


def test_a_key_that_is_too_short_is_refused_and_not_repeated(hd: Terminal) -> None:
    answer = hd("settings", "set", "webhook_secret", "--stdin", typed="hush")
    assert answer.status == 4 and "16 to 200" in answer.err and "hush" not in answer.err


@pytest.mark.parametrize("arguments", [("attempts",), ("attempts", "4", "--stdin")])
def test_every_other_setting_wants_one_value(hd: Terminal, arguments: tuple[str, ...]) -> None:
    assert hd("settings", "set", *arguments, typed="5").status == 2
    assert hd("settings", "set", "attempts", "--stdin", typed="5").status == 0


@pytest.mark.parametrize("url", ["hooks.example.com", "file:///etc/passwd", "https://me:hush@example.com/"])
def test_an_address_that_is_none_is_refused_with_an_example(hd: Terminal, url: str) -> None:
    answer = hd("settings", "set", "webhook_url", url)
    assert answer.status == 4 and "https://example.com/hook" in answer.err and "hush" not in answer.err


def test_an_address_without_a_key_is_warned_of(hd: Terminal) -> None:
    answer = hd("settings", "set", "webhook_url", URL)
    assert answer.status == 0 and "has a key as well" in answer.err
    assert len(hd("settings", "set", "webhook_url", URL, "--json").json["warnings"]) == 1
    assert "no key" in hd("webhook").out
    switch_on(hd)
    assert "Warning" not in hd("settings", "set", "webhook_events", "login,lock").err


# How it goes


def test_where_there_is_none_it_says_so(hd: Terminal) -> None:
    assert "There is no webhook" in hd("webhook").out
    assert hd("webhook", "--json").json == {
        "to": None,
        "events": [],
        "waiting": 0,
        "last_told": None,
        "failing_since": None,
        "tries": 0,
        "error": None,
        "given_up": 0,
        "last_given_up": None,
    }


def test_it_says_how_far_it_has_got(hd: Terminal) -> None:
    switch_on(hd)
    assert (
        hd("webhook").out == "hooks.example.com is told of login, logout, expiry, lock, emergency.\nLast told: never.\n"
    )
    now, last = hd.clock.now, hd.ledger.last_event()
    hd.ledger.change((), None, [Event(now, "login"), Event(now, "pool"), Event(now, "refused"), Event(now, "lock")])
    hd.ledger.begin_delivery(Delivery(last, now - 3600, now - 600, 3, "hooks.example.com answered 500.", 2, now - 60))
    assert hd("webhook", "status").out.splitlines()[1:] == [
        "Last told: 2026-11-03 13:32.",
        "Failing since 2026-11-03 14:22, 3 tries: hooks.example.com answered 500.",
        "Still to be told: 2.",
        "Given up: 2, the last at 2026-11-03 14:31.",
    ]
    data = hd("webhook", "--json").json
    assert (data["to"], data["waiting"], data["failing_since"]) == ("hooks.example.com", 2, "2026-11-03T13:22:05Z")
    hd.ledger.begin_delivery(None)
    assert "has not begun" in hd("webhook").out


# A test


def test_a_test_arrives_signed_and_is_in_no_history(hd: Terminal, there: Receiver) -> None:
    switch_on(hd, there.url)
    lines = hd.ledger.last_event()
    answer = hd("webhook", "test", "--as", "otto")
    assert answer.status == 0 and f"127.0.0.1:{there.port} took it: it answered 200" in answer.out
    (request,) = there.requests
    assert request.is_signed() and request.headers["x-hotdesk-event"] == "test"
    assert (request.json["event"], request.json["id"], request.json["actor"]) == ("test", 0, "otto")
    assert hd.ledger.last_event() == lines
    assert hd("webhook", "test", "--json").json["status"] == 200


def test_a_test_that_fails_says_why(hd: Terminal, there: Receiver) -> None:
    switch_on(hd, there.url)
    there.manner = "403"
    answer = hd("webhook", "test")
    assert answer.status == 5 and f"127.0.0.1:{there.port} answered 403" in answer.err
    assert hd("webhook", "test", "--json").error == (5, "webhook_failed")
    there.manner = "302"
    assert "redirect" in hd("webhook", "test").err and len(there.requests) == 3


def test_without_a_webhook_there_is_nothing_to_test(hd: Terminal) -> None:
    assert hd("webhook", "test", "--json").error == (3, "no_webhook")
