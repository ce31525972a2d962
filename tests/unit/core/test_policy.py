"""Who may log in, and locks against guessing."""

from __future__ import annotations

import pytest

from hotdesk_module.core import policy
from hotdesk_module.core.model import Phone, User
from hotdesk_module.core.policy import Attempts, Failure, after_failure, after_success, is_locked
from hotdesk_module.core.settings import Settings
from hotdesk_module.errors import BadExtension

SETTINGS = Settings(lock_failures=3, lock_window=5, lock_minutes=15)


@pytest.mark.parametrize("text", ["200", "0", "0042", "1" * 20])
def test_digits_can_be_an_extension(text: str) -> None:
    assert policy.check_extension(text) == text


@pytest.mark.parametrize("text", ["", "abc", "10 1", "1" * 21, "*11", "10#", "١٢٣", "12\n", "²"])
def test_anything_else_cannot_and_the_error_shows_it(text: str) -> None:
    with pytest.raises(BadExtension) as caught:
        policy.check_extension(text)
    assert f"'{text}'" in caught.value.message


def test_a_phone_must_be_in_the_pool_and_enabled() -> None:
    missing = policy.refuse_phone("200", None)
    disabled = policy.refuse_phone("200", Phone("200", enabled=False))
    assert (missing and missing.code, disabled and disabled.code) == ("not_in_pool", "phone_disabled")
    assert policy.refuse_phone("200", Phone("200")) is None


def test_a_user_must_exist_and_have_a_mailbox() -> None:
    unknown = policy.refuse_user("1", None)
    without = policy.refuse_user("1", User("1", "x", ""))
    assert (unknown and unknown.code, without and without.code) == ("unknown_user", "no_mailbox")
    assert policy.refuse_user("1", User("1", "x", "default")) is None


@pytest.mark.parametrize("password", ["", "-"])
def test_no_password_is_no_pin(password: str) -> None:
    refusal = policy.refuse_password("1001", password)
    assert refusal is not None
    assert refusal.code == "empty_pin"


def guess(times: list[int], settings: Settings = SETTINGS) -> Attempts:
    attempts = Attempts()
    for now in times:
        attempts = after_failure(attempts, "200", now, settings)
    return attempts


def test_three_wrong_pins_within_five_minutes_lock_for_fifteen() -> None:
    attempts = guess([1000, 1100, 1299])
    assert is_locked(attempts, 1299)
    assert is_locked(attempts, 1299 + 15 * 60 - 1)
    assert not is_locked(attempts, 1299 + 15 * 60)


def test_the_window_slides_so_that_no_five_minutes_hold_three_guesses_unlocked() -> None:
    assert not is_locked(guess([1000, 1290, 1301]), 1301)
    assert is_locked(guess([1000, 1290, 1301, 1302]), 1302)


def test_errors_at_the_edge_of_the_window_are_forgotten() -> None:
    assert not is_locked(guess([1000, 1001, 1300]), 1300)


def test_a_clock_set_back_does_not_count_the_future() -> None:
    assert not is_locked(guess([5000, 5001, 1000]), 1000)


def test_zero_never_locks() -> None:
    assert not is_locked(guess(list(range(1000, 1050)), Settings(lock_failures=0)), 1050)


def test_a_right_pin_forgets_a_users_errors_but_of_a_phones_only_those_for_that_user() -> None:
    attempts = Attempts((Failure(1, "1001"), Failure(2, "1002")))
    assert after_success(attempts) == Attempts()
    assert after_success(attempts, "1001") == Attempts((Failure(2, "1002"),))
