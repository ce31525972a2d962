"""The plan of many: each device is looked at once, not once for every user."""

from __future__ import annotations

from typing import Any

from hotdesk_module.core import plan
from hotdesk_module.core.model import Device, Session, User, World
from hotdesk_module.core.settings import Settings


class Counted(dict[str, Device]):
    """Devices that count how often all of them are gone through."""

    walks = 0

    def values(self) -> Any:
        self.walks += 1
        return super().values()


def test_the_devices_are_gone_through_once_however_many_users_there_are() -> None:
    numbers = [str(n) for n in range(200, 300)]
    devices = Counted({n: Device(n, "pjsip", f"PJSIP/{n}", n, f"PJSIP/{n}") for n in numbers})
    users = {n: User(n, "", "default") for n in (*numbers, "1001")}
    world = World(devices, users)
    sessions = [Session("200", "1001", 1)]
    scope = plan.Scope(frozenset(numbers), frozenset(users))
    found = plan.target(world, sessions, Settings(), scope, numbers, {})
    assert devices.walks == 1
    assert found.keys["AMPUSER/1001/device"] == "200" and found.keys["AMPUSER/201/device"] == "201"
    assert found.keys["AMPUSER/200/device"] is None


def test_own_devices_are_the_namesake_first_and_a_virtual_extension_is_its_own() -> None:
    devices = {n: Device(n, "pjsip", f"PJSIP/{n}", u, "") for n, u in (("90", "100"), ("100", "100"), ("80", "100"))}
    world = World(devices, {"100": User("100", "", ""), "101": User("101", "", "")})
    assert world.own_devices_of(("100", "101", "404")) == {"100": ("100", "80", "90"), "101": ("101",), "404": ()}
    assert world._replace(device_and_user=True).own_devices("101") == ()
