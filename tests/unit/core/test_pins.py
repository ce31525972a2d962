"""What a hot desk PIN may be, and what is stored of it."""

from __future__ import annotations

import hashlib

import pytest

from hotdesk_module.core import pins
from hotdesk_module.errors import BadPin

SALT = bytes(range(16))


def quick(pin: str, salt: bytes = SALT) -> str:
    """Return a hash that does not take its time."""
    return pins.hashed(pin, salt, 10)


@pytest.mark.parametrize("pin", ["4711", "0815", "1123", "12345679", "98765432101", "1212", "0" * 19 + "1"])
def test_a_pin_is_4_to_20_digits(pin: str) -> None:
    assert pins.check("1005", pin) == pin


@pytest.mark.parametrize(
    "pin", ["", "471", "4" * 20 + "1", "47a1", "47 11", "47#1", " 4711", "4711\n", "٤٧١١", "-4711"]
)
def test_what_is_not_4_to_20_digits_is_no_pin(pin: str) -> None:
    with pytest.raises(BadPin, match="4 to 20 digits"):
        pins.check("1005", pin)


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("1005", "extension's own number"),
        ("0000", "one digit over and over"),
        ("777777", "one digit over and over"),
        ("1234", "digits in a row"),
        ("4321", "digits in a row"),
        ("7890", "digits in a row"),
        ("0987654321", "digits in a row"),
    ],
)
def test_what_somebody_would_try_first_is_refused_and_not_repeated(pin: str, why: str) -> None:
    with pytest.raises(BadPin, match=why) as refused:
        pins.check("1005", pin)
    assert pin not in refused.value.message


def test_the_right_pin_and_no_other_matches_its_hash() -> None:
    stored = quick("471100")
    assert pins.matches("471100", stored)
    assert not any(pins.matches(pin, stored) for pin in ("471101", "47110", "4711000", "", "471100\n", "\udce9"))


def test_the_hash_says_how_it_was_made_and_can_be_made_again() -> None:
    method, iterations, salt, digest = quick("471100").split("$")
    assert (method, iterations, salt) == ("pbkdf2-sha256", "10", SALT.hex())
    assert digest == hashlib.pbkdf2_hmac("sha256", b"471100", SALT, 10).hex()


def test_a_hash_of_other_iterations_goes_on_working() -> None:
    assert pins.matches("471100", pins.hashed("471100", SALT, 7))
    assert pins.is_hash(pins.hashed("471100", SALT, 7))


def test_two_users_with_one_pin_have_different_hashes() -> None:
    assert quick("471100") != quick("471100", SALT[::-1])


def test_by_default_a_guess_is_slow_and_the_hash_fits_its_column() -> None:
    stored = pins.hashed("471100", SALT)
    assert int(stored.split("$")[1]) == pins.ITERATIONS >= 100_000
    assert len(stored) <= 255
    assert pins.matches("471100", stored)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "471100",
        "md5$10$00$00",
        quick("471100")[:-1],
        quick("471100") + "00",
        quick("471100").replace("$10$", "$0$"),
        quick("471100").replace("$10$", "$99999999$"),
        quick("471100").replace("$10$", "$-1$"),
        quick("471100").upper(),
        "pbkdf2-sha256$10$$" + "0" * 64,
    ],
)
def test_a_text_that_is_no_hash_of_ours_matches_nothing(stored: str) -> None:
    assert not pins.matches("471100", stored)
    assert not pins.matches("", stored)
    assert not pins.is_hash(stored)
