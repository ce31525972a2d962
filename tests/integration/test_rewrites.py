"""What Asterisk forgets and FreePBX rewrites is right again: keys, hints and lamps of everybody.

Within ten seconds where the daemon runs; where it is dead, as long after the job that FreePBX runs each minute, which
starts it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping

import pytest

from tests.integration import promises, reckoning
from tests.integration.daemon import Daemon, eventually
from tests.integration.desking import Desking
from tests.integration.test_login_calls import dial_all
from tests.support.rig import Rig

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

# Who sits where, and who sat where when the copy was made that comes back.
SEATS = {"200": "1001", "201": "1003", "300": "1002"}
EARLIER = {"200": "1004", "202": "1001", "300": "1003"}
SECONDS = 10.0
# After the repairs that follow the daemon's start, or a reload.
QUIET = 13.0


@pytest.fixture(scope="module")
def running(installed: Desking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    installed.reset()
    daemon = Daemon(installed, tmp_path_factory.mktemp("daemon"))
    try:
        daemon.wait_serving()
        yield daemon
    finally:
        daemon.close()


@pytest.fixture(params=["with the daemon", "at the next minute"])
def minded(request: pytest.FixtureRequest, desking: Desking, running: Daemon) -> Iterator[Daemon]:
    """The daemon, dead or alive, and people at phones."""
    running.start()
    seat(desking, SEATS)
    eventually(lambda: reckoning.differences(desking.rig, SEATS) == [], SECONDS, "all is right at first")
    if request.param == "at the next minute":
        running.kill()
    yield running
    running.start()


def seat(desking: Desking, seats: Mapping[str, str]) -> None:
    service = desking.service
    service.logout_all()
    for phone, user in seats.items():
        service.login(phone, user)


def is_right_again(desking: Desking, daemon: Daemon) -> None:
    # What the job runs; where the daemon is up it only finds that out.
    daemon.start()
    wrong = ["not looked yet"]

    def right() -> bool:
        wrong[:] = reckoning.differences(desking.rig, SEATS)
        return not wrong

    try:
        eventually(right, SECONDS, "all is right again")
    except AssertionError as error:
        raise AssertionError(f"{error}: {wrong}") from None
    assert desking.seats() == SEATS
    assert not desking.ledger.unapplied()


def was_wrong(rig: Rig) -> None:
    """Without this nothing would have been tried."""
    assert reckoning.differences(rig, SEATS)


def test_a_restart_of_asterisk(desking: Desking, minded: Daemon) -> None:
    desking.rig.asterisk.restart()
    is_right_again(desking, minded)


def test_a_crash_of_asterisk_that_costs_the_last_second_of_its_database(desking: Desking, minded: Daemon) -> None:
    # It commits once a second (main/db.c).
    service = desking.service
    service.login("202", "1004")
    service.logout("202")
    service.logout("200")
    service.login("200", "1001")
    desking.rig.asterisk.kill9()
    desking.rig.asterisk.start()
    is_right_again(desking, minded)


def test_a_reload_by_freepbx(desking: Desking, minded: Daemon) -> None:
    desking.rig.freepbx_reload()
    is_right_again(desking, minded)


def test_a_reload_of_asterisk_that_brings_the_hints_of_another_day_back(desking: Desking, minded: Daemon) -> None:
    desking.rig.asterisk.cli("core reload")
    is_right_again(desking, minded)


@pytest.mark.parametrize("number", ["200", "1001", "1003"])
def test_an_extension_that_is_saved(desking: Desking, minded: Daemon, number: str) -> None:
    desking.rig.freepbx_edit_extension(number)
    if minded.alive:
        # As the bridge does when FreePBX is through.
        assert minded.ask("POST", "/internal/reconcile") == 202
    is_right_again(desking, minded)


def test_resetastdb_of_which_nobody_is_told(desking: Desking, minded: Daemon) -> None:
    if minded.alive:
        time.sleep(QUIET)
    desking.rig.freepbx_reset_astdb()
    was_wrong(desking.rig)
    is_right_again(desking, minded)


def test_a_restore_by_freepbx(desking: Desking, minded: Daemon) -> None:
    rig = desking.rig
    # What the backup holds: the keys of another day, with other people at the phones.
    rig.asterisk.db_set(reckoning.keys(rig.company, EARLIER))
    rig.freepbx_reset_astdb()
    rig.freepbx_reload()
    is_right_again(desking, minded)


def test_an_older_copy_of_asterisks_database(desking: Desking, minded: Daemon) -> None:
    rig = desking.rig
    file, copy = rig.asterisk.data / "astdb.sqlite3", rig.asterisk.home / "astdb.copy"
    alive = minded.alive
    minded.kill()
    seat(desking, EARLIER)
    rig.asterisk.stop()
    shutil.copy2(file, copy)
    rig.asterisk.start()
    seat(desking, SEATS)
    if alive:
        minded.start()
        minded.wait_serving()
    rig.asterisk.stop()
    shutil.copy2(copy, file)
    rig.asterisk.start()
    is_right_again(desking, minded)


def lost_with_or_without_us(rig: Rig) -> dict[str, str]:
    """Return what FreePBX only writes when something is made or saved, of those who sit nowhere."""
    idle = [one.number for one in rig.company.extensions if one.virtual and one.number not in SEATS.values()]
    lists = {f"AMPUSER/{number}/device" for number in idle}
    keys = rig.company.astdb()
    return {k: v for k, v in keys.items() if k.startswith(("FREEPBXCONF/", "CW/")) or k in lists}


def test_an_empty_database_of_asterisk(desking: Desking, minded: Daemon) -> None:
    rig = desking.rig
    rig.asterisk.stop()
    (rig.asterisk.data / "astdb.sqlite3").unlink()
    rig.asterisk.start()
    if minded.alive:
        eventually(lambda: rig.asterisk.db_get("DEVICE/200/user") == "1001", SECONDS, "what is ours is there again")
    # The rest is FreePBX's to make again, and the phones' to register.
    rig.freepbx_reset_astdb()
    rig.freepbx_reload()
    for key, value in lost_with_or_without_us(rig).items():
        rig.asterisk.db_put(key, value)
    rig.register(*(one.number for one in rig.company.phones()))
    is_right_again(desking, minded)
    for phone, user in SEATS.items():
        assert dial_all(desking, user, phone, promises.direct_call, promises.identity_inside) == {}
