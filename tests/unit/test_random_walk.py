"""People come and go while administrators change settings, processes die and FreePBX rewrites keys, at random.

Who sits where is reckoned a second time here, by rules written down anew; calls, caller IDs and hints must follow it
after every repair, and when the last one has left, Asterisk's database is what it was, forwards and all.
"""

from __future__ import annotations

import random
from typing import Callable

import pytest

from hotdesk_module.core.model import Phone
from hotdesk_module.errors import HotdeskError
from tests.support.fakes import Crash
from tests.support.office import Office, device

# 300 is somebody's own desk; 99200 is a second device of 200; 1001 has a device of another number, 500, in the pool.
PHONES = ("200", "201", "300", "99200", "500")
OWNER = {"99200": "200", "500": "1001"}
USERS = ("1001", "1003", "1004", "300")
OWN_DEVICES = {"1001": ["1001", "500"], "1003": [], "1004": [], "300": ["300"], "200": ["200", "99200"], "201": ["201"]}
CHOICES = {
    "routing": ("device", "callforward"),
    "take_over": ("replace", "refuse"),
    "several_phones": ("move", "refuse", "allow"),
    "max_phones": ("1", "2", "3"),
    "ring_own_phone": ("no", "yes"),
    "voicemail_pin": ("no", "yes"),
}
HABITS = {"CF": "5551234", "CFU": "55", "CFB": "77", "DND": "YES"}


def owner(phone: str) -> str:
    return OWNER.get(phone, phone)


class Life:
    """One office and what should be true in it.

    Attributes:
        seats: phone to user, by the rules of this file.
    """

    def __init__(self, seed: int, give_back: str) -> None:
        self.chance = random.Random(seed)
        self.office = office = Office(("200", "201", "300"), USERS)
        office.inventory.all_devices += [device(n)._replace(user=u) for n, u in OWNER.items()]
        office.ledger.save_phones([Phone(p) for p in PHONES])
        office.devices_to_astdb()
        office.astdb.values.update({"AMPUSER/1001/novmpw": "yes", "AMPUSER/300/novmpw": "yes"})
        office.reload()
        self.settings = {"give_back": give_back}
        office.ledger.save_settings(self.settings)
        office.desk.reconcile()
        self.seats: dict[str, str] = {}
        self.own = dict(office.astdb.values)
        self.story: list[str] = []

    def value(self, setting: str) -> str:
        return self.settings.get(setting, {"max_phones": "2"}.get(setting, CHOICES[setting][0]))

    # What may happen

    def login(self) -> Callable[[], object]:
        phone, user = self.chance.choice(PHONES), self.chance.choice(USERS)
        self.story.append(f"login {phone} {user}")
        seats, others = dict(self.seats), [p for p, u in self.seats.items() if u == user and p != phone]
        if owner(phone) == user:
            after = {p: u for p, u in seats.items() if p != phone and u != user}
        elif seats.get(phone) == user:
            after = {p: u for p, u in seats.items() if p not in others or self.value("several_phones") == "allow"}
        elif (phone in seats and self.value("take_over") == "refuse") or (
            others and self.value("several_phones") == "refuse"
        ):
            after = seats
        elif self.value("several_phones") == "allow":
            after = seats if len(others) >= int(self.value("max_phones")) and others else {**seats, phone: user}
        else:
            after = {**{p: u for p, u in seats.items() if p not in others}, phone: user}
        self.after = after
        return lambda: self.office.desk.login(phone, user)

    def logout(self) -> Callable[[], object]:
        phone = self.chance.choice(PHONES)
        self.story.append(f"logout {phone}")
        self.after = {p: u for p, u in self.seats.items() if p != phone}
        return lambda: self.office.desk.logout(phone)

    def logout_user(self) -> Callable[[], object]:
        user = self.chance.choice(USERS)
        self.story.append(f"logout --user {user}")
        self.after = {p: u for p, u in self.seats.items() if u != user}
        return lambda: self.office.desk.logout_user(user)

    def setting(self) -> None:
        name = self.chance.choice(list(CHOICES))
        self.settings[name] = self.chance.choice(CHOICES[name])
        self.story.append(f"{name}={self.settings[name]}")
        self.office.ledger.save_settings(self.settings)

    def habit(self) -> None:
        """Somebody sets or takes away a forward: what one has while taking part in no session is one's own."""
        user, family = self.chance.choice((*USERS, "200")), self.chance.choice(list(HABITS))
        key, value = f"{family}/{user}", self.chance.choice((None, HABITS[family]))
        if user in self.seats.values() and self.value("routing") == "callforward" and family == "CF":
            return
        self.story.append(f"{key}={value}")
        takes_part = user in self.seats.values() or any(owner(p) == user for p in self.seats)
        for values in [self.office.astdb.values] if takes_part else [self.office.astdb.values, self.own]:
            values.pop(key, None)
            if value is not None:
                values[key] = value

    def accident(self) -> None:
        number = self.chance.choice(("200", "201", "300"))
        happen = self.chance.choice((self.office.devices_to_astdb, self.office.reload, None))
        self.story.append(happen.__name__ if happen else f"edit {number}")
        if happen:
            happen()
        else:
            self.office.edit_extension(number)

    # And what must be true

    def step(self) -> None:
        what = self.chance.random()
        if what < 0.15:
            self.setting()
        elif what < 0.3 and not self.office.ledger.unapplied():
            self.habit()
        elif what < 0.4:
            self.accident()
        else:
            self.command(self.chance.choice((self.login, self.login, self.logout, self.logout_user))())
        if self.chance.random() < 0.5:
            self.story.append("reconcile")
            self.office.desk.reconcile(force=True)
            self.check()

    def command(self, run: Callable[[], object]) -> None:
        dies = self.chance.random() < 0.3
        if dies:
            self.office.writes.fail(self.chance.randint(1, 25))
        try:
            run()
        except Crash:
            self.story.append("(dies)")
            now = {s.phone: s.user for s in self.office.ledger.sessions()}
            assert now in (self.seats, self.after), self.tale()
            self.after = now
        except HotdeskError as error:
            self.story.append(f"({error.code})")
        finally:
            self.office.writes.never_fail()
        self.seats = self.after
        assert {s.phone: s.user for s in self.office.ledger.sessions()} == self.seats, self.tale()

    def check(self) -> None:
        office, values = self.office, self.office.astdb.values
        for phone in PHONES:
            assert office.caller(phone) == self.seats.get(phone, owner(phone)), f"caller {phone}: {self.tale()}"
        for user in (*USERS, "200", "201"):
            there = [p for p, u in self.seats.items() if u == user]
            free = [d for d in OWN_DEVICES[user] if self.seats.get(d, user) == user and d not in there]
            desks = there + (free if self.value("ring_own_phone") == "yes" else [])
            if there and self.value("routing") == "callforward":
                assert values[f"CF/{user}"] in {f"HD{p}" for p in there}, f"CF {user}: {self.tale()}"
                assert sorted(values[f"HDSK/{user}/device"].split("&")) == sorted(desks), f"desks {user}: {self.tale()}"
                rings = free
            else:
                assert not values.get(f"CF/{user}", "").startswith("HD"), f"CF {user}: {self.tale()}"
                assert f"HDSK/{user}/device" not in values, f"desks {user}: {self.tale()}"
                rings = desks if there else free
            assert office.rings(user) == sorted(f"PJSIP/{d}" for d in rings), f"calls to {user}: {self.tale()}"
            lit = values.get(f"CustomDevstate/HDSKU{user}")
            assert lit == ("INUSE" if there else None), f"lamp of {user}: {self.tale()}"
            named = [f"PJSIP/{d}" for d in (desks if there else OWN_DEVICES[user])] or [""]
            shown = office.switchboard.all_hints[user].partition(",")[0].split("&")
            assert sorted(shown) == sorted([*named, f"Custom:DND{user}"]), f"hint of {user}: {self.tale()}"
        assert not office.desk.reconcile(dry_run=True).effects, f"not done after one repair: {self.tale()}"

    def everybody_leaves(self) -> None:
        for phone in list(self.seats):
            self.after = {p: u for p, u in self.seats.items() if p != phone}
            self.story.append(f"logout {phone}")
            self.command(lambda phone=phone: self.office.desk.logout(phone))  # type: ignore[misc]
        for phone in list(self.seats):
            self.office.desk.logout(phone)
        self.office.desk.reconcile()

    def left_behind(self) -> dict[str, tuple[str | None, str | None]]:
        """Return what is not as it was; a lamp that is off is no lamp, and a list of devices has no order."""
        now, was = (
            {k: "&".join(sorted(v.split("&"))) for k, v in values.items() if v != "NOT_INUSE" and "/hint" not in k}
            for values in (self.office.astdb.values, self.own)
        )
        return {k: (was.get(k), now.get(k)) for k in now.keys() | was.keys() if now.get(k) != was.get(k)}

    def tale(self) -> str:
        return " > ".join(self.story[-40:])


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("give_back", ["yes", "no"])
def test_whatever_happens_every_repair_and_the_last_logout_are_right(seed: int, give_back: str) -> None:
    life = Life(seed, give_back)
    for _ in range(40):
        life.step()
    life.everybody_leaves()
    left = life.left_behind()
    if give_back == "no":
        left = {k: v for k, v in left.items() if not k.startswith(("CF", "DND")) or v[1] is not None}
    assert left == {}, life.tale()
