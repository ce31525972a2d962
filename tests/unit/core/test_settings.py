"""The settings that are neither a number nor a choice: addresses, secrets, several of many."""

from __future__ import annotations

import pytest

from hotdesk_module.core import changes
from hotdesk_module.core.changes import By
from hotdesk_module.core.settings import NEW, SET, SPECS, Settings, check, differences, parse, secret, texts
from hotdesk_module.core.webhook import hook
from hotdesk_module.errors import BadValue

KEY, OTHER = "a-key-of-16-signs", "another-key-of-the-tests"
URL = "https://example.com/Hook?A=b"


def why(name: str, value: str) -> str:
    with pytest.raises(BadValue) as refused:
        check(name, value)
    return refused.value.message


def test_the_settings_in_force_hold_every_setting_but_the_secrets() -> None:
    assert [s.name for s in SPECS if not s.secret] == list(Settings._fields)
    assert [s.name for s in SPECS if s.secret] == ["webhook_secret"]
    assert parse({}) == Settings()


def test_an_address_keeps_its_capitals() -> None:
    assert check("webhook_url", f"  {URL} ") == URL
    assert check("webhook_url", " ") == ""
    assert parse({"webhook_url": URL}).webhook_url == URL


@pytest.mark.parametrize(
    "value", ["example.com", "ftp://example.com/", "https://x:hush@example.com/", f"{URL}{'a' * 255}"]
)
def test_what_is_no_address_is_refused_and_not_repeated_for_it_may_hold_a_password(value: str) -> None:
    message = why("webhook_url", value)
    assert "https://example.com/hook" in message and "hush" not in message
    # One that somebody wrote past us is none either, or just a long one.
    assert len(value) > 255 or hook({"webhook_url": value, "webhook_secret": KEY}) is None


@pytest.mark.parametrize("value", [KEY, "x" * 200, "!\"#$%&'()*+,-./:;<=>"])
def test_a_secret_is_any_signs_without_blanks(value: str) -> None:
    assert check("webhook_secret", f" {value}\t") == value
    assert secret({"webhook_secret": value}, "webhook_secret") == value


@pytest.mark.parametrize(
    "value", ["too-short-a-key", "x" * 201, "sixteen signs and", "sechzehn-schlüssel", "with\x7fcontrol-signs"]
)
def test_what_is_no_secret_is_refused_and_not_repeated(value: str) -> None:
    message = why("webhook_secret", value)
    assert "16 to 200" in message and value not in message
    assert secret({"webhook_secret": value}, "webhook_secret") == ""


def test_of_several_any_may_be_chosen_and_they_are_kept_in_their_own_order() -> None:
    assert check("webhook_events", " LOCK, login ,lock") == "login,lock"
    assert parse({"webhook_events": "refused"}).webhook_events == ("refused",)
    assert parse({}).webhook_events == ("login", "logout", "expiry", "lock", "emergency")
    for value in ("", ",", "login,", "login,reboot"):
        assert "one or several of: login, logout" in why("webhook_events", value)


def test_a_secret_is_shown_as_set_and_never_as_what_it_is() -> None:
    assert texts({})["webhook_secret"] == ""
    assert texts({"webhook_secret": KEY})["webhook_secret"] == SET
    assert KEY not in repr((parse({"webhook_secret": KEY}), texts({"webhook_secret": KEY})))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [("", KEY, ("", NEW)), (KEY, OTHER, (SET, NEW)), (KEY, "", (SET, "")), (KEY, KEY, None), ("", "", None)],
)
def test_that_a_secret_is_another_one_is_told_and_not_which(
    before: str, after: str, shown: tuple[str, str] | None
) -> None:
    stored = ({"webhook_secret": before}, {"webhook_secret": after})
    found = [(c.old, c.new) for c in differences(*stored)]
    assert found == ([] if shown is None else [shown])
    events = changes.of_settings(By(1, "cli", "maria"), *stored)
    assert KEY not in repr((found, events)) and OTHER not in repr((found, events))
    assert len(events) == len(found)
