"""People with habits log in and out at random, and find their habits again, byte for byte, or cleared.

A habit is a Call Forward (three kinds), Do Not Disturb, whether follow-me is on, the lamps of all of them, and whether
the mailbox asks for the PIN. The ledger is an SQLite database. Between login and logout people use FreePBX's feature
codes, move, take over and are taken over; administrators change settings, save extensions and reload; processes die
between any two writes; the AstDB is emptied, or comes from an older copy. What each extension should have is reckoned
here a second time, and compared whole whenever nothing is pending. A failure tells the seed and the story.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.open import open_connection
from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.config import Database
from hotdesk_module.core.machine import Ending
from hotdesk_module.core.model import Phone
from hotdesk_module.errors import HotdeskError
from hotdesk_module.service import HotDesk
from tests.support.fakes import Crash, Writes
from tests.support.office import Office, device

# 300 is somebody's own desk; 99200 is a second device of 200; 1001 has a device of another number, 500, in the pool.
PHONES = ("200", "201", "300", "99200", "500")
USERS = ("1001", "1003", "1004", "300")
OWNER = {"99200": "200", "500": "1001"}
EVERYBODY = ("200", "201", *USERS)
DEVICES = {"200": ["200", "99200"], "1001": ["1001", "500"]}
CHOICES = {
    "give_back": ("no", "yes"),
    "voicemail_pin": ("no", "yes"),
    "routing": ("device", "callforward"),
    "take_over": ("replace", "refuse"),
    "several_phones": ("move", "refuse", "allow"),
    "max_phones": ("2", "3"),
    "ring_own_phone": ("no", "yes"),
}
OFF = (None, "NOT_INUSE")

Found = dict[str, "str | None"]


class DyingLedger:
    """A ledger whose writes may be the one at which the process dies."""

    def __init__(self, ledger: SqlLedger, writes: Writes) -> None:
        self._ledger = ledger
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._ledger, name)
        if name not in ("change", "mark_applied"):
            return method
        return lambda *given: self._writes.do(f"ledger.{name}", lambda: method(*given))


def habits_of(extension: str) -> list[str]:
    """Return where FreePBX keeps the habits of an extension."""
    devices = DEVICES.get(extension, [extension])
    lamps = [f"CF{extension}", f"DND{extension}"]
    lamps += [f"{name}{d}" for d in devices for name in ("DEVCF", "DEVDND", "FOLLOWME")]
    keys = [f"{family}/{extension}" for family in ("CF", "CFU", "CFB", "DND")]
    return [*keys, f"AMPUSER/{extension}/followme/ddial", *(f"CustomDevstate/{lamp}" for lamp in lamps)]


class Days:
    """An office and what should be true in it.

    Attributes:
        own: what each extension has when it takes part in no session.
        asks: what each has in the key by which its mailbox does not ask for the PIN.
        lists: the follow-me lists, which are nobody's habit.
        late: who was given follow-me only while taking part.
        remembered: by whom, of those who take part in sessions, and whether it was to be given back when they began to.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.story: list[str] = [f"seed {seed}"]
        self.office = office = Office(("200", "201", "300"), USERS)
        office.inventory.all_devices += [device(n)._replace(user=u) for n, u in OWNER.items()]
        connection = open_connection(Database("sqlite", path=str(folder / "ledger.db")))
        create_tables(connection)
        self.ledger = SqlLedger(connection)
        self.ledger.save_phones([Phone(p) for p in PHONES])
        self.settings: dict[str, str] = {}
        dying: Any = DyingLedger(self.ledger, office.writes)
        self.desk = HotDesk(dying, office.inventory, office.astdb, office.switchboard, office.clock, source="phone")
        office.devices_to_astdb()
        # Nobody has follow-me but these two, and FreePBX has it on for one.
        for user, state in (("1001", "EXTENSION"), ("1003", "DIRECT"), ("200", "EXTENSION")):
            office.astdb.values[f"AMPUSER/{user}/followme/ddial"] = state
            office.astdb.values[f"AMPUSER/{user}/followme/grplist"] = user
        office.reload()
        self.desk.reconcile()
        self.copy = dict(office.astdb.values)
        self.remembered: dict[str, bool] = {}
        self.asks: Found = dict.fromkeys(EVERYBODY)
        self.lists = self._lists()
        self.own: dict[str, Found] = {}
        self.late: set[str] = set()
        self._look_at(EVERYBODY)
        for _ in range(8):
            self.habit()

    @property
    def values(self) -> dict[str, str]:
        return self.office.astdb.values

    def has(self, extension: str) -> Found:
        return {key: self.values.get(key) for key in habits_of(extension)}

    def _lists(self) -> Found:
        return {k: v for k, v in self.values.items() if k.endswith("/grplist")}

    def _look_at(self, extensions: Any) -> None:
        """Take what is there now for what these extensions have when they take part in nothing."""
        self.own.update((extension, self.has(extension)) for extension in extensions)
        self.late.difference_update(extensions)

    def taking_part(self) -> set[str]:
        sessions = self.ledger.sessions()
        return {s.user for s in sessions} | {OWNER.get(s.phone, s.phone) for s in sessions}

    def at_rest(self) -> list[str]:
        part = self.taking_part()
        return [extension for extension in EVERYBODY if extension not in part]

    # What may happen

    def login(self) -> Callable[[], object]:
        phone, user = self.chance.choice(PHONES), self.chance.choice(USERS)
        self.story.append(f"login {phone} {user}")
        return lambda: self.desk.login(phone, user)

    def logout(self) -> Callable[[], object]:
        phone, user = self.chance.choice(PHONES), self.chance.choice(USERS)
        sessions = self.ledger.sessions()
        way = self.chance.choice(("code", "code", "user", "timer", "all"))
        self.story.append(f"logout by {way}, {phone}, {user}")
        if way == "timer":
            return lambda: self.desk.end(Ending(s, "idle") for s in sessions if s.phone == phone)
        if way == "all":
            return self.desk.logout_all
        return lambda: self.desk.logout_user(user) if way == "user" else self.desk.logout(phone)

    def setting(self) -> None:
        name = self.chance.choice(list(CHOICES))
        self.settings[name] = self.chance.choice(CHOICES[name])
        self.story.append(f"{name}={self.settings[name]}")
        self.ledger.save_settings(self.settings)

    def habit(self) -> None:
        """Somebody uses a feature code, at the desk or at home: at rest that is what one has from now on."""
        user, on = self.chance.choice(EVERYBODY), self.chance.random() < 0.6
        if self.ledger.unapplied() and user not in self.taking_part():
            return
        what = self.chance.choice(("DND", "CF", "CFU", "CFB", "follow-me"))
        self.story.append(f"{user}: {what} {'on' if on else 'off'}")
        if what == "DND":
            self.office.set_dnd(user, on)
        elif what == "follow-me":
            self.office.set_follow_me(user, on)
        else:
            self.office.set_forward(user, self.chance.choice(("5551234", "200", "#31#5")) if on else None, what)
        if user not in self.taking_part():
            self._look_at([user])

    def save_extension(self) -> None:
        """An administrator saves an extension: its device, its mailbox's PIN and its follow-me list are written."""
        user, key = self.chance.choice(USERS), "AMPUSER/{}/novmpw"
        key = key.format(user)
        wanted = self.chance.choice(("yes", None))
        self.story.append(f"save {user}, novmpw {wanted}")
        self.repaired()
        if wanted:
            self.asks[user] = self.values[key] = wanted
        elif key in self.values:
            # Where we have taken it away, the form shows it so and saves it so: that is no decision.
            del self.values[key]
            self.asks[user] = None
        if f"AMPUSER/{user}/followme/grplist" in self.values:
            self.values[f"AMPUSER/{user}/followme/grplist"] = self.chance.choice((user, f"{user}-5551234#"))
            self.lists = self._lists()
        if self.chance.random() < 0.5 and user == "1001":
            self.office.edit_extension(user)
        self.repaired()

    def accident(self) -> None:
        number = self.chance.choice(("200", "201", "300"))
        what = self.chance.choice(("resetastdb", "reload", "edit", "restart", "emptied", "copied", "restored"))
        self.story.append(f"{what} {number if what == 'edit' else ''}")
        if what == "resetastdb":
            self.office.devices_to_astdb()
        elif what == "reload":
            self.office.reload()
        elif what == "edit":
            self.office.edit_extension(number)
        elif what == "restart":
            self.office.switchboard.all_hints.clear()
            self.office.reload()
        elif what == "copied":
            self.repaired()
            self.copy = dict(self.values)
        else:
            self._replaced({} if what == "emptied" else dict(self.copy))

    def _replaced(self, values: dict[str, str]) -> None:
        """All of the AstDB is another: who takes part in nothing has what it says, the others are remembered."""
        self.repaired()
        before, self.values_before = self.values, dict(self.values)
        before.clear()
        before.update(values)
        if not values:
            for extension in EVERYBODY:
                before[f"AMPUSER/{extension}/cidname"] = f"Person {extension}"
        self.office.devices_to_astdb()
        for extension in EVERYBODY:
            key = f"AMPUSER/{extension}/novmpw"
            if key in values:
                self.asks[extension] = values[key]
            elif key in self.values_before:
                self.asks[extension] = None
            follow_me = f"AMPUSER/{extension}/followme/ddial"
            if self.own[extension][follow_me] is None or extension in self.late:
                # Follow-me that there was not at the login is no habit: off is all that it is after the logout.
                self.late.add(extension)
                self.own[extension][follow_me] = "EXTENSION" if follow_me in values else None
        self.lists = self._lists()
        self.desk.reconcile(force=True)
        self._look_at(self.at_rest())

    # And what must be true

    def step(self) -> None:
        what = self.chance.random()
        if what < 0.1:
            self.setting()
        elif what < 0.4:
            self.habit()
        elif what < 0.48:
            self.save_extension()
        elif what < 0.58:
            self.accident()
        else:
            self.command(self.login() if self.chance.random() < 0.55 else self.logout())
        if self.chance.random() < 0.3:
            self.story.append("reconcile")
            self.repaired()
        self.check()

    def command(self, run: Callable[[], object]) -> None:
        if self.chance.random() < 0.4:
            self.office.writes.fail(self.chance.randint(1, 30))
        try:
            run()
        except Crash:
            self.story.append("(dies)")
        except HotdeskError as error:
            self.story.append(f"({error.code})")
        finally:
            self.office.writes.never_fail()
        self.turn_over()

    def repaired(self) -> None:
        """A repair, which may die as well, and the one that follows it."""
        self.office.writes.fail(self.chance.randint(1, 40))
        try:
            self.desk.reconcile(force=True)
        except Crash:
            self.story.append("(repair dies)")
        finally:
            self.office.writes.never_fail()
        self.desk.reconcile(force=True)

    def turn_over(self) -> None:
        """Who begins to take part is remembered, if the setting says so; who no longer does has it back, or nothing."""
        part = self.taking_part()
        for extension in sorted(part - self.remembered.keys()):
            self.remembered[extension] = self.settings.get("give_back") == "yes"
        gone = sorted(self.remembered.keys() - part)
        if gone and not all(self.remembered[extension] for extension in gone):
            self.repaired()
        self.late.difference_update(gone)
        for extension in gone:
            if not self.remembered.pop(extension):
                assert self.is_clear(extension), self.tale(extension)
                self._look_at([extension])

    def is_clear(self, extension: str) -> bool:
        found = self.has(extension)
        on = [k for k, v in found.items() if k.startswith("CustomDevstate/") and v not in OFF]
        kept = [k for k, v in found.items() if not k.startswith(("CustomDevstate/", "AMPUSER/")) and v is not None]
        return not on and not kept and found[f"AMPUSER/{extension}/followme/ddial"] != "DIRECT"

    def check(self) -> None:
        assert self._lists() == self.lists, self.tale("lists")
        if self.ledger.unapplied():
            return
        seated = {s.user for s in self.ledger.sessions()}
        for extension in self.at_rest():
            assert self.has(extension) == self.own[extension], self.tale(extension)
        for extension in EVERYBODY:
            if extension not in seated:
                assert self.values.get(f"AMPUSER/{extension}/novmpw") == self.asks[extension], self.tale(extension)

    def tale(self, extension: str) -> str:
        wrong = {}
        if extension in self.own:
            has, own = self.has(extension), self.own[extension]
            wrong = {k: (own[k], has[k]) for k in own if own[k] != has[k]}
        return f"{extension} {wrong}: {' > '.join(self.story[:1] + self.story[-60:])}"


@pytest.fixture
def days(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Days]:
    made = Days(request.param, tmp_path)
    yield made
    made.ledger.close()


@pytest.mark.parametrize("days", range(40), indirect=True)
def test_whatever_happens_everybody_finds_the_own_habits_again(days: Days) -> None:
    for _ in range(80):
        days.step()
    days.command(days.desk.logout_all)
    days.repaired()
    days.command(days.desk.logout_all)
    days.repaired()
    assert days.ledger.sessions() == ()
    days.check()
