"""The feature codes: which are in force, and which to register.

FreePBX's core has a user logon and logoff of its own on the same codes (V). In extension mode these can only say that
they are unavailable, so ours stand before them; in device-and-user mode they are somebody's login, and ours give way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from hotdesk_module.core.model import FeatureCode

OURS = "hotdesk"
LOGIN = "*11"
LOGOUT = "*12"

_CORES = (("core", "userlogon"), ("core", "userlogoff"))


class Codes(NamedTuple):
    """The general codes; empty where an administrator disabled one."""

    login: str
    logout: str


class Choice(NamedTuple):
    """What to register with FreePBX.

    Attributes:
        message: what the administrator must be told, or empty.
    """

    login: str
    logout: str
    message: str


def in_force(features: Iterable[FeatureCode]) -> Codes:
    """Return the codes as FreePBX's Feature Codes have them, or the usual ones where they are not registered."""
    ours = {f.feature: f.code if f.enabled else "" for f in features if f.module == OURS}
    return Codes(ours.get("login", LOGIN), ours.get("logout", LOGOUT))


def others(features: Iterable[FeatureCode]) -> dict[str, tuple[str, str]]:
    """Return every enabled code that is not ours: code to (module, feature)."""
    return {f.code: (f.module, f.feature) for f in features if f.enabled and f.code and f.module != OURS}


def cores(features: Iterable[FeatureCode]) -> tuple[FeatureCode, ...]:
    """Return core's own user logon and logoff, where they are enabled."""
    return tuple(f for f in features if f.enabled and (f.module, f.feature) in _CORES)


def choose(features: Iterable[FeatureCode], extensions: Collection[str], device_and_user: bool) -> Choice:
    """Return the codes to register: those there are, else the first pair that nobody has.

    Args:
        extensions: every number of FreePBX's extension map, its feature codes among them or not.
    """
    features = tuple(features)
    ours = {f.feature: f.default for f in features if f.module == OURS}
    if "login" in ours and "logout" in ours:
        return Choice(ours["login"], ours["logout"], "")
    taken = others(features)
    # The map names the enabled feature codes too, and does not say whose: what is one is judged by whose it is.
    known = {f.code for f in features if f.enabled}
    numbers = {e: ("extension", e) for e in extensions if e not in known}
    if not device_and_user:
        taken = {code: feature for code, feature in taken.items() if feature not in _CORES}
    owners = {**numbers, **taken}
    login, logout = next(pair for pair in _pairs() if not any(_owner(code, owners) for code in pair))
    if (login, logout) == (LOGIN, LOGOUT):
        return Choice(login, logout, "")
    reasons = [f"{code} is {owner}" for code in (LOGIN, LOGOUT) for owner in [_owner(code, owners)] if owner]
    return Choice(
        login,
        logout,
        f"The login code is {login} and the logout code {logout}, because {' and '.join(reasons)}. Other codes can be"
        " chosen at Admin > Feature Codes.",
    )


def _pairs() -> Iterator[tuple[str, str]]:
    """Yield *11 and *12, *13 and *14, … up to *997 and *998: one of them is free."""
    for first in (*range(11, 98, 2), *range(101, 998, 2)):
        yield f"*{first}", f"*{first + 1}"


def _owner(code: str, owners: Mapping[str, tuple[str, str]]) -> str:
    """Return whose a code is, in words; empty where it is free.

    An extension may follow the login code, so what begins with it is lost as well.
    """
    for other, (module, feature) in owners.items():
        if other == code or (other.startswith(code) and len(other) > len(code) + 1):
            what = f"extension {other}" if module == "extension" else f"FreePBX's feature code {module}/{feature}"
            return what if other == code else f"the beginning of {other} ({what})"
    return ""
