"""What a phone may be beside FreePBX's devices, its feature codes and the other phones of the pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hotdesk_module.core.codes import Codes
from hotdesk_module.core.model import Device, Phone
from hotdesk_module.core.pool import show_mac
from hotdesk_module.errors import BadValue, DuplicateMac, HotdeskError, UnknownPhone

# What Asterisk calls the technologies of real phones; FreePBX has virtual, custom, DAHDI and IAX2 devices besides.
SIP = ("pjsip", "sip")
# So many phones a warning names.
NAMED = 10


class Surroundings(NamedTuple):
    """What a phone is judged by.

    Attributes:
        devices: FreePBX's, by number.
        features: every enabled feature code: code to (module, feature).
        general: the general codes.
        macs: address to device, of the pool as it would be.
        logins, logouts: own code to one of the devices that has it, of the pool as it would be.
    """

    devices: Mapping[str, Device]
    features: Mapping[str, tuple[str, str]]
    general: Codes
    macs: Mapping[str, str]
    logins: Mapping[str, str]
    logouts: Mapping[str, str]

    def with_pool(self, phones: Iterable[Phone]) -> Surroundings:
        """Return the same around another pool."""
        # Of two phones with one address the first keeps it, and the other one is told.
        pool = tuple(phones)[::-1]
        return self._replace(
            macs={p.mac: p.device for p in pool if p.mac},
            logins={p.login_code: p.device for p in pool if p.login_code},
            logouts={p.logout_code: p.device for p in pool if p.logout_code},
        )


def refusals(phone: Phone, around: Surroundings) -> Iterator[HotdeskError]:
    """Yield every reason why ``phone`` cannot be in the pool like this."""
    device = around.devices.get(phone.device)
    if device is None:
        short = phone.device.lstrip("0")
        full = next((d for d in around.devices if d.lstrip("0") == short), "")
        # A spreadsheet that takes a column for numbers drops the zeros when it opens the file.
        hint = f" It has {full}: was the column text when the file was saved?" if full else ""
        yield UnknownPhone(
            f"device: FreePBX has no device {phone.device}; add it there first. A virtual extension has none.{hint}"
        )
    elif device.tech not in SIP:
        yield BadValue(
            f"device: '{phone.device}' is a {device.tech or 'nameless'} device in FreePBX; a hot desk phone is a SIP"
            " device (pjsip or sip)."
        )
    other = around.macs.get(phone.mac, phone.device)
    if phone.mac and other != phone.device:
        yield DuplicateMac(f"mac: '{show_mac(phone.mac)}' is the address of phone {other} already.")
    if phone.login_code:
        yield from _code("login_code", phone.login_code, around, around.logouts)
        yield from _swallowed(phone.login_code, around)
    if phone.logout_code:
        yield from _code("logout_code", phone.logout_code, around, around.logins)


def _code(field: str, code: str, around: Surroundings, opposite: Mapping[str, str]) -> Iterator[HotdeskError]:
    general = _general(around)
    if code in general:
        yield BadValue(f"{field}: '{code}' is the general {general[code]} code, which every phone has already.")
    elif code in around.features:
        yield BadValue(f"{field}: '{code}' is FreePBX's {_feature(around.features[code])}; choose another code.")
    elif longer := next((c for c in around.features if len(c) > 2 and code.startswith(c) and c not in general), ""):
        # Many of FreePBX's codes take an extension behind them, as *80 does for the intercom.
        yield BadValue(
            f"{field}: '{code}' begins with {longer}, FreePBX's {_feature(around.features[longer])}; choose another"
            " code."
        )
    elif shorter := next((c for c in general if c != around.general.logout and code.startswith(c)), ""):
        # All but the logout may be followed by a number.
        yield BadValue(
            f"{field}: '{code}' begins with the general {general[shorter]} code {shorter}; choose another code."
        )
    elif prefix := next((c for c in around.logins if code.startswith(c) and c != code), ""):
        other = around.logins[prefix]
        yield BadValue(f"{field}: '{code}' begins with {prefix}, the login code of phone {other}; choose another code.")
    elif code in opposite:
        # One code is one extension of the dialplan, for all phones.
        kind = "logout" if field == "login_code" else "login"
        yield BadValue(f"{field}: '{code}' is the {kind} code of phone {opposite[code]}; a code is one or the other.")


def _swallowed(login: str, around: Surroundings) -> Iterator[HotdeskError]:
    """A login code may be followed by an extension, so nothing longer may begin with it."""
    own = {c: f"own code of phone {d}" for c, d in (*around.logins.items(), *around.logouts.items())}
    general = {code: f"general {what} code" for code, what in _general(around).items()}
    features = {c: f"FreePBX's {_feature(f)}" for c, f in around.features.items()}
    for code, what in {**own, **features, **general}.items():
        if code.startswith(login) and code != login:
            yield BadValue(f"login_code: {code} ({what}) begins with '{login}' and could not be dialled any more.")
            return


def _general(around: Surroundings) -> dict[str, str]:
    words = {"key": "login key", "where": "where-is", "whose": "whose-phone"}
    return {code: words.get(name, name) for name, code in around.general._asdict().items() if code}


def _feature(feature: tuple[str, str]) -> str:
    return f"feature code {'/'.join(feature)}"


def warnings(phones: Iterable[Phone], devices: Mapping[str, Device]) -> tuple[str, ...]:
    """Return what is allowed and still wants mending: a sentence for all phones that it is true of."""
    silent = [p.device for p in phones if p.device in devices and not devices[p.device].emergency_cid]
    if not silent:
        return ()
    named = ", ".join(silent[:NAMED]) + (f" and {len(silent) - NAMED} more" if len(silent) > NAMED else "")
    who = f"Phone {named} has" if len(silent) == 1 else f"Phones {named} have"
    return (
        f"{who} no Emergency CID in FreePBX: an emergency call would show the caller ID of whoever is logged in, not"
        " where the phone stands. Set it under Extensions.",
    )
