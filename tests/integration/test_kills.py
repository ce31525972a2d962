"""Whatever is killed at whatever moment: nobody is lost, nobody is stuck, and all is right within a minute."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import promises, reckoning
from tests.integration.daemon import Daemon
from tests.integration.desking import Desking
from tests.integration.faults import Faults, Moment
from tests.integration.mix import Mix, said
from tests.integration.test_login_calls import dial_all

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

USERS = ("1001", "1002", "1003", "1004", "300")
# Seconds within which all is right after everything is up again.
MINUTE = 60.0
# So many may be killed before everything is looked at.
AT_ONCE = 5
# Dialled where somebody sits, a few of these at random: those that take no more than a second or two.
FOR_MEMBERS = (
    promises.ring_group,
    promises.ring_group_ignoring_call_forward,
    promises.queue,
    promises.queue_with_internal_context,
    promises.queue_with_extension_only,
)
QUICK = (
    *FOR_MEMBERS,
    promises.direct_call,
    promises.answered_call,
    promises.did,
    promises.time_condition,
    promises.ivr,
    promises.busy_ends_in_users_mailbox,
    promises.identity_inside,
    promises.identity_outside,
    promises.voicemail_is_the_users,
    promises.own_number_goes_to_its_mailbox,
)


@pytest.fixture
def daemon(desking: Desking, tmp_path: Path) -> Iterator[Daemon]:
    # What is lost on the way from a finger is no wrong PIN that should lock anybody.
    desking.reset(lock_failures="0")
    made = Daemon(desking, tmp_path)
    made.wait_serving()
    yield made
    made.close()


def seed() -> int:
    """Return HOTDESK_SEED, or a random one."""
    return int(os.environ.get("HOTDESK_SEED") or random.randrange(1_000_000))


def test_ten_are_killed(desking: Desking, daemon: Daemon) -> None:
    kill(desking, daemon, 10, seed())


@pytest.mark.exhaustive
def test_two_hundred_are_killed(desking: Desking, daemon: Daemon) -> None:
    kill(desking, daemon, int(os.environ.get("HOTDESK_KILLS") or 200), seed())


def kill(desking: Desking, daemon: Daemon, number: int, seeded: int) -> None:
    """Kill so many, a few at a time, and look at everything after each few."""
    print(f"HOTDESK_SEED={seeded}")
    chance = random.Random(seeded)
    faults, mix = Faults(desking, daemon, chance), Mix(desking, seeded, USERS)
    done, rounds, slowest, heard = 0, 0, 0.0, dict[str, int]()
    begun = time.monotonic()
    try:
        while done < number:
            mix.begin(desking.seats())
            some = min(number - done, chance.randint(1, AT_ONCE))
            moments = [Moment.any(chance) for _ in range(some)]
            mix.go()
            for moment in moments:
                faults.strike(moment)
                if moment is moments[-1] and chance.random() < 0.5:
                    # What this one has left half done, nobody finishes by coming by.
                    mix.stop_short()
                time.sleep(moment.down)
                faults.mend()
            mix.rest()
            taken = is_right_within_a_minute(desking, faults, mix, f"round {rounds}, {moments}")
            keeps_promises(desking, chance)
            for sound, times in said(mix.deeds).items():
                heard[sound] = heard.get(sound, 0) + times
            done, rounds, slowest = done + some, rounds + 1, max(slowest, taken)
            print(f"{done} of {number}: {[m.victim for m in moments]}, right after {taken:.1f} s, {desking.seats()}")
            desking.rig.tap.forget()
    finally:
        mix.close()
        faults.mend()
    minutes = (time.monotonic() - begun) / 60
    print(f"{faults.killed} in {rounds} rounds and {minutes:.1f} minutes; right after {slowest:.1f} s at the latest")
    print(f"heard: {heard}")


def is_right_within_a_minute(desking: Desking, faults: Faults, mix: Mix, what: str) -> float:
    """Wait until the ledger and all of Asterisk are right; return how many seconds that took.

    Whoever was told something is looked for first, and once more when everything has been repaired.
    """
    up = time.monotonic()
    faults.wait_scripts_are_over()
    assert mix.broken_words(desking.seats()) == [], what
    while True:
        seats = desking.seats()
        wrong = reckoning.differences(desking.rig, seats) + [str(e) for e in desking.ledger.unapplied()]
        taken = time.monotonic() - up
        if not wrong:
            break
        assert taken < MINUTE, f"not right within a minute: {wrong}; {what}"
        time.sleep(0.25)
    assert len(set(seats.values())) == len(seats), what
    assert mix.broken_words(desking.seats()) == [], what
    return taken


def keeps_promises(desking: Desking, chance: random.Random) -> None:
    """Dial a little everywhere, where somebody sits and where nobody does."""
    rig = desking.rig
    rig.revive_phones()
    rig.qualify()
    seats = desking.seats()
    for phone, user in seats.items():
        member = user in rig.company.members
        wanted = chance.sample([p for p in QUICK if member or p not in FOR_MEMBERS], 2)
        if rig.company.extension(phone).emergency_cid:
            wanted.append(promises.emergency_carries_the_phone)
        assert dial_all(desking, user, phone, *wanted) == {}
    free = [p for p in rig.company.pool if p not in seats and p not in seats.values()]
    for phone in free[:1]:
        assert dial_all(desking, phone, phone, promises.direct_call, promises.identity_inside) == {}
