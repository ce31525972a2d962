"""What a webhook is told, how it is signed, and how long it is tried."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from hotdesk_module.core.delivery import DELAYS, FEWEST_TRIES, LONGEST, Delivery, delay
from hotdesk_module.core.model import EVENTS, Event
from hotdesk_module.core.settings import TOLD
from hotdesk_module.core.webhook import headers, hook, kind

KEY = "a-key-of-16-signs"
SET = {"webhook_url": "https://hooks.example.com/token-in-the-path", "webhook_secret": KEY}
NOW = 1_700_000_000


def test_there_is_a_webhook_where_address_and_key_are_both_there() -> None:
    found = hook(SET)
    assert found is not None and found.kinds == ("login", "logout", "expiry", "lock", "emergency")
    assert hook({}) is None
    for name in SET:
        assert hook({**SET, name: ""}) is None


def test_it_shows_neither_its_key_nor_its_path_when_it_is_printed() -> None:
    assert repr(hook(SET)) == "Hook(hooks.example.com, login, logout, expiry, lock, emergency)"


@pytest.mark.parametrize("code", ["idle", "max_time", "daily"])
def test_a_logout_by_a_timer_is_an_expiry(code: str) -> None:
    assert kind(Event(1, "logout", code=code, source="timer")) == "expiry"


@pytest.mark.parametrize("code", ["logout", "replaced", "moved", "owner", "user_deleted", "phone_deleted"])
def test_every_other_logout_is_a_logout(code: str) -> None:
    assert kind(Event(1, "logout", code=code)) == "logout"


def test_of_the_other_events_those_of_administrators_and_repairs_are_nothing_to_it() -> None:
    kinds = {event: kind(Event(1, event)) for event in EVENTS}
    assert {event for event, found in kinds.items() if not found} == {"repair", "pin", "queue", "pool", "settings"}
    assert set(kinds.values()) - {""} == set(TOLD) - {"expiry"}


def test_the_signature_is_of_time_and_body_by_the_key() -> None:
    found = headers(7, "login", b'{"id":7}', KEY, NOW)
    assert found == {
        "Content-Type": "application/json",
        "X-Hotdesk-Id": "7",
        "X-Hotdesk-Event": "login",
        "X-Hotdesk-Timestamp": "1700000000",
        "X-Hotdesk-Signature": "sha256=" + hmac.new(KEY.encode(), b'1700000000.{"id":7}', hashlib.sha256).hexdigest(),
    }
    # By openssl dgst -sha256 -hmac a-key-of-16-signs.
    assert found["X-Hotdesk-Signature"].endswith("5fcdd726cbebfbd2908da119cdb3de6ca7da9b507eab4079872b7add427fe2e7")


def test_tries_become_rarer_up_to_a_quarter_of_an_hour() -> None:
    assert [delay(n) for n in range(1, 11)] == [5, 15, 30, 60, 120, 300, 600, 900, 900, 900]
    assert delay(10**9) == DELAYS[-1] == 900


# Giving up


def event(at: int = NOW) -> Event:
    return Event(at, "login", id=8)


def tried(times: int) -> Delivery:
    return Delivery(7, failing_since=NOW, tries=times)


def test_a_try_that_fails_is_counted_from_the_first_on() -> None:
    first = Delivery(7, told_at=5).failed(event(), "refused", NOW + 3)
    assert first == Delivery(7, 5, NOW + 3, 1, "refused")
    assert first.failed(event(), "silent", NOW + 9) == Delivery(7, 5, NOW + 3, 2, "silent")


def test_what_was_told_ends_the_failing_and_keeps_what_was_given_up() -> None:
    assert Delivery(7, 5, 6, 3, "refused", 2, 4).told(event(), NOW) == Delivery(8, NOW, 0, 0, "", 2, 4)


def test_an_event_is_given_up_after_a_day_of_trying() -> None:
    late = NOW + LONGEST
    assert tried(50).failed(event(), "silent", late - 1).last_id == 7
    after = tried(50).failed(event(), "silent", late)
    assert (after.last_id, after.given_up, after.given_up_at, after.tries) == (8, 1, late, 51)
    assert after.failed(event()._replace(id=9), "silent", late).given_up == 2


def test_an_event_has_its_day_however_long_others_have_failed_before_it() -> None:
    late = NOW + 3 * LONGEST
    assert tried(300).failed(event(late - LONGEST + 1), "silent", late).last_id == 7
    assert tried(300).failed(event(late - LONGEST), "silent", late).last_id == 8


def test_an_event_of_before_the_daemon_started_has_its_day_from_the_first_try_on() -> None:
    old = event(NOW - 30 * LONGEST)
    assert Delivery(7).failed(old, "silent", NOW) == Delivery(7, 0, NOW, 1, "silent")
    assert tried(50).failed(old, "silent", NOW + LONGEST - 1).last_id == 7


def test_a_clock_that_is_set_ahead_gives_nothing_up_after_a_few_tries() -> None:
    assert tried(FEWEST_TRIES - 2).failed(event(), "silent", NOW + 100 * LONGEST).last_id == 7
    assert tried(FEWEST_TRIES - 1).failed(event(), "silent", NOW + 100 * LONGEST).last_id == 8


def test_a_clock_that_is_set_back_keeps_nothing_for_ever() -> None:
    back = NOW - 100 * LONGEST
    after = tried(50).failed(event(), "silent", back)
    assert (after.last_id, after.failing_since) == (7, back)
    assert after.failed(event(), "silent", back + LONGEST).last_id == 8
