"""Who may log in."""

from __future__ import annotations

import pytest

from hotdesk_module.core import policy
from hotdesk_module.core.model import Phone, User
from hotdesk_module.errors import BadExtension


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
