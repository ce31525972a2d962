"""The hot desk PIN of a user without a mailbox: what it may be, and how it is stored.

It is stored as a salted slow hash, ``pbkdf2-sha256$<iterations>$<salt>$<hash>``, salt and hash in hexadecimal digits.
Whatever may change one day is in the text, so that old hashes go on working when it does.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hotdesk_module.errors import BadPin

SHORTEST, LONGEST = 4, 20
# docs/decisions.md says why so many.
ITERATIONS = 300_000
# In bytes.
SALT_LENGTH = 16

# The ten most frequent PINs of four digits among 3.4 million: N. Berry, "PIN analysis", DataGenetics, 2012.
USUAL = frozenset(("1234", "1111", "0000", "1212", "7777", "1004", "2000", "4444", "2222", "6969"))

_METHOD = "pbkdf2-sha256"
# Patterns are compiled where they are used: most calls need none of them.
_NUMBER = "[0-9]+"
_DIGITS = f"[0-9]{{{SHORTEST},{LONGEST}}}"
# More iterations than these are a damaged row, not a promise to keep a caller waiting for minutes.
_STORED = rf"{_METHOD}\$([1-9][0-9]{{0,6}})\$((?:[0-9a-f]{{2}})+)\$([0-9a-f]{{64}})"


class _Hash(NamedTuple):
    iterations: int
    salt: bytes
    digest: bytes


def check(extension: str, pin: str) -> str:
    """Return ``pin`` if it can be the hot desk PIN of ``extension``.

    Raises:
        BadPin: it cannot, or is the first thing somebody would try. The message never repeats it.
    """
    if not re.fullmatch(_DIGITS, pin):
        raise BadPin(f"A hot desk PIN is {SHORTEST} to {LONGEST} digits.")
    why = weakness(extension, pin)
    if why:
        raise BadPin(f"The PIN is {why}; choose another one.")
    return pin


def weakness(extension: str, pin: str) -> str:
    """Return why a PIN, of a mailbox or of ours, is easily guessed; empty where it is not. It never repeats the PIN."""
    if len(pin) < SHORTEST:
        return f"shorter than {SHORTEST} digits"
    if pin == extension:
        return "the extension's own number, which is tried first"
    if not re.fullmatch(_NUMBER, pin):
        return ""
    steps = {(int(b) - int(a)) % 10 for a, b in zip(pin, pin[1:])}
    if steps == {0}:
        return "one digit over and over, which is easily guessed"
    if steps in ({1}, {9}):
        return "digits in a row, up or down, which is easily guessed"
    return "one of the ten that most people have, which are tried first" if pin in USUAL else ""


def hashed(pin: str, salt: bytes, iterations: int = ITERATIONS) -> str:
    """Return what is stored of a PIN.

    Args:
        salt: random bytes that no other hash has.
    """
    return f"{_METHOD}${iterations}${salt.hex()}${_derive(pin, salt, iterations).hex()}"


def matches(pin: str, stored: str) -> bool:
    """Return whether ``stored`` is the hash of ``pin``; a text that is no hash of ours is nobody's. Takes its time."""
    import hmac

    parts = _parse(stored)
    return parts is not None and hmac.compare_digest(_derive(pin, parts.salt, parts.iterations), parts.digest)


def is_hash(text: str) -> bool:
    """Return whether ``text`` is what :func:`hashed` returns, from this version or another one."""
    return _parse(text) is not None


def _parse(stored: str) -> _Hash | None:
    found = re.fullmatch(_STORED, stored)
    return _Hash(int(found[1]), bytes.fromhex(found[2]), bytes.fromhex(found[3])) if found else None


def _derive(pin: str, salt: bytes, iterations: int) -> bytes:
    # With its first use: most calls are by people with a mailbox.
    import hashlib

    return hashlib.pbkdf2_hmac("sha256", pin.encode("utf-8", "surrogateescape"), salt, iterations)
