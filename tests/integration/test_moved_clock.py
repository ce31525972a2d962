"""The clock of the machine is set while people come and go: nobody is out who has heard "logged in"."""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.agi.handover import SCRIPT
from tests.integration import reckoning
from tests.integration.daemon import Daemon
from tests.integration.desking import Desking
from tests.integration.faults import Faults
from tests.integration.mix import Mix
from tests.integration.test_kills import USERS, is_right_within_a_minute, seed
from tests.support.rig.asterisk import REPOSITORY

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

MOVER = REPOSITORY / "tests" / "support" / "rig" / "moved_clock.py"
DAY, HOUR = 86400, 3600
# The daemon compares the clocks when it looks for sessions that are due: at last a minute later.
NOTICED = 75.0


class Clock:
    """The clock that the script of a call and the daemon go by, ahead of the machine's by what a file says."""

    def __init__(self, desking: Desking) -> None:
        # Asterisk's folder sees it below another name.
        self.file, self.inside = desking.rig.asterisk.data / "clock", "/var/lib/asterisk/clock"
        self.set(0)

    def set(self, ahead: int) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(str(ahead))
        os.replace(new, self.file)


@pytest.fixture
def clock(desking: Desking) -> Iterator[Clock]:
    usual = desking.script
    made = Clock(desking)
    desking.script = f"/usr/bin/python3,-I,{MOVER},{made.inside},{SCRIPT}"
    # A time that sessions would be over by if the clock were believed; and see test_kills.
    desking.reset(max_hours="12", lock_failures="0")
    yield made
    desking.script = usual
    desking.load_dialplan()


@pytest.fixture
def daemon(desking: Desking, clock: Clock, tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(desking, tmp_path, [sys.executable, str(MOVER), str(clock.file), "-m", "hotdesk_module"])
    made.wait_serving()
    yield made
    made.close()


def test_a_day_ahead_and_an_hour_back_in_the_middle_of_it_all(desking: Desking, clock: Clock, daemon: Daemon) -> None:
    seeded = seed()
    print(f"HOTDESK_SEED={seeded}")
    chance = random.Random(seeded)
    faults, mix = Faults(desking, daemon, chance), Mix(desking, seeded, USERS)
    try:
        for ahead, way in ((DAY, "ahead"), (DAY - HOUR, "back")):
            mix.begin(desking.seats())
            mix.go()
            time.sleep(chance.uniform(1, 4))
            clock.set(ahead)
            time.sleep(chance.uniform(0, 3))
            mix.rest()
            before = desking.seats()
            assert before, "nobody sits anywhere: nothing would be tried"
            daemon.wait_logged(f"The clock was set {way}", NOTICED)
            is_right_within_a_minute(desking, faults, mix, way)
            assert desking.seats() == before
            daemon.mark()
    finally:
        mix.close()


def test_a_day_ahead_while_the_daemon_is_dead(desking: Desking, clock: Clock, daemon: Daemon) -> None:
    # With a maximum time this one is believed (docs/decisions.md, 28); hours without a call begin anew.
    desking.ledger.save_settings({"max_hours": "0"})
    assert desking.log_in("200", "1001") == "logged_in"
    daemon.kill()
    clock.set(DAY)
    assert desking.log_in("201", "1003") == "logged_in"
    daemon.start()
    daemon.wait_logged("times without a call begin anew", 30)
    time.sleep(1)
    assert desking.seats() == {"200": "1001", "201": "1003"}
    assert reckoning.differences(desking.rig, desking.seats()) == []


def test_nothing_of_ours_asks_another_clock() -> None:
    asked = re.compile(r"datetime\.(now|today|utcnow)|date\.today|time_ns|time\.(localtime|gmtime|ctime)\(\)")
    package = REPOSITORY / "hotdesk_module"
    sources = [p for p in package.rglob("*.py") if "demo" not in p.relative_to(package).parts]
    assert len(sources) > 100
    assert [p.name for p in sources if asked.search(p.read_text())] == []
