"""A hundred logins and logouts at random; when everybody is out, FreePBX is as it was."""

from __future__ import annotations

import random

from tests.freepbx import dumps
from tests.freepbx.machine import Machine
from tests.freepbx.office import OWNER, PHONE, PHONE_2, SPARE_PHONE, SPARE_USER, VIRTUAL
from tests.freepbx.product import Desk

TURNS = 100
SEED = 2026


def test_a_hundred_turns_leave_nothing_behind(machine: Machine, desk: Desk) -> None:
    machine.reload()
    before = dumps.join(dumps.tables(machine), dumps.astdb(machine))
    chance = random.Random(SEED)
    for turn in range(TURNS):
        phone = chance.choice((PHONE, PHONE_2, SPARE_PHONE)).number
        user = chance.choice((OWNER, VIRTUAL, SPARE_USER)).number
        words = ("login", phone, user) if chance.random() < 0.7 else ("logout", phone)
        done = desk.product.try_command(*words)
        # 3: nobody to log out there.
        assert done.status in ((0,) if words[0] == "login" else (0, 3)), f"turn {turn}, {words}: {done.text}"
    desk.clear()
    assert desk.product.seats() == {}
    assert before.differences(dumps.join(dumps.tables(machine), dumps.astdb(machine))) == []
    machine.reload()
    assert before.differences(dumps.join(dumps.tables(machine), dumps.astdb(machine))) == []
