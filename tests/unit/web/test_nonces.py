"""A request that was taken is not taken again."""

from __future__ import annotations

import threading

import pytest

from hotdesk_module.web.identity import SKEW, Refused
from hotdesk_module.web.nonces import MEMORY, Nonces
from tests.support.fakes import FakeClock


def test_each_is_good_once() -> None:
    nonces = Nonces(FakeClock())
    nonces.spend("a")
    nonces.spend("b")
    for nonce in ("a", "b", "a"):
        with pytest.raises(Refused, match="before"):
            nonces.spend(nonce)


def test_it_is_remembered_as_long_as_its_signature_may_be_good() -> None:
    """Signed by a clock that is SKEW ahead, it is good until SKEW after that."""
    clock = FakeClock()
    nonces = Nonces(clock)
    nonces.spend("a")
    clock.advance(2 * SKEW)
    with pytest.raises(Refused):
        nonces.spend("a")


def test_what_is_too_old_to_be_good_is_forgotten() -> None:
    clock = FakeClock()
    nonces = Nonces(clock, most=3)
    for _ in range(10):
        for nonce in "abc":
            nonces.spend(nonce)
        clock.advance(MEMORY + 1)


def test_a_clock_that_is_set_back_does_not_shut_the_panel() -> None:
    clock = FakeClock()
    nonces = Nonces(clock, most=3)
    nonces.spend("ahead")
    clock.advance(-86400)
    for number in range(10):
        nonces.spend(str(number))
        clock.advance(MEMORY)


def test_when_there_are_too_many_none_is_forgotten_early() -> None:
    clock = FakeClock()
    nonces = Nonces(clock, most=2)
    nonces.spend("a")
    clock.advance(MEMORY)
    nonces.spend("b")
    with pytest.raises(Refused, match="too many"):
        nonces.spend("c")
    with pytest.raises(Refused, match="before"):
        nonces.spend("b")
    clock.advance(1)
    nonces.spend("c")


def test_of_many_at_the_same_moment_one_is_taken() -> None:
    nonces, start, taken = Nonces(FakeClock()), threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        for number in range(200):
            try:
                nonces.spend(str(number))
                taken.append(number)
            except Refused:
                pass

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(200))
