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
KEY = "*15"
WHERE = "*16"
WHOSE = "*17"

_CORES = (("core", "userlogon"), ("core", "userlogoff"))


class Codes(NamedTuple):
    """The general codes, by the names they are registered under; empty where an administrator disabled one.

    Attributes:
        login, logout: log in and out.
        key: the login key, with the phone's number behind it: its lamp says whether somebody sits there.
        where: where somebody is, with the extension behind it: its lamp says whether that is anywhere.
        whose: whose phone this is, or the one whose number is behind it.
    """

    login: str = LOGIN
    logout: str = LOGOUT
    key: str = KEY
    where: str = WHERE
    whose: str = WHOSE


class Choice(NamedTuple):
    """What to register with FreePBX.

    Attributes:
        message: what the administrator must be told, or empty.
    """

    codes: Codes
    message: str


def in_force(features: Iterable[FeatureCode]) -> Codes:
    """Return the codes as FreePBX's Feature Codes have them, or the usual ones where they are not registered."""
    ours = {f.feature: f.code if f.enabled else "" for f in features if f.module == OURS}
    return Codes()._replace(**{name: code for name, code in ours.items() if name in Codes._fields})


def others(features: Iterable[FeatureCode]) -> dict[str, tuple[str, str]]:
    """Return every enabled code that is not ours: code to (module, feature)."""
    return {f.code: (f.module, f.feature) for f in features if f.enabled and f.code and f.module != OURS}


def cores(features: Iterable[FeatureCode]) -> tuple[FeatureCode, ...]:
    """Return core's own user logon and logoff, where they are enabled."""
    return tuple(f for f in features if f.enabled and (f.module, f.feature) in _CORES)


def twice(codes: Codes) -> tuple[tuple[str, str], ...]:
    """Return (name, name) of codes of ours that are the same; of two the dialplan has the first."""
    first: dict[str, str] = {}
    found = []
    for name, code in codes._asdict().items():
        if code and first.setdefault(code, name) != name:
            found.append((first[code], name))
    return tuple(found)


def choose(
    features: Iterable[FeatureCode], extensions: Collection[str], device_and_user: bool, own: Collection[str] = ()
) -> Choice:
    """Return the codes to register: those there are, and for the rest the first that nobody has.

    Args:
        extensions: every number of FreePBX's extension map, its feature codes among them or not.
        own: the phones' own codes.
    """
    features = tuple(features)
    chosen = {f.feature: f.default for f in features if f.module == OURS}
    owners = _owners(features, extensions, device_and_user, own)
    said = []
    if not ("login" in chosen and "logout" in chosen):
        login, logout = next(pair for pair in _pairs() if not any(_owner(code, owners) for code in pair))
        chosen.update(login=login, logout=logout)
        if (login, logout) != (LOGIN, LOGOUT):
            reasons = [f"{code} is {owner}" for code in (LOGIN, LOGOUT) for owner in [_owner(code, owners)] if owner]
            said.append(f"The login code is {login} and the logout code {logout}, because {' and '.join(reasons)}.")
    for name, usual in Codes()._asdict().items():
        if name not in chosen:
            ours = {code: "another code of hot desking" for code in chosen.values()}
            taken = {**ours, **owners}
            chosen[name] = next(code for code in (usual, *_singles()) if not _owner(code, taken))
            if chosen[name] != usual:
                said.append(
                    f"The code for '{_MEANING[name]}' is {chosen[name]}, because {usual} is {_owner(usual, taken)}."
                )
    if said:
        said.append("Other codes can be chosen at Admin > Feature Codes.")
    return Choice(Codes(**{name: chosen[name] for name in Codes._fields}), " ".join(said))


_MEANING = {"key": "login key", "where": "where is", "whose": "whose phone is this"}


def _owners(
    features: tuple[FeatureCode, ...], extensions: Collection[str], device_and_user: bool, own: Collection[str]
) -> dict[str, str]:
    """Return whose each number is that somebody has, in words."""
    taken = others(features)
    # The map names the enabled feature codes too, and does not say whose: what is one is judged by whose it is.
    known = {f.code for f in features if f.enabled}
    if not device_and_user:
        taken = {code: feature for code, feature in taken.items() if feature not in _CORES}
    return {
        **{e: f"extension {e}" for e in extensions if e not in known},
        **{code: f"FreePBX's feature code {module}/{feature}" for code, (module, feature) in taken.items()},
        **{f.code: f"another code of hot desking ({f.feature})" for f in features if f.enabled and f.module == OURS},
        **{code: "a phone's own code" for code in own},
    }


def _pairs() -> Iterator[tuple[str, str]]:
    """Yield *11 and *12, *13 and *14, … up to *997 and *998: one of them is free."""
    for first in (*range(11, 98, 2), *range(101, 998, 2)):
        yield f"*{first}", f"*{first + 1}"


def _singles() -> Iterator[str]:
    """Yield what follows the usual codes."""
    for number in (*range(18, 98), *range(101, 998)):
        yield f"*{number}"


def _owner(code: str, owners: Mapping[str, str]) -> str:
    """Return whose a code is, in words; empty where it is free.

    A number may follow the code, so what begins with it is lost as well.
    """
    for other, owner in owners.items():
        if other == code:
            return owner
        if other.startswith(code) and len(other) > len(code) + 1:
            return f"the beginning of {other} ({owner})"
    return ""
