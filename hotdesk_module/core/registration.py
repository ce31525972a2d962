"""What Asterisk's manager says of registered devices, and which of them are phones of ours.

The headers are those of Asterisk 18 to 22: ``ContactList`` of PJSIP, ``PeerEntry`` of chan_sip, which ended with 20.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Callable

from hotdesk_module.core.model import Contact, Device

Get = Callable[[str], str]

# What a contact's status says of whether it answers; the others say that nobody has asked yet.
REACHABLE = {"Reachable": True, "Unreachable": False}

_HOST = r"(?i)sips?:(?:[^@;?]*@)?(\[[^\]]*\]|[^:;?>]*)(?::([0-9]+))?"
_ADDRESS = r"(?i)[0-9]+(?:\.[0-9]+){3}|[0-9a-f.]*:[0-9a-f:.]*"
_MILLISECONDS = r"\(([0-9]+) ms\)"


def pjsip(get: Get) -> Contact | None:
    """Return the contact that an event ``ContactList`` tells of, None where it has no endpoint."""
    # An object is named after its AOR and a hash: "200;@04a97c64…".
    endpoint = get("Endpoint") or get("ObjectName").partition(";@")[0].partition("@@")[0]
    if not endpoint:
        return None
    address, port = _where(get)
    round_trip = _number(get("RoundtripUsec"))
    reachable = REACHABLE.get(get("Status"))
    return Contact(
        dial=f"PJSIP/{endpoint}",
        uri=get("Uri"),
        address=address,
        port=port,
        agent=get("UserAgent"),
        reachable=reachable,
        round_trip=round_trip if reachable and round_trip else None,
        expires=_number(get("ExpirationTime")) or 0,
    )


def sip(get: Get) -> Contact | None:
    """Return the contact that an event ``PeerEntry`` tells of, None where the peer is not registered."""
    name, address, status = get("ObjectName"), get("IPaddress"), get("Status")
    if not name or not re.fullmatch(_ADDRESS, address):
        return None
    answered = re.search(_MILLISECONDS, status)
    reachable = True if status.startswith(("OK", "LAGGED")) else False if status == "UNREACHABLE" else None
    return Contact(
        dial=f"SIP/{name}",
        address=address,
        port=_number(get("IPport")) or 0,
        reachable=reachable,
        round_trip=int(answered[1]) * 1000 if answered else None,
    )


def by_device(contacts: Iterable[Contact], devices: Iterable[Device]) -> dict[str, Contact]:
    """Return the contact of each device that is registered.

    Where a device is registered several times it is the one that answers, then the one registered last.
    """
    found: dict[str, list[Contact]] = {}
    for contact in contacts:
        found.setdefault(contact.dial, []).append(contact)
    chosen = {dial: max(those, key=_merit)._replace(others=len(those) - 1) for dial, those in found.items()}
    return {device.id: chosen[device.dial] for device in devices if device.dial in chosen}


def _merit(contact: Contact) -> tuple[int, int]:
    return (2 if contact.reachable else 1 if contact.reachable is None else 0), contact.expires


def _where(get: Get) -> tuple[str, int]:
    """Return address and port: of the URI, which FreePBX lets Asterisk rewrite to where a phone's packets come from.

    Where that is a name that means something to the phone only, as in a browser, it is what the phone itself says.
    """
    found = re.match(_HOST, get("Uri"))
    host, port = (found[1].strip("[]"), _number(found[2])) if found else ("", None)
    if re.fullmatch(_ADDRESS, host):
        return host, port or 0
    via = get("ViaAddr").strip("[]")
    return (via, _number(get("ViaPort")) or 0) if re.fullmatch(_ADDRESS, via) else ("", 0)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
