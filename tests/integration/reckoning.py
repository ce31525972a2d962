"""What Asterisk has to hold while people sit at phones: every key, hint and lamp, reckoned from the company alone.

The rules are written down anew here, for the routing by the list of devices and the other settings as they are at
first; nothing of the product is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.support.rig import Rig
from tests.support.rig.company import Company, hint

# Changed by every call, of whoever it is.
_BY_CALLS = "CALLTRACE/"
_HINT = re.compile(r"^\s*'(\S+)' =>\s+hint: (\S*)", re.MULTILINE)

Seats = Mapping[str, str]


def keys(company: Company, seats: Seats) -> dict[str, str]:
    """Return the whole AstDB with these people (phone to user) at the phones of the pool."""
    found = company.astdb()
    for one in company.extensions:
        number = one.number
        desks = [phone for phone, user in seats.items() if user == number]
        taken = seats.get(number, number) != number
        devices = desks or ([] if taken else [number])
        if devices:
            found[f"AMPUSER/{number}/device"] = "&".join(devices)
        else:
            del found[f"AMPUSER/{number}/device"]
        found[f"AMPUSER/{number}/hint"] = hints(company, seats)[number]
    for user in seats.values():
        found[f"CustomDevstate/HDSKU{user}"] = "INUSE"
    for phone in company.pool:
        found[f"DEVICE/{phone}/user"] = seats.get(phone, phone)
        found[f"CustomDevstate/HDSK{phone}"] = "INUSE" if phone in seats else "NOT_INUSE"
    return found


def hints(company: Company, seats: Seats) -> dict[str, str]:
    """Return the hint of each extension: the desks where somebody sits, else the own phone, whoever sits there."""
    found = {}
    for one in company.extensions:
        desks = [phone for phone, user in seats.items() if user == one.number]
        dials = [company.extension(p).dial for p in desks] or ([] if one.virtual else [one.dial])
        found[one.number] = hint(dials, one.number)
    return found


def differences(rig: Rig, seats: Seats) -> list[str]:
    """Return what is otherwise in Asterisk, a line each."""
    found = []
    wanted, actual = keys(rig.company, seats), rig.asterisk.db_show()
    for key in sorted(wanted.keys() | actual.keys()):
        if not key.startswith(_BY_CALLS) and wanted.get(key) != actual.get(key):
            found.append(f"{key} is {actual.get(key)}, not {wanted.get(key)}")
    shown = dict(_HINT.findall(rig.asterisk.cli("dialplan show ext-local")))
    for number, text in hints(rig.company, seats).items():
        if shown.get(number) != text:
            found.append(f"the hint of {number} is {shown.get(number)}, not {text}")
    for phone in rig.company.pool:
        lamp = rig.tap.action("Getvar", Variable=f"DEVICE_STATE(Custom:HDSK{phone})")["Value"]
        if lamp != ("INUSE" if phone in seats else "NOT_INUSE"):
            found.append(f"the lamp of {phone} is {lamp}")
    for one in rig.company.extensions:
        lamp = rig.tap.action("Getvar", Variable=f"DEVICE_STATE(Custom:HDSKU{one.number})")["Value"]
        if (lamp == "INUSE") != (one.number in seats.values()):
            found.append(f"the lamp of {one.number}, who sits somewhere or not, is {lamp}")
    return found
