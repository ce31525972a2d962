"""Every state of a small office, every command, a crash at every write, and FreePBX in between: all of it heals.

From each state in which nothing is pending, each command is cut off before each of its writes. From each of the torn
states, as it is and after each thing FreePBX may do to the keys, each command runs, and is cut off again. Whatever
comes of it, one reconcile brings Asterisk in line with the ledger, and does not touch the ledger's sessions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Callable, NamedTuple

import pytest

from hotdesk_module.errors import HotdeskError
from tests.support.fakes import Crash
from tests.support.office import Office

PHONES = ("200", "201")
USERS = ("1001", "1003")


class State(NamedTuple):
    """All there is, hashable."""

    ledger: Any
    astdb: Any
    hints: Any


class Walk:
    """The office, and its commands by name."""

    def __init__(self, **settings: str) -> None:
        self.office = office = Office(PHONES, USERS)
        office.ledger.save_settings(settings)
        desk = office.desk
        desk.reconcile()
        self.commands: dict[str, Callable[[], object]] = {
            **{f"login {p} {u}": partial(desk.login, p, u) for p in PHONES for u in USERS},
            **{f"logout {p}": partial(desk.logout, p) for p in PHONES},
            **{f"logout --user {u}": partial(desk.logout_user, u) for u in USERS},
            "reconcile": desk.reconcile,
        }
        self.accidents: dict[str, Callable[[], None]] = {
            "resetastdb": office.devices_to_astdb,
            "edit 200": partial(office.edit_extension, "200"),
            "reload": office.reload,
        }
        self.by_forward = settings.get("routing") == "callforward"
        self.runs = 0

    def now(self) -> State:
        office = self.office
        return State(office.ledger.snapshot(history=False), office.astdb.snapshot(), office.switchboard.snapshot())

    def go(self, state: State) -> None:
        self.office.ledger.restore(state.ledger)
        self.office.astdb.restore(state.astdb)
        self.office.switchboard.restore(state.hints)

    def run(self, state: State, command: str) -> State:
        self.go(state)
        self.runs += 1
        with suppress(HotdeskError):
            self.commands[command]()
        return self.now()

    def torn(self, state: State, command: str) -> Iterator[State]:
        """Yield the states in which the command leaves things when it dies before its first, second, … write."""
        for nth in range(1, 1000):
            self.go(state)
            self.runs += 1
            self.office.writes.fail(nth)
            try:
                self.commands[command]()
            except Crash:
                yield self.now()
                continue
            except HotdeskError:
                pass
            finally:
                self.office.writes.never_fail()
            return
        raise AssertionError(f"{command} does not come to an end")

    def check_heals(self, state: State, how: str) -> State:
        """Reconcile, and hold the result to the promises; return it."""
        self.go(state)
        self.runs += 1
        office = self.office
        office.desk.reconcile()
        healed = self.now()
        assert healed.ledger.sessions == state.ledger.sessions, f"{how}: reconcile changed who sits where"
        assert not office.ledger.unapplied(), f"{how}: something is still pending"
        seats = {s.phone: s.user for s in office.ledger.sessions()}
        assert len(set(seats.values())) == len(seats), f"{how}: somebody sits twice"
        for phone in PHONES:
            assert office.caller(phone) == seats.get(phone, phone), f"{how}: wrong caller at {phone}"
            assert office.rings(phone) == ([] if phone in seats else [f"PJSIP/{phone}"]), f"{how}: {phone}"
        for user in USERS:
            where = [p for p in PHONES if seats.get(p) == user]
            own = [] if user == "1003" else [f"PJSIP/{user}"]
            forwarded = bool(where) and self.by_forward
            assert office.astdb.values.get(f"CF/{user}") == (f"HD{where[0]}" if forwarded else None), f"{how}: CF"
            reached = own if forwarded else [f"PJSIP/{p}" for p in where] or own
            assert office.rings(user) == reached, f"{how}: calls to {user}"
            hint = "&".join([f"PJSIP/{p}" for p in where] or own) + f"&Custom:DND{user},CustomPresence:{user}"
            assert office.switchboard.all_hints[user] == hint, f"{how}: hint of {user}"
            assert office.astdb.values[f"AMPUSER/{user}/hint"] == hint, f"{how}: AMPUSER/{user}/hint"
        assert not office.desk.reconcile(dry_run=True).effects, f"{how}: reconcile is not done after one run"
        return healed


def clean_states(walk: Walk) -> dict[State, str]:
    """Return every state that uninterrupted commands reach, and how."""
    start = walk.now()
    found = {start: "start"}
    queue = [start]
    while queue:
        state = queue.pop()
        for command in walk.commands:
            reached = walk.run(state, command)
            if reached not in found:
                found[reached] = f"{found[state]} > {command}"
                queue.append(reached)
    return found


def test_every_clean_state_is_right_without_any_repair() -> None:
    walk = Walk()
    states = clean_states(walk)
    assert len({s.ledger.sessions for s in states}) == 7  # nobody; one of two at one of two; both, two ways
    for state, how in states.items():
        assert walk.check_heals(state, how) == state


def torn_states(walk: Walk) -> dict[State, str]:
    """Return every state that one crash leaves behind, as it is and after each thing FreePBX does to the keys."""
    torn: dict[State, str] = {}
    for state, how in clean_states(walk).items():
        for command in walk.commands:
            for left in walk.torn(state, command):
                torn.setdefault(left, f"{how} > {command} (dies)")
    assert len(torn) > 100
    clean = {walk.check_heals(state, how): "healed" for state, how in torn.items()}
    disturbed: dict[State, str] = {}
    for state, how in {**torn, **clean}.items():
        for accident, happen in walk.accidents.items():
            walk.go(state)
            happen()
            disturbed.setdefault(walk.now(), f"{how} > {accident}")
    for state, how in disturbed.items():
        walk.check_heals(state, how)
    return {**torn, **disturbed}


@pytest.mark.parametrize("routing", ["device", "callforward"])
def test_after_a_crash_and_whatever_freepbx_does_every_command_is_right_again(routing: str) -> None:
    walk = Walk(routing=routing)
    seen: set[State] = set()
    for state, how in torn_states(walk).items():
        for command in walk.commands:
            reached = walk.run(state, command)
            if reached not in seen:
                seen.add(reached)
                walk.check_heals(reached, f"{how} > {command}")
    assert walk.runs > 5_000


@pytest.mark.slow
def test_a_second_crash_while_the_first_is_not_mended_heals_too() -> None:
    walk = Walk()
    seen: set[State] = set()
    for state, how in torn_states(walk).items():
        for command in walk.commands:
            for reached in walk.torn(state, command):
                if reached not in seen:
                    seen.add(reached)
                    walk.check_heals(reached, f"{how} > {command} (dies)")
    assert walk.runs > 50_000
