"""A small company on fakes: FreePBX's keys and tables for a few phones and people, and what FreePBX does to them.

Phones 200, 201 and 202 are shared. 1001 has a phone of the own, 1002 too; 1003 and 1004 are virtual; 300 is a person
whose own desk, phone 300, is in the pool and so can be lent.
"""

from __future__ import annotations

from collections.abc import Iterable

from hotdesk_module.core import plan
from hotdesk_module.core.model import Device, Phone, Route, Trunk, User, World
from hotdesk_module.service import HotDesk
from tests.support.fakes import FakeAstDb, FakeClock, FakeInventory, FakeLedger, FakeSwitchboard, Writes

PHONES = ("200", "201", "202")
OWN_PHONES = ("1001", "1002", "300")
VIRTUAL = ("1003", "1004")
CARRIER = Trunk("1", "Carrier")
EMERGENCY = Route("1", "Emergency", emergency=True, patterns=("911", "112"), trunks=(CARRIER,))


def device(number: str) -> Device:
    """Return a PJSIP device that belongs to the extension of its number."""
    return Device(number, "pjsip", f"PJSIP/{number}", number, f"PJSIP/{number}", f"Phone {number}")


class Office:
    """The fakes, joined to the service.

    Args:
        phones, users: the numbers to have, for a walk through all states of a smaller office.
        source: the entry point the service is told.
    """

    def __init__(
        self,
        phones: Iterable[str] = (*PHONES, "300"),
        users: Iterable[str] = (*OWN_PHONES, *VIRTUAL),
        source: str = "phone",
    ) -> None:
        self.pool = tuple(phones)
        extensions = tuple(dict.fromkeys((*self.pool, *users)))
        self.writes = Writes()
        self.clock = FakeClock()
        self.ledger = FakeLedger([Phone(p, f"Phone {p}") for p in self.pool], self.writes)
        self.inventory = FakeInventory(
            devices=[device(e) for e in extensions if e not in VIRTUAL],
            users=[User(e, f"Person {e}", "default") for e in extensions],
            version="17.0.19",
            routes=[EMERGENCY, Route("2", "Out", patterns=("NXXXXXX", "."), trunks=(CARRIER,))],
        )
        self.inventory.clock = self.clock
        self.astdb = FakeAstDb(writes=self.writes)
        self.switchboard = FakeSwitchboard(self.astdb, writes=self.writes)
        self.devices_to_astdb()
        for extension in extensions:
            self.astdb.values[f"AMPUSER/{extension}/device"] = extension
            self.astdb.values[f"AMPUSER/{extension}/cidname"] = f"Person {extension}"
        self.reload()
        self.desk = HotDesk(self.ledger, self.inventory, self.astdb, self.switchboard, self.clock, source=source)

    @property
    def world(self) -> World:
        """What FreePBX's tables say."""
        return World({d.id: d for d in self.inventory.devices()}, {u.extension: u for u in self.inventory.users()})

    def seat(self, phone: str) -> str | None:
        """Return who sits at a phone by the ledger."""
        sessions = self.ledger.sessions(phones=[phone])
        return sessions[0].user if sessions else None

    def rings(self, extension: str) -> list[str]:
        """Return what a call to an extension rings, by the keys that Asterisk reads (F§2)."""
        listed = self.astdb.values.get(f"AMPUSER/{extension}/device", "")
        dials = [self.astdb.values.get(f"DEVICE/{d}/dial", "") for d in listed.split("&") if d]
        return sorted(d for d in dials if not d.startswith("/"))

    def caller(self, phone: str) -> str | None:
        """Return the extension whose name and number a call from a phone carries (F§1)."""
        return self.astdb.values.get(f"DEVICE/{phone}/user")

    # What FreePBX does behind our back

    def devices_to_astdb(self) -> None:
        """Rebuild the DEVICE tree from SQL, as restore and ``resetastdb`` do (F§5, style A4)."""
        values = self.astdb.values
        for key in [k for k in values if k.startswith("DEVICE/")]:
            del values[key]
        for d in self.inventory.devices():
            values.update(
                {
                    f"DEVICE/{d.id}/{k}": v
                    for k, v in (
                        ("dial", d.dial),
                        ("user", d.user),
                        ("default_user", d.user),
                        ("tech", d.tech),
                        ("type", "fixed"),
                        ("emergency_cid", d.emergency_cid),
                    )
                    if v
                }
            )
            listed = values.get(f"AMPUSER/{d.user}/device", "")
            if d.id not in listed.split("&"):
                values[f"AMPUSER/{d.user}/device"] = f"{listed}&{d.id}" if listed else d.id
        for u in self.inventory.users():
            if u.extension in VIRTUAL:
                values.update(
                    {
                        f"DEVICE/{u.extension}/{k}": v
                        for k, v in (
                            ("dial", f"/{u.extension}"),
                            ("user", u.extension),
                            ("tech", "virtual"),
                            ("type", "fixed"),
                        )
                    }
                )

    def edit_extension(self, number: str) -> None:
        """Save a phone's extension in the GUI: the device is deleted and added again (F§5, V)."""
        values = self.astdb.values
        sitting = values.get(f"DEVICE/{number}/user", number)
        left = [d for d in values.get(f"AMPUSER/{sitting}/device", "").split("&") if d and d != number]
        if left:
            values[f"AMPUSER/{sitting}/device"] = "&".join(left)
        else:
            values.pop(f"AMPUSER/{sitting}/device", None)
        values[f"DEVICE/{number}/user"] = number
        values[f"DEVICE/{number}/dial"] = f"PJSIP/{number}"
        own = [d for d in values.get(f"AMPUSER/{number}/device", "").split("&") if d]
        values[f"AMPUSER/{number}/device"] = "&".join(dict.fromkeys([*own, number]))

    def delete_extension(self, number: str) -> None:
        """Delete an extension in the GUI: rows and keys go, nothing else does (F§5)."""
        self.inventory.all_users = [u for u in self.inventory.all_users if u.extension != number]
        self.inventory.all_devices = [d for d in self.inventory.all_devices if d.id != number]
        for key in [k for k in self.astdb.values if k.startswith((f"AMPUSER/{number}/", f"DEVICE/{number}/"))]:
            del self.astdb.values[key]

    def reload(self) -> None:
        """Apply Config: hints and ``AMPUSER/x/hint`` come from the device lists (F§7, V)."""
        world = self.world
        for user in self.inventory.users():
            listed = self.astdb.values.get(f"AMPUSER/{user.extension}/device", "").split("&")
            hint = plan.hint_of(world, user.extension, listed)
            self.switchboard.all_hints[user.extension] = hint
            self.astdb.values[f"AMPUSER/{user.extension}/hint"] = hint

    # What people do with FreePBX's own feature codes and UCP; each sets the key, and the lamps of the devices listed

    def set_dnd(self, user: str, on: bool) -> None:
        """``*78``, ``*79``."""
        self._set(f"DND/{user}", "YES" if on else None)
        self._light(on, f"DND{user}", *(f"DEVDND{d}" for d in self._listed(user)))

    def set_forward(self, user: str, number: str | None, family: str = "CF") -> None:
        """``*72`` and ``*73``; ``CFU`` and ``CFB`` have no lamps."""
        self._set(f"{family}/{user}", number)
        if family == "CF":
            self._light(number is not None, f"CF{user}", *(f"DEVCF{d}" for d in self._listed(user)))

    def set_follow_me(self, user: str, on: bool) -> None:
        """``*21``, which does nothing where there is no follow-me."""
        key = f"AMPUSER/{user}/followme/ddial"
        if key in self.astdb.values:
            self.astdb.values[key] = "DIRECT" if on else "EXTENSION"
            self._light(on, *(f"FOLLOWME{d}" for d in self._listed(user)))

    def _listed(self, user: str) -> list[str]:
        return [d for d in self.astdb.values.get(f"AMPUSER/{user}/device", "").split("&") if d]

    def _set(self, key: str, value: str | None) -> None:
        self.astdb.values.pop(key, None)
        if value is not None:
            self.astdb.values[key] = value

    def _light(self, on: bool, *lamps: str) -> None:
        self.astdb.values.update({f"CustomDevstate/{lamp}": "BUSY" if on else "NOT_INUSE" for lamp in lamps})
