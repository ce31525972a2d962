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

_METHOD = "pbkdf2-sha256"
_DIGITS = re.compile(rf"[0-9]{{{SHORTEST},{LONGEST}}}")
# More iterations than these are a damaged row, not a promise to keep a caller waiting for minutes.
_STORED = re.compile(rf"{_METHOD}\$([1-9][0-9]{{0,6}})\$((?:[0-9a-f]{{2}})+)\$([0-9a-f]{{64}})")


class _Hash(NamedTuple):
    iterations: int
    salt: bytes
    digest: bytes


def check(extension: str, pin: str) -> str:
    """Return ``pin`` if it can be the hot desk PIN of ``extension``.

    Raises:
        BadPin: it cannot, or is the first thing somebody would try. The message never repeats it.
    """
    if not _DIGITS.fullmatch(pin):
        raise BadPin(f"A hot desk PIN is {SHORTEST} to {LONGEST} digits.")
    if pin == extension:
        raise BadPin("The PIN is the extension's own number, which is tried first; choose another one.")
    steps = {(int(b) - int(a)) % 10 for a, b in zip(pin, pin[1:])}
    if steps == {0}:
        raise BadPin("The PIN is one digit over and over, which is easily guessed; choose another one.")
    if steps in ({1}, {9}):
        raise BadPin("The PIN is digits in a row, up or down, which is easily guessed; choose another one.")
    return pin


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
    found = _STORED.fullmatch(stored)
    return _Hash(int(found[1]), bytes.fromhex(found[2]), bytes.fromhex(found[3])) if found else None


def _derive(pin: str, salt: bytes, iterations: int) -> bytes:
    # With its first use: most calls are by people with a mailbox.
    import hashlib

    return hashlib.pbkdf2_hmac("sha256", pin.encode("utf-8", "surrogateescape"), salt, iterations)
