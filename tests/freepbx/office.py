"""The suite's own extensions, groups, queue, trunk and administrators on the machine.

Their numbers begin with HOTDESK_ACCEPTANCE_PREFIX (88); none of them may be in use. They are removed at the end.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import asdict, dataclass, field

from tests.freepbx.machine import Machine
from tests.support.rig.shell import RigError

PREFIX = os.environ.get("HOTDESK_ACCEPTANCE_PREFIX", "88")
RING_TIME = 8


def _pin() -> str:
    # Long enough that no number in a log is one by chance.
    return str(secrets.randbelow(9 * 10**9) + 10**9)


@dataclass(frozen=True)
class Extension:
    number: str
    name: str
    tech: str = "pjsip"
    outbound_cid: str = ""
    emergency_cid: str = ""
    ring_time: int = RING_TIME
    pin: str = field(default_factory=_pin)
    secret: str = field(default_factory=lambda: secrets.token_hex(12))

    @property
    def virtual(self) -> bool:
        return self.tech == "virtual"


# Shared phones, and people: one with a phone of the own, one without, and the same to be deleted.
PHONE = Extension(f"{PREFIX}00", "Lobby", emergency_cid="5558800")
PHONE_2 = Extension(f"{PREFIX}01", "Window", emergency_cid="5558801")
SPARE_PHONE = Extension(f"{PREFIX}02", "Cellar", emergency_cid="5558802")
OWNER = Extension(f"{PREFIX}10", "Olga Owner", outbound_cid="Olga <5558810>")
VIRTUAL = Extension(f"{PREFIX}11", "Vera Virtual", tech="virtual", outbound_cid="Vera <5558811>")
SPARE_USER = Extension(f"{PREFIX}12", "Sam Spare", tech="virtual")
CALLER = Extension(f"{PREFIX}20", "Carl Caller")
EXTENSIONS = (PHONE, PHONE_2, SPARE_PHONE, OWNER, VIRTUAL, SPARE_USER, CALLER)

GROUP = f"{PREFIX}60"
GROUP_IGNORING_CF = f"{PREFIX}61"
QUEUE = f"{PREFIX}70"
# Inbound routes to the two users.
DIDS = {OWNER.number: f"{PREFIX}5550110", VIRTUAL.number: f"{PREFIX}5550111"}
OUTSIDE = f"{PREFIX}5550123"
EMERGENCY = f"{PREFIX}911"
TRUNK = "hotdesk-acceptance"
TRUNK_CID = "5558888"
ADMIN = "hotdesk-admin"
CLERK = "hotdesk-clerk"


def by_number(number: str) -> Extension:
    return next(one for one in EXTENSIONS if one.number == number)


class Office:
    """What the suite makes on the machine, from `make` to `remove`."""

    def __init__(self, machine: Machine, address: str, transport: str, trunk_port: int) -> None:
        self.machine = machine
        self.passwords = {ADMIN: secrets.token_urlsafe(16), CLERK: secrets.token_urlsafe(16)}
        self._begun = False
        self._trunk: object = None
        self._trunk_spec = {
            "name": TRUNK,
            "address": address,
            "port": trunk_port,
            "transport": transport,
            "outbound_cid": TRUNK_CID,
            "routes": [
                {"name": f"{TRUNK}-outside", "number": OUTSIDE, "emergency": False},
                {"name": f"{TRUNK}-emergency", "number": EMERGENCY, "emergency": True},
            ],
        }

    def make(self) -> None:
        numbers = [one.number for one in EXTENSIONS] + [GROUP, GROUP_IGNORING_CF, QUEUE]
        taken = self.machine.php("taken", numbers)
        if taken:
            raise RigError(f"{', '.join(taken)} are in use on this PBX: choose another HOTDESK_ACCEPTANCE_PREFIX")
        asked = self.machine.php("first-steps", {})
        if asked:
            raise RigError(f"FreePBX still shows its first steps ({', '.join(asked)}): answer them in a browser")
        self._begun = True
        for one in EXTENSIONS:
            self.machine.php("make-extension", asdict(one))
        members = [OWNER.number, VIRTUAL.number]
        for number, ignore in ((GROUP, False), (GROUP_IGNORING_CF, True)):
            group = {"number": number, "name": TRUNK, "members": members, "ignore_cf": ignore, "ring_time": RING_TIME}
            self.machine.php("make-group", group)
        queue = {"number": QUEUE, "name": TRUNK, "members": members, "ring_time": RING_TIME}
        self.machine.php("make-queue", queue)
        for user, number in DIDS.items():
            self.machine.php("make-did", {"number": number, "user": user, "name": TRUNK})
        self._trunk = self.machine.php("make-trunk", self._trunk_spec)
        self.machine.php("make-admin", {"name": ADMIN, "password": self.passwords[ADMIN], "sections": ["*"]})
        self.machine.php("make-admin", {"name": CLERK, "password": self.passwords[CLERK], "sections": ["ringgroups"]})
        self.machine.reload()

    def remove(self) -> None:
        if not self._begun:
            # The numbers are somebody else's.
            return
        for name in (ADMIN, CLERK):
            self.machine.php("delete-admin", {"name": name})
        if self._trunk is not None:
            self.machine.php("delete-trunk", self._trunk)
        for number in DIDS.values():
            self.machine.php("delete-did", {"number": number})
        self.machine.php("delete-queue", {"number": QUEUE})
        for number in (GROUP, GROUP_IGNORING_CF):
            self.machine.php("delete-group", {"number": number})
        for one in EXTENSIONS:
            self.machine.php("delete-extension", {"number": one.number})
        self.machine.reload()

    def save(self, number: str, **changes: object) -> None:
        """Submit an extension's page."""
        self.machine.php("save-extension", {"number": number, "changes": changes})

    def delete(self, number: str) -> None:
        self.machine.php("delete-extension", {"number": number})

    def make_again(self, one: Extension) -> None:
        self.machine.php("make-extension", asdict(one))
