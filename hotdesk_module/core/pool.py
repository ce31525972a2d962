"""The fields of a phone of the pool, as people write them and as they are stored.

Every message names the field, the value and what is right, because it is read beside a form, a command or a line of
a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Callable

from hotdesk_module.core.model import Phone
from hotdesk_module.core.places import NEVER, is_time
from hotdesk_module.core.texts import LENGTH, unprintable
from hotdesk_module.core.texts import shown as _shown
from hotdesk_module.errors import BadValue

FIELDS = Phone._fields
MAX_IDLE_HOURS = 168

_DEVICE = re.compile(r"[0-9]{1,20}")
_CODE = re.compile(r"\*[0-9]{1,18}")
_NUMBER = re.compile(r"[0-9]{1,6}")
# 001565aabbcc, 00:15:65:aa:bb:cc, 00-15-65-aa-bb-cc, 0015.65aa.bbcc, 0015-65aa-bbcc
_MAC = re.compile(r"[0-9a-f]{2}([:-]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}([.-])[0-9a-f]{4}\2[0-9a-f]{4}")
_YES = ("yes", "y", "true", "on", "1")
_NO = ("no", "n", "false", "off", "0")


def phone(fields: Mapping[str, str], base: Phone | None = None) -> Phone:
    """Return ``base``, or a new phone, with ``fields`` set.

    Raises:
        BadValue: fields cannot hold what they are given; the message has a sentence for each.
    """
    result, problems = read(fields, base)
    if problems:
        raise BadValue(" ".join(problems))
    return result


def read(fields: Mapping[str, str], base: Phone | None = None) -> tuple[Phone, tuple[str, ...]]:
    """Return ``base``, or a new phone, with those of ``fields`` that are right, and a sentence for each that is not.

    Args:
        fields: name to text; an empty text is the field's default.
    """
    result = base or Phone("")
    problems = []
    for name in (f for f in FIELDS if f in fields):
        try:
            result = result._replace(**{name: check(name, fields[name])})
        except BadValue as error:
            problems.append(error.message)
    if result.login_code and result.login_code == result.logout_code:
        problems.append(f"logout_code: '{result.logout_code}' is the phone's login code too; the two must differ.")
    return result, tuple(problems)


def check(field: str, text: str) -> Any:
    """Return the value that ``text`` means in a field of a phone; an empty text is the default.

    Raises:
        BadValue: none; or there is no such field.
    """
    if field not in _CHECKS:
        raise BadValue(f"A phone has no field '{_shown(field)}'. Its fields are: {', '.join(FIELDS)}.")
    text = text.strip()
    if not text and field != "device":
        return Phone._field_defaults[field]
    return _CHECKS[field](field, text)


def as_fields(phone: Phone) -> dict[str, str]:
    """Return a phone as texts that :func:`phone` takes; the MAC as people write it."""
    return {
        **{name: str(getattr(phone, name)) for name in FIELDS},
        "idle_hours": "" if phone.idle_hours is None else str(phone.idle_hours),
        "mac": show_mac(phone.mac),
        "enabled": "yes" if phone.enabled else "no",
    }


def show_mac(mac: str) -> str:
    """Return ``001565aabbcc`` as ``00:15:65:AA:BB:CC``; nothing for nothing."""
    return ":".join(mac[i : i + 2] for i in range(0, len(mac), 2)).upper()


def label_from(description: str) -> str:
    """Return FreePBX's description of a device as a label: what a label cannot hold is left out."""
    kept = "".join(c for c in description if not unprintable(c))
    return kept.strip()[:LENGTH]


def _device(field: str, text: str) -> str:
    if not _DEVICE.fullmatch(text):
        raise BadValue(f"{field}: '{_shown(text)}' is not a device number; a device number is 1 to 20 digits.")
    return text


def _text(field: str, text: str) -> str:
    bad = next((c for c in text if unprintable(c)), None)
    if bad is not None:
        raise BadValue(f"{field}: '{_shown(text)}' holds the character U+{ord(bad):04X}; write one line of plain text.")
    if len(text) > LENGTH:
        raise BadValue(f"{field}: '{_shown(text)}' has {len(text)} characters; at most {LENGTH} are possible.")
    return text


def _mac(field: str, text: str) -> str:
    if not _MAC.fullmatch(text.lower()):
        raise BadValue(
            f"{field}: '{_shown(text)}' is not a MAC address; write twelve hexadecimal digits, e.g. 00:15:65:AA:BB:CC."
        )
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    if not int(digits, 16):
        raise BadValue(f"{field}: '{_shown(text)}' is no phone's address; write the one on the phone's label.")
    if int(digits[:2], 16) & 1:
        raise BadValue(
            f"{field}: '{_shown(text)}' is a multicast or broadcast address; write the one on the phone's label."
        )
    return digits


def _code(field: str, text: str) -> str:
    if not _CODE.fullmatch(text):
        raise BadValue(f"{field}: '{_shown(text)}' is not a code; a code is * and 1 to 18 digits, e.g. *55.")
    return text


def _hours(field: str, text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > MAX_IDLE_HOURS:
        raise BadValue(
            f"{field}: '{_shown(text)}' is not a time; write whole hours from 0 (never) to {MAX_IDLE_HOURS} (a week)."
        )
    return int(text)


def _daily(field: str, text: str) -> str:
    if text.lower() != NEVER and not is_time(text):
        raise BadValue(
            f"{field}: '{_shown(text)}' is not a time of the day; write one such as 18:30, or never; empty: as the"
            " setting says."
        )
    return text.lower()


def _yes_no(field: str, text: str) -> bool:
    if text.lower() not in _YES + _NO:
        raise BadValue(f"{field}: '{_shown(text)}' is neither yes nor no.")
    return text.lower() in _YES


_CHECKS: dict[str, Callable[[str, str], Any]] = {
    "device": _device,
    "label": _text,
    "mac": _mac,
    "location": _text,
    "login_code": _code,
    "logout_code": _code,
    "idle_hours": _hours,
    "daily_at": _daily,
    "enabled": _yes_no,
}
