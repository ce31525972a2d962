"""Fifty processes, twenty phones, twenty users, all at once: one user a phone, one phone a user, keys as the ledger."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from hotdesk_module.core.model import Phone
from tests.integration.desking import Desking
from tests.support.rig import company, mariadb
from tests.support.rig.asterisk import REPOSITORY

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

PROCESSES, ROUNDS = 50, 4
PHONES = [f"50{n:02}" for n in range(20)]
USERS = [f"60{n:02}" for n in range(20)]


@pytest.fixture
def crowd(desking: Desking) -> Iterator[Desking]:
    """Twenty phones and twenty virtual users, in FreePBX's tables and keys."""
    connection = desking.connection
    connection.many(
        "INSERT INTO devices (id, tech, dial, devicetype, user, description) VALUES (%s, 'pjsip', %s, 'fixed', %s, '')",
        [(p, f"PJSIP/{p}", p) for p in PHONES],
    )
    connection.many(
        "INSERT INTO users (extension, name, voicemail) VALUES (%s, %s, 'default')",
        [(x, f"Person {x}") for x in PHONES + USERS],
    )
    for phone in PHONES:
        desking.rig.asterisk.db_put(f"DEVICE/{phone}/user", phone)
        desking.rig.asterisk.db_put(f"DEVICE/{phone}/dial", f"PJSIP/{phone}")
    for extension in PHONES + USERS:
        desking.rig.asterisk.db_put(f"AMPUSER/{extension}/device", extension)
    desking.ledger.save_phones(Phone(p) for p in PHONES)
    yield desking
    marks = ", ".join(["%s"] * len(PHONES + USERS))
    connection.execute(f"DELETE FROM devices WHERE id IN ({marks})", PHONES + USERS)
    connection.execute(f"DELETE FROM users WHERE extension IN ({marks})", PHONES + USERS)


@contextmanager
def workers(desking: Desking) -> Iterator[list[subprocess.Popen[str]]]:
    environment = {
        **os.environ,
        "HOTDESK_DATABASE": f"mysql://{mariadb.USER}:{mariadb.PASSWORD}@localhost/{mariadb.DATABASE}"
        f"?socket={desking.rig.database.socket}",
        "HOTDESK_AMI": f"ami://{company.MANAGER_USER}:{company.MANAGER_SECRET}@127.0.0.1:5038",
    }
    command = desking.rig.namespace.argv([sys.executable, "-m", "tests.integration.login_worker"])
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    command, cwd=REPOSITORY, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            )
            for _ in range(PROCESSES)
        ]
        for worker in started:
            assert answer(worker) == "ready"
        yield started


def answer(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def test_two_hundred_logins_at_once_leave_no_phone_and_no_user_twice(crowd: Desking) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    dice = random.Random(seed)
    with workers(crowd) as started:
        for _ in range(ROUNDS):
            for worker in started:
                assert worker.stdin is not None
                worker.stdin.write(f"{dice.choice(PHONES)} {dice.choice(USERS)}\n")
                worker.stdin.flush()
            outcomes = {answer(worker) for worker in started}
            assert outcomes <= {"logged_in", "already_here"}
            check(crowd)


def check(crowd: Desking) -> None:
    seats = crowd.seats()
    assert len(set(seats.values())) == len(seats)
    assert not crowd.ledger.unapplied()
    keys = crowd.rig.asterisk.db_show()
    for phone in PHONES:
        assert keys[f"DEVICE/{phone}/user"] == seats.get(phone, phone)
        assert keys.get(f"AMPUSER/{phone}/device") == (None if phone in seats else phone)
    for user in USERS:
        where = [p for p, u in seats.items() if u == user]
        assert keys[f"AMPUSER/{user}/device"] == (where[0] if where else user)
    assert crowd.service.reconcile(dry_run=True).effects == ()
